import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { JournalBusyError } from "../../provider/src/journal/database.ts";
import type { DealRecord, Journal, UploadRecord } from "../../provider/src/journal/journal.ts";
import { sqliteJournal } from "../../provider/src/journal/sqlite.ts";

const upload: UploadRecord = {
  id: "u1",
  tokenHash: "00",
  client: "0xA",
  quote: "",
  length: 100,
  bound: 100,
  offset: 0,
  root: undefined,
  touchedAt: 5,
};
const draft = {
  upload: "u1",
  expiry: 50,
  root: "aa",
  size: 100,
  collateral: 2n ** 90n,
  offer: "{}",
};
const deal: DealRecord = {
  ...{ id: 1, provider: 1, client: "0xA", root: "aa", size: 100, start: 2, end: 5, firstDeal: 1 },
  ...{ block: 10, state: "open", settledUpTo: 2, closedAt: 0 },
};
const cursor = { number: 10, hash: "0x10", finalNumber: 8, finalHash: "0x8" };
const nothing = { deals: [], manifests: [], ends: new Map<number, number>() };

describe("the journal", () => {
  let directory: string;
  let path: string;
  let journal: Journal;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "holdfast-journal-test-"));
    path = join(directory, "journal.sqlite");
    journal = await sqliteJournal(path);
  });
  afterEach(async () => {
    await journal.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function reopen(): Promise<void> {
    await journal.close();
    journal = await sqliteJournal(path);
  }

  it("is open in one place at a time", async () => {
    let error: unknown;
    await sqliteJournal(path).catch((thrown: unknown) => {
      error = thrown;
    });
    expect(error).to.be.instanceOf(JournalBusyError);
  });

  it("has an offer before it is signed, and counts its nonce as given out for ever [HTTP-1]", async () => {
    await journal.createUpload(upload);
    const first = await journal.reserveOffer(1, 256, () => draft);
    expect(first).to.include({ nonce: 256, signature: undefined, collateral: 2n ** 90n });
    await reopen();
    expect(await journal.offersOf("u1")).to.deep.equal([first]);
    expect((await journal.reserveOffer(1, 0, () => draft))?.nonce).to.equal(257);
    expect(await journal.removeUpload("u1", 2)).to.equal(true);
    await journal.createUpload(upload);
    expect((await journal.reserveOffer(1, 0, () => draft))?.nonce).to.equal(258);
    expect((await journal.reserveOffer(2, 0, () => draft))?.nonce).to.equal(0);
  });

  it("makes no offer for an upload that is gone, and keeps one that got an offer", async () => {
    expect(await journal.reserveOffer(1, 0, () => draft)).to.equal(undefined);
    await journal.createUpload(upload);
    await journal.reserveOffer(1, 0, () => draft);
    expect(await journal.removeUpload("u1", 0)).to.equal(false);
    expect(await journal.upload("u1")).to.deep.equal(upload);
  });

  it("counts bytes as unpaid until a deal is open for them", async () => {
    await journal.createUpload(upload);
    await journal.createUpload({ ...upload, id: "u2", client: "0xB", length: undefined, bound: 7 });
    expect(await journal.unpaid("0xA")).to.deep.equal({ client: 100, total: 107 });
    const piece = { root: "aa", size: 100, fileCid: "c", carCid: undefined };
    await journal.completeUpload("u1", piece, ["c", "d"]);
    expect(await journal.occupied()).to.equal(107);
    await journal.follow(cursor, { ...nothing, deals: [deal] });
    expect(await journal.unpaid("0xA")).to.deep.equal({ client: 0, total: 7 });
  });

  it("calls a piece an orphan when neither an upload nor a deal needs it", async () => {
    const piece = { root: "aa", size: 100, fileCid: "c", carCid: undefined };
    await journal.createUpload(upload);
    await journal.completeUpload("u1", piece, ["c"]);
    await journal.follow(cursor, { ...nothing, deals: [deal] });
    await journal.removeUpload("u1", 0);
    expect(await journal.orphans()).to.deep.equal([]);
    await journal.updateDeal(1, { ...deal, state: "gone" });
    expect(await journal.orphans()).to.deep.equal([piece]);
    await journal.removePiece("aa", 100);
    expect(await journal.pieceOfBlock("c")).to.equal(undefined);
  });

  it("follows the chain in steps, keeps what settling found, and goes back", async () => {
    const manifests = [{ firstDeal: 1, bytes: Uint8Array.of(9) }];
    await journal.follow(cursor, { deals: [deal], manifests, ends: new Map() });
    await journal.updateDeal(1, { ...deal, end: 4, settledUpTo: 3 });
    await journal.follow({ ...cursor, number: 12 }, { ...nothing, deals: [deal] });
    expect(await journal.deal(1)).to.include({ end: 4, settledUpTo: 3 });
    await journal.follow({ ...cursor, number: 13 }, { ...nothing, ends: new Map([[1, 3]]) });
    expect(await journal.deal(1)).to.include({ end: 3 });
    expect(await journal.manifest(1)).to.deep.equal(Uint8Array.of(9));

    await journal.rewind(9);
    expect(await journal.deal(1)).to.equal(undefined);
    expect(await journal.manifest(1)).to.equal(undefined);
    expect(await journal.cursor()).to.deep.equal({
      ...{ number: 9, hash: "", finalNumber: 9, finalHash: "" },
    });
  });

  it("belongs to the market it was first used with", async () => {
    expect(await journal.bind("a")).to.equal("a");
    await reopen();
    expect(await journal.bind("b")).to.equal("a");
  });
});

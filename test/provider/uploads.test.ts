import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { ReadableStream } from "node:stream/web";
import { fileURLToPath } from "node:url";
import type { ProviderConfig } from "@holdfast/provider";
import { expect } from "chai";
import { type Bench, bench, type TestProvider } from "../support/provider.ts";
import {
  askOffer,
  begin,
  call,
  create,
  movedTo,
  offsetOf,
  patch,
  patchHeaders,
  quote,
  sample,
  type TestUpload,
  upload,
} from "../support/uploader.ts";

const MIB = 1024 * 1024;

/** Processes of this file, ended with it however its tests end. */
const children: ChildProcess[] = [];

describe("uploads", () => {
  let world: Bench;
  let config: ProviderConfig;
  let provider: TestProvider;
  let client: string;

  before(async () => {
    world = await bench();
    client = world.net.signer.address;
    config = await world.provider({ unpaidBytes: 200 * MIB, unpaidBytesPerClient: 200 * MIB });
    provider = await world.start(config);
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await world.stop();
  });

  it("refuses a request that does not speak tus 1.0", async () => {
    const reply = await call(`${provider.url}/v1/uploads`, { method: "POST" });
    expect(reply.status).to.equal(412);
    expect(reply.headers.get("Tus-Version")).to.equal("1.0.0");
    expect(reply.headers.get("Content-Type")).to.equal("application/problem+json");
    expect(reply.body).to.include({
      code: "TUS_VERSION",
      detail: "Tus-Resumable is missing.",
      fix: "Speak tus 1.0.0: send Tus-Resumable: 1.0.0.",
    });
  });

  it("says what it can do, and lets pages of any origin use it", async () => {
    const options = await call(`${provider.url}/v1/uploads`, { method: "OPTIONS" });
    expect(options.status).to.equal(204);
    expect(options.headers.get("Tus-Extension")).to.equal(
      "creation,creation-defer-length,expiration,termination",
    );
    expect(options.headers.get("Access-Control-Allow-Origin")).to.equal("*");
    expect(options.headers.get("X-Content-Type-Options")).to.equal("nosniff");
    const exposed = options.headers.get("Access-Control-Expose-Headers") ?? "";
    for (const name of [
      "Location",
      "Upload-Offset",
      "Upload-Token",
      "Content-Range",
      "Retry-After",
    ]) {
      expect(exposed).to.contain(name);
    }
    const preflight = await call(`${provider.url}/v1/uploads/x`, {
      method: "OPTIONS",
      headers: { Origin: "https://app.example", "Access-Control-Request-Method": "PATCH" },
    });
    expect(preflight.headers.get("Access-Control-Allow-Methods")).to.contain("PATCH");
    expect(preflight.headers.get("Access-Control-Allow-Headers")).to.contain("Upload-Offset");
    expect(preflight.headers.get("Access-Control-Max-Age")).to.equal("7200");
  });

  it("refuses an empty upload", async () => {
    const reply = await create(provider.url, { length: 0 });
    expect(reply.status).to.equal(400);
    expect(reply.body).to.include({ code: "EMPTY", fix: "Upload at least one byte." });
  });

  it("refuses a piece that is larger than it takes, and one beyond its quote", async () => {
    const large = await create(provider.url, { length: 2 ** 31 });
    expect(large.status).to.equal(413);
    expect(large.body).to.include({ code: "PIECE_TOO_LARGE", limit: 2 ** 30 });
    const { id } = await quote(provider.url, { client, maxBytes: 1000 });
    const beyond = await create(provider.url, { length: 1001, quote: id });
    expect(beyond.status).to.equal(413);
    expect(beyond.body).to.include({ code: "QUOTE_EXCEEDED", limit: 1000, actual: 1001 });
  });

  it("refuses a wrong or missing token", async () => {
    const mine = await begin(provider.url, { client, length: 100 });
    for (const token of ["", "wrong"]) {
      const reply = await patch({ ...mine, token }, 0, sample(100));
      expect(reply.status).to.equal(401);
      expect(reply.body.code).to.equal("TOKEN_INVALID");
    }
    expect(await offsetOf(mine)).to.equal(0);
    const other = await begin(provider.url, { client, length: 100 });
    expect((await patch({ ...mine, token: other.token }, 0, sample(100))).status).to.equal(401);
  });

  it("refuses an unknown upload, a wrong offset, type and length, and keeps what it has", async () => {
    const mine = await begin(provider.url, { client, length: 100 });
    const unknown = { ...mine, location: `${provider.url}/v1/uploads/none` };
    expect((await patch(unknown, 0, sample(1))).body.code).to.equal("UPLOAD_UNKNOWN");

    await patch(mine, 0, sample(60));
    const offset = await patch(mine, 50, sample(10));
    expect(offset.status).to.equal(409);
    expect(offset.body).to.include({ code: "OFFSET_MISMATCH", expected: 60, actual: 50 });
    expect(offset.headers.get("Upload-Offset")).to.equal("60");
    const type = await patch(mine, 60, sample(40), { "Content-Type": "text/plain" });
    expect(type.status).to.equal(415);
    const long = await patch(mine, 60, sample(41));
    expect(long.status).to.equal(413);
    expect(long.body).to.include({ code: "LENGTH_EXCEEDED", limit: 100 });
    expect(await offsetOf(mine)).to.equal(60);
  });

  it("answers a body that turns out too long, and keeps what fitted", async () => {
    const mine = await begin(provider.url, { client, length: 100 });
    const chunks = ReadableStream.from([sample(60), sample(60)]);
    const reply = await call(mine.location, {
      method: "PATCH",
      headers: patchHeaders(mine.token, 0),
      body: chunks,
      duplex: "half",
    } as unknown as RequestInit);
    expect(reply.status).to.equal(413);
    expect(await offsetOf(mine)).to.be.oneOf([0, 60]);
  });

  it("takes a length that is declared with the last bytes", async () => {
    const bytes = sample(70_000);
    const { id } = await quote(provider.url, { client, maxBytes: 100_000 });
    const reply = await create(provider.url, { quote: id });
    const mine: TestUpload = {
      location: reply.headers.get("Location") ?? "",
      token: reply.headers.get("Upload-Token") ?? "",
      quote: id,
    };
    await patch(mine, 0, bytes.subarray(0, 50_000));
    const short = await patch(mine, 50_000, new Uint8Array(), { "Upload-Length": "40000" });
    expect(short.body.code).to.equal("LENGTH_INVALID");
    const last = await patch(mine, 50_000, bytes.subarray(50_000), { "Upload-Length": "70000" });
    expect(last.headers.get("Upload-Offset")).to.equal("70000");
    expect((await askOffer(mine, { client, bytes })).status).to.equal(200);
  });

  it("deletes an upload at the client's wish", async () => {
    const mine = await begin(provider.url, { client, length: 100 });
    const headers = { "Tus-Resumable": "1.0.0", Authorization: `Bearer ${mine.token}` };
    expect((await call(mine.location, { method: "DELETE", headers })).status).to.equal(204);
    expect((await patch(mine, 0, sample(10))).body.code).to.equal("UPLOAD_UNKNOWN");
  });

  it("continues at any offset after a restart [HTTP-2]", async () => {
    const bytes = sample(2 * MIB + 77);
    let mine = await begin(provider.url, { client, length: bytes.length });
    let from = 0;
    for (const to of [1, 127, 1_040_384, MIB, MIB + 1, bytes.length]) {
      const reply = await patch(mine, from, bytes.subarray(from, to));
      expect(reply.status).to.equal(204);
      await provider.stop();
      provider = await world.start(config);
      mine = movedTo(provider.url, mine);
      expect(await offsetOf(mine)).to.equal(to);
      from = to;
    }
    expect((await askOffer(mine, { client, bytes })).status).to.equal(200);
  });

  it("keeps what arrived when the connection breaks", async () => {
    const bytes = sample(3 * MIB);
    const mine = await begin(provider.url, { client, length: bytes.length });
    const sending = request(mine.location, {
      method: "PATCH",
      headers: { ...patchHeaders(mine.token, 0), "Content-Length": bytes.length },
    });
    sending.on("error", () => "the break is ours");
    await new Promise<void>((resolve) => sending.write(bytes.subarray(0, MIB), () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, 100));
    sending.destroy();

    const kept = await offsetWhen(mine, (offset) => offset > 0);
    expect(kept).to.be.within(1, MIB);
    await patch(mine, kept, bytes.subarray(kept));
    expect((await askOffer(mine, { client, bytes })).status).to.equal(200);
  });

  it("lets a new request take over from a connection that hangs", async () => {
    const bytes = sample(100_000);
    const mine = await begin(provider.url, { client, length: bytes.length });
    const hanging = request(mine.location, {
      method: "PATCH",
      headers: { ...patchHeaders(mine.token, 0), "Content-Length": bytes.length },
    });
    hanging.on("error", () => "cut by the provider");
    await new Promise<void>((resolve) => hanging.write(bytes.subarray(0, 1000), () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, 100));

    const reply = await patch(mine, 0, bytes);
    expect(reply.body).to.include({ code: "OFFSET_MISMATCH", expected: 1000 });
    expect((await patch(mine, 1000, bytes.subarray(1000))).status).to.equal(204);
  });

  it("loses nothing acknowledged when its process is killed [HTTP-2]", async () => {
    const bytes = sample(12 * MIB);
    const own = await world.provider({ pricePerTiBPeriod: "1000000000" });
    const configFile = `${own.dataDir}.json`;
    writeFileSync(configFile, JSON.stringify(own));

    const first = await launch(configFile);
    const mine = await begin(first.url, { client, length: bytes.length });
    await patch(mine, 0, bytes.subarray(0, MIB + 5));
    const sending = request(mine.location, {
      method: "PATCH",
      headers: { ...patchHeaders(mine.token, MIB + 5), "Content-Length": bytes.length - MIB - 5 },
    });
    sending.on("error", () => "the provider is gone");
    await new Promise<void>((resolve) => {
      sending.write(bytes.subarray(MIB + 5, 11 * MIB), () => resolve());
    });
    const seen = await offsetWhen(mine, (offset) => offset > MIB + 5);
    first.child.kill("SIGKILL");
    await once(first.child, "exit");

    const second = await launch(configFile);
    const again = movedTo(second.url, mine);
    const kept = await offsetOf(again);
    expect(kept).to.be.at.least(seen);
    expect((await patch(again, kept, bytes.subarray(kept))).status).to.equal(204);
    expect((await askOffer(again, { client, bytes })).status).to.equal(200);
    second.child.kill("SIGTERM");
    const [code] = await once(second.child, "exit");
    expect(code).to.equal(0);
  });

  it("stops taking bytes that nobody pays for at its caps", async () => {
    const own = await world.start(
      await world.provider({ unpaidBytes: 3000, unpaidBytesPerClient: 2000, maxPieceBytes: 2000 }),
    );
    await upload(own.url, { client, bytes: sample(1500) });
    const { id } = await quote(own.url, { client, maxBytes: 600 });
    const reply = await create(own.url, { length: 600, quote: id });
    expect(reply.status).to.equal(429);
    expect(reply.headers.get("Retry-After")).to.equal("600");
    expect(reply.body).to.include({ code: "UNPAID_LIMIT", left: 500 });

    const other = (await world.net.newWallet()).address;
    await upload(own.url, { client: other, bytes: sample(1400) });
    const third = (await world.net.newWallet()).address;
    const { id: thirdQuote } = await quote(own.url, { client: third, maxBytes: 200 });
    const total = await create(own.url, { length: 200, quote: thirdQuote });
    expect(total.body).to.include({ code: "UNPAID_LIMIT", left: 100 });
  });

  it("refuses what its capacity does not hold", async () => {
    const own = await world.start(
      await world.provider({
        capacityBytes: 5000,
        unpaidBytes: 10_000,
        unpaidBytesPerClient: 10_000,
      }),
    );
    await upload(own.url, { client, bytes: sample(3000) });
    const { id } = await quote(own.url, { client, maxBytes: 2001 });
    const reply = await create(own.url, { length: 2001, quote: id });
    expect(reply.status).to.equal(507);
    expect(reply.body).to.include({ code: "CAPACITY_FULL", needed: 2001, free: 2000 });
  });
});

async function offsetWhen(mine: TestUpload, enough: (offset: number) => boolean): Promise<number> {
  for (;;) {
    const offset = await offsetOf(mine);
    if (enough(offset)) return offset;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function launch(configFile: string) {
  const command = new URL(
    "../bin/holdfast-provider.mjs",
    import.meta.resolve("@holdfast/provider"),
  );
  const args = [fileURLToPath(command), "run", "--config", configFile, "--until-stdin-closes"];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, url: String((JSON.parse(line) as { url: unknown }).url) };
}

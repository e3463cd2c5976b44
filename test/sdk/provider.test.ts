import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { readPiece } from "../../sdk/src/provider/client.ts";
import { exchange, type Peer } from "../../sdk/src/provider/http.ts";
import { createUpload } from "../../sdk/src/provider/tus.ts";
import { chooseDiverse } from "../../sdk/src/quote/choose.ts";
import { uploader } from "../../sdk/src/store/uploader.ts";
import { rejection, sample } from "./support/world.ts";

let server: Server;
let peer: Peer;

async function serve(listener: RequestListener): Promise<void> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  peer = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: 200 };
}

function stop(): void {
  server.closeAllConnections();
  server.close();
}

describe("exchange", () => {
  afterEach(stop);

  it("names a provider that is silent, and for how long", async () => {
    await serve(() => {});
    const error = await rejection(exchange(peer, "v1/info"));
    expect(error).to.include({ code: "PROVIDER_UNREACHABLE", provider: peer.url });
    expect(error.message).to.equal(
      `The provider at ${peer.url} cannot be used: it was silent for 0.2 s.`,
    );
  });

  it("waits for a body as long as bytes keep coming", async () => {
    await serve((_, response) => {
      response.writeHead(200);
      let left = 6;
      const timer = setInterval(() => {
        if (left-- > 0) return response.write("x");
        clearInterval(timer);
        response.end();
      }, 80);
    });
    expect((await exchange(peer, "")).body.length).to.equal(6);
  });

  it("says why a connection failed", async () => {
    await serve(() => {});
    const { url } = peer;
    stop();
    await new Promise((resolve) => server.once("close", resolve));
    const error = await rejection(exchange({ url, timeoutMs: 200 }, ""));
    expect(error.code).to.equal("PROVIDER_UNREACHABLE");
    expect(error.message).to.include("ECONNREFUSED");
  });

  it("passes a refusal on with the provider's own words", async () => {
    const problem = { code: "TERM_TOO_LONG", detail: "Too long.", fix: "Shorter." };
    await serve((_, response) => {
      response.writeHead(422, { "Content-Type": "application/problem+json" });
      response.end(JSON.stringify(problem));
    });
    const error = await rejection(exchange(peer, ""));
    expect(error).to.include({ code: "PROVIDER_REFUSED", provider: peer.url });
    expect(error.message).to.include("refused with TERM_TOO_LONG: Too long.");
    expect(error.cause).to.include({ status: 422, code: "TERM_TOO_LONG" });
  });

  it("keeps the codes that mean the same on both sides", async () => {
    await serve((_, response) => {
      response.writeHead(409, { "Content-Type": "application/problem+json" });
      response.end(JSON.stringify({ code: "PIECE_MISMATCH", detail: "Other bytes." }));
    });
    expect(await rejection(exchange(peer, ""))).to.have.property("code", "PIECE_MISMATCH");
  });

  it("says the status of an answer that is no problem document", async () => {
    await serve((_, response) => response.writeHead(502).end("<html>Bad gateway"));
    const error = await rejection(exchange(peer, ""));
    expect(error.code).to.equal("PROVIDER_REFUSED");
    expect(error.message).to.include("refused with HTTP 502");
  });

  it("does not read more than it asked for", async () => {
    await serve((_, response) => response.end(Buffer.alloc(2000)));
    const error = await rejection(readPiece(peer, "cid", { offset: 0, length: 1000 }));
    expect(error).to.have.property("code", "PROVIDER_UNREACHABLE");
    expect(error.message).to.include("longer than 1000 bytes");
  });

  it("calls a range that is too short wrong bytes", async () => {
    await serve((_, response) => response.end(Buffer.alloc(10)));
    const error = await rejection(readPiece(peer, "cid", { offset: 0, length: 1000 }));
    expect(error).to.include({ code: "WRONG_BYTES", provider: peer.url });
  });

  it("stops at once when it is cancelled", async () => {
    await serve(() => {});
    const controller = new AbortController();
    const call = exchange({ ...peer, timeoutMs: 10_000, signal: controller.signal }, "");
    setTimeout(() => controller.abort(), 30);
    expect(await rejection(call)).to.have.property("code", "CANCELLED");
  });
});

describe("uploader", () => {
  afterEach(() => stop());
  const bytes = sample(10_000);
  const upload = () => ({ url: `${peer.url}/v1/uploads/1`, token: "t" });

  /** A tus server in miniature, which keeps what arrived of a body that broke off. */
  function tus(o: { failures: number; keeps?: number; status?: number }) {
    const state = { received: Buffer.alloc(0), failures: o.failures, length: "" };
    const listener: RequestListener = async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      if (request.method === "PATCH") {
        const offset = Number(request.headers["upload-offset"]);
        state.length = String(request.headers["upload-length"] ?? state.length);
        if (offset !== state.received.length) return void response.writeHead(409).end();
        const fails = state.failures-- > 0;
        const kept = fails ? body.subarray(0, o.keeps ?? 0) : body;
        state.received = Buffer.concat([state.received, kept]);
        if (fails) return void response.writeHead(o.status ?? 503).end();
      }
      response.setHeader("Upload-Offset", state.received.length);
      response.writeHead(204).end();
    };
    return { state, listener };
  }

  async function send(offset = 0, declared = true) {
    const uploading = uploader(peer, upload(), { offset, portion: 4000, declared });
    for (let at = 0; at < bytes.length; at += 1000)
      await uploading.write(bytes.subarray(at, at + 1000));
    await uploading.finish();
    return uploading.failure();
  }

  it("sends all bytes in order, in portions", async () => {
    const { state, listener } = tus({ failures: 0 });
    await serve(listener);
    expect(await send()).to.equal(undefined);
    expect(state.received.equals(bytes)).to.equal(true);
  });

  it("goes on where a broken request stopped", async () => {
    const { state, listener } = tus({ failures: 2, keeps: 1234 });
    await serve(listener);
    expect(await send()).to.equal(undefined);
    expect(state.received.equals(bytes)).to.equal(true);
  });

  it("passes over what an earlier call has brought", async () => {
    const { state, listener } = tus({ failures: 0 });
    state.received = Buffer.from(bytes.subarray(0, 2500));
    await serve(listener);
    expect(await send(2500)).to.equal(undefined);
    expect(state.received.equals(bytes)).to.equal(true);
  });

  it("says the length at the end when it was left open", async () => {
    const { state, listener } = tus({ failures: 0 });
    await serve(listener);
    await send(0, false);
    expect(state.length).to.equal("10000");
  });

  it("gives up after three attempts that brought nothing", async () => {
    const { listener } = tus({ failures: 100 });
    await serve(listener);
    expect(await send()).to.include({ code: "PROVIDER_REFUSED", provider: peer.url });
  });

  it("does not repeat what was refused for good", async () => {
    const { state, listener } = tus({ failures: 100, status: 413 });
    await serve(listener);
    expect(await send()).to.have.property("code", "PROVIDER_REFUSED");
    expect(state.failures).to.equal(99);
  });

  it("is created with the quote that it counts on", async () => {
    let metadata: unknown;
    await serve((request, response) => {
      metadata = request.headers["upload-metadata"];
      response.writeHead(201, { Location: "/v1/uploads/7", "Upload-Token": "secret" }).end();
    });
    const made = await createUpload(peer, { quote: "0xab" });
    expect(made).to.deep.equal({ url: `${peer.url}/v1/uploads/7`, token: "secret" });
    expect(metadata).to.equal(`quote ${btoa("0xab")}`);
  });
});

describe("chooseDiverse", () => {
  const party = (url: string, owner: string) => ({ url, owner });

  it("takes the best of each owner", () => {
    const ranked = [
      party("http://127.0.0.1:1", "a"),
      party("http://127.0.0.1:2", "a"),
      party("http://127.0.0.1:3", "b"),
    ];
    expect(chooseDiverse(ranked, 2)).to.deep.equal([ranked[0], ranked[2]]);
  });

  it("takes one of each domain and each network, but on loopback", () => {
    const ranked = [
      party("https://a.example.org", "a"),
      party("https://b.example.org", "b"),
      party("https://198.51.100.1", "c"),
      party("https://198.51.100.2", "d"),
      party("https://198.51.101.2", "e"),
    ];
    expect(chooseDiverse(ranked, 5).map(({ owner }) => owner)).to.deep.equal(["a", "c", "e"]);
  });

  it("counts those who hold other fragments", () => {
    const [a, b] = [party("http://127.0.0.1:1", "a"), party("http://127.0.0.1:2", "b")];
    expect(chooseDiverse([a, b], 1, [a])).to.deep.equal([b]);
  });
});

// `npm start [-- path/to/a/file]`: the whole of Holdfast on this machine, from an empty chain to the last cent paid out.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Devnet } from "@holdfast/devnet";
import { fileToStore } from "./demo/file.ts";
import { printMoney } from "./demo/report.ts";
import { loseOne, payOut, prove, recover, setUp, store } from "./demo/story.ts";
import { timing } from "./demo/timing.ts";
import { say } from "./lib/run.ts";
import { bytes, duration } from "./lib/screen.ts";

const started = performance.now();
const file = fileToStore(process.argv[2]);
// What the client remembers between calls. On the way it is removed, to show that nothing depends on it.
const memory = mkdtempSync(join(tmpdir(), "holdfast-client-"));
process.env.HOLDFAST_STATE = memory;
process.on("exit", () => rmSync(memory, { recursive: true, force: true }));

say(`Six storage providers are going to keep ${basename(file.path)} (${bytes(file.size)}).`);
if (file.estimateMs) say(`The file is large: this takes about ${duration(file.estimateMs)}.`);

const steps = timing();
const net = await steps.run(
  "set up",
  "A chain, a market for storage, and six providers start",
  async () => {
    const started = await setUp(file);
    steps.watch(started.signer.provider);
    return started;
  },
);
try {
  await tell(net);
} finally {
  await net.stop();
}

async function tell(net: Devnet): Promise<void> {
  const scene = { file, net, memory };
  const { run } = steps;
  await run("store", "You store the file for ten days", () => store(scene));
  await run("prove", "Three days pass", () => prove(scene));
  await run("lose a provider", "A provider is lost", () => loseOne(scene));
  await run("recover", "You lose your computer, all but the key of your wallet", () =>
    recover(scene),
  );
  await run("pay out", "The ten days end, and everybody withdraws", () => payOut(scene));
  say("\nThe money, as the stablecoin has recorded it:\n");
  await printMoney(net);
  say("\nThe work, everybody's together:\n");
  steps.print();
  say(`\nDone in ${duration(performance.now() - started)}.`);
}

// `node scripts/vectors.ts`: writes the vectors in test/vectors/ again, from other people's code where
// there is some, else from a second derivation in plain steps.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, say } from "./lib/run.ts";
import { drawsVectors } from "./vectors/draws.ts";
import { erasureVectors } from "./vectors/erasure.ts";
import { identityVectors } from "./vectors/identity.ts";
import { manifestVectors } from "./vectors/manifest.ts";
import { objectVectors } from "./vectors/object.ts";
import { offersVectors } from "./vectors/offers.ts";
import { pieceVectors } from "./vectors/piece.ts";
import { termsVectors } from "./vectors/terms.ts";
import { unixfsVectors } from "./vectors/unixfs.ts";

const files = {
  piece: pieceVectors,
  unixfs: unixfsVectors,
  erasure: erasureVectors,
  object: objectVectors,
  manifest: manifestVectors,
  identity: identityVectors,
  terms: termsVectors,
  draws: drawsVectors,
  offers: offersVectors,
};

for (const [name, vectors] of Object.entries(files)) {
  const path = join(root, "test", "vectors", `${name}.json`);
  const before = read(path);
  const after = `${JSON.stringify(await vectors(), null, 1)}\n`;
  writeFileSync(path, after);
  say(
    `test/vectors/${name}.json: ${after.length} bytes, ${before === after ? "unchanged" : "CHANGED"}`,
  );
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

// Run it after `npm install` has changed package-lock.json; `npm run check` says when that was forgotten.
import { completeLockFile } from "./lib/lock-file.ts";
import { say } from "./lib/run.ts";

const added = completeLockFile();
say(added.length > 0 ? `Added ${added.join(", ")}` : "The lock-file is complete");

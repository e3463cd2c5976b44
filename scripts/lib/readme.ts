import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.ts";

/** Pages whose code is that of the examples. */
const pages = ["README.md", "sdk/README.md", "provider/README.md", "docs/architecture.md"];
/** A fenced block, its language, and what stands in the line before it. */
const block = /^(.*)\n```(\w*)\n([\s\S]*?)^```$/gm;
const marker = /^<!-- (examples\/[\w-]+\.ts)#(\w+) -->$/;

/** What is wrong with the code blocks of the pages: each must be, byte by byte, the region that the comment before it names. */
export function readmeFault(): string | undefined {
  const faults = pages.flatMap((page) => faultsOf(page, readFileSync(join(root, page), "utf8")));
  return faults.length === 0 ? undefined : faults.join("\n");
}

function faultsOf(page: string, text: string): string[] {
  const faults: string[] = [];
  for (const [, before = "", language, code = ""] of text.matchAll(block)) {
    // Diagrams are not code.
    if (language === "mermaid") continue;
    const [, file, region] = marker.exec(before) ?? [];
    if (file === undefined || region === undefined) {
      const first = code.split("\n")[0];
      faults.push(`${page}: the block that starts with "${first}" names no region of an example.`);
    } else if (code !== slice(file, region)) {
      faults.push(`${page}: the block ${file}#${region} is not what that region says.`);
    }
  }
  return faults;
}

/** The lines between `// #region name` and the next `// #endregion`; undefined when there is no such region. */
function slice(file: string, region: string): string | undefined {
  const path = join(root, file);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const start = `// #region ${region}\n`;
  const from = text.indexOf(start);
  const to = text.indexOf("// #endregion\n", from);
  return from < 0 || to < 0 ? undefined : text.slice(from + start.length, to);
}

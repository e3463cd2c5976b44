import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.ts";

const file = join(root, "package-lock.json");

interface Entry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  packages: Record<string, Entry>;
}

/**
 * The lock-file's optional packages that have no entry of their own. npm leaves out what the registry at hand does not
 * carry, usually builds for other platforms; `npm ci` then refuses the lock-file everywhere.
 */
export function missingEntries(): Map<string, string> {
  const { packages } = read();
  const missing = new Map<string, string>();
  for (const { optionalDependencies = {} } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const found = Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`));
      if (!found) missing.set(name, version);
    }
  }
  return missing;
}

/** Adds entries for those packages, with the platform that their names say. */
export function completeLockFile(): readonly string[] {
  const lock = read();
  const missing = missingEntries();
  for (const [name, version] of missing) {
    lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), optional: true };
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
  return [...missing.keys()];
}

function platformOf(name: string): Pick<Entry, "os" | "cpu" | "libc"> {
  const build = /(android|darwin|freebsd|linux|openharmony|win32)-(\w+)(?:-(\w+))?$/.exec(name);
  if (!build) throw new Error(`The name ${name} does not say which platform the package is for.`);
  const [, os = "", cpu = "", variant = ""] = build;
  const libc = variant.startsWith("gnu")
    ? "glibc"
    : variant.startsWith("musl")
      ? "musl"
      : undefined;
  return { cpu: [cpu], os: [os], ...(libc && os === "linux" ? { libc: [libc] } : {}) };
}

function read(): LockFile {
  return JSON.parse(readFileSync(file, "utf8"));
}

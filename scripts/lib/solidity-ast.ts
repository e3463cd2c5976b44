import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import solc from "solc";
import { root } from "./run.ts";

/** A node of the compiler's syntax tree. What else it has depends on its type. */
export interface AstNode {
  readonly nodeType: string;
  /** `start:length:file`, in bytes. */
  readonly src: string;
  readonly [key: string]: unknown;
}

/** Where in the tree a node stands. */
export interface Place {
  readonly node: AstNode;
  readonly parent: Place | undefined;
  /** Name of the parent's field that holds the node. */
  readonly key: string;
}

/** A source file and its tree. */
export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: Buffer;
  readonly ast: AstNode;
}

export interface CompilerError {
  readonly message: string;
  readonly file: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** What runs in production: neither interfaces nor contracts that only tests use. */
export function productionSources(): string[] {
  return globSync("contracts/**/*.sol", { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !/^contracts\/(interfaces|mocks)\//.test(file))
    .sort();
}

/** Parses and type-checks sources without generating code, so that it takes seconds. Imports are read from the project. */
export function analyse(sources: ReadonlyMap<string, string>): {
  readonly trees: ReadonlyMap<string, AstNode>;
  readonly errors: readonly CompilerError[];
} {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([path, content]) => [path, { content }])),
    settings: { evmVersion: "cancun", outputSelection: { "*": { "": ["ast"] } } },
  };
  const output: CompilerOutput = JSON.parse(
    solc.compile(JSON.stringify(input), { import: readImport }),
  );
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  return {
    trees: new Map(Object.entries(output.sources ?? {}).map(([path, { ast }]) => [path, ast])),
    errors: errors.map(({ formattedMessage, sourceLocation }) => ({
      message: formattedMessage,
      file: sourceLocation?.file,
      start: sourceLocation?.start ?? 0,
      end: sourceLocation?.end ?? 0,
    })),
  };
}

interface CompilerOutput {
  readonly errors?: readonly {
    readonly severity: string;
    readonly formattedMessage: string;
    readonly sourceLocation?: {
      readonly file: string;
      readonly start: number;
      readonly end: number;
    };
  }[];
  readonly sources?: Readonly<Record<string, { readonly ast: AstNode }>>;
}

function readImport(path: string): { contents: string } | { error: string } {
  try {
    const file = path.startsWith("@") ? join("node_modules", path) : path;
    return { contents: readFileSync(join(root, file), "utf8") };
  } catch (error) {
    return { error: String(error) };
  }
}

/** Reads files of the project with their trees. @throws Error with the compiler's words when they do not compile. */
export function readSources(paths: readonly string[]): SourceFile[] {
  const texts = new Map(paths.map((path) => [path, readFileSync(join(root, path))]));
  return parse(new Map([...texts].map(([path, text]) => [path, text.toString()])));
}

/** The trees of sources that are at hand. @throws Error with the compiler's words when they do not compile. */
export function parse(sources: ReadonlyMap<string, string>): SourceFile[] {
  const { trees, errors } = analyse(sources);
  if (errors[0]) throw new Error(`The sources do not compile: ${errors[0].message}`);
  return [...sources].map(([path, text]) => {
    const ast = trees.get(path);
    if (!ast) throw new Error(`The compiler gave no syntax tree for ${path}.`);
    return { path, text: Buffer.from(text), ast };
  });
}

/** Visits a node and all below it, parents first; `visit` returns false to leave out what is below. */
export function walk(
  node: AstNode,
  visit: (place: Place) => boolean,
  parent?: Place,
  key = "",
): void {
  const place = { node, parent, key };
  if (!visit(place)) return;
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, visit, place, name);
    }
  }
}

export function isNode(value: unknown): value is AstNode {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

/** The node in a field that always has one. */
export function child(node: AstNode, key: string): AstNode {
  const value = node[key];
  if (!isNode(value)) throw new Error(`A ${node.nodeType} has no node named ${key}.`);
  return value;
}

export function range({ src }: AstNode): { readonly start: number; readonly end: number } {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return { start, end: start + length };
}

export function textOf({ text }: SourceFile, node: AstNode): string {
  const { start, end } = range(node);
  return text.subarray(start, end).toString();
}

/** Type of an expression as the compiler spells it, such as `uint256` or `int_const 1`. */
export function typeOf(node: AstNode): string {
  const described = node.typeDescriptions as { typeString?: string | null } | undefined;
  return described?.typeString ?? "";
}

/** The nearest node of a type around a place. */
export function enclosing(place: Place, nodeType: string): AstNode | undefined {
  for (let at: Place | undefined = place; at; at = at.parent) {
    if (at.node.nodeType === nodeType) return at.node;
  }
  return undefined;
}

/** `Contract.function`, or the contract alone for what stands outside of functions. */
export function scopeOf(place: Place): string {
  const contract = enclosing(place, "ContractDefinition");
  const definition =
    enclosing(place, "FunctionDefinition") ?? enclosing(place, "ModifierDefinition");
  const name = definition && (definition.name || definition.kind);
  return [contract?.name, name].filter(Boolean).join(".");
}

export function lineOf({ text }: SourceFile, offset: number): number {
  return text.subarray(0, offset).toString().split("\n").length;
}

/** The whole line at an offset, without its indentation. */
export function sourceLine({ text }: SourceFile, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return text
    .subarray(start, end < 0 ? text.length : end)
    .toString()
    .trim();
}

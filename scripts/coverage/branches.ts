import { type Edit, importProbe, render } from "../lib/rewrite.ts";
import {
  type AstNode,
  child,
  lineOf,
  type Place,
  range,
  type SourceFile,
  sourceLine,
  textOf,
  walk,
} from "../lib/solidity-ast.ts";

/** One of the two ways that a decision can go. */
export interface Outcome {
  /** What `Probe` reports when it is taken. */
  readonly hit: number;
  readonly file: string;
  readonly line: number;
  /** Which way, in words. */
  readonly text: string;
  readonly source: string;
}

interface Instrumented {
  readonly sources: ReadonlyMap<string, string>;
  readonly outcomes: readonly Outcome[];
}

/** The words for the two ways of a decision: when its condition is false, and when it is true. */
const ways: Readonly<Record<string, readonly [no: string, yes: string]>> = {
  require: ["reverts", "goes on"],
  IfStatement: ["is not entered", "is entered"],
  Conditional: ["takes the second value", "takes the first value"],
  ForStatement: ["is left", "runs its body"],
  WhileStatement: ["is left", "runs its body"],
  DoWhileStatement: ["is left", "runs again"],
  "&&": ["is decided by its left side", "looks at its right side"],
  "||": ["looks at its right side", "is decided by its left side"],
};

/** Rewrites the files so that each decision reports which way it goes. */
export function instrument(files: readonly SourceFile[]): Instrumented {
  const outcomes: Outcome[] = [];
  const sources = new Map<string, string>();
  let decisions = 0;
  for (const file of files) {
    const edits: Edit[] = [importProbe(file)];
    walk(file.ast, (place) => {
      if (place.node.nodeType === "InlineAssembly" || isConstant(place.node)) return false;
      const found = decisionOf(place);
      if (found) {
        const id = decisions++;
        edits.push({ ...range(found.at), rewrite: (inner) => found.rewrite(id, inner) });
        outcomes.push(...outcomesOf(file, found, id));
      }
      return true;
    });
    sources.set(file.path, render(file.text, edits));
  }
  return { sources, outcomes };
}

interface Decision {
  readonly at: AstNode;
  readonly words: readonly [no: string, yes: string];
  readonly rewrite: (id: number, inner: string) => string;
}

function decisionOf({ node }: Place): Decision | undefined {
  if (node.nodeType === "TryCatchClause") return clauseOf(node);
  const isRequire =
    node.nodeType === "FunctionCall" && child(node, "expression").name === "require";
  const kind = isRequire
    ? "require"
    : node.nodeType === "BinaryOperation"
      ? String(node.operator)
      : node.nodeType;
  const words = ways[kind];
  if (!words) return undefined;
  const at = isRequire
    ? (node.arguments as AstNode[])[0]
    : node.nodeType === "BinaryOperation"
      ? child(node, "leftExpression")
      : (node.condition as AstNode | undefined);
  return at && { at, words, rewrite: (id, inner) => `Probe.branch(${id}, ${inner})` };
}

/** A clause of `try` is one way of it: only that it is entered counts. */
function clauseOf(node: AstNode): Decision {
  return {
    at: child(node, "block"),
    words: ["", "is entered"],
    rewrite: (id, inner) => `{ Probe.hit(${2 * id + 1}); ${inner} }`,
  };
}

function outcomesOf(file: SourceFile, { at, words }: Decision, id: number): Outcome[] {
  const { start } = range(at);
  const expression = textOf(file, at).replaceAll(/\s+/g, " ");
  return words.flatMap((way, i) =>
    way === ""
      ? []
      : {
          hit: 2 * id + i,
          file: file.path,
          line: lineOf(file, start),
          text: `${expression}: ${way}`,
          source: sourceLine(file, start),
        },
  );
}

function isConstant(node: AstNode): boolean {
  return node.nodeType === "VariableDeclaration" && node.constant === true;
}

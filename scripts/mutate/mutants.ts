import { posix } from "node:path";
import { statementRange } from "../lib/rewrite.ts";
import {
  type AstNode,
  child,
  lineOf,
  type Place,
  range,
  type SourceFile,
  scopeOf,
  sourceLine,
  textOf,
  walk,
} from "../lib/solidity-ast.ts";
import { operators } from "./operators.ts";
import type { Variant } from "./variant.ts";

/** One broken version of the sources: a change of one place. */
export interface Mutant {
  /** Names the mutant as long as the function around it does not change at this place. */
  readonly key: string;
  readonly file: string;
  readonly line: number;
  readonly operator: string;
  readonly source: string;
  readonly place: Place;
  readonly variant: Variant;
  readonly start: number;
  readonly end: number;
}

/** Parts whose values are not computed while a contract runs, or only say what went wrong. */
const leftOut = new Set([
  "ErrorDefinition",
  "EventDefinition",
  "ImportDirective",
  "InlineAssembly",
  "RevertStatement",
  "StructDefinition",
  "StructuredDocumentation",
  "UsingForDirective",
]);

/** All mutants of a file, in the order of the source. */
export function mutantsOf(file: SourceFile): Mutant[] {
  const mutants: Mutant[] = [];
  const seen = new Map<string, number>();
  const texts = new Set<string>();
  walk(file.ast, (place) => {
    if (!isMutable(place)) return false;
    for (const variant of operators[place.node.nodeType]?.(file, place) ?? []) {
      if (isUnfit(place, variant)) continue;
      const at =
        variant.form === "statement" ? statementRange(file, variant.node) : range(variant.node);
      const text = `${at.start}:${at.end}:${variant.form}:${variant.text}`;
      if (texts.has(text)) continue;
      texts.add(text);
      mutants.push(describe(file, place, variant, at, seen));
    }
    return place.node.nodeType !== "ModifierInvocation";
  });
  return mutants;
}

function describe(
  file: SourceFile,
  place: Place,
  variant: Variant,
  at: { readonly start: number; readonly end: number },
  seen: Map<string, number>,
): Mutant {
  const { operator, node } = variant;
  const where = `${posix.basename(file.path)} ${scopeOf(place)}`;
  const change =
    variant.text === "" ? textOf(file, node) : `${textOf(file, node)} → ${variant.text}`;
  const name = `${where} | ${operator} | ${change.replaceAll(/\s+/g, " ")}`;
  const occurrence = (seen.get(name) ?? 0) + 1;
  seen.set(name, occurrence);
  return {
    key: occurrence === 1 ? name : `${name} | ${occurrence}`,
    file: file.path,
    line: lineOf(file, at.start),
    operator,
    source: sourceLine(file, at.start),
    place,
    variant,
    ...at,
  };
}

function isMutable({ node, parent, key }: Place): boolean {
  if (leftOut.has(node.nodeType) || key === "typeName") return false;
  if (node.nodeType === "VariableDeclaration" && node.constant === true) return false;
  // A loop that never ends is no interesting mutant.
  if (key === "loopExpression") return false;
  const isError = key === "arguments" && parent && isRequire(parent) && !isFirst(parent, node);
  return !isError;
}

function isRequire({ node }: Place): boolean {
  return node.nodeType === "FunctionCall" && child(node, "expression").name === "require";
}

function isFirst({ node }: Place, argument: unknown): boolean {
  return Array.isArray(node.arguments) && node.arguments[0] === argument;
}

function isUnfit({ node, parent, key }: Place, { form }: Variant): boolean {
  if (form === "expression") return node.lValueRequested === true || key === "leftHandSide";
  if (form === "modifier") return !parent || !canBeSplit(parent.node);
  return !["statements", "trueBody", "falseBody", "body"].includes(key);
}

/** Whether another function can take the place of this one's body, with the same arguments. */
function canBeSplit(definition: AstNode): boolean {
  const { parameters } = child(definition, "parameters");
  const isNamed = Array.isArray(parameters) && parameters.every(({ name }) => name !== "");
  return definition.kind === "function" && isNamed;
}

import {
  type AstNode,
  type Place,
  range,
  type SourceFile,
  textOf,
  typeOf,
} from "../lib/solidity-ast.ts";
import { expression, isConstant, type Variant } from "./variant.ts";

/** A number, a use of a named constant, or a truth value, changed by the least possible. */
export function literalVariants(file: SourceFile, place: Place): readonly Variant[] {
  const { node } = place;
  if (node.nodeType !== "Literal") return namedConstant(file, place);
  if (node.kind === "bool") {
    return [expression("literal", node, node.value === "true" ? "false" : "true")];
  }
  if (node.kind !== "number" || !isConstant(node)) return [];
  const target = typedAround(place);
  if (target === undefined) return [];
  return neighbours(textOf(file, node)).map((text) =>
    expression("literal", target, replaceWithin(file, target, node, text)),
  );
}

/** Uses of constants are changed in place of their definitions, whose value the compiler must know. */
function namedConstant(file: SourceFile, { node, parent, key }: Place): readonly Variant[] {
  const isName = /^[A-Z][A-Z0-9_]+$/.test(String(node.name ?? node.memberName));
  if (!isName || !/^u?int\d+$/.test(typeOf(node)) || node.lValueRequested) return [];
  // `Library.CONSTANT` is changed as a whole.
  if (parent?.node.nodeType === "MemberAccess" && key === "expression") return [];
  const name = textOf(file, node);
  return ["+", "-"].map((sign) => expression("constant", node, `${name} ${sign} 1`));
}

/**
 * The smallest expression around a number that has a type of its own. A number alone has none: `1 << x` is wide while
 * `(c ? 1 : 2) << x` is 8 bits wide.
 */
function typedAround({ node, parent }: Place): AstNode | undefined {
  if (!parent) return undefined;
  const outer = parent.node;
  if (isConstant(outer)) return typedAround(parent);
  const isOperand = outer.nodeType === "BinaryOperation" || outer.nodeType === "UnaryOperation";
  const isConversion = outer.nodeType === "FunctionCall" && outer.kind === "typeConversion";
  return isOperand || isConversion ? outer : node;
}

function neighbours(literal: string): string[] {
  const [number = "", ...unit] = literal.split(/\s+/);
  if (!/^(0x[\da-fA-F]+|[\d_]+)$/.test(number)) return [];
  const value = BigInt(number.replaceAll("_", ""));
  const values = value === 0n ? [1n] : [value + 1n, value - 1n];
  return values.map((other) => [other, ...unit].join(" "));
}

function replaceWithin(file: SourceFile, outer: AstNode, inner: AstNode, text: string): string {
  const [around, within] = [range(outer), range(inner)];
  const before = file.text.subarray(around.start, within.start).toString();
  return before + text + file.text.subarray(within.end, around.end).toString();
}

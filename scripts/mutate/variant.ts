import { type AstNode, typeOf } from "../lib/solidity-ast.ts";

/** One way to break a place of the source. */
export interface Variant {
  readonly operator: string;
  /** What is replaced: an expression, or a statement (then `text` is statements, maybe none), or a modifier. */
  readonly node: AstNode;
  readonly form: "expression" | "statement" | "modifier";
  readonly text: string;
}

export function expression(operator: string, node: AstNode, text: string): Variant {
  return { operator, node, form: "expression", text };
}

/** Whether the compiler knows the value: such an expression takes its type from where it stands. */
export function isConstant(node: AstNode): boolean {
  return /^(int|rational)_const /.test(typeOf(node));
}

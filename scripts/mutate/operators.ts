import {
  type AstNode,
  child,
  isNode,
  type Place,
  range,
  type SourceFile,
  textOf,
  typeOf,
} from "../lib/solidity-ast.ts";
import { literalVariants } from "./literals.ts";
import { expression, isConstant, type Variant } from "./variant.ts";

type Operator = (file: SourceFile, place: Place) => readonly Variant[];

/** The other operators that take the place of one, and the name of that kind of change. */
const swaps: Readonly<Record<string, readonly [kind: string, ...others: string[]]>> = {
  "<": ["relational", "<=", ">="],
  "<=": ["relational", "<", ">"],
  ">": ["relational", ">=", "<="],
  ">=": ["relational", ">", "<"],
  "==": ["relational", "!="],
  "!=": ["relational", "=="],
  "+": ["arithmetic", "-"],
  "-": ["arithmetic", "+"],
  "*": ["arithmetic", "/"],
  "/": ["arithmetic", "*"],
  "%": ["arithmetic", "*"],
  "&": ["bitwise", "|"],
  "|": ["bitwise", "&"],
  "^": ["bitwise", "|"],
  "<<": ["shift", ">>"],
  ">>": ["shift", "<<"],
  "&&": ["logical", "||"],
  "||": ["logical", "&&"],
};

const assignments: Readonly<Record<string, readonly string[]>> = {
  "+=": ["-=", "="],
  "-=": ["+=", "="],
  "*=": ["/=", "="],
  "/=": ["*=", "="],
  "%=": ["*=", "="],
  "|=": ["&=", "="],
  "&=": ["|=", "="],
  "^=": ["="],
  "<<=": [">>=", "="],
  ">>=": ["<<=", "="],
};

export const operators: Readonly<Record<string, Operator>> = {
  BinaryOperation: (file, { node }) => {
    if (isConstant(node)) return [];
    const [left, right] = [child(node, "leftExpression"), child(node, "rightExpression")];
    const [kind, ...others] = swaps[String(node.operator)] ?? [];
    if (kind === undefined) return [];
    const swapped = others.map((other) => expression(kind, node, swapOperator(file, node, other)));
    if (kind !== "logical") return swapped;
    const operands = [left, right].map((part) => expression("operand", node, textOf(file, part)));
    return [...swapped, ...operands];
  },

  UnaryOperation: (file, { node }) => {
    const operand = textOf(file, child(node, "subExpression"));
    if (node.operator === "!") return [expression("negation", node, operand)];
    const other = { "++": "--", "--": "++" }[String(node.operator)];
    if (other === undefined) return [];
    return [expression("step", node, node.prefix ? other + operand : operand + other)];
  },

  Conditional: (file, { node }) => {
    if (isConstant(node)) return [];
    const [condition, yes, no] = ["condition", "trueExpression", "falseExpression"].map((key) =>
      textOf(file, child(node, key)),
    );
    const arms = ["trueExpression", "falseExpression"].map((key) => child(node, key));
    // An arm that is a number has a type of its own when it stands alone.
    const alone = arms.some(isConstant)
      ? [`true ? ${yes} : ${no}`, `false ? ${yes} : ${no}`]
      : [yes ?? "", no ?? ""];
    return [
      expression("ternary arms", node, `${condition} ? ${no} : ${yes}`),
      ...alone.map((arm) => expression("ternary condition", node, arm)),
    ];
  },

  IfStatement: (_file, { node }) =>
    ["true", "false"].map((value) => expression("condition", child(node, "condition"), value)),

  ExpressionStatement: (file, { node }) => {
    const inner = child(node, "expression");
    const removed: Variant = { operator: removalOf(inner), node, form: "statement", text: "" };
    if (inner.nodeType !== "Assignment") return [removed];
    // The compiler refuses a reference that may be unset.
    if (typeOf(child(inner, "leftHandSide")).endsWith("storage pointer")) return [];
    const others = assignments[String(inner.operator)] ?? [];
    const [left, right] = [child(inner, "leftHandSide"), child(inner, "rightHandSide")];
    return [
      removed,
      ...others.map((other): Variant => {
        const text = `${textOf(file, left)} ${other} ${textOf(file, right)};`;
        return { operator: "assignment", node, form: "statement", text };
      }),
    ];
  },

  EmitStatement: (_file, { node }) => [
    { operator: "emit removed", node, form: "statement", text: "" },
  ],

  Return: (_file, { node }) => {
    if (!isNode(node.expression)) return [];
    const zero = zeroOf(typeOf(node.expression));
    return zero === undefined ? [] : [expression("return zero", node.expression, zero)];
  },

  FunctionCall: (file, { node }) => {
    const callee = child(node, "expression");
    const other = { min: "max", max: "min" }[String(callee.memberName)];
    if (other === undefined) return [];
    const text = textOf(file, node).replace(`.${callee.memberName}`, `.${other}`);
    return [expression("min and max", node, text)];
  },

  ModifierInvocation: (_file, { node }) =>
    node.kind === "modifierInvocation"
      ? [{ operator: "modifier removed", node, form: "modifier", text: "" }]
      : [],

  Literal: literalVariants,
  Identifier: literalVariants,
  MemberAccess: literalVariants,
};

function swapOperator(file: SourceFile, node: AstNode, other: string): string {
  const [left, right] = [child(node, "leftExpression"), child(node, "rightExpression")];
  const gap = file.text.subarray(range(left).end, range(right).start).toString();
  const swapped = gap.replace(String(node.operator), other);
  return textOf(file, left) + swapped + textOf(file, right);
}

function removalOf(inner: AstNode): string {
  if (inner.nodeType === "Assignment") return "assignment removed";
  if (inner.nodeType !== "FunctionCall") return "statement removed";
  return child(inner, "expression").name === "require" ? "require removed" : "call removed";
}

function zeroOf(type: string): string | undefined {
  if (type === "bool") return "false";
  if (type === "address") return "address(0)";
  return /^(u?int|bytes)\d+$/.test(type) ? `${type}(0)` : undefined;
}

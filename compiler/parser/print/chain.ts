import type { BinaryOperator, Expression } from '../ast.ts';
import { precedenceOf } from '../operators.ts';

/** `a | b | c` as a list: `operators[at]` stands before `operands[at + 1]`. */
export interface Chain {
  readonly operands: readonly Expression[];
  readonly operators: readonly BinaryOperator[];
}

/** The branches of a union or an intersection, or null. Branches that are chains of their own stay whole. */
export function chainOf(expression: Expression): Chain | null {
  if (expression.kind !== 'binary') return null;
  const { operator } = expression;
  if (operator !== '|' && operator !== 'or' && operator !== '&' && operator !== 'and') return null;
  const level = precedenceOf(operator);
  const operands: Expression[] = [];
  const operators: BinaryOperator[] = [];
  let left: Expression = expression;
  while (left.kind === 'binary' && precedenceOf(left.operator) === level) {
    operands.unshift(left.right);
    operators.unshift(left.operator);
    left = left.left;
  }
  return { operands: [left, ...operands], operators };
}

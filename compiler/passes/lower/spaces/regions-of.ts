import type { Expression } from '../../../parser/ast.ts';

/** The regions of a space as they are written: `a + b + c` from left to right. */
export function regionsOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'binary' && expression.operator === '+'
    ? [...regionsOf(expression.left), ...regionsOf(expression.right)]
    : [expression];
}

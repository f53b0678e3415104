import type { BinaryOperator, Expression } from '../../../parser/ast.ts';
import { maxInteger } from '../../../../runtime/limits.ts';
import type { ArithmeticOp, RealBinaryOp } from '../../../../runtime/mask/program/nodes.ts';
import { expectPositive, expectReal, expectSet } from '../values/expect.ts';
import type { Lowering } from '../values/lowering.ts';
import { realBinary, realUnary } from '../values/reals.ts';
import type { Scope } from '../values/scope.ts';
import { describe, int, poison, real, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';

type Binary = Expression & { kind: 'binary' };

export function lowerUnary(
  lowering: Lowering,
  expression: Expression & { kind: 'unary' },
  scope: Scope,
): Value {
  const { builder } = lowering;
  const operand = lowering.evaluate(expression.operand, scope);
  if (operand.kind === 'error') return poison;
  if (expression.operator !== '-') {
    const node = expectSet(
      lowering,
      operand,
      expression.operand.span,
      `The operand of \`${expression.operator}\``,
    );
    return node === null ? poison : set(builder.not(node));
  }
  if (operand.kind === 'int') return int(builder.add({ kind: 'neg', operand: operand.node }));
  if (operand.kind === 'real') return real(realUnary(builder, 'neg', operand.node));
  return lowering.report(
    'wrong-operand',
    expression.span,
    `\`-\` needs a number, not ${describe(operand)}.`,
    {
      label: `this is ${describe(operand)}`,
      help:
        operand.kind === 'set' ? ['the pairs that are not in a set are `!S`; `A - B` leaves B out of A'] : [],
    },
  );
}

export function lowerBinary(lowering: Lowering, expression: Binary, scope: Scope): Value {
  const left = lowering.evaluate(expression.left, scope);
  const right = lowering.evaluate(expression.right, scope);
  if (left.kind === 'error' || right.kind === 'error') return poison;
  switch (expression.operator) {
    case '|':
    case '&':
    case 'and':
    case 'or':
      return lowerSetOperator(lowering, expression, left, right);
    case '-':
      if (left.kind === 'set' || right.kind === 'set')
        return lowerSetOperator(lowering, expression, left, right);
      return lowerArithmetic(lowering, expression, left, right, scope);
    default:
      return lowerArithmetic(lowering, expression, left, right, scope);
  }
}

function lowerSetOperator(lowering: Lowering, expression: Binary, left: Value, right: Value): Value {
  const { builder } = lowering;
  const place = `An operand of \`${expression.operator}\``;
  const a = expectSet(lowering, left, expression.left.span, place);
  const b = expectSet(lowering, right, expression.right.span, place);
  if (a === null || b === null) return poison;
  switch (expression.operator) {
    case '|':
    case 'or':
      return set(builder.or(a, b));
    case '-':
      return set(builder.and(a, builder.not(b)));
    default:
      return set(builder.and(a, b));
  }
}

function lowerArithmetic(
  lowering: Lowering,
  expression: Binary,
  left: Value,
  right: Value,
  scope: Scope,
): Value {
  const { builder } = lowering;
  const { operator } = expression;
  for (const [value, operand] of [
    [left, expression.left],
    [right, expression.right],
  ] as const) {
    if (value.kind === 'int' || value.kind === 'real') continue;
    return lowering.report(
      'wrong-operand',
      operand.span,
      `\`${operator}\` needs numbers, not ${describe(value)}.`,
      {
        label: `this is ${describe(value)}`,
        help: value.kind === 'set' && operator === '+' ? ['the union of two sets is `A | B`'] : [],
      },
    );
  }
  if (left.kind === 'int' && right.kind === 'int' && operator !== '/') {
    return lowerIntegers(lowering, expression, left.node, right.node, scope);
  }
  const op = realOperators[operator];
  if (op === undefined) {
    return lowering.report('wrong-operand', expression.span, `\`${operator}\` needs integers.`, {
      label: 'one operand is a real number',
      help: ['`/` divides real numbers; floor(…) brings a real number to an integer'],
    });
  }
  const a = expectReal(lowering, left, expression.left.span, 'An operand');
  const b = expectReal(lowering, right, expression.right.span, 'An operand');
  if (a === null || b === null) return poison;
  return real(realBinary(builder, op, a, b));
}

function lowerIntegers(lowering: Lowering, expression: Binary, a: number, b: number, scope: Scope): Value {
  const { builder } = lowering;
  const { operator } = expression;
  if (operator === '-' && a === scope.query && b === scope.key) return int(scope.behind);
  if (operator === '-' && a === scope.key && b === scope.query) return int(scope.ahead);
  if (operator === 'div' || operator === 'mod') {
    const place = `The divisor of \`${operator}\``;
    const divisor = expectPositive(lowering, int(b), expression.right.span, place);
    return divisor === null ? poison : int(builder.arithmetic(operator, a, divisor));
  }
  if (operator === '<<' || operator === '>>') {
    const { low, high } = lowering.bounds(b);
    if (low < 0 || high > 30) {
      const known = Number.isFinite(low) && Number.isFinite(high);
      return lowering.report('shift-outside', expression.right.span, 'A shift must be by 0 to 30 bits.', {
        label: known ? (low === high ? `${low} bits` : `${low} to ${high} bits`) : 'not proved to be 0 to 30',
        help: known ? [] : ['`clamp(x, 0, 30)` proves it'],
      });
    }
  }
  const result = builder.arithmetic(integerOperators[operator]!, a, b);
  const value = lowering.constant(result);
  if (value === null || Math.abs(value) <= maxInteger) return int(result);
  return lowering.report('integer-too-large', expression.span, `${value} does not fit in 32 bits.`, {
    label: `the largest integer is ${maxInteger}`,
  });
}

const integerOperators: Partial<Record<BinaryOperator, ArithmeticOp>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '<<': 'shl',
  '>>': 'shr',
};

const realOperators: Partial<Record<BinaryOperator, RealBinaryOp>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
};

import type { ComparisonOperator, Expression } from '../../parser/ast.ts';
import type { NodeId, RoundMode } from '../../../runtime/mask/nodes.ts';
import { contains } from './contains.ts';
import { expectInt } from './expect.ts';
import type { Lowering } from './lowering.ts';
import { realBinary } from './reals.ts';
import type { Scope } from './scope.ts';
import { describe, poison, set } from './value.ts';
import type { Value } from './value.ts';

/** `0 <= i - j < w`: every neighbouring pair must hold. */
export function lowerComparison(
  lowering: Lowering,
  expression: Expression & { kind: 'comparison' },
  scope: Scope,
): Value {
  const values = expression.operands.map((operand) => lowering.evaluate(operand, scope));
  if (values.some(({ kind }) => kind === 'error')) return poison;
  const results: NodeId[] = [];
  for (const [at, operator] of expression.operators.entries()) {
    const [left, right] = [values[at], values[at + 1]];
    const [leftSpan, rightSpan] = [expression.operands[at].span, expression.operands[at + 1].span];
    if (operator === 'in') {
      const x = expectInt(lowering, left, leftSpan, 'The left side of `in`');
      const inside = x === null ? null : contains(lowering, scope, x, right, rightSpan);
      if (inside === null) return poison;
      results.push(inside);
      continue;
    }
    const result = compareValues(lowering, operator, left, right);
    if (result === null) {
      const span = { ...leftSpan, end: rightSpan.end };
      return lowering.report('not-comparable', span, comparisonMessage(operator, left, right), {
        secondary: [
          { span: leftSpan, text: describe(left) },
          { span: rightSpan, text: describe(right) },
        ],
      });
    }
    results.push(result);
  }
  return set(lowering.builder.and(...results));
}

function comparisonMessage(operator: ComparisonOperator, left: Value, right: Value): string {
  if (left.kind === 'set' && right.kind === 'set')
    return `Sets have no order: \`${operator}\` needs numbers.`;
  return `\`${operator}\` cannot compare ${describe(left)} with ${describe(right)}.`;
}

function compareValues(
  lowering: Lowering,
  operator: Exclude<ComparisonOperator, 'in'>,
  left: Value,
  right: Value,
): NodeId | null {
  const { builder } = lowering;
  if (operator === '>') return compareValues(lowering, '<', right, left);
  if (operator === '>=') return compareValues(lowering, '<=', right, left);
  if (operator === '!=') {
    const equal = compareValues(lowering, '==', left, right);
    return equal === null ? null : builder.not(equal);
  }
  if (left.kind === 'set' && right.kind === 'set' && operator === '==') {
    const both = builder.and(left.node, right.node);
    return builder.or(both, builder.and(builder.not(left.node), builder.not(right.node)));
  }
  if (left.kind === 'int' && right.kind === 'int') {
    const op = operator === '<' ? 'lt' : operator === '<=' ? 'le' : 'eq';
    return builder.compare(op, left.node, right.node);
  }
  if (left.kind === 'int' && right.kind === 'real')
    return compareWithReal(lowering, operator, left.node, right.node);
  if (left.kind === 'real' && right.kind === 'int') {
    // r < x is not(x <= r), r <= x is not(x < r).
    if (operator === '==') return compareWithReal(lowering, '==', right.node, left.node);
    return builder.not(compareWithReal(lowering, operator === '<' ? '<=' : '<', right.node, left.node));
  }
  if (left.kind === 'real' && right.kind === 'real')
    return compareReals(lowering, operator, left.node, right.node);
  return null;
}

/** Exact: for an integer x, x < r is x < ceil(r), and x <= r is x <= floor(r). */
function compareWithReal(lowering: Lowering, operator: '<' | '<=' | '==', x: NodeId, r: NodeId): NodeId {
  const { builder } = lowering;
  const round = (mode: RoundMode) => builder.add({ kind: 'round', mode, operand: r });
  if (operator === '<') return builder.compare('lt', x, round('ceil'));
  if (operator === '<=') return builder.compare('le', x, round('floor'));
  return builder.and(builder.compare('eq', x, round('floor')), builder.compare('eq', x, round('ceil')));
}

/** By the sign of the difference, which float64 never rounds to 0; cut to -1..1 so that it fits in an integer. */
function compareReals(lowering: Lowering, operator: '<' | '<=' | '==', a: NodeId, b: NodeId): NodeId {
  const { builder } = lowering;
  const difference = realBinary(builder, 'sub', a, b);
  const cut = realBinary(
    builder,
    'max',
    realBinary(builder, 'min', difference, builder.real(1)),
    builder.real(-1),
  );
  const zero = builder.int(0);
  if (operator === '<') return builder.not(compareWithReal(lowering, '<=', zero, cut));
  if (operator === '<=') return builder.not(compareWithReal(lowering, '<', zero, cut));
  return compareWithReal(lowering, '==', zero, cut);
}

import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { Expression } from '../../../parser/ast.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { arraysOf, indexText, indicesOf } from '../values/dependencies.ts';
import { expectInt, expectPositive } from '../values/expect.ts';
import type { Lowering } from '../values/lowering.ts';
import type { Scope } from '../values/scope.ts';

/** A size of at least 1 that is the same for the whole launch. */
export function fixedSize(lowering: Lowering, value: Expression, scope: Scope, place: string): NodeId | null {
  const node = expectPositive(lowering, lowering.evaluate(value, scope), value.span, place);
  return node === null || !isFixed(lowering, node, value.span, place) ? null : node;
}

/** A size that may be 0. */
export function regionSize(
  lowering: Lowering,
  value: Expression,
  scope: Scope,
  place: string,
): NodeId | null {
  const node = expectInt(lowering, lowering.evaluate(value, scope), value.span, place);
  if (node === null || !isFixed(lowering, node, value.span, place)) return null;
  const { low, high } = lowering.bounds(node);
  if (low >= 0) return node;
  if (high >= 0) return lowering.builder.arithmetic('max', node, lowering.builder.int(0));
  lowering.report('negative-extent', value.span, `${place} must not be negative.`, {
    label: `this is ${high}`,
  });
  return null;
}

function isFixed(lowering: Lowering, node: NodeId, span: Span, place: string): boolean {
  const [index] = indicesOf(lowering.builder, node).map((found) => indexText[found]);
  const [array] = arraysOf(lowering.builder, node);
  if (index === undefined && array === undefined) return true;
  lowering.report('axis-size-not-fixed', span, `${place} must be the same for all rows and heads.`, {
    label: `depends on \`${index ?? array}\``,
  });
  return false;
}

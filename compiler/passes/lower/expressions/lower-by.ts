import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { ByExpression, Expression } from '../../../parser/ast.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { choose } from '../values/choose.ts';
import { expectConstant } from '../values/expect.ts';
import type { Lowering } from '../values/lowering.ts';
import type { Scope } from '../values/scope.ts';
import { describe, poison } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { count } from '../values/wording.ts';

/** The indices first <= x < end that a label names. */
interface Label {
  readonly first: number;
  readonly end: number;
  readonly span: Span;
}

/** `by head { 0..<4: A; 5, 7: B; else: C }`: the value of the case that names the head (or layer). */
export function lowerBy(lowering: Lowering, expression: ByExpression, scope: Scope): Value {
  const { builder } = lowering;
  const seen: Label[] = [];
  const cases: { readonly condition: NodeId; readonly value: Value }[] = [];
  let failed = false;
  const index = expression.axis === 'head' ? builder.intern({ kind: 'head' }) : builder.symbol('layer');
  for (const entry of expression.cases) {
    const labels = entry.labels.map((label) => lowerLabel(lowering, label, scope, expression.axis));
    const value = lowering.evaluate(entry.value, scope);
    const known = labels.filter((label) => label !== null);
    failed ||= known.length < labels.length || value.kind === 'error';
    for (const label of known) reportOverlap(lowering, label, seen, expression.axis);
    seen.push(...known);
    const inside = known.map(({ first, end }) =>
      end === first + 1
        ? builder.compare('eq', index, builder.int(first))
        : builder.between(builder.int(first), index, builder.int(end)),
    );
    cases.push({ condition: builder.or(...inside), value });
  }
  const otherwise = expression.otherwise === null ? null : lowering.evaluate(expression.otherwise, scope);
  if (failed || otherwise?.kind === 'error') return poison;
  if (otherwise === null && !coversAll(lowering, expression, seen)) return poison;
  return joinCases(lowering, expression, cases, otherwise);
}

function lowerLabel(lowering: Lowering, label: Expression, scope: Scope, axis: string): Label | null {
  const value = lowering.evaluate(label, scope);
  if (value.kind === 'range') {
    const [first, end] = [lowering.constant(value.low), lowering.constant(value.high)];
    if (first !== null && end !== null) return checkLabel(lowering, { first, end, span: label.span }, axis);
    lowering.report(
      'not-constant',
      label.span,
      `A label of \`by ${axis}\` must be known when the file is compiled.`,
      {
        label: 'known only at launch',
      },
    );
    return null;
  }
  const first = expectConstant(lowering, value, label.span, `A label of \`by ${axis}\``);
  return first === null ? null : checkLabel(lowering, { first, end: first + 1, span: label.span }, axis);
}

function checkLabel(lowering: Lowering, label: Label, axis: string): Label {
  if (axis === 'head' && label.end > lowering.heads) {
    const last = label.end - 1;
    lowering.warn(
      'label-outside',
      label.span,
      `There is no head ${last}: the attention has ${count(lowering.heads, 'head')}.`,
      {
        label: `the last head is ${lowering.heads - 1}`,
        notes: ['the label has no effect there'],
      },
    );
  }
  return label;
}

function reportOverlap(lowering: Lowering, label: Label, seen: readonly Label[], axis: string): void {
  const other = seen.find(({ first, end }) => label.first < end && first < label.end);
  if (other === undefined) return;
  const shared = Math.max(label.first, other.first);
  lowering.report('overlapping-labels', label.span, `Two cases of \`by ${axis}\` name ${axis} ${shared}.`, {
    label: `names ${axis} ${shared} again`,
    secondary: [{ span: other.span, text: `${axis} ${shared} is named here` }],
  });
}

function coversAll(lowering: Lowering, expression: ByExpression, seen: readonly Label[]): boolean {
  const help = ['add a last case: `else: full` or `else: empty`'];
  if (expression.axis === 'layer') {
    lowering.report('uncovered-labels', expression.span, '`by layer` needs an `else`.', {
      label: 'no value for the other layers',
      notes: ['the number of layers is not part of a specification, so any layer may come at launch'],
      help,
    });
    return false;
  }
  const missing: number[] = [];
  for (let head = 0; head < lowering.heads; head++) {
    if (!seen.some(({ first, end }) => first <= head && head < end)) missing.push(head);
  }
  if (missing.length === 0) return true;
  let last = 0;
  while (missing[last + 1] === missing[last] + 1) last++;
  const range = last === 0 ? `head ${missing[0]}` : `heads ${missing[0]}..${missing[last]}`;
  lowering.report('uncovered-labels', expression.span, `No case of \`by head\` names ${range}.`, {
    label: `nothing for ${range} of ${lowering.heads}`,
    help,
  });
  return false;
}

function joinCases(
  lowering: Lowering,
  expression: ByExpression,
  cases: readonly { readonly condition: NodeId; readonly value: Value }[],
  otherwise: Value | null,
): Value {
  // Where every head is named, the last case needs no comparison.
  let joined = otherwise ?? cases[cases.length - 1]?.value;
  if (joined === undefined) return poison;
  const rest = otherwise === null ? cases.slice(0, -1) : cases;
  for (const { condition, value } of [...rest].reverse()) {
    const next = choose(lowering, condition, value, joined);
    if (next === null) {
      return lowering.report(
        'mixed-branches',
        expression.span,
        `The cases of \`by ${expression.axis}\` differ in type.`,
        {
          label: `${describe(value)} or ${describe(joined)}`,
          notes: ['all cases are integers, real numbers or sets'],
        },
      );
    }
    joined = next;
  }
  return joined;
}

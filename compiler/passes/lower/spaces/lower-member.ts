import type { Expression } from '../../../parser/ast.ts';
import { didYouMean } from '../../../diagnostics/suggest-name.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { sideOf } from '../values/dependencies.ts';
import type { Lowering } from '../values/lowering.ts';
import { notYetCompiled } from '../values/refuse.ts';
import type { Scope } from '../values/scope.ts';
import { coordinates } from '../values/space.ts';
import type { Space } from '../values/space.ts';
import { describe, int, poison } from '../values/value.ts';
import type { Value } from '../values/value.ts';

type Member = Expression & { kind: 'member' };

/** `i.t`: a coordinate. `i.video`: the position inside a region. `video.t`, `video.n`: the size of an axis, of a region. */
export function lowerMember(lowering: Lowering, expression: Member, scope: Scope): Value {
  const { builder } = lowering;
  const { object, property } = expression;
  if (isResult(object, scope)) {
    return notYetCompiled(lowering, expression.span, `"${lowering.text(expression.span)}"`, 'named results');
  }
  const value = lowering.evaluate(object, scope);
  if (value.kind === 'error') return poison;
  if (value.kind === 'region') {
    if (property.text === 'n') return int(value.region.length);
    const axis = value.region.axes.find(({ name }) => name === property.text);
    if (axis !== undefined) return int(axis.size);
    return unknownAxis(lowering, expression, [...value.region.axes.map(({ name }) => name), 'n']);
  }
  if (value.kind === 'attention') {
    return notYetCompiled(lowering, expression.span, `"${lowering.text(expression.span)}"`, 'named results');
  }
  if (value.kind !== 'int') {
    return lowering.report('type-mismatch', object.span, 'Only positions and regions have axes.', {
      label: `this is ${describe(value)}`,
    });
  }
  if (scope.space === null) return withoutSpace(lowering, expression);
  const spaces = spacesOf(lowering, scope, scope.space, value.node);
  for (const region of spaces.flatMap(({ regions }) => regions)) {
    const at = region.axes.findIndex(({ name }) => name === property.text);
    if (at >= 0) return int(coordinates(builder, region, value.node)[at]);
    if (region.name === property.text) return int(builder.arithmetic('sub', value.node, region.start));
  }
  return unknownAxis(lowering, expression, spaces.flatMap(namesOf));
}

/** The space of a position: that of the queries, that of the keys, or both where neither is meant. */
function spacesOf(lowering: Lowering, scope: Scope, space: Space, position: NodeId): readonly Space[] {
  if (space.keys === null) return [space];
  switch (sideOf(lowering.builder, scope, position)) {
    case 'query':
      return [space];
    case 'key':
      return [space.keys];
    default:
      return [space, space.keys];
  }
}

/** `cmp.probs`: a member of something that a later part of the language computes. */
function isResult(object: Expression, scope: Scope): boolean {
  return (
    object.kind === 'name' &&
    !['i', 'j'].includes(object.text) &&
    scope.space === null &&
    !scope.names.has(object.text)
  );
}

export function namesOf(space: Space): readonly string[] {
  return space.regions.flatMap(({ name, axes }) => [
    ...axes.map((axis) => axis.name),
    ...(name === null ? [] : [name]),
  ]);
}

function withoutSpace(lowering: Lowering, expression: Member): Value {
  if (lowering.spaceFailed) return poison;
  return lowering.report(
    'no-space',
    expression.span,
    `"${lowering.text(expression.span)}" needs a space, but positions are plain numbers here.`,
    {
      label: 'no axes here',
      notes: [
        '`over` names the axes; inside `block`, `chunk`, `segments` and `axis` positions are plain numbers',
      ],
      help: ['`pattern p(t: int, h: int) over (t, h) = …`'],
    },
  );
}

function unknownAxis(lowering: Lowering, expression: Member, known: readonly string[]): Value {
  const { text, span } = expression.property;
  return lowering.report('unknown-axis', span, `There is no axis "${text}".`, {
    label: `one of ${known.join(', ')}`,
    help: didYouMean(text, known, span),
  });
}

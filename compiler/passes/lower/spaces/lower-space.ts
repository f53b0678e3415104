import type { Argument, CallExpression, Expression } from '../../../parser/ast.ts';
import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { maxLength } from '../../../../runtime/limits.ts';
import { fixedSize, regionSize } from './fixed-size.ts';
import type { OrderOfRegion } from './choose-ordered-region.ts';
import { lowerOrder } from './lower-order.ts';
import type { Lowering } from '../values/lowering.ts';
import { withNames } from '../values/scope.ts';
import type { Scope } from '../values/scope.ts';
import { regionsOf } from './regions-of.ts';
import { lengthOf, spaceHolds } from '../values/space.ts';
import type { Axis, Numbering, Region, Space } from '../values/space.ts';

/** A region without its place in the space. */
type Part = Omit<Region, 'start' | 'side'>;

/**
 * The space of an `over`, or null after a report: of queries and keys, or of the queries, and `keys` that of the keys. Sizes
 * see the names of `scope`. `ordered` is what numbers a region that says nothing of it.
 */
export function lowerSpace(
  lowering: Lowering,
  expression: Expression,
  keys: Expression | null,
  scope: Scope,
  ordered: OrderOfRegion | null = null,
): Space | null {
  const ofQueries = lowerRegions(lowering, expression, keys === null ? null : 'query', scope, ordered);
  const ofKeys = keys === null ? null : lowerRegions(lowering, keys, 'key', scope, ordered);
  const failed = ofQueries === null || (keys !== null && ofKeys === null);
  if (!failed && (ofKeys === null || haveOwnRegions(lowering, ofQueries, ofKeys, keys!))) {
    return { ...ofQueries, keys: ofKeys };
  }
  lowering.spaceFailed = true;
  return null;
}

/** Axes may have the same names on both sides, regions may not: `i in text` would not say which is meant. */
function haveOwnRegions(lowering: Lowering, queries: Space, keys: Space, written: Expression): boolean {
  const both = keys.regions.find(
    ({ name }) => name !== null && queries.regions.some((region) => region.name === name),
  );
  if (both === undefined) return true;
  lowering.report('duplicate-axis', written.span, `Queries and keys both have a region "${both.name}".`, {
    label: 'named again here',
  });
  return false;
}

function lowerRegions(
  lowering: Lowering,
  expression: Expression,
  side: Region['side'],
  scope: Scope,
  ordered: OrderOfRegion | null,
): Space | null {
  const { builder } = lowering;
  const written = regionsOf(expression);
  const parts = written.map((region) =>
    lowerRegion(lowering, region, scope, ordered?.region === region ? ordered.order : null),
  );
  if (parts.some((part) => part === null) || hasDuplicates(lowering, parts as Part[], written)) return null;
  const regions: Region[] = [];
  let start = builder.int(0);
  for (const part of parts) {
    regions.push({ ...part!, start, side });
    start = builder.arithmetic('add', start, part!.length);
  }
  const total = lowering.constant(start);
  if (total !== null && total > maxLength) {
    lowering.report('space-too-large', expression.span, `The space has ${total} positions.`, {
      label: `more than ${maxLength}`,
    });
    return null;
  }
  return { regions, length: start, keys: null };
}

/** The scope in which positions are those of a space: its regions are names. */
export function spaceScope(lowering: Lowering, scope: Scope, space: Space): Scope {
  const { builder } = lowering;
  const isWhole = builder.node(scope.query).kind === 'query' && builder.node(scope.key).kind === 'key';
  if (isWhole) lowering.space ??= space;
  const named = [space, ...(space.keys === null ? [] : [space.keys])]
    .flatMap(({ regions }) => regions)
    .filter(({ name }) => name !== null);
  return withNames(
    { ...scope, space },
    named.map((region) => [region.name!, { kind: 'region', region }]),
  );
}

/** The pairs of a set whose positions both are cells of the space. */
export function insideSpace(lowering: Lowering, scope: Scope, space: Space, set: NodeId): NodeId {
  const { builder } = lowering;
  const ofKeys = spaceHolds(builder, space.keys ?? space, scope.key);
  return builder.and(spaceHolds(builder, space, scope.query), ofKeys, set);
}

function lowerRegion(
  lowering: Lowering,
  expression: Expression,
  scope: Scope,
  order: Expression | null,
): Part | null {
  switch (expression.kind) {
    case 'tuple':
      return lowerNamedSizes(lowering, expression.elements, expression.span, scope, order);
    case 'axes':
      return lowerGrid(lowering, null, expression, scope, order);
    case 'name':
      return lowerNamedSizes(lowering, [expression], expression.span, scope, order);
    case 'call':
      if (expression.block !== null) break;
      return expression.callee.text === 'band'
        ? lowerBand(lowering, expression, scope)
        : lowerRegionCall(lowering, expression, scope, order);
  }
  lowering.report('space-expected', expression.span, 'After `over` comes a space.', {
    label: 'no region',
    help: [
      '`over (t, h, w)` names the axes of a grid by their sizes, `over (t: 21, h: 45)` gives them',
      '`over text(256) + video(t: 21, h: 45, w: 80)` names regions and the sizes of their axes',
    ],
  });
  return null;
}

function hasDuplicates(lowering: Lowering, parts: readonly Part[], written: readonly Expression[]): boolean {
  const seen = new Set<string>();
  for (const [at, { name, axes }] of parts.entries()) {
    for (const word of [...(name === null ? [] : [name]), ...axes.map((axis) => axis.name)]) {
      if (!seen.has(word)) seen.add(word);
      else {
        lowering.report('duplicate-axis', written[at].span, `The space has two axes or regions "${word}".`, {
          label: 'named again here',
        });
        return true;
      }
    }
  }
  return false;
}

/** `(t, h, w)`: each name is that of an axis and that of its size. */
function lowerNamedSizes(
  lowering: Lowering,
  elements: readonly Expression[],
  span: Span,
  scope: Scope,
  order: Expression | null,
): Part | null {
  const axes: (Axis | null)[] = elements.map((element) => {
    if (element.kind === 'name') return lowerAxis(lowering, element.text, element, scope);
    lowering.report('axis-without-name', element.span, 'An axis needs a name.', {
      label: 'no name',
      help: ['`over grid(t: 21, h: 45)` names axes and gives their sizes'],
    });
    return null;
  });
  if (axes.some((axis) => axis === null)) return null;
  return numbered(lowering, null, axes as Axis[], order, span, scope);
}

/** `video(t: 21, h: 45, w: 80)`, `text(256)`. */
function lowerRegionCall(
  lowering: Lowering,
  call: CallExpression,
  scope: Scope,
  order: Expression | null,
): Part | null {
  const name = call.callee.text;
  const [first] = call.arguments;
  if (call.arguments.length !== 1 || first.name !== null)
    return lowerGrid(lowering, name, call, scope, order);
  const length = regionSize(lowering, first.value, scope, `The length of "${name}"`);
  return length === null ? null : { name, length, axes: [], numbering: { kind: 'row-major' } };
}

/** `video(t: 21, h: 45, w: 80)` or, without a name of its own, `(t: 21, h: 45, w: 80)`. */
function lowerGrid(
  lowering: Lowering,
  name: string | null,
  written: { readonly arguments: readonly Argument[]; readonly span: Span },
  scope: Scope,
  orderOfField: Expression | null,
): Part | null {
  const title = name === null ? 'the grid' : `"${name}"`;
  const axes: (Axis | null)[] = [];
  let order = orderOfField;
  for (const argument of written.arguments) {
    if (argument.name?.text === 'order') order = argument.value;
    else if (argument.name !== null)
      axes.push(lowerAxis(lowering, argument.name.text, argument.value, scope));
    else {
      lowering.report('axis-without-name', argument.span, `An axis of ${title} has no name.`, {
        label: 'no name',
        help:
          name === null
            ? ['`over (t: 21, h: 45)` names every axis']
            : [`\`${name}(t: 21, h: 45)\` names axes, \`${name}(256)\` is a region without any`],
      });
      axes.push(null);
    }
  }
  if (axes.length === 0) {
    lowering.report('space-expected', written.span, `The region ${title} has no size.`, {
      label: 'neither a length nor axes',
    });
    return null;
  }
  if (axes.some((axis) => axis === null)) return null;
  return numbered(lowering, name, axes as Axis[], order, written.span, scope);
}

/** A grid whose cells are numbered by `order`, row-major without one. */
function numbered(
  lowering: Lowering,
  name: string | null,
  axes: readonly Axis[],
  order: Expression | null,
  span: Span,
  scope: Scope,
): Part | null {
  const numbering: Numbering | null =
    order === null ? { kind: 'row-major' } : lowerOrder(lowering, order, axes, scope);
  return numbering === null ? null : gridPart(lowering, name, axes, numbering, span);
}

/** `band(s, e, width: W)`: a row of 2 W + 1 cells for every start; `size` starts, n div (2 W + 1) where it is left out. */
function lowerBand(lowering: Lowering, call: CallExpression, scope: Scope): Part | null {
  const { builder } = lowering;
  const names = call.arguments.filter(({ name }) => name === null).map(({ value }) => value);
  const given = new Map(call.arguments.map(({ name, value }) => [name?.text, value]));
  given.delete(undefined);
  const unknown = call.arguments.find(({ name }) => name !== null && !['width', 'size'].includes(name.text));
  const width = given.get('width');
  if (
    names.length !== 2 ||
    names.some(({ kind }) => kind !== 'name') ||
    unknown !== undefined ||
    width === undefined
  ) {
    lowering.report('space-expected', unknown?.span ?? call.span, 'A band has two axes and a width.', {
      label: 'not a band',
      help: ['`band(s, e, width: W)` keeps the cells with |e - s| <= W'],
    });
    return null;
  }
  const reach = regionSize(lowering, width, scope, 'The width of a band');
  if (reach === null) return null;
  const row = builder.arithmetic('add', builder.arithmetic('mul', builder.int(2), reach), builder.int(1));
  const rows = given.get('size');
  const size =
    rows === undefined
      ? builder.arithmetic('div', scope.nk, row)
      : fixedSize(lowering, rows, scope, 'The size of a band');
  if (size === null) return null;
  const axes = names.map((name) => ({ name: lowering.text(name.span), size }));
  return gridPart(lowering, 'band', axes, { kind: 'band', width: reach }, call.span);
}

function gridPart(
  lowering: Lowering,
  name: string | null,
  axes: readonly Axis[],
  numbering: Numbering,
  span: Span,
): Part | null {
  const length = lengthOf(lowering.builder, axes, numbering);
  const known = lowering.constant(length);
  if (known === null || known <= maxLength) return { name, length, axes, numbering };
  lowering.report('space-too-large', span, `The region has ${known} positions.`, {
    label: `more than ${maxLength}`,
  });
  return null;
}

function lowerAxis(lowering: Lowering, name: string, value: Expression, scope: Scope): Axis | null {
  const size = fixedSize(lowering, value, scope, `The size of the axis "${name}"`);
  return size === null ? null : { name, size };
}

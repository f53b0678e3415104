import type { Span } from '../../../diagnostics/diagnostic.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { didYouMean } from '../../../diagnostics/suggest-name.ts';
import { coordinates, regionHolds } from '../values/space.ts';
import type { Region } from '../values/space.ts';
import type { Value } from '../values/value.ts';
import { count } from '../values/wording.ts';
import type { FormCall } from './form.ts';

/** One axis of the grid that a form speaks of: the coordinates of the pair and the size. */
export interface GridAxis {
  readonly name: string;
  readonly query: NodeId;
  readonly key: NodeId;
  readonly length: NodeId;
}

export interface Grid {
  readonly axes: readonly GridAxis[];
  /** Where i and j both are cells of the grid. */
  readonly inside: NodeId;
}

/** The only region with axes, or why there is none. */
export function gridRegion(call: FormCall): Region | 'plain' | 'ambiguous' | 'two spaces' {
  if (call.scope.space !== null && call.scope.space.keys !== null) return 'two spaces';
  const grids = call.scope.space?.regions.filter(({ axes }) => axes.length > 0) ?? [];
  return grids.length === 0 ? 'plain' : grids.length === 1 ? grids[0] : 'ambiguous';
}

/** The grid that a form speaks of; null after a report. */
export function gridOf(call: FormCall): Grid | null {
  const region = gridRegion(call);
  if (region === 'plain') {
    if (call.lowering.spaceFailed) return null;
    call.lowering.report('no-space', call.span, `\`${call.form.name}\` needs a grid.`, {
      label: 'no axes here',
      notes: [
        '`over` names the axes; inside `block`, `chunk`, `segments` and `axis` positions are plain numbers',
      ],
      help: ['`pattern p(height: int, width: int) over image(y: height, x: width) = …`'],
    });
    return null;
  }
  if (region === 'ambiguous' || region === 'two spaces') {
    reportNoGrid(call, region);
    return null;
  }
  return gridOn(call, region);
}

export function reportNoGrid(call: FormCall, reason: 'ambiguous' | 'two spaces'): void {
  if (reason === 'two spaces') {
    call.lowering.report('two-spaces', call.span, `\`${call.form.name}\` needs one grid for both sides.`, {
      label: 'queries and keys have different spaces',
      help: ['compare coordinates: `abs(i.y - j.y) <= 3`'],
    });
    return;
  }
  call.lowering.report('ambiguous-grid', call.span, `\`${call.form.name}\` could mean several grids.`, {
    label: 'more than one region has axes',
    help: ['`within(REGION) { … }` says which'],
  });
}

export function gridOn(call: FormCall, region: Region): Grid {
  const { builder, scope } = call;
  const [query, key] = [scope.query, scope.key].map((index) => coordinates(builder, region, index));
  return {
    axes: region.axes.map(({ name, size }, at) => ({ name, query: query[at], key: key[at], length: size })),
    inside: builder.and(regionHolds(builder, region, scope.query), regionHolds(builder, region, scope.key)),
  };
}

/** Pairs that agree on every axis but `free`. */
export function equalElsewhere(call: FormCall, grid: Grid, free: GridAxis | null): NodeId {
  const { builder } = call;
  const equal = grid.axes
    .filter((axis) => axis !== free)
    .map(({ query, key }) => builder.compare('eq', query, key));
  return builder.and(...equal);
}

/** The axis that an argument names; null after a report. */
export function axisNamed(call: FormCall, grid: Grid, argument: string): GridAxis | null {
  const written = call.written(argument);
  const text = written.kind === 'name' ? written.text : null;
  const found = grid.axes.find(({ name }) => name === text);
  if (found !== undefined) return found;
  const names = grid.axes.map(({ name }) => name);
  call.lowering.report('unknown-axis', written.span, `${call.place(argument)} must name an axis.`, {
    label: `one of ${names.join(', ')}`,
    help: text === null ? [] : didYouMean(text, names, written.span),
  });
  return null;
}

/** One value an axis: a tuple of as many, or one value for all. Null after a report. */
export function perAxis(call: FormCall, name: string, rank: number): readonly Value[] | null {
  const value = call.value(name);
  if (value.kind === 'error') return null;
  if (value.kind !== 'tuple') return new Array<Value>(rank).fill(value);
  if (value.elements.length === rank) return value.elements;
  reportRank(call, call.spanOf(name), value.elements.length, rank);
  return null;
}

export function reportRank(call: FormCall, span: Span, given: number, rank: number): void {
  const axes = count(rank, 'axis', 'axes');
  call.lowering.report('wrong-rank', span, `${count(given, 'value')} for a grid of ${axes}.`, {
    label: `${given} given`,
    help: rank === 1 ? ['`over` gives the positions axes'] : ['one value stands for every axis'],
  });
}

/** The positive integers of an argument, one an axis; `fallback` where it was left out. */
export function positiveEach(
  call: FormCall,
  name: string,
  rank: number,
  fallback?: number,
): readonly NodeId[] | null {
  if (fallback !== undefined && !call.has(name))
    return new Array<NodeId>(rank).fill(call.builder.int(fallback));
  const values = perAxis(call, name, rank);
  const nodes = values?.map((value) => call.positiveValue(name, value)) ?? null;
  return nodes === null || nodes.includes(null) ? null : (nodes as NodeId[]);
}

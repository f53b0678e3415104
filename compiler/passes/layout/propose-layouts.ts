import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import type { BoundMask } from '../../../runtime/mask/bound/bound-mask.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import { listDistances } from '../../../runtime/schedule/lists/list-distances.ts';
import { listKeys } from '../../../runtime/schedule/lists/list-keys.ts';
import type { Strategy } from '../../../runtime/descriptor.ts';
import type { View } from '../../../runtime/view.ts';
import { rangesOfGraph } from '../../ir/find-ranges.ts';
import type { Graph } from '../../ir/graph.ts';
import { findPeriods } from './find-periods.ts';
import { findRowParts } from './find-row-parts.ts';
import type { Period } from './find-periods.ts';
import type { NominalLaunch } from './nominal-launch.ts';
import { programKey, programOf } from './programs.ts';
import { listView, positionsView, residueView } from './sequence-views.ts';
import { spaceView } from './space-views.ts';
import type { AxisSplit } from './space-views.ts';

/** A way to lay tiles over the pairs of a pass. */
export interface Layout {
  /** For people: `plain`, `residues of 4`, `boxes over t, y, x`, `gathered keys`, `parted rows`, `diagonals`. */
  readonly name: string;
  readonly queries: View;
  readonly keys: View;
  readonly strategy: Strategy;
}

const plainLayout: Layout = {
  name: 'plain',
  queries: positionsView,
  keys: positionsView,
  strategy: 'dense',
};

/** Residue views of so many periods are tried, those of the largest modulus first. */
const MOST_PERIODS = 4;
/** Heads that are looked at: equal masks count once. */
const MOST_MASKS = 3;

/** The layouts that may suit a part of a mask, `plain` first. */
export function proposeLayouts(mask: MaskProgram, graph: Graph, nominal: NominalLaunch): readonly Layout[] {
  const masks = boundMasks(mask, nominal);
  const periods = findPeriods(mask, rangesOfGraph(graph), nominal.launched.scalars);
  const repeated = periods.filter(({ stride, modulus }) => stride * modulus <= nominal.nk / 4);
  const listed = gathered(masks, nominal);
  return [
    plainLayout,
    ...alongSpace(graph, periods, nominal),
    ...byResidues(repeated.filter((period) => !isOfSpace(period, graph, nominal))),
    ...listed,
    ...parted(mask, listed, nominal),
    ...diagonal(masks, nominal),
  ];
}

/** The different masks of some heads. */
export function boundMasks(mask: MaskProgram, { launched, heads }: NominalLaunch): readonly BoundMask[] {
  const bind = createBinder(mask, launched.scalars, launched.arrays);
  const found = new Set<BoundMask>();
  for (let head = 0; head < heads && found.size < MOST_MASKS; head++) found.add(bind(0, head));
  return [...found];
}

/** Boxes over the axes of the space, and the same with axes cut into the residues that the mask asks for. */
function alongSpace({ space }: Graph, periods: readonly Period[], nominal: NominalLaunch): readonly Layout[] {
  if (space === null || space.regions.every(({ axes }) => axes.length < 2)) return [];
  const names = space.regions.flatMap(({ axes }) => axes.map(({ name }) => name)).join(', ');
  const layout = (name: string, splits: readonly AxisSplit[]): Layout => ({
    name,
    queries: spaceView('queries', space, splits),
    keys: spaceView('keys', space, splits),
    strategy: 'dense',
  });
  const splits: AxisSplit[] = [];
  const valueOf = (program: MaskProgram) => evaluateProgram(program, { symbols: nominal.launched.scalars });
  space.regions.forEach(({ axes }, region) => {
    let stride = 1;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const size = valueOf(axes[axis].size);
      const own = periods.filter(
        (period) => period.stride === stride && period.modulus < size && size % period.modulus !== size,
      );
      const [largest] = [...own].sort((a, b) => b.modulus - a.modulus);
      if (largest !== undefined) splits.push({ region, axis, modulus: largest.program, name: largest.name });
      stride *= size;
    }
  });
  const boxes = layout(`boxes over ${names}`, []);
  if (splits.length === 0) return [boxes];
  const moduli = splits.map(
    ({ region, axis, name }) => `${space.regions[region].axes[axis].name} mod ${name}`,
  );
  return [boxes, layout(`boxes over ${names} by ${moduli.join(', ')}`, splits)];
}

/** A period along an axis, or of the length of a row, a frame …: boxes over the axes have it. */
function isOfSpace({ stride, modulus }: Period, { space }: Graph, { launched }: NominalLaunch): boolean {
  const valueOf = (program: MaskProgram) => evaluateProgram(program, { symbols: launched.scalars });
  return (space?.regions ?? []).some(({ axes }) => {
    let own = 1;
    const strides = [...axes].reverse().map(({ size }) => {
      const before = own;
      own *= valueOf(size);
      return before;
    });
    return axes.length > 1 && (strides.includes(stride) || [...strides, own].includes(stride * modulus));
  });
}

/** Equal residues together: of queries and keys where the mask asks for both, else of one of them. */
function byResidues(periods: readonly Period[]): readonly Layout[] {
  const whole = new Map<number, { program: MaskProgram; name: string; sides: Set<string> }>();
  for (const { side, stride, modulus, program, name } of periods) {
    const known = whole.get(stride * modulus) ?? {
      program:
        stride === 1
          ? program
          : programOf((builder, use) => builder.arithmetic('mul', builder.int(stride), use(program))),
      name: stride === 1 ? name : String(stride * modulus),
      sides: new Set<string>(),
    };
    known.sides.add(side);
    whole.set(stride * modulus, known);
  }
  const largest = [...whole].sort(([a], [b]) => b - a).slice(0, MOST_PERIODS);
  return largest.flatMap(([, { program, name, sides }]): Layout[] => {
    const queries = residueView('queries', program, name);
    const keys = residueView('keys', program, name);
    const strategy = 'dense';
    const both = { name: `residues of ${name}`, queries, keys, strategy } as const;
    const onlyKeys = { name: `keys by residues of ${name}`, queries: positionsView, keys, strategy } as const;
    const onlyQueries = {
      name: `queries by residues of ${name}`,
      queries,
      keys: positionsView,
      strategy,
    } as const;
    if (sides.size === 2) return [both];
    return sides.has('key') ? [onlyKeys] : [onlyQueries];
  });
}

/** Where what the mask says of keys alone leaves scattered ones, they are packed. */
function gathered(masks: readonly BoundMask[], { nk }: NominalLaunch): readonly Layout[] {
  const lists = masks.map((mask) => listKeys(mask, nk));
  const worthwhile = lists.some(
    (keys) => keys.length < nk / 2 && blocksOf(keys) > 1.25 * Math.ceil(keys.length / 32),
  );
  return worthwhile
    ? [{ name: 'gathered keys', queries: positionsView, keys: listView, strategy: 'gathered' }]
    : [];
}

/** Blocks of 32 positions that have one of some ascending keys. */
function blocksOf(keys: Int32Array): number {
  let blocks = 0;
  for (let at = 0; at < keys.length; at++) if (at === 0 || keys[at] >> 5 !== keys[at - 1] >> 5) blocks++;
  return blocks;
}

/** Where some rows take part in a pattern and stand among others, each kind together: over all keys and over listed ones. */
function parted(mask: MaskProgram, listed: readonly Layout[], nominal: NominalLaunch): readonly Layout[] {
  return findRowParts(mask, nominal).flatMap((first): Layout[] => {
    const queries: View = { kind: 'parted', first };
    return [
      { name: 'parted rows', queries, keys: positionsView, strategy: 'dense' },
      ...listed.map((layout) => ({ ...layout, name: `${layout.name}, parted rows`, queries })),
    ];
  });
}

/** Where few distances between query and key are live. */
function diagonal(masks: readonly BoundMask[], { nq, nk, launched }: NominalLaunch): readonly Layout[] {
  const counts = masks.map((mask) => listDistances(mask, { nq, nk, offset: launched.offset }).length);
  return Math.max(...counts) <= (nq + nk) / 32
    ? [{ name: 'diagonals', queries: positionsView, keys: positionsView, strategy: 'diagonal' }]
    : [];
}

/** Equal layouts have equal texts. */
export function layoutKey({ queries, keys, strategy }: Layout): string {
  return [viewKey(queries), viewKey(keys), strategy].join(' ');
}

function viewKey(view: View): string {
  if (view.kind === 'parted') return `parted ${programKey(view.first)}`;
  if (view.kind !== 'boxes') return view.kind;
  return view.regions
    .map(({ base, axes }) =>
      [
        programKey(base),
        ...axes.map(({ size, stride }) => `${programKey(size)} ${programKey(stride)}`),
      ].join(),
    )
    .join(';');
}

import { targets } from '../compiler/index.ts';
import type { Alternative, CompiledUnit, Graph } from '../compiler/index.ts';
import { findRowBounds } from '../compiler/passes/find-row-bounds.ts';
import { tiledTile } from '../compiler/passes/plan-kernels.ts';
import { plainPass } from '../compiler/passes/schedule-plainly.ts';
import type { KernelDescriptor, KernelSchedule, Strategy } from '../runtime/descriptor.ts';
import { chooseKernel } from '../runtime/launch/choose-kernel.ts';
import { countLivePairs } from '../runtime/schedule/count-live-pairs.ts';
import type { Extents, View } from '../runtime/view.ts';
import { anyDevice } from './any-device.ts';
import { adviseStrides } from './explain/advise.ts';
import { askedPass, productOf } from './explain/asked-tile.ts';
import type { AskedTile } from './explain/parse-tile.ts';
import { countVisits } from './explain/count-visits.ts';
import type { ServedPass } from './explain/count-visits.ts';
import { costOf, denseCost } from './explain/predict.ts';
import { addVisits, noVisits, ofHeads } from './explain/work.ts';
import type { Visits, Work } from './explain/work.ts';
import type { HeadGroup, LaunchedUnit } from './launch-unit.ts';

export interface ExplainedPass extends Visits {
  readonly name: string;
  readonly strategy: Strategy;
  /** `32`, or the box of a tile as `(2, 4, 4)`. */
  readonly tile: { readonly queries: string; readonly keys: string };
  readonly schedule: KernelSchedule['kind'];
}

export interface Explanation extends Work {
  readonly name: string;
  readonly nq: number;
  readonly nk: number;
  readonly heads: number;
  readonly kernel: string;
  /** Query rows and keys of a tile of the first pass. */
  readonly tile: { readonly queries: number; readonly keys: number };
  /** See KernelSchedule: of the first pass. */
  readonly schedule: KernelSchedule['kind'];
  readonly why: string;
  /** Sums over all heads. */
  readonly passes: readonly ExplainedPass[];
  /** By the cost model: how many times faster than plain tiles, and than dense attention. */
  readonly predicted: {
    /** Null where a table of plain tiles is not worth deriving to compare with; see MOST_COMPARED. */
    readonly over_plain: number | null;
    readonly over_dense: number;
  };
  /** What the compiler considered, at nominal sizes; the chosen one first. */
  readonly alternatives: readonly Alternative[];
  readonly advice: readonly string[];
  /** Heads with equal masks, each group with its own numbers. */
  readonly groups: readonly (Work & { readonly head_indices: readonly number[] })[];
}

const reasons: Readonly<Record<KernelSchedule['kind'], string>> = {
  ranges:
    'the live keys of every query are one range whose ends never move back: the kernel computes them, no table is needed',
  table:
    'the live keys of a query are not proved to be one range whose ends never move back: runs of tiles are derived at launch',
  diagonals: 'the live keys of a query stand at a few distances from it: each is visited alone',
};

interface Served extends ServedPass {
  readonly name: string;
  readonly schedule: KernelSchedule['kind'];
}

/**
 * Derives the schedule of a launch for the kernels that serve it on an adapter class without limits, or in tiles that are
 * asked for, and counts.
 */
export function explainUnit(
  unit: LaunchedUnit,
  compiled: CompiledUnit,
  target: KernelDescriptor['target'],
  asked: AskedTile | null,
): Explanation {
  const { nq, nk, model } = unit;
  const passes = asked === null ? servedPasses(compiled, nq, target) : [askedServed(asked, unit)];
  const [first] = passes;
  const { tile } = first.kernel;
  const visits = unit.groups.map(({ heads }) => passes.map((pass) => countVisits(pass, unit, heads[0])));
  const groups = unit.groups.map((group, at) => workOf(unit, group, visits[at].reduce(addVisits), tile));
  const over = (counts: readonly Visits[][]) =>
    counts.map((own, at) => ofHeads(own.reduce(addVisits), unit.groups[at].heads.length)).reduce(addVisits);
  const all = over(visits);
  return {
    name: unit.name,
    nq,
    nk,
    heads: model.heads,
    kernel:
      asked === null ? chooseKernel(compiled.descriptor!.passes[0], nq, anyDevice, target).name : 'asked',
    tile,
    schedule: first.schedule,
    why: reasons[first.schedule],
    ...totalOf(groups, all, unit, tile),
    passes: passes.map((pass, number) => explainedPass(pass, unit, visits, number)),
    predicted: predict(passes, visits, compiled.graph, unit, target),
    alternatives: asked === null ? (compiled.schedule?.alternatives ?? []) : [],
    advice: advice(compiled.graph, passes, asked, unit, visits),
    groups: groups.map((work, at) => ({ head_indices: unit.groups[at].heads, ...work })),
  };
}

function servedPasses(
  { descriptor }: CompiledUnit,
  nq: number,
  target: KernelDescriptor['target'],
): readonly Served[] {
  return descriptor!.passes.map((pass) => {
    const kernel = chooseKernel(pass, nq, anyDevice, target);
    const { kind } = kernel.schedule;
    return { ...pass, kernel, schedule: kind, isFine: kind === 'ranges' };
  });
}

function askedServed(asked: AskedTile, unit: LaunchedUnit): Served {
  return { ...askedPass(asked, unit), name: 'all', schedule: 'table' };
}

function workOf(
  unit: LaunchedUnit,
  { heads, bound }: HeadGroup,
  visits: Visits,
  tile: Served['kernel']['tile'],
): Work {
  const { nq, nk, offset } = unit;
  const live = countLivePairs(bound, { nq, nk, offset });
  const all = Math.ceil(nq / tile.queries) * Math.ceil(nk / tile.keys) * heads.length;
  const counted = ofHeads(visits, heads.length);
  return withRatios(counted, live.pairs * heads.length, live.exact, nq * nk * heads.length, all, tile);
}

function totalOf(
  groups: readonly Work[],
  visits: Visits,
  { nq, nk, model }: LaunchedUnit,
  tile: Served['kernel']['tile'],
): Work {
  const live = groups.reduce((sum, { live_pairs }) => sum + live_pairs, 0);
  const all = groups.reduce((sum, { all_tiles }) => sum + all_tiles, 0);
  const exact = groups.every(({ live_pairs_exact }) => live_pairs_exact);
  return withRatios(visits, live, exact, nq * nk * model.heads, all, tile);
}

function withRatios(
  visits: Visits,
  live: number,
  exact: boolean,
  pairs: number,
  allTiles: number,
  tile: Served['kernel']['tile'],
): Work {
  const { visited_pairs, computed_pairs } = visits;
  return {
    ...visits,
    live_pairs: live,
    live_pairs_exact: exact,
    density: live / pairs,
    waste: visited_pairs === 0 ? 0 : Math.max(0, 1 - live / visited_pairs),
    all_tiles: allTiles,
    runs: visits.full_runs + visits.partial_runs,
    bound: computed_pairs === 0 ? Infinity : (allTiles * tile.queries * tile.keys) / computed_pairs,
  };
}

function explainedPass(
  { name, strategy, schedule, kernel, queries, keys }: Served,
  unit: LaunchedUnit,
  visits: readonly (readonly Visits[])[],
  number: number,
): ExplainedPass {
  const counted = unit.groups.map(({ heads }, at) => ofHeads(visits[at][number], heads.length));
  return {
    name,
    strategy,
    tile: {
      queries: boxText(queries, kernel.extents.queries, kernel.tile.queries),
      keys: boxText(keys, kernel.extents.keys, kernel.tile.keys),
    },
    schedule,
    ...counted.reduce(addVisits, noVisits),
  };
}

function boxText(view: View, extents: Extents, size: number): string {
  if (view.kind !== 'boxes') return view.kind === 'list' ? `${size} listed` : String(size);
  const largest = extents.reduce((best, box) => (box.length > best.length ? box : best));
  return `(${largest.join(', ')})`;
}

/** Pairs beyond which the table of plain tiles is not derived: a sparse pattern has millions of runs there. */
const MOST_COMPARED = 2 ** 36;

function predict(
  passes: readonly Served[],
  visits: readonly (readonly Visits[])[],
  graph: Graph,
  unit: LaunchedUnit,
  target: KernelDescriptor['target'],
): Explanation['predicted'] {
  const { nq, nk } = unit;
  const table = targets.find((candidate) => candidate.class === target)!;
  const plain = graph.nodes.map((_, branch): Served => {
    const pass = plainPass(graph, branch);
    const schedule = findRowBounds(pass.mask, graph) === null ? 'table' : 'ranges';
    const kernel = { tile: tiledTile(graph, table, pass), extents: { queries: [], keys: [] } };
    return { ...pass, kernel, schedule, isFine: schedule === 'ranges' };
  });
  const isPlain = passes.length === plain.length && passes.every(isPlainPass);
  const compared = isPlain || nq * nk <= MOST_COMPARED;
  let [chosenCost, plainCost, denseCosts] = [0, 0, 0];
  unit.groups.forEach(({ heads }, at) => {
    chosenCost += heads.length * costOf(passes, visits[at], nq, target);
    if (compared && !isPlain) {
      const plainVisits = plain.map((pass) => countVisits(pass, unit, heads[0]));
      plainCost += heads.length * costOf(plain, plainVisits, nq, target);
    }
    denseCosts += heads.length * graph.nodes.length * denseCost(plain[0].kernel.tile, nq, nk, target);
  });
  const overPlain = isPlain ? 1 : compared ? plainCost / chosenCost : null;
  return { over_plain: overPlain, over_dense: denseCosts / chosenCost };
}

function isPlainPass({ queries, keys, strategy }: Served): boolean {
  return strategy === 'dense' && queries.kind === 'positions' && keys.kind === 'positions';
}

function advice(
  graph: Graph,
  passes: readonly Served[],
  asked: AskedTile | null,
  unit: LaunchedUnit,
  visits: readonly (readonly Visits[])[],
): readonly string[] {
  if (passes.length !== 1 || unit.groups.length !== 1) return [];
  const tile = asked ?? boxesOfPass(passes[0]);
  const found = tile && adviseStrides(graph.neighborhoods ?? [], tile, unit, visits[0][0]);
  return found === null ? [] : [found];
}

/** The boxes of a pass over a grid, or its tile of neighbouring positions; null for other views. */
function boxesOfPass({ queries, keys, kernel }: Served): AskedTile | null {
  if (queries.kind === 'positions' && keys.kind === 'positions') {
    return { queries: [kernel.tile.queries], keys: [kernel.tile.keys] };
  }
  if (queries.kind !== 'boxes' || keys.kind !== 'boxes') return null;
  const largest = (extents: Extents) =>
    extents.reduce((best, box) => (box.length > best.length ? box : best));
  const [own, other] = [largest(kernel.extents.queries), largest(kernel.extents.keys)];
  return productOf(own) === kernel.tile.queries ? { queries: own, keys: other } : null;
}

import type { Alternative, CompiledUnit, Graph } from '../compiler/index.ts';
import { findRowBounds } from '../compiler/passes/find-row-bounds.ts';
import { plainPass } from '../compiler/passes/schedule-plainly.ts';
import type { CudaFamily } from '../runtime/cuda/descriptor.ts';
import type { Strategy } from '../runtime/descriptor.ts';
import type { KernelSchedule } from '../runtime/kernel-descriptor.ts';
import type { BoundMask } from '../runtime/mask/bound/bound-mask.ts';
import { countLivePairs } from '../runtime/schedule/counts/count-live-pairs.ts';
import type { PairCount } from '../runtime/schedule/counts/count-live-pairs.ts';
import type { Extents, View } from '../runtime/view.ts';
import { adviseStrides } from './explain/advise.ts';
import { countParts, MULTIPROCESSORS } from './explain/count-parts.ts';
import { askedPass, productOf } from './explain/asked-tile.ts';
import type { AskedTile } from './explain/parse-tile.ts';
import { countVisits } from './explain/count-visits.ts';
import { describeScore } from './explain/describe-score.ts';
import { explainTarget } from './explain/explain-target.ts';
import type { ExplainTarget, Served } from './explain/explain-target.ts';
import type { Adapter } from './explain/adapters.ts';
import { costOf, denseCost } from './explain/predict.ts';
import { addVisits, noVisits, ofHeads } from './explain/work.ts';
import type { Visits, Work } from './explain/work.ts';
import type { HeadGroup, LaunchedUnit } from './launch-unit.ts';

export interface ExplainedPass extends Visits {
  readonly name: string;
  /** The entry point, or `asked` for tiles that were asked for. */
  readonly kernel: string;
  readonly strategy: Strategy;
  /** `32`, or the box of a tile as `(2, 4, 4)`. */
  readonly tile: { readonly queries: string; readonly keys: string };
  readonly schedule: KernelSchedule['kind'];
  /** Into how many a launch cuts each tile of queries, so that a device is not idle; 1 where it stays whole. */
  readonly parts: number;
}

export interface Explanation extends Work {
  readonly name: string;
  readonly nq: number;
  readonly nk: number;
  readonly heads: number;
  /** Whose kernels are looked at: `gpu`, `software`, `sm_80`, `sm_90a`. */
  readonly adapter: Adapter;
  /** The entry point of the first pass. */
  readonly kernel: string;
  /** Query rows and keys of a tile of the first pass. */
  readonly tile: { readonly queries: number; readonly keys: number };
  /** See KernelSchedule: of the first pass. */
  readonly schedule: KernelSchedule['kind'];
  readonly why: string;
  /** Why a pass runs kernels that were not written for the adapter, and in parts. */
  readonly notes: readonly string[];
  /** Sums over all heads. */
  readonly passes: readonly ExplainedPass[];
  /** What becomes of q.k, by attend: one where all have the same. */
  readonly scores: readonly string[];
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

/**
 * Derives the schedule of a launch for the kernels that serve it on an adapter class without limits, or in tiles that are
 * asked for, and counts.
 */
export function explainUnit(
  unit: LaunchedUnit,
  compiled: CompiledUnit,
  adapter: Adapter,
  asked: AskedTile | null,
): Explanation {
  const { nq, nk, model } = unit;
  const target = explainTarget(compiled, nq, adapter);
  const passes = asked === null ? target.passes : [askedServed(asked, unit)];
  const [first] = passes;
  const { tile } = first.kernel;
  const cut =
    asked === null && isFamily(adapter) ? target.cuda.map((pass) => countParts(pass, unit, adapter)) : [];
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
    adapter,
    kernel: first.entry,
    tile,
    schedule: first.schedule,
    why: reasons[first.schedule],
    notes:
      asked === null
        ? [...target.notes, ...cut.flatMap((parts, at) => partsNote(target, at, parts, adapter))]
        : [],
    ...totalOf(groups, all, unit, tile),
    scores: [...new Set(compiled.graph.nodes.map(({ score }) => describeScore(score)))],
    passes: passes.map((pass, number) => explainedPass(pass, unit, visits, number, cut[number] ?? 1)),
    predicted: predict(passes, visits, compiled.graph, unit, target),
    alternatives: asked === null ? (compiled.schedule?.alternatives ?? []) : [],
    advice: advice(compiled.graph, passes, asked, unit, visits),
    groups: groups.map((work, at) => ({ head_indices: unit.groups[at].heads, ...work })),
  };
}

function isFamily(adapter: Adapter): adapter is CudaFamily {
  return adapter === 'sm_80' || adapter === 'sm_90a';
}

function partsNote({ cuda }: ExplainTarget, at: number, parts: number, adapter: Adapter): string[] {
  if (parts === 1 || !isFamily(adapter)) return [];
  const { pass, kernel } = cuda[at];
  const device = `${MULTIPROCESSORS[adapter]} multiprocessors`;
  const launches = `${kernel.parts!.name}, then ${pass.merge!.name}`;
  return [
    `pass ${pass.name} is computed in ${parts} parts on ${device}, which would be idle otherwise: ${launches}`,
  ];
}

function askedServed(asked: AskedTile, unit: LaunchedUnit): Served {
  return { ...askedPass(asked, unit), name: 'all', entry: 'asked', schedule: 'table' };
}

function workOf(
  unit: LaunchedUnit,
  { heads, bound }: HeadGroup,
  visits: Visits,
  tile: Served['kernel']['tile'],
): Work {
  const { nq, nk } = unit;
  const live = livePairs(unit, heads[0], bound);
  const all = Math.ceil(nq / tile.queries) * Math.ceil(nk / tile.keys) * heads.length;
  const counted = ofHeads(visits, heads.length);
  return withRatios(counted, live.pairs * heads.length, live.exact, pairsOf(unit) * heads.length, all, tile);
}

/** All pairs of a head, in every attend. */
function pairsOf({ nq, nk, branches }: LaunchedUnit): number {
  return nq * nk * branches.length;
}

/** The pairs of every attend; one that several of them hold is computed, and counts, once for each. */
function livePairs(unit: LaunchedUnit, head: number, bound: BoundMask): PairCount {
  const { nq, nk, offset, item, branches } = unit;
  const masks = branches.length === 1 ? [bound] : branches.map((bind) => bind(item, head));
  const counts = masks.map((mask) => countLivePairs(mask, { nq, nk, offset }));
  return {
    pairs: counts.reduce((sum, { pairs }) => sum + pairs, 0),
    exact: counts.every(({ exact }) => exact),
  };
}

function totalOf(
  groups: readonly Work[],
  visits: Visits,
  unit: LaunchedUnit,
  tile: Served['kernel']['tile'],
): Work {
  const live = groups.reduce((sum, { live_pairs }) => sum + live_pairs, 0);
  const all = groups.reduce((sum, { all_tiles }) => sum + all_tiles, 0);
  const exact = groups.every(({ live_pairs_exact }) => live_pairs_exact);
  return withRatios(visits, live, exact, pairsOf(unit) * unit.model.heads, all, tile);
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
  { name, entry, strategy, schedule, kernel, queries, keys }: Served,
  unit: LaunchedUnit,
  visits: readonly (readonly Visits[])[],
  number: number,
  parts: number,
): ExplainedPass {
  const counted = unit.groups.map(({ heads }, at) => ofHeads(visits[at][number], heads.length));
  return {
    name,
    kernel: entry,
    strategy,
    tile: {
      queries: boxText(queries, kernel.extents.queries, kernel.tile.queries),
      keys: boxText(keys, kernel.extents.keys, kernel.tile.keys),
    },
    schedule,
    parts,
    ...counted.reduce(addVisits, noVisits),
  };
}

function boxText(view: View, extents: Extents, size: number): string {
  if (view.kind === 'list') return `${size} listed`;
  if (view.kind === 'parted') return `${size} parted`;
  if (view.kind !== 'boxes') return String(size);
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
  { plainTile, factors }: ExplainTarget,
): Explanation['predicted'] {
  const { nq, nk } = unit;
  const plain = graph.nodes.map((_, branch): Served => {
    const pass = plainPass(graph, branch);
    const schedule = findRowBounds(pass.mask, graph) === null ? 'table' : 'ranges';
    const kernel = { tile: plainTile, extents: { queries: [], keys: [] } };
    return { ...pass, kernel, entry: 'plain', schedule, isFine: schedule === 'ranges' };
  });
  const isPlain = passes.length === plain.length && passes.every(isPlainPass);
  const compared = isPlain || nq * nk <= MOST_COMPARED;
  let [chosenCost, plainCost, denseCosts] = [0, 0, 0];
  unit.groups.forEach(({ heads }, at) => {
    chosenCost += heads.length * costOf(passes, visits[at], nq, factors);
    if (compared && !isPlain) {
      const plainVisits = plain.map((pass) => countVisits(pass, unit, heads[0]));
      plainCost += heads.length * costOf(plain, plainVisits, nq, factors);
    }
    denseCosts += heads.length * graph.nodes.length * denseCost(plainTile, nq, nk, factors);
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

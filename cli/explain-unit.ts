import type { AttentionDescriptor, KernelDescriptor } from '../runtime/descriptor.ts';
import { chooseGranularity } from '../runtime/launch/choose-granularity.ts';
import { chooseKernel } from '../runtime/launch/choose-kernel.ts';
import { buildRunTable } from '../runtime/schedule/build-run-table.ts';
import { countLivePairs } from '../runtime/schedule/count-live-pairs.ts';
import { anyDevice } from './any-device.ts';
import type { HeadGroup, LaunchedUnit } from './launch-unit.ts';

/** Work of some heads. Pairs, tiles and runs are sums over the heads. */
export interface Work {
  readonly live_pairs: number;
  /** False where live pairs were estimated from a sample. */
  readonly live_pairs_exact: boolean;
  /** Live pairs over all pairs. */
  readonly density: number;
  readonly visited_pairs: number;
  readonly full_tiles: number;
  readonly partial_tiles: number;
  readonly all_tiles: number;
  readonly full_runs: number;
  readonly partial_runs: number;
  readonly runs: number;
  /** Time to derive the tables of these heads; heads with equal masks share one. */
  readonly schedule_ms: number;
  /** How much faster than dense attention a kernel can be that spends the same time on every tile. */
  readonly bound: number;
}

export interface Explanation extends Work {
  readonly name: string;
  readonly nq: number;
  readonly nk: number;
  readonly heads: number;
  readonly kernel: string;
  /** Query rows and keys of a tile, as tiles are counted here. */
  readonly tile: { readonly queries: number; readonly keys: number };
  /** `ranges`: the kernel computes which tiles it visits. `table`: a run table is derived at launch. */
  readonly schedule: 'ranges' | 'table';
  readonly why: string;
  /** Heads with equal masks, each group with its own numbers. */
  readonly groups: readonly (Work & { readonly head_indices: readonly number[] })[];
}

const reasons = {
  ranges:
    'the live keys of every query are one range whose ends never move back: the kernel computes them, no table is needed',
  table:
    'the live keys of a query are not proved to be one range whose ends never move back: runs of tiles are derived at launch',
};

/** Derives the schedule of a launch for the kernel that serves it on an adapter class without limits, and counts. */
export function explainUnit(
  unit: LaunchedUnit,
  descriptor: AttentionDescriptor,
  target: KernelDescriptor['target'],
): Explanation {
  const { nq, nk, model } = unit;
  const kernel = chooseKernel(descriptor, nq, anyDevice, target);
  const keys = kernel.schedule.kind === 'table' ? chooseGranularity(nk, kernel.tile.keys) : kernel.tile.keys;
  const tile = { queries: kernel.tile.queries, keys };
  const groups = unit.groups.map((group) => workOf(unit, group, tile));
  return {
    name: unit.name,
    nq,
    nk,
    heads: model.heads,
    kernel: kernel.name,
    tile,
    schedule: kernel.schedule.kind,
    why: reasons[kernel.schedule.kind],
    ...total(groups, nq * nk * model.heads),
    groups: groups.map((work, at) => ({ head_indices: unit.groups[at].heads, ...work })),
  };
}

function workOf(unit: LaunchedUnit, group: HeadGroup, tile: Explanation['tile']): Work {
  const { nq, nk, offset } = unit;
  const heads = group.heads.length;
  const start = performance.now();
  const table = buildRunTable(group.bound, {
    nq,
    nk,
    offset,
    queryTile: tile.queries,
    granularity: tile.keys,
  });
  const milliseconds = performance.now() - start;
  const { fullTiles, partialTiles, fullRuns, partialRuns, visitedPairs } = table.statistics;
  const live = countLivePairs(group.bound, { nq, nk, offset });
  return total(
    [
      {
        live_pairs: live.pairs * heads,
        live_pairs_exact: live.exact,
        visited_pairs: visitedPairs * heads,
        full_tiles: fullTiles * heads,
        partial_tiles: partialTiles * heads,
        all_tiles: Math.ceil(nq / tile.queries) * Math.ceil(nk / tile.keys) * heads,
        full_runs: fullRuns * heads,
        partial_runs: partialRuns * heads,
        schedule_ms: milliseconds,
      },
    ],
    nq * nk * heads,
  );
}

type Counts = Omit<Work, 'density' | 'runs' | 'bound'>;

function total(parts: readonly Counts[], pairs: number): Work {
  const sum = (read: (part: Counts) => number): number =>
    parts.reduce((result, part) => result + read(part), 0);
  const counts = {
    live_pairs: sum((part) => part.live_pairs),
    live_pairs_exact: parts.every((part) => part.live_pairs_exact),
    visited_pairs: sum((part) => part.visited_pairs),
    full_tiles: sum((part) => part.full_tiles),
    partial_tiles: sum((part) => part.partial_tiles),
    all_tiles: sum((part) => part.all_tiles),
    full_runs: sum((part) => part.full_runs),
    partial_runs: sum((part) => part.partial_runs),
    schedule_ms: Number(sum((part) => part.schedule_ms).toFixed(3)),
  };
  const visited = counts.full_tiles + counts.partial_tiles;
  return {
    ...counts,
    runs: counts.full_runs + counts.partial_runs,
    density: counts.live_pairs / pairs,
    bound: visited === 0 ? Infinity : counts.all_tiles / visited,
  };
}

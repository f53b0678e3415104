import { countDiagonals } from '../../compiler/passes/layout/count-diagonals.ts';
import type { PassDescriptor } from '../../runtime/descriptor.ts';
import type { KernelDescriptor } from '../../runtime/kernel-descriptor.ts';
import type { BoundMask } from '../../runtime/mask/bound/bound-mask.ts';
import { createBinder } from '../../runtime/mask/normal-form/bind.ts';
import { buildRunTable } from '../../runtime/schedule/descent/build-run-table.ts';
import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import type { PassTable } from '../../runtime/schedule/schedule-pass.ts';
import type { LaunchedUnit } from '../launch-unit.ts';
import type { Visits } from './work.ts';

/** A pass with the kernel that serves a launch. */
export type ServedPass = Pick<PassDescriptor, 'mask' | 'queries' | 'keys' | 'strategy'> & {
  readonly kernel: Pick<KernelDescriptor, 'tile' | 'extents'>;
  /** Runs of plain tiles end at every tile of keys: there is no table, or tiles of a size are asked about. */
  readonly isFine: boolean;
};

/** What a pass visits for one head: its table, or the tiles that a kernel of ranges would meet. */
export function countVisits(pass: ServedPass, unit: LaunchedUnit, head: number): Visits {
  const start = performance.now();
  const table = tableOf(pass, unit, head);
  const milliseconds = performance.now() - start;
  const { tile } = pass.kernel;
  const { nq, nk, offset } = unit;
  if (table.kind === 'diagonals') {
    const { pairs, slots } = countDiagonals(table.distances, tile, { nq, nk, offset });
    return {
      visited_pairs: pairs,
      full_tiles: 0,
      partial_tiles: 0,
      full_runs: 0,
      partial_runs: 0,
      distances: table.distances.length,
      computed_pairs: slots,
      schedule_ms: milliseconds,
    };
  }
  const { statistics, granularity } = table.table;
  const tiles = statistics.fullTiles + statistics.partialTiles;
  return {
    visited_pairs: statistics.visitedPairs,
    full_tiles: statistics.fullTiles,
    partial_tiles: statistics.partialTiles,
    full_runs: statistics.fullRuns,
    partial_runs: statistics.partialRuns,
    distances: 0,
    computed_pairs: tiles * tile.queries * granularity,
    schedule_ms: milliseconds,
  };
}

function tableOf({ kernel, isFine, ...pass }: ServedPass, unit: LaunchedUnit, head: number): PassTable {
  if (!isFine) return schedulePass(pass, kernel, unit.mask, unit.item, head);
  const bound = createBinder(pass.mask, unit.mask.scalars, unit.mask.arrays)(unit.item, head);
  const table = plainTable(bound, unit, kernel.tile, kernel.tile.keys);
  return { kind: 'runs', table, rows: null, positions: null };
}

function plainTable(
  bound: BoundMask,
  { nq, nk, offset }: LaunchedUnit,
  tile: KernelDescriptor['tile'],
  granularity: number,
) {
  return buildRunTable(bound, { nq, nk, offset, queryTile: tile.queries, granularity });
}

import type { AttentionDescriptor, PassDescriptor } from '../../runtime/descriptor.ts';
import type { KernelDescriptor } from '../../runtime/kernel-descriptor.ts';
import { bindQueries, bindViews } from '../../runtime/launch/bind-views.ts';
import { createBinder } from '../../runtime/mask/normal-form/bind.ts';
import { evaluateBound } from '../../runtime/mask/index.ts';
import type { LaunchedMask } from '../../runtime/mask/index.ts';
import { positionOfSlot } from '../../runtime/reference/slot-positions.ts';
import { expandTable } from '../../runtime/schedule/table/run-table.ts';
import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import type { PassTable } from '../../runtime/schedule/schedule-pass.ts';

/**
 * The tables of every pass hold each live pair of its part once: in one run, or at one distance. Full tiles hold live
 * pairs only.
 */
export function checkPassTables(
  descriptor: AttentionDescriptor,
  launched: LaunchedMask,
  schedule = schedulePass,
): string | null {
  const { heads } = descriptor;
  for (const pass of descriptor.passes) {
    const bind = createBinder(pass.mask, launched.scalars, launched.arrays);
    for (const kernel of pass.kernels.filter(({ schedule }) => schedule.kind !== 'ranges')) {
      for (let grid = 0; grid < launched.scalars.batch * heads; grid++) {
        const [batch, head] = [Math.floor(grid / heads), grid % heads];
        const table = schedule(pass, kernel, launched, batch, head);
        const bound = bind(batch, head);
        const problem = checkTable(launched, { pass, kernel, table }, (i, j) => evaluateBound(bound, i, j));
        if (problem !== null) return `${kernel.name}, grid index ${grid}: ${problem}`;
      }
    }
  }
  return null;
}

interface ScheduledTable {
  readonly pass: PassDescriptor;
  readonly kernel: KernelDescriptor;
  readonly table: PassTable;
}

function checkTable(
  launched: LaunchedMask,
  { pass, kernel, table }: ScheduledTable,
  isLive: (i: number, j: number) => boolean,
): string | null {
  const { nq, nk, offset } = launched.scalars;
  const visits = new Uint8Array(nq * nk);
  const problem =
    table.kind === 'diagonals'
      ? visitDistances(table.distances, visits, { nq, nk, offset })
      : visitRuns({ pass, kernel, table }, visits, { nq, nk, offset }, launched, isLive);
  if (problem !== null) return problem;
  for (let row = 0; row < nq; row++) {
    for (let j = 0; j < nk; j++) {
      const count = visits[row * nk + j];
      if (count > 1) return `the pair (${row + offset}, ${j}) is visited ${count} times`;
      if (count === 0 && isLive(row + offset, j))
        return `the live pair (${row + offset}, ${j}) is not visited`;
    }
  }
  return null;
}

interface Sizes {
  readonly nq: number;
  readonly nk: number;
  readonly offset: number;
}

function visitDistances(distances: Int32Array, visits: Uint8Array, { nq, nk, offset }: Sizes): string | null {
  for (const [at, distance] of distances.entries()) {
    if (at > 0 && distances[at - 1] >= distance)
      return `distance ${distance} stands after ${distances[at - 1]}`;
    for (let row = 0; row < nq; row++) {
      const j = row + offset + distance;
      if (j >= 0 && j < nk) visits[row * nk + j]++;
    }
  }
  return null;
}

function visitRuns(
  { pass, kernel, table }: ScheduledTable,
  visits: Uint8Array,
  { nq, nk, offset }: Sizes,
  launched: LaunchedMask,
  isLive: (i: number, j: number) => boolean,
): string | null {
  if (table.kind !== 'runs') return 'a pass over tiles has distances';
  const views = bindViews(pass, kernel, launched);
  const own = bindQueries(views.queries, () => table, offset);
  const { order, starts, runs, rows } = expandTable(table.table);
  if (rows !== views.queries.tiles)
    return `the table has ${rows} rows for ${views.queries.tiles} query tiles`;
  if ([...order].sort((a, b) => a - b).some((row, at) => row !== at) || order.length !== rows)
    return `the order [${order.join(', ')}] is no permutation of the rows`;
  const keyAt = (slot: number): number | null =>
    views.keys === null
      ? (table.positions?.[slot] ?? null)
      : positionOfSlot(views.keys, slot, { begin: 0, end: nk });
  for (let row = 0; row < rows; row++) {
    const queries = Array.from({ length: kernel.tile.queries }, (_, slot) =>
      positionOfSlot(own, row * kernel.tile.queries + slot, { begin: offset, end: offset + nq }),
    ).filter((i) => i !== null);
    for (let run = starts[2 * row]; run < starts[2 * row + 2]; run++) {
      const isFull = run >= starts[2 * row + 1];
      if (runs[2 * run] % kernel.tile.keys !== 0) return `a run begins at slot ${runs[2 * run]}`;
      // A kernel visits whole tiles: of a full run, the last one has to end with the run.
      if (isFull && runs[2 * run + 1] % kernel.tile.keys !== 0)
        return `a full run ends at ${runs[2 * run + 1]}`;
      for (let slot = runs[2 * run]; slot < runs[2 * run + 1]; slot++) {
        const j = keyAt(slot);
        if (j === null && isFull) return `a full run of row ${row} holds slot ${slot}, which is padding`;
        if (j === null) continue;
        for (const i of queries) {
          visits[(i - offset) * nk + j]++;
          if (isFull && !isLive(i, j)) return `a full run of row ${row} holds the dead pair (${i}, ${j})`;
        }
      }
    }
  }
  return null;
}

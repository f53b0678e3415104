import { expect, test } from 'vitest';
import { tileWorkOf } from '../../../runtime/launch/tile-work.ts';
import { ownSources, type RunTable } from '../../../runtime/schedule/table/run-table.ts';

/** Row 0: keys 0 .. 99 partial. Row 1: nothing. Row 2: 0 .. 31 partial, 64 .. 191 full. */
const table: RunTable = {
  queryTile: 16,
  granularity: 32,
  rows: 3,
  order: Uint32Array.of(2, 0, 1),
  sources: ownSources(3),
  starts: Uint32Array.of(0, 1, 1, 1, 1, 2, 3),
  runs: Uint32Array.of(0, 100, 0, 32, 64, 192),
  statistics: { visits: 0, partialRuns: 2, fullRuns: 1, partialTiles: 5, fullTiles: 4, visitedPairs: 0 },
};

test('key tiles of each row, in the order in which kernels take them', () => {
  const tables = [{ kind: 'runs', table, rows: null, positions: null } as const];
  const work = tileWorkOf({ tables, tableOf: [0, 0] }, 32)!;
  expect([...work.visits[0]]).toEqual([5, 4, 0]);
  expect(work.tableOf).toEqual([0, 0]);
  expect([...tileWorkOf({ tables, tableOf: [0] }, 16)!.visits[0]]).toEqual([10, 7, 0]);
});

test('nothing is known of kernels that compute their ranges, nor of diagonals', () => {
  expect(tileWorkOf(null, 32)).toBeNull();
  const diagonals = [{ kind: 'diagonals', distances: Int32Array.of(0) } as const];
  expect(tileWorkOf({ tables: diagonals, tableOf: [0] }, 32)).toBeNull();
});

import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import type { PassTable } from '../../runtime/schedule/schedule-pass.ts';
import { expandTable, type RunTable } from '../../runtime/schedule/table/run-table.ts';
import type { Mutant } from './mutant.ts';

/** Tables that come out otherwise than they should. */
const inTables =
  (change: (table: PassTable) => PassTable): Mutant['break'] =>
  (subject) => ({ ...subject, schedule: (...request) => change(schedulePass(...request)) });

const inRuns = (change: (table: RunTable) => Partial<RunTable>): Mutant['break'] =>
  inTables((entry) =>
    entry.kind === 'runs' ? { ...entry, table: changed(expandTable(entry.table), change) } : entry,
  );

function changed(table: RunTable, change: (table: RunTable) => Partial<RunTable>): RunTable {
  return { ...table, ...change(table) };
}

const inPositions = (change: (positions: Int32Array) => Int32Array): Mutant['break'] =>
  inTables((entry) =>
    entry.kind === 'runs' && entry.positions !== null
      ? { ...entry, positions: change(entry.positions) }
      : entry,
  );

const inRows = (change: (rows: Int32Array) => Int32Array): Mutant['break'] =>
  inTables((entry) =>
    entry.kind === 'runs' && entry.rows !== null ? { ...entry, rows: change(entry.rows) } : entry,
  );

const inDistances = (change: (distances: Int32Array) => Int32Array): Mutant['break'] =>
  inTables((entry) =>
    entry.kind === 'diagonals' ? { ...entry, distances: change(entry.distances) } : entry,
  );

/** Words of a table with the element at `at` changed. */
function withElement(words: Uint32Array, at: number, change: (value: number) => number): Uint32Array {
  return words.map((value, index) => (index === at ? change(value) : value));
}

/** Defects of the descent and of what is packed from it. */
export const tableMutants: readonly Mutant[] = [
  {
    name: 'the last run of the last row is missing',
    of: 'blocks',
    noticedBy: ['tables', 'walk'],
    break: inRuns(({ starts }) => ({ starts: withElement(starts, starts.length - 1, (end) => end - 1) })),
  },
  {
    name: 'the first partial run counts as full',
    of: 'blocks',
    noticedBy: ['tables', 'walk'],
    // Row 0 holds one full run; the last row begins with the partial run over the first keys.
    break: inRuns(({ starts, rows }) => ({ starts: withElement(starts, 2 * rows - 1, (full) => full - 1) })),
  },
  {
    name: 'a run begins one tile late',
    of: 'blocks',
    noticedBy: ['tables', 'walk'],
    break: inRuns(({ runs }) => ({ runs: withElement(runs, 0, (begin) => begin + 8) })),
  },
  {
    name: 'a run ends one tile early',
    of: 'ring',
    noticedBy: ['tables', 'walk'],
    break: inRuns(({ runs }) => ({ runs: withElement(runs, 1, (end) => end - 8) })),
  },
  {
    name: 'a run is visited twice',
    of: 'ring',
    noticedBy: ['tables', 'walk'],
    break: inRuns(({ runs, starts }) => ({
      runs: Uint32Array.of(...runs.subarray(0, 2), ...runs),
      starts: starts.map((start) => (start === 0 ? 0 : start + 1)),
    })),
  },
  {
    name: 'a row of tiles is launched twice and another never',
    of: 'ring',
    noticedBy: ['tables'],
    break: inRuns(({ order }) => ({ order: withElement(order, 0, () => order[1]) })),
  },
  {
    name: 'a listed key is another one',
    of: 'relay',
    noticedBy: ['tables', 'walk'],
    break: inPositions((positions) => positions.map((j) => (j === 4 ? 15 : j))),
  },
  {
    name: 'a listed key stands twice',
    of: 'relay',
    noticedBy: ['tables', 'walk'],
    break: inPositions((positions) => positions.map((j, at) => (at === 1 ? positions[0] : j))),
  },
  {
    name: 'a parted row stands twice and another never',
    of: 'parted',
    noticedBy: ['tables', 'walk'],
    break: inRows((rows) => rows.map((row, at) => (at === 0 ? rows[1] : row))),
  },
  {
    name: 'parted rows stand in another order than their runs were derived for',
    of: 'parted',
    noticedBy: ['tables', 'walk'],
    break: inRows((rows) => rows.slice().reverse()),
  },
  {
    name: 'a distance is missing',
    of: 'relay',
    noticedBy: ['tables', 'walk'],
    break: inDistances((distances) => distances.subarray(1)),
  },
  {
    name: 'a distance stands twice',
    of: 'relay',
    noticedBy: ['tables', 'walk'],
    break: inDistances((distances) => Int32Array.of(distances[0], ...distances)),
  },
];

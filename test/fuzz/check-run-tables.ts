import { buildRunTable, expandTable } from '../../runtime/schedule/index.ts';
import type { RunTable } from '../../runtime/schedule/index.ts';
import type { PreparedCase } from './check-case.ts';
import type { FuzzCase } from './fuzz-case.ts';

/** The run tables of a case partition its live pairs: each lies in exactly one run, and full runs hold nothing else. */
export function checkRunTables({ fuzzCase, launched, expected }: PreparedCase): string | null {
  const { batch, heads, nq, nk, queryTile, granularity } = fuzzCase;
  for (let grid = 0; grid < batch * heads; grid++) {
    const bound = launched.bind(Math.floor(grid / heads), grid % heads);
    const request = { nq, nk, offset: launched.offset, queryTile, granularity };
    const table = expandTable(buildRunTable(bound, request));
    const plane = expected.subarray(grid * nq * nk, (grid + 1) * nq * nk);
    const problem = checkTable(table, plane, fuzzCase);
    if (problem !== null) return `grid index ${grid}, tiles of ${queryTile} x ${granularity}: ${problem}`;
  }
  return null;
}

function checkTable(
  table: RunTable,
  live: Uint8Array,
  { nq, nk, queryTile, granularity }: FuzzCase,
): string | null {
  const rows = Math.ceil(nq / queryTile);
  if (table.rows !== rows || table.starts.length !== 2 * rows + 1)
    return `it has ${table.rows} rows, not ${rows}`;
  if ([...table.order].sort((a, b) => a - b).some((row, at) => row !== at) || table.order.length !== rows) {
    return `the order [${table.order.join(', ')}] is no permutation of the rows`;
  }
  for (let row = 0; row < rows; row++) {
    const lastRow = Math.min((row + 1) * queryTile, nq);
    const covered = new Uint8Array(nk);
    for (const isFull of [false, true]) {
      const first = table.starts[2 * row + (isFull ? 1 : 0)];
      const end = table.starts[2 * row + (isFull ? 2 : 1)];
      let last = -1;
      for (let run = first; run < end; run++) {
        const [begin, stop] = [table.runs[2 * run], table.runs[2 * run + 1]];
        if (begin < last || begin >= stop || stop > nk)
          return `row ${row} has the run ${begin}..<${stop} after ${last}`;
        if (begin % granularity !== 0 || (stop % granularity !== 0 && stop !== nk)) {
          return `the run ${begin}..<${stop} of row ${row} does not lie on the grid`;
        }
        last = stop;
        for (let j = begin; j < stop; j++) {
          if (covered[j]++ > 0) return `row ${row} visits key ${j} twice`;
          for (let query = row * queryTile; isFull && query < lastRow; query++) {
            if (live[query * nk + j] === 0)
              return `the full run ${begin}..<${stop} holds the dead pair (${query}, ${j})`;
          }
        }
      }
    }
    for (let query = row * queryTile; query < lastRow; query++) {
      for (let j = 0; j < nk; j++) {
        if (live[query * nk + j] === 1 && covered[j] === 0)
          return `the live pair (${query}, ${j}) is in no run`;
      }
    }
  }
  return null;
}

import type { RunTable } from './run-table.ts';

/**
 * A table whose rows are parts of the rows of another: part p of row r is row r * parts + p. A part has its share of the
 * tiles of `keys` keys that the row visits, in the order in which kernels visit them; where they do not come out even, the
 * first parts have one more, and where a row has fewer tiles than parts, the last are empty. Runs are cut between tiles.
 *
 * Statistics are those of the whole table: what is visited is the same.
 */
export function cutRuns(table: RunTable, parts: number, keys: number): RunTable {
  const starts: number[] = [0];
  const runs: number[] = [];
  const sources = new Int32Array(2 * table.rows * parts);
  for (let row = 0; row < table.rows; row++) {
    const source = table.sources[2 * row];
    for (let part = 0; part < parts; part++) {
      sources[2 * (row * parts + part)] = source * parts + part;
      sources[2 * (row * parts + part) + 1] = table.sources[2 * row + 1];
    }
    // What a row shares is cut where the row that owns it is.
    if (source !== row) {
      for (let segment = 0; segment < 2 * parts; segment++) starts.push(runs.length / 2);
      continue;
    }
    const [partial, full, end] = table.starts.subarray(2 * row, 2 * row + 3);
    const count = tilesBetween(table, partial, end, keys);
    const [least, more] = [Math.floor(count / parts), count % parts];
    const cursor = { run: partial, begin: partial < end ? table.runs[2 * partial] : 0 };
    for (let part = 0; part < parts; part++) {
      let left = least + (part < more ? 1 : 0);
      for (const last of [full, end]) {
        while (left > 0 && cursor.run < last) {
          const runEnd = table.runs[2 * cursor.run + 1];
          const cut = Math.min(cursor.begin + left * keys, runEnd);
          left -= Math.ceil((cut - cursor.begin) / keys);
          runs.push(cursor.begin, cut);
          cursor.begin = cut;
          if (cut === runEnd && ++cursor.run < end) cursor.begin = table.runs[2 * cursor.run];
        }
        starts.push(runs.length / 2);
      }
    }
  }
  return {
    ...table,
    rows: table.rows * parts,
    order: Uint32Array.from({ length: table.rows * parts }, (_, at) => {
      return table.order[Math.floor(at / parts)] * parts + (at % parts);
    }),
    sources,
    starts: Uint32Array.from(starts),
    runs: Uint32Array.from(runs),
  };
}

/** Tiles of `keys` keys in the runs from `from` to `to`. */
function tilesBetween({ runs }: RunTable, from: number, to: number, keys: number): number {
  let tiles = 0;
  for (let run = from; run < to; run++) tiles += Math.ceil((runs[2 * run + 1] - runs[2 * run]) / keys);
  return tiles;
}

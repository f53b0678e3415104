import { expandTable, type RunTable } from './run-table.ts';

/**
 * The table as text, one line a query tile in their order of rows: partial runs, then full runs marked with `=`.
 *
 *     tiles 4 x 8, visits 7, partial 2 tiles in 2 runs, full 1 in 1
 *     0: 0..8
 *     1: 8..16 =0..8
 */
export function printRunTable(table: RunTable): string {
  const { partialTiles, partialRuns, fullTiles, fullRuns, visits } = table.statistics;
  const lines = [
    `tiles ${table.queryTile} x ${table.granularity}, visits ${visits}, ` +
      `partial ${partialTiles} tiles in ${partialRuns} runs, full ${fullTiles} in ${fullRuns}`,
  ];
  const { starts, runs: words } = expandTable(table);
  for (let row = 0; row < table.rows; row++) {
    const runs: string[] = [];
    for (let run = starts[2 * row]; run < starts[2 * row + 2]; run++) {
      const mark = run < starts[2 * row + 1] ? '' : '=';
      runs.push(`${mark}${words[2 * run]}..${words[2 * run + 1]}`);
    }
    lines.push(`${row}: ${runs.join(' ') || '-'}`);
  }
  return lines.join('\n');
}

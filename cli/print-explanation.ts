import type { Explanation, Work } from './explain-unit.ts';

/** An explanation as a table for people, a column a group of heads. */
export function printExplanation(explanation: Explanation): string {
  const { name, nq, nk, heads, kernel, tile, schedule, why, groups } = explanation;
  const columns: (readonly [string, Work])[] =
    groups.length === 1
      ? [[heads === 1 ? '1 head' : `${heads} equal heads`, explanation]]
      : [
          ...groups.map((group) => [`heads ${group.head_indices.join(',')}`, group] as const),
          ['all heads', explanation],
        ];
  const rows: (readonly [string, (work: Work) => string])[] = [
    ['live pairs', (work) => `${work.live_pairs_exact ? '' : '~'}${grouped(work.live_pairs)}`],
    ['density', (work) => `${(100 * work.density).toPrecision(4)} %`],
    ['visited pairs', (work) => grouped(work.visited_pairs)],
    ['visited / live', (work) => ratio(work.visited_pairs, work.live_pairs)],
    ['full tiles', (work) => grouped(work.full_tiles)],
    ['partial tiles', (work) => grouped(work.partial_tiles)],
    ['all tiles', (work) => grouped(work.all_tiles)],
    ['runs', (work) => grouped(work.runs)],
    ['schedule', (work) => `${work.schedule_ms.toFixed(2)} ms`],
    [
      'bound over dense',
      (work) => (Number.isFinite(work.bound) ? `${work.bound.toFixed(2)} x` : 'nothing to do'),
    ],
  ];
  const table = [
    ['', ...columns.map(([title]) => title)],
    ...rows.map(([title, read]) => [title, ...columns.map(([, work]) => read(work))]),
  ];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  const head = `${name}: ${nq} queries x ${nk} keys, tiles of ${tile.queries} x ${tile.keys} (${kernel})`;
  const estimate = explanation.live_pairs_exact ? '' : '~ estimated from a sample\n';
  return `${head}\n${lines.join('\n')}\n${estimate}schedule by ${schedule}: ${why}\n`;
}

function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ');
}

function ratio(visited: number, live: number): string {
  return live === 0 ? '-' : (visited / live).toFixed(3);
}

import type { ExplainedPass, Explanation } from './explain-unit.ts';
import type { Work } from './explain/work.ts';

/** An explanation as a table for people, a column a group of heads. */
export function printExplanation(explanation: Explanation): string {
  const { name, nq, nk, heads, kernel, tile, groups, passes } = explanation;
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
    ['waste', (work) => `${(100 * work.waste).toFixed(1)} %`],
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
  const kernels = kernel === 'asked' ? 'asked for' : kernel;
  const size = `tiles of ${tile.queries} x ${tile.keys} (${kernels})`;
  return [
    `${name}: ${nq} queries x ${nk} keys, ${size}`,
    ...columnsOf(table),
    ...(explanation.live_pairs_exact ? [] : ['~ estimated from a sample']),
    ...(passes.length > 1 ? ['', ...columnsOf(passTable(passes))] : [scheduleLine(explanation)]),
    ...explanation.scores.map((text) => `scores: ${text}`),
    ...explanation.notes.map((text) => `note: ${text}`),
    ...predictionLines(explanation),
    ...alternativeLines(explanation),
    ...explanation.advice.map((text) => `advice: ${text}`),
    '',
  ].join('\n');
}

function scheduleLine({ schedule, why, passes }: Explanation): string {
  const [{ tile, strategy }] = passes;
  const boxed = [tile.queries, tile.keys].some((box) => box.startsWith('('));
  const views = boxed ? `; tiles are boxes of ${tile.queries} x ${tile.keys}` : '';
  const packed = strategy === 'gathered' ? '; keys are packed' : views;
  const parted = tile.queries.endsWith('parted') ? '; rows are parted: those that take part come first' : '';
  return `schedule by ${schedule}: ${why}${packed}${parted}`;
}

function passTable(passes: readonly ExplainedPass[]): string[][] {
  return [
    ['pass', 'kernel', 'strategy', 'tile', 'schedule', 'visited pairs', 'full tiles', 'partial tiles'],
    ...passes.map(({ name, kernel, strategy, tile, schedule, visited_pairs, full_tiles, partial_tiles }) => [
      name,
      kernel,
      strategy,
      `${tile.queries} x ${tile.keys}`,
      schedule,
      grouped(visited_pairs),
      grouped(full_tiles),
      grouped(partial_tiles),
    ]),
  ];
}

function predictionLines({ predicted }: Explanation): string[] {
  const { over_plain, over_dense } = predicted;
  if (!Number.isFinite(over_dense)) return [];
  const plain = over_plain === null ? '' : `, ${over_plain.toFixed(2)} x plain tiles`;
  return [`predicted by the cost model: ${over_dense.toFixed(2)} x dense attention${plain}`];
}

function alternativeLines({ alternatives }: Explanation): string[] {
  if (alternatives.length === 0) return [];
  const [{ sizes }] = alternatives;
  const counted = sizes.nq > 0 ? ` (counted at ${sizes.nq} x ${sizes.nk})` : '';
  return [
    `layouts considered${counted}:`,
    ...columnsOf(alternatives.map(({ name, reason }) => [`  ${name}`, reason])),
  ];
}

/** Cells in columns: the first to the left, the last too where it is prose. */
function columnsOf(table: readonly (readonly string[])[]): string[] {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const isText = (column: number) => column === 0 || table.every((row) => !/^[~\d-]/.test(row[column] ?? ''));
  return table.map((row) =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}

function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ');
}

function ratio(visited: number, live: number): string {
  return live === 0 ? '-' : (visited / live).toFixed(3);
}

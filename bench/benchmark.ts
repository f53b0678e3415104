/** A table of results: the last thing that a benchmark prints. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface BenchmarkResult {
  readonly table: Table;
  /** What a reader must know about the numbers: versions, what was skipped and why. */
  readonly notes: readonly string[];
  /** The numbers behind the table. */
  readonly data: unknown;
}

export interface Benchmark {
  readonly name: string;
  readonly description: string;
  /** `args` is what the command line has behind the name of the benchmark; `say` tells the user what is going on. */
  readonly run: (args: readonly string[], say: (line: string) => void) => Promise<BenchmarkResult>;
}

/** Aligned columns: text to the left, numbers to the right. */
export function formatTable({ columns, rows }: Table): string {
  const cells = [columns, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : cell)),
  );
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at].length)));
  const isNumber = columns.map(
    (_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === 'number' || row[at] === ''),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => (isNumber[at] ? cell.padStart(widths[at]) : cell.padEnd(widths[at])))
      .join('  ')
      .trimEnd();
  return [
    line(cells[0]),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...cells.slice(1).map(line),
  ].join('\n');
}

function formatNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100
    ? value.toFixed(0)
    : Math.abs(value) >= 1
      ? value.toFixed(2)
      : value.toPrecision(2);
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The value behind `--name`, or the fallback. */
export function optionOf(args: readonly string[], name: string, fallback: string): string {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : (args[at + 1] ?? fallback);
}

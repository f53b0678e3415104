import type { LaunchReport } from './check-launch.ts';
import type { ExampleReport } from './run-example.ts';

/** The launches of one example by its name, or what stopped it. */
export interface NamedReport extends Omit<ExampleReport, 'compilations'> {
  readonly name: string;
  readonly ok: boolean;
  readonly error: string | null;
  readonly compilations: ExampleReport['compilations'] | null;
}

const columns: readonly (readonly [title: string, width: number])[] = [
  ['example', 30],
  ['nq', 6],
  ['nk', 6],
  ['layer', 6],
  ['kernel', 30],
  ['schedule', 9],
  ['ms', 9],
  ['plan ms', 9],
  ['max error', 10],
  ['tolerance', 10],
  ['rows checked', 16],
];

export const headline = `${columns.map(([title, width]) => title.padEnd(width)).join(' ')} ok`;

/** One line a launch. */
export function launchLine(name: string, launch: LaunchReport): string {
  const { nq, nk, layer, kernels, schedules, ms, plan_ms: planMs, rows_checked: checked, rows } = launch;
  const cells = [
    name,
    `${nq}`,
    `${nk}`,
    `${layer}`,
    kernels.join(', '),
    schedules.join(', '),
    ms.toFixed(2),
    planMs.toFixed(1),
    launch.max_error.toExponential(2),
    launch.tolerance.toExponential(2),
    checked === rows ? `all ${rows}` : `${checked} of ${rows}`,
  ];
  return `${cells.map((cell, at) => cell.padEnd(columns[at][1])).join(' ')} ${verdict(launch)}`;
}

function verdict(launch: LaunchReport): string {
  if (launch.ok) return 'ok';
  const { max_error: error, tolerance, worst, lse_error: lseError, lse_tolerance: lseTolerance } = launch;
  const reasons = [
    error <= tolerance ? '' : `out is wrong, worst at head ${worst.head}, row ${worst.row}`,
    lseError === null || lseError <= lseTolerance! ? '' : `lse is off by ${lseError.toExponential(2)}`,
    launch.non_finite === 0 ? '' : `${launch.non_finite} elements are not finite`,
    launch.stray_writes === 0 ? '' : `${launch.stray_writes} guard words were written`,
  ];
  return `FAILED: ${reasons.filter((reason) => reason !== '').join(', ')}`;
}

/** The sum of all examples. */
export function describeTotal(reports: readonly NamedReport[], device: string, seconds: number): string {
  const launches = reports.flatMap((report) => report.launches);
  const failed = reports.filter((report) => !report.ok);
  const recompiled = reports.filter((report) => report.error === null && !report.compiledOnce);
  const sum = (of: (launch: LaunchReport) => number) =>
    launches.reduce((total, launch) => total + of(launch), 0);
  const share = Math.max(0, ...launches.map((launch) => launch.max_error / (launch.tolerance || 1)));
  const rows: readonly (readonly [string, string])[] = [
    ['device', device],
    ['examples', `${reports.length} in ${seconds.toFixed(1)} s`],
    ['launches', `${launches.length}, ${launches.filter((launch) => !launch.ok).length} failed`],
    [
      'rows',
      `${sum(({ rows_checked: checked }) => checked)} of ${sum(({ rows: all }) => all)} held against float64`,
    ],
    ['', 'sampled where all would take long: first, last, beside tile borders, and by the seed'],
    ['output', 'every element is looked at for NaN and infinities, guard words for writes'],
    ['largest error', `${(100 * share).toFixed(1)} % of its tolerance (1e-5 of the largest |reference|)`],
    ['compiled again', recompiled.map(({ name }) => name).join(', ') || 'never'],
    ['failed examples', failed.map(({ name }) => name).join(', ') || 'none'],
  ];
  return `\n${rows.map(([title, text]) => `${title.padEnd(17)}${text}`).join('\n')}`;
}

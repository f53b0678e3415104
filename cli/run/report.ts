/** What `run` prints. */
export interface RunReport {
  readonly name: string;
  readonly device: 'hardware' | 'software' | 'reference' | 'cuda';
  /** The adapter and its driver. */
  readonly adapter: string;
  readonly ok: boolean;
  /** Of `out` over the rows that were checked. */
  readonly max_abs_error: number;
  readonly tolerance: number;
  readonly tolerance_rule: string;
  /** Of `lse`, where the attention declares it. */
  readonly lse_max_abs_error?: number;
  readonly lse_tolerance?: number;
  /** Rows of the output that were held against the reference; all, or a sample with the first and last of every head. */
  readonly rows_checked: number;
  readonly rows: number;
  /** Rows that were to be checked and whose scores give no weights in float64 (NaN or +∞): they are not compared. */
  readonly undefined_rows: number;
  /** Elements of the whole output that are NaN or infinite. */
  readonly non_finite: number;
  /** Of one launch; the median with --time. */
  readonly ms: number;
  readonly timed_by: string;
  readonly launches: number;
  /** Deriving the schedule and uploading tables. */
  readonly plan_ms: number;
  /** What the first plan took longer: kernels are compiled then. */
  readonly prepare_ms: number;
  /** The entry points that ran, in order. */
  readonly kernels: readonly string[];
  readonly batch: number;
  readonly heads: number;
  readonly nq: number;
  readonly nk: number;
  readonly dim: number;
  readonly dim_v: number;
  readonly dtype: 'f32' | 'f16' | 'bf16';
}

/** A report as two lines for people. */
export function printReport(report: RunReport): string {
  const { batch, heads, nq, nk, dim, dtype, rows_checked, rows, undefined_rows } = report;
  const isSample = rows_checked + undefined_rows < rows;
  const compared = rows_checked === rows ? `all ${rows} rows,` : `${rows_checked} of ${rows} rows,`;
  const sample = isSample ? `${compared} a sample,` : compared;
  const verdict = report.ok ? 'ok' : undefined_rows > 0 && isRight(report) ? 'UNDEFINED' : 'WRONG';
  const finite = report.non_finite === 0 ? '' : `; ${report.non_finite} elements are not finite`;
  const noWeights =
    undefined_rows === 0
      ? ''
      : `; ${undefined_rows} rows have scores that are NaN or infinite, which gives no weights: they are not compared`;
  const prepared =
    report.prepare_ms < 1 ? '' : `, ${report.prepare_ms.toFixed(0)} ms before it to compile kernels`;
  const times = report.launches > 1 ? `, median of ${report.launches}` : '';
  return [
    `${report.name}: batch ${batch}, ${heads} heads, ${nq} queries x ${nk} keys, dim ${dim}, ${dtype}; ${report.kernels.join(', ')} in ${report.ms.toFixed(2)} ms (${report.timed_by}${times}), plan ${report.plan_ms.toFixed(1)} ms${prepared}`,
    `${verdict}: max error ${report.max_abs_error.toExponential(2)} against float64 on ${sample} tolerance ${report.tolerance.toExponential(2)}${noWeights}${finite}`,
    '',
  ].join('\n');
}

/** Is what was compared within its tolerance? */
function isRight({ max_abs_error, tolerance, lse_max_abs_error = 0, lse_tolerance = 0 }: RunReport): boolean {
  return max_abs_error <= tolerance && lse_max_abs_error <= lse_tolerance;
}

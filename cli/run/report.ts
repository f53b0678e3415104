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
  /** Elements of the whole output that are NaN or infinite. */
  readonly non_finite: number;
  /** Of one launch; the median with --time. */
  readonly ms: number;
  readonly timed_by: string;
  readonly launches: number;
  readonly plan_ms: number;
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
  const { batch, heads, nq, nk, dim, dtype, rows_checked, rows } = report;
  const sample = rows_checked === rows ? `all ${rows} rows,` : `${rows_checked} of ${rows} rows, a sample,`;
  const verdict = report.ok ? 'ok' : 'WRONG';
  const finite = report.non_finite === 0 ? '' : `; ${report.non_finite} elements are not finite`;
  const times = report.launches > 1 ? `, median of ${report.launches}` : '';
  return [
    `${report.name}: batch ${batch}, ${heads} heads, ${nq} queries x ${nk} keys, dim ${dim}, ${dtype}; ${report.kernels.join(', ')} in ${report.ms.toFixed(2)} ms (${report.timed_by}${times}), plan ${report.plan_ms.toFixed(1)} ms`,
    `${verdict}: max error ${report.max_abs_error.toExponential(2)} against float64 on ${sample} tolerance ${report.tolerance.toExponential(2)}${finite}`,
    '',
  ].join('\n');
}

import { describeLayout } from '../../compiler/cost/index.ts';
import type { TunedLayout, Tuning } from '../../compiler/cost/index.ts';

/** What became of one candidate. Times in milliseconds. */
export interface CandidateReport {
  readonly candidate: TunedLayout;
  /** The entry points that ran; empty where it was refused. */
  readonly kernels: readonly string[];
  /** Not measured: it does not fit, does not compile, or computes something else. */
  readonly refused?: string;
  readonly max_abs_error?: number;
  readonly median_ms?: number;
  readonly min_ms?: number;
  readonly launches?: number;
  readonly registers?: number;
  readonly local_bytes?: number;
}

/** The file that `sparsec tune` writes; `compile --tuned` reads its `tuning`. */
export interface TuningReport {
  readonly sparsec: string;
  readonly tuning: Tuning;
  readonly measured: {
    readonly date: string;
    readonly device: string;
    /** What compiled the kernels, where it is not the driver. */
    readonly compiler?: string;
    readonly launch: {
      readonly batch: number;
      readonly heads: number;
      readonly nq: number;
      readonly nk: number;
    };
    readonly rounds: number;
    readonly tolerance: number;
  };
  readonly candidates: readonly CandidateReport[];
}

/** The candidates of every list, fastest first, and what won. */
export function printTuning({ tuning, measured, candidates }: TuningReport): string {
  const { batch, heads, nq, nk } = measured.launch;
  const lines = [
    `${tuning.attention} on ${measured.device}: batch ${batch}, ${heads} heads, ${nq} queries x ${nk} keys, ` +
      `dim ${tuning.dim}, dim_v ${tuning.dimV}, ${tuning.dtype}`,
  ];
  const lists = [...new Set(candidates.map(({ candidate }) => candidate.list))];
  for (const list of lists) {
    const ofList = candidates.filter(({ candidate }) => candidate.list === list);
    const [first] = ofList;
    const ranked = [...ofList].sort((a, b) => (a.median_ms ?? Infinity) - (b.median_ms ?? Infinity));
    for (const report of ranked) {
      const { candidate, median_ms: ms, refused, launches } = report;
      const wins = tuning.layouts.includes(candidate) ? '*' : ' ';
      const mark = report === first ? 'the table' : '';
      const result =
        ms === undefined
          ? `       -  ${refused}`
          : `${ms.toFixed(4).padStart(12)} ms  ${ratio(ms, first.median_ms)}  median of ${launches}  ${mark}`;
      lines.push(`${wins} ${describeLayout(candidate).padEnd(64)} ${result}`.trimEnd());
    }
  }
  return `${lines.join('\n')}\n`;
}

/** How much faster than what the table puts first. */
function ratio(ms: number, first: number | undefined): string {
  return first === undefined ? '     ' : `${(first / ms).toFixed(2)}x`;
}

import type { AttentionDescriptor, PassDescriptor } from '../descriptor.ts';
import type { KernelDescriptor } from '../kernel-descriptor.ts';
import { bindQueries, bindViews } from '../launch/bind-views.ts';
import type { LaunchedMask } from '../mask/launch/launch-mask.ts';
import { schedulePass, type PassTable } from '../schedule/schedule-pass.ts';
import type { AttentionResult, DenseScore } from './attend-dense.ts';
import { bindScore } from './bind-score.ts';
import { walkOf } from './key-steps.ts';
import type { TilePlace } from './key-steps.ts';
import { copyRow, emptyRow, finishRow, neverWritten, takeStep } from './online-softmax.ts';
import type { OnlineRow } from './online-softmax.ts';
import { positionOfSlot } from './slot-positions.ts';
import type { Strides } from './strides.ts';

/** A kernel for every pass, a launch and its tensors in host memory. */
export interface PlanRun {
  readonly descriptor: AttentionDescriptor;
  /** In the order of the passes. */
  readonly kernels: readonly KernelDescriptor[];
  readonly mask: LaunchedMask;
  readonly q: ArrayLike<number>;
  readonly k: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  readonly strides: { readonly q: Strides; readonly k: Strides; readonly v: Strides };
  /** The tables that kernels read; those of the launch where it is left out. */
  readonly schedule?: typeof schedulePass;
}

/**
 * Walks a plan in float64 and without a GPU: pass after pass, the query tiles of its view, the key tiles of its schedule,
 * the mask on partial tiles and none on full ones, online softmax, and the state that passes hand on. What a wrong plan
 * would do to a result (a pair left out, counted twice or let in, padding or an unwritten state read) it does here too;
 * errors of the printed text it cannot show. Results are laid out as those of attendBranches.
 *
 * @throws {Error} where the tiles of a pass do not hold every query row once: on a GPU a race, here a sentence.
 */
export function executePlan(run: PlanRun): AttentionResult {
  const { descriptor, mask } = run;
  const { heads, dimV, dimOut, combine } = descriptor;
  const { batch, nq } = mask.scalars;
  const score = bindScore(descriptor, mask.scalars, mask.arrays);
  const out = new Float64Array(batch * heads * nq * dimOut).fill(NaN);
  const hasLse = combine !== 'concat' && score.weights === undefined;
  const lse = new Float64Array(hasLse ? batch * heads * nq : 0).fill(NaN);
  for (let grid = 0; grid < batch * heads; grid++) {
    const whose = { head: grid % heads, batch: Math.floor(grid / heads) };
    let state = Array.from({ length: nq }, () => neverWritten(dimV));
    descriptor.passes.forEach((pass, at) => {
      const rows = walkPass({ ...run, score }, pass, run.kernels[at], whose, state);
      if (pass.state.writes) {
        state = rows;
        return;
      }
      rows.forEach((row, r) => {
        const to = (grid * nq + r) * dimOut + pass.column;
        if (score.weights !== undefined) {
          out.set(row.out, to);
          return;
        }
        const scale = score.denominatorScale?.(whose.batch, whose.head, r + mask.offset);
        const finished = finishRow(row, score.sink?.(whose.head), scale);
        out.set(finished.out, to);
        if (hasLse) lse[grid * nq + r] = finished.lse;
      });
    });
  }
  return { out, lse };
}

type ScoredRun = PlanRun & { readonly score: DenseScore };

/** The rows of one grid index after a pass, by query row. */
function walkPass(
  run: ScoredRun,
  pass: PassDescriptor,
  kernel: KernelDescriptor,
  whose: { readonly head: number; readonly batch: number },
  state: readonly OnlineRow[],
): OnlineRow[] {
  const { mask, schedule = schedulePass } = run;
  const { nq } = mask.scalars;
  const tableOf = (batch: number, head: number): PassTable => schedule(pass, kernel, mask, batch, head);
  const { queries } = bindViews(pass, kernel, mask);
  const view = bindQueries(queries, () => tableOf(whose.batch, whose.head), mask.offset);
  const walk = walkOf(pass, kernel, mask, tableOf);
  const range = { begin: mask.offset, end: mask.offset + nq };
  const rows = new Array<OnlineRow | undefined>(nq).fill(undefined);
  for (let tile = 0; tile < view.tiles; tile++) {
    const slots = Array.from({ length: view.tile }, (_, slot) =>
      positionOfSlot(view, tile * view.tile + slot, range),
    );
    const queries = slots.filter((position) => position !== null);
    if (queries.length === 0) continue;
    const place: TilePlace = { tile, queries, ...whose };
    const own = queries.map((i) => {
      const row = i - mask.offset;
      if (rows[row] !== undefined) throw new Error(`pass ${pass.name} visits query row ${row} twice`);
      rows[row] = pass.state.reads ? copyRow(state[row]) : emptyRow(run.descriptor.dimV);
      return rows[row];
    });
    for (const step of walk.steps(place)) takeStep(run, kernel.tile.keys, walk, place, own, step);
  }
  const missing = rows.indexOf(undefined);
  if (missing >= 0) throw new Error(`pass ${pass.name} does not visit query row ${missing}`);
  return rows as OnlineRow[];
}

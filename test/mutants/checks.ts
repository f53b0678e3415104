import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { layOutTensors } from '../../runtime/launch/tensor-layout.ts';
import { evaluateProgram, launchMask } from '../../runtime/mask/index.ts';
import { attendBranches } from '../../runtime/reference/attend-branches.ts';
import type { AttentionResult } from '../../runtime/reference/attend-dense.ts';
import { executePlan } from '../../runtime/reference/execute-plan.ts';
import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import { createAttention } from '../../runtime/webgpu/create-attention.ts';
import { gappedStrides, tensorWithGaps, withoutGaps } from '../runtime/webgpu/gapped-tensors.ts';
import { maxError } from '../runtime/webgpu/window-reference.ts';
import { checkPassTables } from '../schedules/check-pass-tables.ts';
import { kernelsOf } from '../schedules/kernels-of.ts';
import type { Specimen } from './specimens.ts';

/** A specimen, and how its tables are derived: either may have been broken. */
export interface Subject extends Specimen {
  readonly schedule: typeof schedulePass;
}

/** The nets of the test suite, by name: each gives a sentence where it notices something. */
export type CheckName = 'mask' | 'tables' | 'walk' | 'kernel';

const BATCH = 2;

export function subjectOf(specimen: Specimen): Subject {
  return { ...specimen, schedule: schedulePass };
}

/** What needs no device. */
export function noticedWithoutDevice(subject: Subject): CheckName[] {
  const checks = { mask: checkMask, tables: checkTables, walk: checkWalk };
  return (['mask', 'tables', 'walk'] as const).filter((name) => checks[name](subject) !== null);
}

function launchedMask({ descriptor, nq, nk }: Subject) {
  return launchMask(descriptor, { batch: BATCH, nq, nk, arrays: {} });
}

/** Compiled masks against predicates that were written by hand: of every branch, and of passes together. */
function checkMask(subject: Subject): string | null {
  const { descriptor, nq, nk, branches } = subject;
  const { offset } = launchedMask(subject);
  const holds = (mask: AttentionDescriptor['mask'], head: number, query: number, key: number): boolean =>
    evaluateProgram(mask, { query, key, head, batch: 0, symbols: { nq, nk, offset } }) === 1;
  for (let head = 0; head < descriptor.heads; head++) {
    for (let i = offset; i < offset + nq; i++) {
      for (let j = 0; j < nk; j++) {
        const wanted = branches.map((isLive) => isLive(0, head, i, j));
        const found = descriptor.branches.map((mask) => holds(mask, head, i, j));
        if (wanted.some((is, at) => is !== found[at])) return `head ${head}, pair (${i}, ${j})`;
        const count = descriptor.passes.filter(({ mask }) => holds(mask, head, i, j)).length;
        if (count !== wanted.filter(Boolean).length) return `${count} passes hold the pair (${i}, ${j})`;
      }
    }
  }
  return null;
}

function checkTables(subject: Subject): string | null {
  return sentence(() => checkPassTables(subject.descriptor, launchedMask(subject), subject.schedule));
}

/** The plan, walked in float64, against dense float64 attention. */
function checkWalk(subject: Subject): string | null {
  return sentence(() => {
    const { descriptor, nq } = subject;
    const { tensors, strides } = tensorsOf(subject);
    const mask = launchedMask(subject);
    const kernels = kernelsOf(descriptor, 'tiled', nq);
    const found = executePlan({ descriptor, kernels, mask, ...tensors, strides, schedule: subject.schedule });
    return compare(found, referenceOf(subject), 1e-12);
  });
}

/** The WGSL on a device against dense float64 attention; gaps between the rows of out stay as they were. */
export async function checkKernel(subject: Subject, device: GPUDevice): Promise<string | null> {
  const { descriptor, nq, nk } = subject;
  const { tensors, strides, layouts } = tensorsOf(subject);
  const attention = createAttention(device, descriptor, { target: 'software' });
  try {
    const { out, lse } = await attention.forward(tensors, { batch: BATCH, nq, nk, strides });
    const written = (out as Float32Array).filter((value) => value !== 0).length;
    const dense = withoutGaps(layouts.out, out as Float32Array);
    if (written !== dense.filter((value) => value !== 0).length) return 'it writes between the rows';
    return compare({ out: dense, lse: Float64Array.from(lse ?? []) }, referenceOf(subject), 1e-5);
  } catch (error) {
    return String(error);
  } finally {
    attention.destroy();
  }
}

function tensorsOf({ descriptor, nq, nk, branches }: Subject) {
  const { heads, kvHeads } = descriptor;
  const strides = gappedStrides(descriptor, nq, nk);
  const layouts = layOutTensors(descriptor, { batch: BATCH, nq, nk }, { strides });
  const tensors = {
    q: tensorWithGaps(layouts.q, 1),
    k: tensorWithGaps(layouts.k, 2),
    v: tensorWithGaps(layouts.v, 3),
  };
  // Keys that no query sees hold NaN: nothing of them may reach a result.
  for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
    for (let j = 0; j < nk; j++) {
      const isSeen = Array.from({ length: heads / kvHeads }, (_, at) => kvHead * (heads / kvHeads) + at).some(
        (head) =>
          Array.from({ length: nq }, (_, row) => row + nk - nq).some((i) =>
            branches.some((isLive) => isLive(0, head, i, j)),
          ),
      );
      if (isSeen) continue;
      for (const name of ['k', 'v'] as const) {
        for (let b = 0; b < BATCH; b++) {
          const { batch, head, row } = layouts[name].strides;
          const at = b * batch + kvHead * head + j * row;
          tensors[name].fill(NaN, at, at + layouts[name].dim);
        }
      }
    }
  }
  return { tensors, strides, layouts };
}

function referenceOf(subject: Subject): AttentionResult {
  const { descriptor, nq, nk, combine, branches } = subject;
  const { heads, kvHeads, dim, dimV } = descriptor;
  const { tensors, strides } = tensorsOf(subject);
  return attendBranches({
    ...{ batch: BATCH, heads, kvHeads, nq, nk, dim, dimV, strides, ...tensors },
    ...{ offset: nk - nq, combine, branches, score: { scale: 0.125 } },
  });
}

function compare(found: AttentionResult, reference: AttentionResult, tolerance: number): string | null {
  const size = (values: Float64Array) =>
    values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1);
  for (const name of ['out', 'lse'] as const) {
    const error = maxError(found[name], reference[name]);
    if (!(error <= tolerance * size(reference[name]))) return `${name} is off by ${error}`;
  }
  return null;
}

/** What a check throws is noticed, too. */
function sentence(check: () => string | null): string | null {
  try {
    return check();
  } catch (error) {
    return String(error);
  }
}

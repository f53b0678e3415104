import type { KernelSchedule } from '../../runtime/kernel-descriptor.ts';
import type { Attention } from '../../runtime/index.ts';
import type { TensorLayout } from '../../runtime/launch/tensor-layout.ts';
import { feedArrays, launchScalars } from '../../runtime/mask/index.ts';
import { largestError, largestShare, toleranceFor, toleranceOfWeights } from '../../cli/run/tolerance.ts';
import { Random } from '../fuzz/random.ts';
import type { LaunchCase } from './launch-cases.ts';
import { guardedStrides, PoisonedTensor, rowStarts } from './poisoned-tensor.ts';
import type { Branches, Predicate } from './predicates.ts';
import { referenceRows } from './reference-rows.ts';
import { sampleRows } from './sample-rows.ts';
import type { SampledRow } from './sample-rows.ts';

/** One launch on a device, held against float64. Errors are the largest absolute ones. */
export interface LaunchReport extends LaunchCase {
  readonly ok: boolean;
  /** The entry points that ran, in order. */
  readonly kernels: readonly string[];
  /** Where their key tiles come from. */
  readonly schedules: readonly KernelSchedule['kind'][];
  /** Of the launch, by timestamp queries, or by the wall clock where the device has none. */
  readonly ms: number;
  /** Deriving the schedule, and compiling the kernel where it is the first launch with it. */
  readonly plan_ms: number;
  readonly max_error: number;
  /** The row of the largest error. */
  readonly worst: SampledRow;
  /** 1e-5 of the largest |reference|; without a softmax the largest of what rounding explains. */
  readonly tolerance: number;
  /** Null where the attention has no output `lse`. */
  readonly lse_error: number | null;
  readonly lse_tolerance: number | null;
  readonly rows_checked: number;
  readonly rows: number;
  /** Elements of the whole output that are NaN or infinite. */
  readonly non_finite: number;
  /** Words around and between the rows of all buffers that the launch changed. */
  readonly stray_writes: number;
}

/**
 * Launches an attention on buffers whose unused words are NaN and holds what it wrote against dense float64 attention
 * over the pairs that `keeps` says, which is not derived from the specification.
 */
export async function checkLaunch(
  attention: Attention,
  launch: LaunchCase,
  keeps: Predicate | Branches,
  seed: number,
): Promise<LaunchReport> {
  const { device, descriptor } = attention;
  const { heads, dim, dimV, dimOut } = descriptor;
  const { nq, nk } = launch;
  const sizes = { batch: 1, ...launch };
  const arrays = feedArrays(descriptor.inputs, {}, launchScalars(descriptor, sizes));
  const planStart = performance.now();
  const plan = await attention.plan({ ...sizes, arrays, strides: guardedStrides(descriptor, sizes) });
  const planMilliseconds = performance.now() - planStart;
  const { passes, layouts } = plan.launch;
  const queryTile = Math.max(...passes.map(({ kernel }) => kernel.tile.queries));

  const random = new Random(seed);
  const q = randomTensor(layouts.q, random);
  const k = randomTensor(layouts.k, random);
  const v = randomTensor(layouts.v, random);
  const wantsLse = descriptor.outputs.includes('lse');
  const poisoned = {
    q: new PoisonedTensor(device, layouts.q, q),
    k: new PoisonedTensor(device, layouts.k, k),
    v: new PoisonedTensor(device, layouts.v, v),
    out: new PoisonedTensor(device, layouts.out, null),
    ...(wantsLse && { lse: new PoisonedTensor(device, layouts.lse, null) }),
  };
  const tensors = {
    q: poisoned.q.part,
    k: poisoned.k.part,
    v: poisoned.v.part,
    out: poisoned.out.part,
    lse: poisoned.lse?.part,
  };
  try {
    const start = performance.now();
    const { milliseconds } = await attention.forward(tensors, { plan, time: true });
    await device.queue.onSubmittedWorkDone();
    const wall = performance.now() - start;
    const out = await poisoned.out.read();
    const lse = await poisoned.lse?.read();

    const rows = sampleRows({ heads, nq, nk, width: dim + dimV }, queryTile, seed);
    const reference = referenceRows(descriptor, { ...launch, arrays }, { q, k, v }, layouts, keeps, rows);
    const { strides } = layouts.out;
    const found = new Float64Array(rows.length * dimOut);
    rows.forEach(({ head, row }, at) => {
      const from = head * strides.head + row * strides.row;
      found.set(out.values.subarray(from, from + dimOut), at * dimOut);
    });
    const foundLse = lse && rows.map(({ head, row }) => lse.values[head * nq + row]);
    const error = largestError(found, reference.out);
    const { errors } = reference;
    const tolerance = (errors ? toleranceOfWeights(errors) : toleranceFor(descriptor.dtype, reference.out))
      .value;
    const lseError = foundLse ? largestError(foundLse, reference.lse) : null;
    const lseTolerance = foundLse ? 1e-5 * largestFinite(reference.lse) : null;
    const nonFinite = countWhere(layouts.out, out.values, (value) => !Number.isFinite(value));
    const nanLse = lse ? countWhere(layouts.lse, lse.values, Number.isNaN) : 0;
    const inputs = await Promise.all([poisoned.q, poisoned.k, poisoned.v].map((tensor) => tensor.read()));
    const strayWrites = [out, lse, ...inputs].reduce((sum, read) => sum + (read?.strayWrites ?? 0), 0);
    return {
      ...launch,
      ok:
        error <= tolerance &&
        (errors === null || largestShare(found, reference.out, errors) <= 1) &&
        (lseError === null || lseError <= lseTolerance!) &&
        nonFinite + nanLse === 0 &&
        strayWrites === 0,
      kernels: passes.map(({ kernel }) => kernel.name),
      schedules: passes.map(({ kernel }) => kernel.schedule.kind),
      ms: milliseconds ?? wall,
      plan_ms: planMilliseconds,
      max_error: error,
      worst: rows[worstRow(found, reference.out, dimOut)],
      tolerance,
      lse_error: lseError,
      lse_tolerance: lseTolerance,
      rows_checked: rows.length,
      rows: heads * nq,
      non_finite: nonFinite + nanLse,
      stray_writes: strayWrites,
    };
  } finally {
    for (const tensor of Object.values(poisoned)) tensor?.destroy();
    plan.destroy();
  }
}

/** Values in -2 .. 2, laid out with the gaps of the layout. */
function randomTensor(layout: TensorLayout, random: Random): Float32Array {
  const values = new Float32Array(layout.extent);
  for (const start of rowStarts(layout)) {
    for (let at = start; at < start + layout.dim; at++) values[at] = 4 * random.unit() - 2;
  }
  return values;
}

/** Which of the rows [rows, width] holds the largest error. */
function worstRow(found: Float64Array, reference: Float64Array, width: number): number {
  const errors = Array.from({ length: found.length / width }, (_, row) =>
    largestError(found.subarray(row * width), reference.subarray(row * width, (row + 1) * width)),
  );
  return errors.indexOf(Math.max(...errors));
}

/** How many elements of a tensor `matches`. */
function countWhere(layout: TensorLayout, values: Float32Array, matches: (value: number) => boolean): number {
  let count = 0;
  for (const start of rowStarts(layout)) {
    for (let at = start; at < start + layout.dim; at++) if (matches(values[at])) count++;
  }
  return count;
}

/** The largest magnitude, at least 1: lse may be near 0, where its error is that of a sum of order 1. */
function largestFinite(values: Float64Array): number {
  return values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1);
}

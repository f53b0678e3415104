import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CompiledUnit } from '../../compiler/index.ts';
import type { CudaDescriptor } from '../../runtime/cuda/descriptor.ts';
import type { AttentionDescriptor, AttentionModel } from '../../runtime/descriptor.ts';
import type { LaunchRequest } from '../../runtime/launch/launch-request.ts';
import { layOutTensors } from '../../runtime/launch/tensor-layout.ts';
import type { TensorLayouts } from '../../runtime/launch/tensor-layout.ts';
import { checkShape } from '../compile-file.ts';
import { InputError } from '../failures.ts';
import { writeNpy } from '../formats/npy.ts';
import { launchUnit } from '../launch-unit.ts';
import type { LaunchedUnit } from '../launch-unit.ts';
import { reasonOf } from '../sources.ts';
import type { Terminal } from '../terminal.ts';
import { readNpyFile } from '../values.ts';
import { chooseDevice } from './choose-device.ts';
import type { ChosenDevice } from './choose-device.ts';
import { executeByReference } from './execute-by-reference.ts';
import { executeOnCuda } from './execute-on-cuda.ts';
import { executeOnDevice, refusalOf } from './execute.ts';
import type { Execution } from './execute.ts';
import type { RunOptions } from './options.ts';
import { chooseRows, pickRows, referenceRows } from './reference-rows.ts';
import type { RowIndex } from './reference-rows.ts';
import type { RunReport } from './report.ts';
import { makeTensors } from './tensors.ts';
import type { InputTensors } from './tensors.ts';
import { largestError, largestShare, toleranceFor, toleranceOfWeights } from './tolerance.ts';

const timedRepetitions = 5;

/** Executes a unit and holds the result against the float64 reference. */
export async function runUnit(
  compiled: CompiledUnit,
  options: RunOptions,
  terminal: Terminal,
): Promise<RunReport> {
  checkShape(compiled, options);
  const descriptor = descriptorFor(compiled, options);
  const unit = launchUnit(compiled, options, terminal);
  const { batch, nq, nk } = unit;
  const layouts = layOutTensors(descriptor, { batch, nq, nk });
  const tensors = makeTensors(descriptor, layouts, readTensors(options, terminal), options.seed);

  const { execution, chosen } = await execute({ descriptor, unit, layouts }, tensors, options, terminal);
  if (options.out !== undefined) writeOutput(options.out, execution, descriptor, unit, terminal);

  const finiteInputs = [tensors.q, tensors.k, tensors.v].every(({ values }) => countNonFinite(values) === 0);
  const referenceOf = (chosen: readonly RowIndex[]) =>
    referenceRows(unit, descriptor, layouts, tensors, chosen);
  const asked = chooseRows(unit, descriptor, options.seed);
  const first = referenceOf(asked);
  const rows = finiteInputs ? asked.filter((_, at) => isFiniteRow(first.out, at, asked.length)) : asked;
  const undefinedRows = asked.length - rows.length;
  const reference = undefinedRows === 0 ? first : referenceOf(rows);
  const computed = pickRows(execution, layouts, rows);
  const { errors } = reference;
  const tolerance =
    errors === null ? toleranceFor(descriptor.dtype, reference.out) : toleranceOfWeights(errors);
  const error = largestError(computed.out, reference.out);
  const lse = computed.lse && compareLse(computed.lse, reference.lse);
  const nonFinite = countNonFinite(execution.out);
  const sorted = [...execution.milliseconds].sort((a, b) => a - b);
  return {
    name: unit.name,
    device: chosen.kind,
    adapter: nameOf(chosen),
    ok:
      error <= tolerance.value &&
      (errors === null || largestShare(computed.out, reference.out, errors) <= 1) &&
      (lse === null || lse.lse_max_abs_error <= lse.lse_tolerance) &&
      undefinedRows === 0 &&
      (nonFinite === 0 || !finiteInputs),
    max_abs_error: error,
    tolerance: tolerance.value,
    tolerance_rule: tolerance.rule,
    ...lse,
    rows_checked: rows.length,
    rows: batch * descriptor.heads * nq,
    undefined_rows: undefinedRows,
    non_finite: nonFinite,
    ms: sorted[Math.floor(sorted.length / 2)],
    timed_by: execution.timedBy,
    launches: sorted.length,
    plan_ms: execution.planMilliseconds,
    prepare_ms: execution.prepareMilliseconds,
    kernels: execution.kernels,
    batch,
    heads: descriptor.heads,
    nq,
    nk,
    dim: descriptor.dim,
    dim_v: descriptor.dimV,
    dtype: descriptor.dtype,
  };
}

/** Of WGSL kernels, which the reference executor walks too, or of CUDA kernels. */
type RunDescriptor = AttentionDescriptor | CudaDescriptor;

/** `--q-at` takes the place of what the file says. */
function descriptorFor({ descriptor, cuda }: CompiledUnit, { qAt }: RunOptions): RunDescriptor {
  const found: RunDescriptor = cuda ?? descriptor!;
  if (qAt === undefined) return found;
  return { ...found, offset: { nodes: [{ kind: 'int', value: qAt }], root: 0 } };
}

function readTensors(options: RunOptions, terminal: Terminal) {
  const read = (file: string | undefined) => (file === undefined ? undefined : readNpyFile(file, terminal));
  return { q: read(options.q), k: read(options.k), v: read(options.v) };
}

/** On the device that `--device` names, or the best; what was taken and why goes to stderr. */
async function execute(
  launch: {
    readonly descriptor: RunDescriptor;
    readonly unit: LaunchedUnit;
    readonly layouts: TensorLayouts;
  },
  tensors: InputTensors,
  options: RunOptions,
  terminal: Terminal,
): Promise<{ readonly execution: Execution; readonly chosen: ChosenDevice }> {
  const { descriptor, unit, layouts } = launch;
  const repetitions = options.time ? timedRepetitions : 0;
  let chosen = await chooseDevice(options.device, terminal.env);
  const say = () => terminal.err.write(`device: ${nameOf(chosen)}: ${chosen.reason}\n`);
  say();
  const { device } = chosen;
  const { batch, nq, nk, arrays } = unit;
  const request: LaunchRequest = { batch, nq, nk, layer: options.layer, arrays };
  if ('cuda' in descriptor) {
    if (device?.kind !== 'cuda') throw new Error('CUDA kernels were compiled for another device');
    try {
      return { execution: await executeOnCuda(device, descriptor, request, tensors, repetitions), chosen };
    } finally {
      device.close();
    }
  }
  if (device && device.kind !== 'cuda') {
    try {
      return { execution: await executeOnDevice(device, descriptor, request, tensors, repetitions), chosen };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || options.device !== 'auto') throw error;
      chosen = { kind: 'reference', device: null, reason: `the device refused: ${refusal}` };
      say();
    } finally {
      device.close();
    }
  }
  return { execution: executeByReference(descriptor, unit, layouts, tensors), chosen };
}

function nameOf({ device }: ChosenDevice): string {
  return device?.description ?? 'float64 executor of kernel plans';
}

function writeOutput(
  file: string,
  { out }: Execution,
  { heads, dimOut, layout }: AttentionModel,
  { batch, nq }: LaunchedUnit,
  terminal: Terminal,
): void {
  const shape = layout === 'bhnd' ? [batch, heads, nq, dimOut] : [batch, nq, heads, dimOut];
  const bytes = writeNpy('<f4', shape, out);
  try {
    writeFileSync(resolve(terminal.cwd, file), bytes);
  } catch (error) {
    throw new InputError(`cannot write "${file}": ${reasonOf(error, 'folder')}`);
  }
}

/** lse is f32 whatever the storage type is: 1e-5 relative to the largest, at least to 1. */
function compareLse(found: Float64Array, reference: Float64Array) {
  const size = reference.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    1,
  );
  return { lse_max_abs_error: largestError(found, reference), lse_tolerance: 1e-5 * size };
}

/** Of `rows` rows side by side. */
function isFiniteRow(out: Float64Array, row: number, rows: number): boolean {
  const width = out.length / rows;
  return countNonFinite(out.subarray(row * width, (row + 1) * width)) === 0;
}

function countNonFinite(values: Float64Array): number {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count++;
  return count;
}

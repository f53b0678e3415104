import type { Graph } from '../../compiler/ir/graph.ts';
import type { CudaDescriptor } from '../../runtime/cuda/descriptor.ts';
import { prepareCudaLaunch } from '../../runtime/launch/prepare-cuda-launch.ts';
import { readArrays } from '../../runtime/read-arrays.ts';
import { launchScalars } from '../../runtime/mask/index.ts';
import { decode, encode, roundingUnit } from '../codegen/cuda/elements.ts';
import { emulate } from '../codegen/cuda/emulate.ts';
import { chosenModule, forcedModule, groupTargetOf, smallTarget } from '../codegen/cuda/modules.ts';
import { describePass } from '../schedules/describe-schedule.ts';
import type { PreparedCase } from './check-case.ts';
import { arrangeBack } from './arrange-tensor.ts';
import { explainedErrors, referenceResult, storeTensors } from './check-plan.ts';
import { launchOf } from './fuzz-case.ts';
import { fillArrays } from './predicate.ts';
import { headDim } from './generate-tensors.ts';
import { roundToHalf } from './half-tensors.ts';

/** Head dimensions of tensor cores are multiples of 16; what is behind that of a case is zero. */
const padded = (dim: number): number => Math.ceil(dim / 16) * 16;
/** Logits are f32, whatever the tensors are stored as. */
const lseTolerance = 2e-5;
const targets = [smallTarget, groupTargetOf()];

/**
 * Emulates the CUDA of a case on the CPU, as it was scheduled or in passes and views drawn from its seed; null where it
 * gives what dense float64 attention gives.
 */
export async function checkCuda(prepared: PreparedCase): Promise<string | null> {
  const { seed } = prepared.fuzzCase;
  const graph = asCuda(prepared.graph);
  try {
    const descriptor = seed % 2 === 0 ? chosenModule(graph, targets) : forcedModule(graph, seed, targets);
    const problem = await launch(prepared, descriptor, seed % 4 < 2 ? 'sm_80' : 'sm_90a');
    return (
      problem && `${problem}${descriptor.passes.map((pass) => `\n  ${describePass(pass as never)}`).join('')}`
    );
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
}

function asCuda(graph: Graph): Graph {
  return { ...graph, dim: padded(graph.dim), dimV: padded(graph.dimV), dtype: 'f16' };
}

async function launch(
  prepared: PreparedCase,
  descriptor: CudaDescriptor,
  family: 'sm_80' | 'sm_90a',
): Promise<string | null> {
  const { fuzzCase, branches } = prepared;
  const { batch, heads, nq, nk, layer } = fuzzCase;
  const sizes = { batch, nq, nk, layer, launch: launchOf(fuzzCase) };
  const arrays = readArrays(descriptor.inputs, fillArrays(fuzzCase), launchScalars(descriptor, sizes));
  const kernels = descriptor.passes.map(
    ({ kernels: known }) => known.find((kernel) => kernel.family === family) ?? known[0],
  );
  const request = prepareCudaLaunch(descriptor, kernels, { ...sizes, arrays: arrays as never });
  const { dimV, layout } = fuzzCase.storage;
  const tensors = roundToHalf(prepared.tensors);
  const given = storeTensors(fuzzCase, tensors);
  const { out: outLayout, lse: lseLayout } = request.layouts;
  const buffers = await emulate(request, {
    q: stored(given.q, headDim),
    k: stored(given.k, headDim),
    v: stored(given.v, dimV),
    out: new Uint8Array(outLayout.extent * 2).fill(0xff),
    lse: new Uint8Array(lseLayout.extent * 4).fill(0xff),
  });
  const bits = new Uint16Array(buffers.out.buffer, buffers.out.byteOffset, outLayout.extent);
  const parts = outLayout.dim / padded(dimV);
  const written = Float64Array.from({ length: batch * heads * nq * parts * dimV }, (_, at) => {
    const [row, d] = [Math.floor(at / dimV), at % dimV];
    return decode(bits[row * padded(dimV) + d], 'f16');
  });
  const out = arrangeBack(written, { batch, heads, rows: nq, width: parts * dimV }, layout);
  const reference = referenceResult(fuzzCase, branches, tensors);
  const largest = (values: ArrayLike<number>) =>
    Array.from(values).reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0);
  const tolerance = roundingUnit.f16 * (largest(tensors.v) + largest(reference.out)) * 1.05;
  const names = `kernels ${kernels.map(({ name }) => name).join(', ')}`;
  const errors = explainedErrors(fuzzCase, branches, tensors, 'f16');
  const wrong = reference.out.findIndex(
    (value, at) => !(Math.abs(out[at] - value) <= (errors?.[at] ?? tolerance)),
  );
  if (wrong >= 0) return `${names}: out[${wrong}] is ${out[wrong]}, not ${reference.out[wrong]}`;
  if (!descriptor.outputs.includes('lse')) return null;
  const lse = new Float32Array(buffers.lse.buffer, buffers.lse.byteOffset, lseLayout.extent);
  const bound = lseTolerance * Math.max(1, largest(reference.lse.filter(Number.isFinite)));
  const off = reference.lse.findIndex(
    (value, at) => value !== lse[at] && !(Math.abs(lse[at] - value) <= bound),
  );
  return off < 0 ? null : `${names}: lse[${off}] is ${lse[off]}, not ${reference.lse[off]}`;
}

/** Rows of the dimension that kernels have, zero behind that of the case. */
function stored(values: Float32Array, dim: number): Uint8Array {
  const bits = new Uint16Array((values.length / dim) * padded(dim));
  values.forEach((value, at) => {
    bits[Math.floor(at / dim) * padded(dim) + (at % dim)] = encode(value, 'f16');
  });
  return new Uint8Array(bits.buffer);
}

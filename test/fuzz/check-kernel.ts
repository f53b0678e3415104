import { createAttention } from '../../runtime/index.ts';
import { compareResults, makeTensors, referenceResult } from './check-plan.ts';
import type { PreparedCase } from './check-case.ts';
import { fillArrays } from './predicate.ts';

/** Float32 kernels against float64: 1e-5 of the largest magnitude. */
const tolerance = 1e-5;

/** Runs the WGSL of a case on a device; null where it gives what dense float64 attention gives. */
export async function checkKernel(prepared: PreparedCase, device: GPUDevice): Promise<string | null> {
  const { fuzzCase, descriptor } = prepared;
  const { batch, nq, nk, layer, w, shift } = fuzzCase;
  const tensors = makeTensors(prepared);
  const attention = createAttention(device, descriptor, { target: 'software' });
  try {
    const request = { batch, nq, nk, layer, launch: { w, shift }, arrays: fillArrays(fuzzCase) as never };
    const { out, lse } = await attention.forward(tensors, request);
    return compareResults({ out, lse: lse! }, referenceResult(prepared, tensors), tolerance);
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  } finally {
    attention.destroy();
  }
}

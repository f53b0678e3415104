import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { createAttention } from '../../runtime/index.ts';
import { nullDevice, validate } from '../codegen/wgsl/device.ts';
import { inlinedBranches } from '../codegen/wgsl/inlined-branches.ts';
import { describePass } from '../schedules/describe-schedule.ts';
import { roundingUnit } from '../codegen/cuda/elements.ts';
import { arrangeBack } from './arrange-tensor.ts';
import { compareResults, explainedErrors, referenceResult, storeTensors } from './check-plan.ts';
import { smallTiles } from './check-case.ts';
import type { PreparedCase } from './check-case.ts';
import { forcedDescriptor } from './check-schedules.ts';
import { launchOf } from './fuzz-case.ts';
import { fromHalf, roundToHalf, toHalf } from './half-tensors.ts';
import { fillArrays } from './predicate.ts';

/** Float32 kernels against float64: 1e-5 of the largest magnitude. */
const tolerance = 1e-5;

/**
 * The most branches of an entry point that is executed. SwiftShader's compiler takes time that is exponential in them; a
 * kernel of tiles and views has 38 before its mask says anything.
 */
const branchLimit = 60;

/** What became of the WGSL of a case. */
export type KernelResult =
  | { readonly kind: 'ok' }
  | { readonly kind: 'failed'; readonly message: string }
  /** The adapter lacks a feature, or an entry point has too many branches for its compiler. */
  | { readonly kind: 'left out'; readonly reason: string };

/**
 * Runs the WGSL of a case on a device, as it was scheduled and in passes and views drawn from its seed, against what
 * dense float64 attention gives.
 */
export async function checkKernel(prepared: PreparedCase, device: GPUDevice): Promise<KernelResult> {
  const missing = featuresOf(prepared.descriptor).find((feature) => !device.features.has(feature));
  const forced = forcedDescriptor(prepared, [smallTiles], prepared.fuzzCase.seed);
  if (missing !== undefined) return validateOnly([prepared.descriptor, forced], missing);
  const branches = Math.max(...[prepared.descriptor, forced].map(mostBranches));
  if (branches > branchLimit) return { kind: 'left out', reason: `${branches} branches` };
  const planned = await launch(prepared, prepared.descriptor, device);
  if (planned !== null) return { kind: 'failed', message: planned };
  const problem = await launch(prepared, forced, device);
  if (problem === null) return { kind: 'ok' };
  const passes = forced.passes.map((pass) => `\n  ${describePass(pass)}`);
  return { kind: 'failed', message: `${problem}${passes.join('')}` };
}

/** What the adapter has no feature for is at least valid WGSL. */
async function validateOnly(
  descriptors: readonly AttentionDescriptor[],
  missing: GPUFeatureName,
): Promise<KernelResult> {
  for (const { passes, wgsl } of descriptors) {
    const entryPoints = passes.flatMap(({ kernels }) => kernels.map(({ name }) => name));
    const messages = await validate(await nullDevice(), wgsl.code, entryPoints);
    if (messages.length > 0) return { kind: 'failed', message: messages.join('\n') };
  }
  return { kind: 'left out', reason: `no ${missing}, validated` };
}

function featuresOf({ passes }: AttentionDescriptor): GPUFeatureName[] {
  return passes.flatMap(({ kernels }) => kernels.flatMap(({ features }) => features));
}

function mostBranches({ passes, wgsl }: AttentionDescriptor): number {
  return Math.max(
    ...passes.flatMap(({ kernels }) => kernels.map(({ name }) => inlinedBranches(wgsl.code, name))),
  );
}

async function launch(
  prepared: PreparedCase,
  descriptor: AttentionDescriptor,
  device: GPUDevice,
): Promise<string | null> {
  const { fuzzCase } = prepared;
  const { batch, heads, nq, nk, layer } = fuzzCase;
  const { dtype, layout } = fuzzCase.storage;
  const attention = createAttention(device, descriptor, { target: 'software' });
  try {
    const request = {
      batch,
      nq,
      nk,
      layer,
      launch: launchOf(fuzzCase),
      arrays: fillArrays(fuzzCase) as never,
    };
    const sizes = { batch, heads, rows: nq, width: descriptor.dimOut };
    if (dtype === 'f32') {
      const { out, lse } = await attention.forward(prepared.stored, request);
      const found = { out: arrangeBack(out, sizes, layout), lse: lse ?? [] };
      const errors = explainedErrors(fuzzCase, prepared.branches, prepared.tensors, 'f32');
      return compareResults(found, prepared.reference, tolerance, errors ?? tolerance);
    }
    const rounded = roundToHalf(prepared.tensors);
    const { q, k, v } = storeTensors(fuzzCase, rounded);
    const { out, lse } = await attention.forward({ q: toHalf(q), k: toHalf(k), v: toHalf(v) }, request);
    const found = { out: arrangeBack(fromHalf(out as Uint16Array), sizes, layout), lse: lse ?? [] };
    const reference = referenceResult(fuzzCase, prepared.branches, rounded);
    const errors = explainedErrors(fuzzCase, prepared.branches, rounded, 'f16');
    return compareResults(found, reference, tolerance, errors ?? tolerance + roundingUnit.f16);
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  } finally {
    attention.destroy();
  }
}

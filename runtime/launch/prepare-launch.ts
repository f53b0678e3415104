import type { AttentionDescriptor, AttentionModel } from '../descriptor.ts';
import type { KernelDescriptor } from '../kernel-descriptor.ts';
import { launchMask, launchScalars } from '../mask/launch/launch-mask.ts';
import { readArrays } from '../read-arrays.ts';
import { assembleLaunch, type Launch } from './assemble-launch.ts';
import type { BoundLaunch } from './pack-bound.ts';
import type { LaunchRequest } from './launch-request.ts';
import { schedulePasses, type PassKernel, type PassPart } from './schedule-passes.ts';
import type { Sizes } from './tensor-layout.ts';

/**
 * Makes a request ready for one kernel a pass: checks sizes, parameters and arrays, computes derived values, derives the
 * table of every distinct mask of a pass (unless its kernel computes its ranges) and packs everything.
 *
 * @throws {SparsecError} naming the size, parameter, array or stride that does not fit.
 */
export function prepareLaunch(
  descriptor: AttentionDescriptor,
  kernels: readonly KernelDescriptor[],
  request: LaunchRequest,
): Launch {
  const bound = bindRequest(descriptor, descriptor.passes, kernels, request);
  return assembleLaunch(descriptor, sizesOf(request), request, bound);
}

/** The sizes of a request, with the batch that it leaves out. */
export function sizesOf({ batch = 1, nq, nk }: LaunchRequest): Required<Sizes> {
  return { batch, nq, nk };
}

/**
 * The part of {@link prepareLaunch} that is the same whatever the kernels are written in: everything but packing.
 * `kernels` has one for every pass.
 *
 * @throws {SparsecError}
 */
export function bindRequest<Pass extends PassPart, Kernel extends PassKernel>(
  model: AttentionModel,
  passes: readonly Pass[],
  kernels: readonly Kernel[],
  request: LaunchRequest,
): BoundLaunch<Pass, Kernel> {
  const scalars = { ...sizesOf(request), layer: request.layer, launch: request.launch };
  const arrays = readArrays(model.inputs, request.arrays ?? {}, launchScalars(model, scalars));
  const mask = launchMask(model, { ...scalars, arrays });
  return {
    symbols: mask.scalars,
    arrays: mask.arrays,
    passes: schedulePasses({ heads: model.heads, passes }, kernels, mask),
  };
}

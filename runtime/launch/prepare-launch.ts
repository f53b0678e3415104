import type { AttentionDescriptor, KernelDescriptor } from '../descriptor.ts';
import { launchMask, launchScalars } from '../mask/launch-mask.ts';
import { readArrays } from '../read-arrays.ts';
import { assembleLaunch, type Launch } from './assemble-launch.ts';
import type { LaunchRequest } from './launch-request.ts';
import { schedulePasses } from './schedule-passes.ts';

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
  const sizes = { batch: request.batch ?? 1, nq: request.nq, nk: request.nk };
  const scalars = { ...sizes, layer: request.layer, launch: request.launch };
  const arrays = readArrays(descriptor.inputs, request.arrays ?? {}, launchScalars(descriptor, scalars));
  const mask = launchMask(descriptor, { ...scalars, arrays });
  const passes = schedulePasses(descriptor, kernels, mask);
  return assembleLaunch(descriptor, sizes, request, { symbols: mask.scalars, arrays: mask.arrays, passes });
}

import type { AttentionDescriptor, PassDescriptor } from '../descriptor.ts';
import type { KernelDescriptor } from '../kernel-descriptor.ts';
import { DeviceError, limitError } from './device-error.ts';

/** What a device offers, as far as the choice of a kernel depends on it. A GPUDevice fits. */
export interface DeviceCapabilities {
  readonly features: { has(name: string): boolean };
  readonly limits: {
    readonly maxComputeWorkgroupStorageSize: number;
    readonly maxComputeInvocationsPerWorkgroup: number;
    readonly maxComputeWorkgroupSizeX: number;
  };
}

/**
 * The kernel of every pass that serves `nq` query rows on a device. Passes choose on their own: what one leaves for the
 * next does not depend on its tiles.
 *
 * @throws {DeviceError} when some pass has no kernel that fits.
 */
export function chooseKernels(
  { passes }: Pick<AttentionDescriptor, 'passes'>,
  nq: number,
  device: DeviceCapabilities,
  target: KernelDescriptor['target'],
): readonly KernelDescriptor[] {
  return passes.map((pass) => chooseKernel(pass, nq, device, target));
}

/**
 * The kernel of one pass: one that the device's features and limits allow, the small-query one where nq fits its tile,
 * tuned for the adapter class where there is such a one, else the larger tile.
 *
 * @throws {DeviceError} when no kernel fits; the message names the feature or the limit, the value and the device's,
 * of the kernel that needs least.
 */
export function chooseKernel(
  { kernels }: Pick<PassDescriptor, 'kernels'>,
  nq: number,
  device: DeviceCapabilities,
  target: KernelDescriptor['target'],
): KernelDescriptor {
  const serving = kernels.filter((k) => k.purpose === 'tiled' || nq <= k.tile.queries);
  const fitting = serving.filter((kernel) => refusal(kernel, device) === null);
  if (fitting.length === 0) {
    const [least] = [...serving].sort((a, b) => a.workgroupBytes - b.workgroupBytes);
    throw refusal(least, device);
  }
  const rank = (kernel: KernelDescriptor): readonly number[] => [
    kernel.purpose === 'small-query' ? 0 : 1,
    kernel.target === target ? 0 : 1,
    -kernel.tile.queries * kernel.tile.keys,
  ];
  return [...fitting].sort((a, b) => compareRanks(rank(a), rank(b)))[0];
}

/** Why the device cannot run a kernel, or null. */
function refusal(kernel: KernelDescriptor, { features, limits }: DeviceCapabilities): DeviceError | null {
  for (const feature of kernel.features) {
    if (!features.has(feature)) {
      return new DeviceError(
        'limit',
        feature,
        `${kernel.name} needs the feature ${feature}, this device lacks it`,
      );
    }
  }
  const needs = [
    ['maxComputeWorkgroupStorageSize', kernel.workgroupBytes],
    ['maxComputeInvocationsPerWorkgroup', kernel.workgroupSize],
    ['maxComputeWorkgroupSizeX', kernel.workgroupSize],
  ] as const;
  for (const [limit, needed] of needs) {
    if (needed > limits[limit]) return limitError(limit, kernel.name, needed, limits[limit]);
  }
  return null;
}

function compareRanks(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((value, index) => value !== right[index]);
  return at < 0 ? 0 : left[at] - right[at];
}

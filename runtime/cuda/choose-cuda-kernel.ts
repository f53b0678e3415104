import { DeviceError, limitError } from '../launch/device-error.ts';
import type { CudaDescriptor, CudaKernel, CudaPass } from './descriptor.ts';
import type { DeviceProperties } from './device-properties.ts';

/** What a device allows and what the code on it was made for: kernels of `sm_90a` are in code for `sm_90a` alone. */
export interface CudaCapabilities extends Pick<DeviceProperties, 'capability' | 'sharedBytes' | 'threads'> {
  readonly architecture: string;
}

/**
 * The kernel of every pass that serves `nq` query rows on a device. Passes choose on their own: what one leaves for the
 * next does not depend on its tiles.
 *
 * @throws {DeviceError} when some pass has no kernel that fits.
 */
export function chooseCudaKernels(
  { passes }: Pick<CudaDescriptor, 'passes'>,
  nq: number,
  device: CudaCapabilities,
): readonly CudaKernel[] {
  return passes.map((pass) => chooseCudaKernel(pass, nq, device));
}

/**
 * The kernel of one pass: one that the device can run, the small-query one where nq fits its tile, of the family made for
 * the chip where there is such a one, else the larger tile.
 *
 * @throws {DeviceError} when none fits; the message names the limit, the value and the device's.
 */
export function chooseCudaKernel(
  { name, kernels }: Pick<CudaPass, 'name' | 'kernels'>,
  nq: number,
  device: CudaCapabilities,
): CudaKernel {
  const serving = kernels.filter((kernel) => kernel.purpose === 'tiled' || nq <= kernel.tile.queries);
  const fitting = serving.filter((kernel) => refusal(kernel, device) === null);
  if (fitting.length === 0) {
    const [least] = [...serving].sort((a, b) => a.sharedBytes - b.sharedBytes);
    throw least
      ? refusal(least, device)
      : new DeviceError('limit', name, `pass ${name} has no kernel for nq ${nq}`);
  }
  const rank = (kernel: CudaKernel): readonly number[] => [
    kernel.purpose === 'small-query' ? 0 : 1,
    kernel.family === 'sm_90a' ? 0 : 1,
    -kernel.tile.queries * kernel.tile.keys,
  ];
  return [...fitting].sort((a, b) => compare(rank(a), rank(b)))[0];
}

/** Why the device cannot run a kernel, or null. */
function refusal(kernel: CudaKernel, device: CudaCapabilities): DeviceError | null {
  const { capability, sharedBytes, threads, architecture } = device;
  if (kernel.family === 'sm_90a' ? !architecture.endsWith('_90a') : capability < 80) {
    const found = `this is code for ${architecture} on sm_${capability}`;
    return new DeviceError('limit', 'architecture', `${kernel.name} needs ${kernel.family}, ${found}`);
  }
  if (kernel.sharedBytes > sharedBytes)
    return limitError('shared memory a block', kernel.name, kernel.sharedBytes, sharedBytes);
  if (kernel.threads > threads) return limitError('threads a block', kernel.name, kernel.threads, threads);
  return null;
}

function compare(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((value, index) => value !== right[index]);
  return at < 0 ? 0 : left[at] - right[at];
}

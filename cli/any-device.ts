import type { CudaCapabilities } from '../runtime/cuda/choose-cuda-kernel.ts';
import type { CudaFamily } from '../runtime/cuda/descriptor.ts';
import type { DeviceCapabilities } from '../runtime/launch/choose-kernel.ts';

/** A device without limits, for choosing a kernel where none is opened. */
export const anyDevice: DeviceCapabilities = {
  features: { has: () => true },
  limits: {
    maxComputeWorkgroupStorageSize: Infinity,
    maxComputeInvocationsPerWorkgroup: Infinity,
    maxComputeWorkgroupSizeX: Infinity,
  },
};

/** The same of the devices that a family of CUDA kernels is made for. */
export function anyCudaDevice(family: CudaFamily): CudaCapabilities {
  const capability = family === 'sm_90a' ? 90 : 80;
  return { capability, architecture: family, sharedBytes: Infinity, threads: Infinity };
}

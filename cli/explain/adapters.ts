import type { CudaFamily } from '../../runtime/cuda/descriptor.ts';
import type { KernelDescriptor } from '../../runtime/kernel-descriptor.ts';

/** Whose kernels are looked at: a class of WebGPU adapters, or of CUDA devices by the family made for them. */
export type Adapter = KernelDescriptor['target'] | CudaFamily;

/** By what kernels are written in; the first is looked at where nothing is said. */
export const adapters = {
  wgsl: ['gpu', 'software'],
  cuda: ['sm_90a', 'sm_80'],
} as const satisfies Readonly<Record<string, readonly Adapter[]>>;

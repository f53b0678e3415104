/**
 * `sparsec/runtime/cuda`: what modules generated for CUDA import; Node only. The library of the NVIDIA driver is called
 * through npm `koffi`, nothing has to be compiled or linked.
 */

// A GPU: memory, streams, events.
export { acquireCuda } from './acquire-cuda.ts';
export type { AcquireCudaOptions, AcquiredCuda, NoCuda } from './acquire-cuda.ts';
export type { CudaDevice, CudaStream } from './device.ts';
export type { DeviceProperties } from './device-properties.ts';
export type { CudaBuffer, DeviceMemory } from './memory.ts';

// One attention on one device: plans, launches, timing.
export { CudaAttention, createCudaAttention } from './create-attention.ts';
export type { CudaAttentionOptions, CudaForwardOptions, CudaForwardReport } from './create-attention.ts';
export type { CudaPlan, CudaPlanPass } from './plan.ts';
export type { CudaTensors } from './cuda-tensors.ts';
export type { CodeImages, KernelFacts } from './kernel-modules.ts';
export type { HostOutputs, HostTensors } from '../launch/host-tensors.ts';
export type { Layout, LayoutOptions, Sizes, Strides } from '../launch/tensor-layout.ts';

// A launch as plain data, without a device.
export { prepareCudaLaunch } from '../launch/prepare-cuda-launch.ts';
export type { ChooseParts, CudaLaunch, CudaLaunchPass } from '../launch/prepare-cuda-launch.ts';
export { partsOn } from './choose-parts.ts';
export { chooseCudaKernel, chooseCudaKernels } from './choose-cuda-kernel.ts';
export type { ArrayOf, LaunchRequest } from '../launch/launch-request.ts';

// Refusals: wrong arguments, devices that cannot, calls of the driver that failed.
export { SparsecError } from '../errors.ts';
export { DeviceError } from '../launch/device-error.ts';
export { CudaError } from './cuda-error.ts';

// What is known at compile time, as generated modules embed it.
export type { CudaDescriptor, CudaKernel, CudaMerge, CudaModule, CudaPass } from './descriptor.ts';
export type { MaskProgram } from '../mask/program/nodes.ts';

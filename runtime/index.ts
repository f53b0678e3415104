/**
 * `sparsec/runtime`: what generated modules import. Browser-safe, without dependencies.
 */

// One attention on one device: plans, launches, timing.
export { Attention, createAttention } from './webgpu/create-attention.ts';
export type { AttentionOptions, ForwardOptions, ForwardReport } from './webgpu/create-attention.ts';
export type { Plan } from './webgpu/plan.ts';

// Tensors: typed arrays in host memory, or buffers of the caller.
export type { HostOutputs, HostTensors } from './launch/host-tensors.ts';
export type { GpuTensor, GpuTensors } from './webgpu/gpu-tensors.ts';
export type { Layout, LayoutOptions, Sizes, Strides } from './launch/tensor-layout.ts';

// A device with the limits and features that attention can use; any GPUDevice serves.
export { adapterClass, requestRaisedDevice } from './webgpu/request-device.ts';

// A launch as plain data, without a device.
export { prepareLaunch } from './launch/prepare-launch.ts';
export { chooseKernels } from './launch/choose-kernel.ts';
export type { DeviceCapabilities } from './launch/choose-kernel.ts';
export type { Launch, LaunchPass } from './launch/assemble-launch.ts';
export type { PassStatistics } from './launch/pass-statistics.ts';
export type { ArrayOf, LaunchRequest } from './launch/launch-request.ts';

// Refusals: wrong arguments, and devices that cannot.
export { SparsecError } from './errors.ts';
export type { SparsecErrorCode } from './errors.ts';
export { DeviceError } from './launch/device-error.ts';
export type { DeviceErrorKind } from './launch/device-error.ts';

// What is known at compile time, as generated modules embed it.
export type { ArrayDeclaration, LaunchParameter } from './declarations.ts';
export type { AttentionDescriptor, PassDescriptor } from './descriptor.ts';
export type { KernelDescriptor } from './kernel-descriptor.ts';
export type { MaskProgram } from './mask/program/nodes.ts';

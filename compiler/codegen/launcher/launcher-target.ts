import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';
import type { AttentionDescriptor, AttentionModel } from '../../../runtime/descriptor.ts';

/** What a launcher is printed from: kernels in WGSL or in CUDA. */
export type LauncherDescriptor = AttentionDescriptor | CudaDescriptor;

/** What differs between launchers: names of the runtime, and how a caller's tensors are launched. */
export interface LauncherTarget {
  /** The module that the launcher imports. */
  readonly runtime: string;
  readonly create: string;
  /** Types of the runtime, by what they are for. */
  readonly descriptorType: string;
  readonly deviceType: string;
  readonly optionsType: string;
  readonly reportType: string;
  readonly planType: string;
  readonly tensorType: string;
  /** Types that are imported beside those above. */
  readonly otherTypes: readonly string[];
  /** The comment of the caller's tensors. */
  readonly tensorsDoc: (dtype: AttentionModel['dtype']) => string;
  readonly forwardDoc: string;
  /** The method that only records or enqueues: its name, its comment, its parameters before and behind plan and tensors. */
  readonly enqueue: {
    readonly name: string;
    readonly doc: string;
    readonly before: Readonly<Record<string, string>>;
    readonly behind: Readonly<Record<string, string>>;
  };
  /** `forward` takes a stream. */
  readonly hasStreams: boolean;
}

export const webgpuTarget: LauncherTarget = {
  runtime: 'sparsec/runtime',
  create: 'createAttention',
  descriptorType: 'AttentionDescriptor',
  deviceType: 'GPUDevice',
  optionsType: 'AttentionOptions',
  reportType: 'ForwardReport',
  planType: 'Plan',
  tensorType: 'GpuTensor',
  otherTypes: [],
  tensorsDoc: (dtype) => `GPU buffers of ${dtype} with the usage STORAGE; the outputs are written.`,
  forwardDoc: 'Submits on buffers of the caller.',
  enqueue: {
    name: 'encode',
    doc: "Records into the caller's encoder. The plan must live until the submission.",
    before: { encoder: 'GPUCommandEncoder' },
    behind: { 'timestampWrites?': 'GPUComputePassTimestampWrites' },
  },
  hasStreams: false,
};

export const cudaTarget: LauncherTarget = {
  runtime: 'sparsec/runtime/cuda',
  create: 'createCudaAttention',
  descriptorType: 'CudaDescriptor',
  deviceType: 'CudaDevice',
  optionsType: 'CudaAttentionOptions',
  reportType: 'CudaForwardReport',
  planType: 'CudaPlan',
  tensorType: 'DeviceMemory',
  otherTypes: ['CudaDevice', 'CudaStream'],
  tensorsDoc: (dtype) =>
    `Device memory of ${dtype}, an address that is a multiple of 16 and its bytes; the outputs are written.`,
  forwardDoc: 'Runs on device memory of the caller; resolves when the outputs are written.',
  enqueue: {
    name: 'enqueue',
    doc: 'Launches into a stream and returns at once. The plan must live until the stream got there.',
    before: { stream: 'CudaStream' },
    behind: {},
  },
  hasStreams: true,
};

export function targetOf(descriptor: LauncherDescriptor): LauncherTarget {
  return 'cuda' in descriptor ? cudaTarget : webgpuTarget;
}

import type { CandidateRange, TunedLayout } from '../../compiler/cost/index.ts';
import type { CompiledUnit, CompileOptions } from '../../compiler/index.ts';
import type { CudaDescriptor } from '../../runtime/cuda/descriptor.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import type { LaunchRequest } from '../../runtime/launch/launch-request.ts';
import type { InputTensors } from '../run/tensors.ts';
import type { Contender } from './contender.ts';

/** A device and what of the compiler's tables can be measured on it. */
export interface TuningDevice {
  readonly description: string;
  /** What compiles kernels at run time, where it is not the driver; null otherwise. */
  readonly compiler: string | null;
  /** The lists of layouts that a launch of nq query rows takes kernels from, in the order they are tuned. */
  listsOf(descriptor: AttentionDescriptor | CudaDescriptor, nq: number): readonly TunedLayout['list'][];
  /** `width` is the larger head dimension. */
  candidates(list: TunedLayout['list'], width: number, range: CandidateRange): readonly TunedLayout[];
  /** How to compile for one candidate, with what won before. */
  optionsFor(won: readonly TunedLayout[], only: TunedLayout): CompileOptions;
  /** @throws where the device refuses the kernels. */
  open(unit: CompiledUnit, request: LaunchRequest, tensors: InputTensors): Promise<Contender>;
}

import type { CostFactors } from './cost-factors.ts';
import { cudaSm80 } from './cuda-sm80.ts';
import { cudaSm90a } from './cuda-sm90a.ts';
import type { CudaTarget } from './cuda-target.ts';
import { gpuFactors } from './gpu-factors.ts';
import { gpu } from './gpu.ts';
import { softwareFactors } from './software-factors.ts';
import { software } from './software.ts';
import type { TargetTable } from './target-table.ts';

/** The classes of adapters that kernels are planned for, in the order of their kernels. */
export const targets: readonly TargetTable[] = [gpu, software];

/** What work costs, by class of adapter. */
export const costFactors: Readonly<Record<TargetTable['class'], CostFactors>> = {
  gpu: gpuFactors,
  software: softwareFactors,
};

/** The families of CUDA devices that kernels are planned for. */
export const cudaTargets: readonly CudaTarget[] = [cudaSm80, cudaSm90a];

export { gpu, software };
export { listCandidates, listCudaCandidates } from './list-candidates.ts';
export type { CandidateRange } from './list-candidates.ts';
export { readTuning } from './read-tuning.ts';
export { describeLayout, onlyLayout, tunedCudaTargets, tunedTargets } from './tuning.ts';
export type { TunedLayout, Tuning } from './tuning.ts';
export { cudaCostFactors } from './cuda-factors.ts';
export type { CostFactors } from './cost-factors.ts';
export type { CudaTarget, CudaTile } from './cuda-target.ts';
export type { TargetTable, ThreadTile } from './target-table.ts';

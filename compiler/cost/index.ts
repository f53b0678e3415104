import type { CostFactors } from './cost-factors.ts';
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

export { gpu, software };
export type { CostFactors } from './cost-factors.ts';
export type { TargetTable, ThreadTile } from './target-table.ts';

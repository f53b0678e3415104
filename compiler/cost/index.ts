import { gpu } from './gpu.ts';
import { software } from './software.ts';
import type { TargetTable } from './target-table.ts';

/** The classes of adapters that kernels are planned for, in the order of their kernels. */
export const targets: readonly TargetTable[] = [gpu, software];

export { gpu, software };
export type { TargetTable, ThreadTile } from './target-table.ts';

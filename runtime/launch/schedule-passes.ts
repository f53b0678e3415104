import type { PassDescriptor } from '../descriptor.ts';
import type { KernelDescriptor } from '../kernel-descriptor.ts';
import type { LaunchedMask } from '../mask/launch/launch-mask.ts';
import {
  schedulePass,
  type PassTable,
  type ScheduledKernel,
  type ScheduledPart,
} from '../schedule/schedule-pass.ts';
import { bindViews, type PassViews } from './bind-views.ts';
import type { PassTables } from './pack-arena.ts';

/** What of a pass and of its kernel decides what is visited, whatever the kernel is written in. */
export type PassPart = ScheduledPart;
export type PassKernel = ScheduledKernel & Pick<KernelDescriptor, 'schedule'>;

/** A pass under the kernel that was chosen for it, with what it visits. */
export interface ScheduledPass<
  Pass extends PassPart = PassDescriptor,
  Kernel extends PassKernel = KernelDescriptor,
> {
  readonly pass: Pass;
  readonly kernel: Kernel;
  readonly views: PassViews;
  /** Null for kernels that compute their ranges. */
  readonly tables: PassTables | null;
  /** What is visited, as tables, also where the kernel computes its ranges. */
  readonly derive: () => PassTables;
}

/** Derives what every pass visits, one kernel a pass. Grid indices with equal masks share a table. */
export function schedulePasses<Pass extends PassPart, Kernel extends PassKernel>(
  { heads, passes }: { readonly heads: number; readonly passes: readonly Pass[] },
  kernels: readonly Kernel[],
  launched: LaunchedMask,
): readonly ScheduledPass<Pass, Kernel>[] {
  return passes.map((pass, at) => {
    const kernel = kernels[at];
    const derive = (): PassTables => tablesOf(pass, kernel, heads, launched);
    const tables = kernel.schedule.kind === 'ranges' ? null : derive();
    return {
      pass,
      kernel,
      views: bindViews(pass, kernel, launched),
      tables,
      derive: () => tables ?? derive(),
    };
  });
}

function tablesOf(pass: PassPart, kernel: PassKernel, heads: number, launched: LaunchedMask): PassTables {
  const indices = new Map<PassTable, number>();
  const tableOf: number[] = [];
  for (let grid = 0; grid < launched.scalars.batch * heads; grid++) {
    const table = schedulePass(pass, kernel, launched, Math.floor(grid / heads), grid % heads);
    const index = indices.get(table) ?? indices.size;
    indices.set(table, index);
    tableOf.push(index);
  }
  return { tables: [...indices.keys()], tableOf };
}

import type { AttentionDescriptor, KernelDescriptor, PassDescriptor } from '../descriptor.ts';
import type { LaunchedMask } from '../mask/launch-mask.ts';
import { schedulePass, type PassTable } from '../schedule/schedule-pass.ts';
import { bindViews, type PassViews } from './bind-views.ts';
import type { PassTables } from './pack-arena.ts';

/** A pass under the kernel that was chosen for it, with what it visits. */
export interface ScheduledPass {
  readonly pass: PassDescriptor;
  readonly kernel: KernelDescriptor;
  readonly views: PassViews;
  /** Null for kernels that compute their ranges. */
  readonly tables: PassTables | null;
}

/** Derives what every pass visits, one kernel a pass. Grid indices with equal masks share a table. */
export function schedulePasses(
  { heads, passes }: Pick<AttentionDescriptor, 'heads' | 'passes'>,
  kernels: readonly KernelDescriptor[],
  launched: LaunchedMask,
): readonly ScheduledPass[] {
  return passes.map((pass, at) => {
    const kernel = kernels[at];
    const tables = kernel.schedule.kind === 'ranges' ? null : tablesOf(pass, kernel, heads, launched);
    return { pass, kernel, views: bindViews(pass, kernel, launched), tables };
  });
}

function tablesOf(
  pass: PassDescriptor,
  kernel: KernelDescriptor,
  heads: number,
  launched: LaunchedMask,
): PassTables {
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

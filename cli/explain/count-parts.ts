import { partsOn } from '../../runtime/cuda/choose-parts.ts';
import type { CudaFamily, CudaKernel, CudaPass } from '../../runtime/cuda/descriptor.ts';
import { bindViews } from '../../runtime/launch/bind-views.ts';
import { tileWorkOf } from '../../runtime/launch/tile-work.ts';
import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import type { LaunchedUnit } from '../launch-unit.ts';

/** A CUDA pass with the kernel that serves a launch. */
export interface ServedCuda {
  readonly pass: CudaPass;
  readonly kernel: CudaKernel;
}

/** How many blocks work at a time depends on the device: that of an H100 and of an A100. */
export const MULTIPROCESSORS: Readonly<Record<CudaFamily, number>> = { sm_90a: 132, sm_80: 108 };

/** Into how many parts a launch of a pass cuts each tile of queries on such a device. */
export function countParts({ pass, kernel }: ServedCuda, unit: LaunchedUnit, family: CudaFamily): number {
  const { batch, item, mask, model } = unit;
  const longest = (): number => {
    const tables = unit.groups.map(({ heads }) => schedulePass(pass, kernel, mask, item, heads[0]));
    const visits = tileWorkOf({ tables, tableOf: [] }, kernel.tile.keys)?.visits ?? [];
    return visits.reduce((most, rows) => rows.reduce((longer, row) => Math.max(longer, row), most), 0);
  };
  const tiles = bindViews(pass, kernel, mask).queries.tiles;
  return partsOn(MULTIPROCESSORS[family])(kernel, tiles * batch * model.heads, longest);
}

import { targets as everyTarget } from '../cost/index.ts';
import type { TargetTable } from '../cost/index.ts';
import type { Graph } from '../ir/graph.ts';
import { tileKeys, tileQueries, workgroupBytes } from '../ir/kernel.ts';
import type { KernelPlan, PlannedKernel, TileShape } from '../ir/kernel.ts';
import type { KernelSchedule } from '../../runtime/descriptor.ts';
import type { MaskProgram } from '../../runtime/mask/nodes.ts';
import { chooseTile } from './choose-tiles.ts';
import type { TileDemand } from './choose-tiles.ts';
import { findRowBounds } from './find-row-bounds.ts';
import { planBuffers } from './plan-buffers.ts';

/** Query rows that a `small-query` kernel serves. */
export const SMALL_QUERY_ROWS = 8;

/**
 * Plans the kernels of the one `attend` of a graph: how key tiles are found (row bounds where they are proved, else a
 * run table), which buffers and scalars the kernels read, and a tiled and a small-query kernel for every target.
 *
 * @throws {Error} where a target has no layout for the head dimensions; check-target refuses such graphs before.
 */
export function planKernels(graph: Graph, targets: readonly TargetTable[] = everyTarget): KernelPlan {
  const attend = graph.nodes[0];
  const schedule = chooseSchedule(attend.mask, graph);
  return {
    kind: 'kernel-plan',
    name: graph.name,
    heads: graph.heads,
    kvHeads: graph.kvHeads,
    dim: graph.dim,
    dimV: graph.dimV,
    dtype: graph.dtype,
    outputs: graph.outputs,
    mask: attend.mask,
    score: attend.score,
    schedule,
    ...planBuffers(graph, attend.score, schedulePrograms(schedule), schedule.kind === 'table'),
    kernels: targets.flatMap((target) => kernelsFor(graph, target)),
  };
}

/** The programs that a kernel of this schedule evaluates. */
export function schedulePrograms(schedule: KernelSchedule): readonly MaskProgram[] {
  return schedule.kind === 'ranges' ? [schedule.low, schedule.high] : [schedule.residual];
}

/** The largest head dimension that every target has a layout for. */
export const MAX_HEAD_DIM = 256;

/** Why the kernels cannot serve a head dimension, or null. Units of four elements are read at a time. */
export function refuseHeadDim(name: string, value: number): string | null {
  if (value % 4 !== 0) return `${name} must be a multiple of 4 for WGSL, and is ${value}`;
  if (value > MAX_HEAD_DIM) return `${name} must be at most ${MAX_HEAD_DIM} for WGSL, and is ${value}`;
  return null;
}

/** The class of a target and the purpose that none of its layouts can serve at these head dimensions, or null. */
export function findUnserved(demand: TileDemand, targets: readonly TargetTable[]): string | null {
  for (const target of targets) {
    for (const { purpose, layouts } of purposesOf(target)) {
      if (layouts.length > 0 && chooseTile(demand, target, layouts) === null) {
        return `no ${purpose} layout of target "${target.class}" fits dim ${demand.dim} and dim_v ${demand.dimV}`;
      }
    }
  }
  return null;
}

/** The kernels of a target, each with the layouts it may take. */
function purposesOf(target: TargetTable) {
  return [
    { purpose: 'tiled', layouts: target.tiled },
    { purpose: 'small-query', layouts: target.smallQuery },
  ] as const;
}

function chooseSchedule(mask: MaskProgram, graph: Graph): KernelSchedule {
  const bounds = findRowBounds(mask, graph);
  return bounds === null ? { kind: 'table', residual: mask } : { kind: 'ranges', ...bounds };
}

function kernelsFor(graph: Graph, target: TargetTable): PlannedKernel[] {
  return purposesOf(target).flatMap(({ purpose, layouts }) => {
    if (layouts.length === 0) return [];
    const shape = chooseTile(graph, target, layouts);
    if (shape === null) {
      throw new Error(
        `No ${purpose} layout of target "${target.class}" fits dim ${graph.dim} and ${graph.dimV}.`,
      );
    }
    return [
      {
        name: kernelName(purpose, target, shape),
        purpose,
        target: target.class,
        shape,
        workgroupBytes: workgroupBytes(shape, graph.dimV, graph.dtype),
      },
    ];
  });
}

function kernelName(purpose: PlannedKernel['purpose'], target: TargetTable, shape: TileShape): string {
  const words = purpose === 'tiled' ? ['attend'] : ['attend', 'few'];
  return [...words, target.class, `${tileQueries(shape)}x${tileKeys(shape)}`].join('_');
}

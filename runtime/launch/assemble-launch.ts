import type { HostArrays } from '../arrays.ts';
import type { AttentionDescriptor, KernelDescriptor } from '../descriptor.ts';
import type { ScheduleStatistics } from '../schedule/run-table.ts';
import { SparsecError } from '../errors.ts';
import { packArena, packFloats, type ScheduledTables } from './pack-arena.ts';
import { packUniforms } from './pack-uniforms.ts';
import {
  layOutTensors,
  type Layout,
  type LayoutOptions,
  type Sizes,
  type TensorLayouts,
} from './tensor-layout.ts';

/** What is known once sizes, scalars and arrays are checked and derived values are computed. */
export interface BoundLaunch {
  /** nq, nk, offset, heads, batch, layer, launch parameters and derived scalars. */
  readonly symbols: Readonly<Record<string, number>>;
  /** Inputs and derived tables and lists, by name. */
  readonly arrays: HostArrays;
  /** Null for kernels that compute their ranges. */
  readonly schedule: ScheduledTables | null;
}

/** Everything a launch is, as plain data; see ../descriptor.ts for the fields and sections. */
export interface Launch {
  readonly descriptor: AttentionDescriptor;
  readonly kernel: KernelDescriptor;
  readonly sizes: Required<Sizes>;
  readonly symbols: Readonly<Record<string, number>>;
  readonly layout: Layout;
  readonly layouts: TensorLayouts;
  readonly uniforms: ArrayBuffer;
  readonly arena: Int32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  /** Workgroups [x, y, z]: query tile x + z * 65535, grid index y = batch * heads + head. */
  readonly workgroups: readonly [x: number, y: number, z: number];
  /** Of each distinct run table; empty for kernels that compute their ranges. */
  readonly statistics: readonly ScheduleStatistics[];
}

/** Guaranteed by every WebGPU device for each dimension of a dispatch; kernels fold longer grids into z. */
export const WORKGROUPS_PER_DIMENSION = 65535;

/**
 * Packs a bound launch.
 *
 * @throws {SparsecError} on strides that do not fit or a grid of more than 65535 (batch, head) pairs.
 */
export function assembleLaunch(
  descriptor: AttentionDescriptor,
  kernel: KernelDescriptor,
  sizes: Required<Sizes>,
  options: LayoutOptions,
  bound: BoundLaunch,
): Launch {
  const grid = sizes.batch * descriptor.heads;
  if (grid > WORKGROUPS_PER_DIMENSION) {
    const product = `${sizes.batch} x ${descriptor.heads} = ${grid}`;
    throw new SparsecError(
      'limit',
      'batch',
      `batch x heads = ${product} is over ${WORKGROUPS_PER_DIMENSION}: launch in parts`,
    );
  }
  const { wgsl } = descriptor;
  const layouts = layOutTensors(descriptor, sizes, options);
  const queryTiles = Math.ceil(sizes.nq / kernel.tile.queries);
  const arena = packArena(wgsl.arena, bound.arrays, bound.schedule);
  const floats = packFloats(wgsl.floats, bound.arrays);
  const uniforms = packUniforms(wgsl.uniforms, {
    symbols: bound.symbols,
    scale: scaleOf(descriptor, bound.symbols),
    layouts,
    sections: new Map([...arena.offsets, ...floats.offsets]),
    arrays: bound.arrays,
    queryTiles,
  });
  return {
    descriptor,
    kernel,
    sizes,
    symbols: bound.symbols,
    layout: options.layout ?? descriptor.layout,
    layouts,
    uniforms,
    arena: arena.words,
    floats: floats.values,
    workgroups: [
      Math.min(queryTiles, WORKGROUPS_PER_DIMENSION),
      grid,
      Math.ceil(queryTiles / WORKGROUPS_PER_DIMENSION),
    ],
    statistics: bound.schedule?.tables.map((table) => table.statistics) ?? [],
  };
}

function scaleOf({ score }: AttentionDescriptor, symbols: Readonly<Record<string, number>>): number {
  return typeof score.scale === 'number' ? score.scale : symbols[score.scale];
}

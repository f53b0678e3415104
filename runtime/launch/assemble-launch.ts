import type { HostArrays } from '../arrays.ts';
import type { AttentionDescriptor, AttentionModel, KernelDescriptor, PassDescriptor } from '../descriptor.ts';
import { SparsecError } from '../errors.ts';
import { packArena, packFloats } from './pack-arena.ts';
import { packUniforms } from './pack-uniforms.ts';
import type { PassKernel, PassPart, ScheduledPass } from './schedule-passes.ts';
import { statisticsOf, type PassStatistics } from './pass-statistics.ts';
import { stateBytesOf } from './state-bytes.ts';
import {
  layOutTensors,
  type Layout,
  type LayoutOptions,
  type Sizes,
  type TensorLayouts,
} from './tensor-layout.ts';

/** What is known once sizes, scalars and arrays are checked and derived values are computed. */
export interface BoundLaunch<
  Pass extends PassPart = PassDescriptor,
  Kernel extends PassKernel = KernelDescriptor,
> {
  /** nq, nk, offset, heads, batch, layer, launch parameters and derived scalars. */
  readonly symbols: Readonly<Record<string, number>>;
  /** Inputs and derived tables and lists, by name. */
  readonly arrays: HostArrays;
  readonly passes: readonly ScheduledPass<Pass, Kernel>[];
}

/** Everything a launch is, as plain data; see ../descriptor.ts for the fields and sections. */
export interface Launch {
  readonly descriptor: AttentionDescriptor;
  readonly sizes: Required<Sizes>;
  readonly symbols: Readonly<Record<string, number>>;
  readonly layout: Layout;
  readonly layouts: TensorLayouts;
  /** In the order in which they run. */
  readonly passes: readonly LaunchPass[];
  readonly arena: Int32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  /** Bytes of what passes of one softmax hand on; 0 where no pass does. */
  readonly stateBytes: number;
}

/** One dispatch of a launch. */
export interface LaunchPass {
  readonly pass: PassDescriptor;
  readonly kernel: KernelDescriptor;
  readonly uniforms: ArrayBuffer;
  /** Workgroups [x, y, z]: query tile x + z * 65535, grid index y = batch * heads + head. */
  readonly workgroups: readonly [x: number, y: number, z: number];
  /** Of each distinct table; empty for kernels that compute their ranges. */
  readonly statistics: readonly PassStatistics[];
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
  const arena = packArena(
    wgsl.arena,
    bound.arrays,
    bound.passes.map(({ tables }) => tables),
  );
  const floats = packFloats(wgsl.floats, bound.arrays);
  const common = {
    symbols: bound.symbols,
    scale: scaleOf(descriptor, bound.symbols),
    layouts,
    sections: new Map([...arena.offsets, ...floats.offsets]),
    arrays: bound.arrays,
    views: bound.passes.map(({ views }) => views),
  };
  return {
    descriptor,
    sizes,
    symbols: bound.symbols,
    layout: options.layout ?? descriptor.layout,
    layouts,
    passes: bound.passes.map(({ pass, kernel, views, tables }) => ({
      pass,
      kernel,
      uniforms: packUniforms(wgsl.uniforms, { ...common, queryTiles: views.queries.tiles }),
      workgroups: workgroupsOf(views.queries.tiles, grid),
      statistics: statisticsOf(tables),
    })),
    arena: arena.words,
    floats: floats.values,
    stateBytes: stateBytesOf(descriptor, grid * sizes.nq),
  };
}

function workgroupsOf(queryTiles: number, grid: number): LaunchPass['workgroups'] {
  return [
    Math.min(queryTiles, WORKGROUPS_PER_DIMENSION),
    grid,
    Math.ceil(queryTiles / WORKGROUPS_PER_DIMENSION),
  ];
}

/** The factor of q.k: a number of the specification or a launch parameter. */
export function scaleOf({ score }: AttentionModel, symbols: Readonly<Record<string, number>>): number {
  return typeof score.scale === 'number' ? score.scale : symbols[score.scale];
}

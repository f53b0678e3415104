import type { AttentionDescriptor, PassDescriptor } from '../descriptor.ts';
import type { KernelDescriptor } from '../kernel-descriptor.ts';
import { GRID_Y, packBound, refuseLargeGrid, type BoundLaunch } from './pack-bound.ts';
import { packUniforms } from './pack-uniforms.ts';
import { statisticsOf, type PassStatistics } from './pass-statistics.ts';
import { stateBytesOf } from './state-bytes.ts';
import {
  layOutTensors,
  type Layout,
  type LayoutOptions,
  type Sizes,
  type TensorLayouts,
} from './tensor-layout.ts';

/** Everything a launch is, as plain data; see ../kernel-descriptor.ts for the fields and sections. */
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
  refuseLargeGrid(sizes.batch, descriptor.heads);
  const grid = sizes.batch * descriptor.heads;
  const { wgsl } = descriptor;
  const layouts = layOutTensors(descriptor, sizes, options);
  const tables = bound.passes.map((pass) => pass.tables);
  const { arena, floats, values } = packBound(descriptor, wgsl, bound, layouts, tables);
  return {
    descriptor,
    sizes,
    symbols: bound.symbols,
    layout: options.layout ?? descriptor.layout,
    layouts,
    passes: bound.passes.map(({ pass, kernel, views, tables: own }) => ({
      pass,
      kernel,
      uniforms: packUniforms(wgsl.uniforms, { ...values, queryTiles: views.queries.tiles }),
      workgroups: workgroupsOf(views.queries.tiles, grid),
      statistics: statisticsOf(own),
    })),
    arena,
    floats,
    stateBytes: stateBytesOf(descriptor, grid * sizes.nq),
  };
}

/** Every WebGPU device guarantees as many along each axis; kernels fold longer ones into z. */
function workgroupsOf(queryTiles: number, grid: number): LaunchPass['workgroups'] {
  return [Math.min(queryTiles, GRID_Y), grid, Math.ceil(queryTiles / GRID_Y)];
}

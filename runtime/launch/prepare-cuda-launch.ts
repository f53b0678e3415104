import type { CudaDescriptor, CudaKernel } from '../cuda/descriptor.ts';
import { SparsecError } from '../errors.ts';
import type { ScheduledPart } from '../schedule/schedule-pass.ts';
import { scaleOf } from './assemble-launch.ts';
import type { LaunchRequest } from './launch-request.ts';
import { packArena, packFloats } from './pack-arena.ts';
import { layOutParams, packParams, type ParamsLayout } from './pack-params.ts';
import { statisticsOf, type PassStatistics } from './pass-statistics.ts';
import { bindRequest, sizesOf } from './prepare-launch.ts';
import {
  layOutTensors,
  type Layout,
  type Sizes,
  type TensorLayouts,
  type TensorRules,
} from './tensor-layout.ts';

/** Kernels copy 16 bytes at once and index rows in 64 bits; strides of TMA end at 2^40 bytes. */
export const cudaRules: TensorRules = { vector: 8, extent: 2 ** 39 };

/** Blocks along y of a launch, on every device. */
const GRID_Y = 65535;

/** Everything a launch on CUDA is, as plain data; see ../cuda/descriptor.ts for the fields and sections. */
export interface CudaLaunch {
  readonly descriptor: CudaDescriptor;
  readonly kernel: CudaKernel;
  readonly sizes: Required<Sizes>;
  readonly symbols: Readonly<Record<string, number>>;
  readonly layout: Layout;
  readonly layouts: TensorLayouts;
  /** The parameter struct with its numbers; addresses are filled in at every launch. */
  readonly params: Uint8Array<ArrayBuffer>;
  readonly paramsLayout: ParamsLayout;
  readonly arena: Int32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  /** Tiles of queries, and grid indices batch * heads + head: what blocks share among them. */
  readonly work: { readonly queryTiles: number; readonly grid: number };
  /** Of each distinct run table; empty for kernels that compute their ranges. */
  readonly statistics: readonly PassStatistics[];
}

/**
 * Makes a request ready for a CUDA kernel; the counterpart of prepareLaunch.
 *
 * @throws {SparsecError} naming the size, parameter, array or stride that does not fit.
 */
export function prepareCudaLaunch(
  descriptor: CudaDescriptor,
  kernel: CudaKernel,
  request: LaunchRequest,
): CudaLaunch {
  const sizes = sizesOf(request);
  const bound = bindRequest(descriptor, [onePass(descriptor)], [{ ...kernel, extents: NO_BOXES }], request);
  const [{ views, tables }] = bound.passes;
  const grid = sizes.batch * descriptor.heads;
  if (kernel.grid.kind === 'tiles' && grid > GRID_Y) {
    const product = `${sizes.batch} x ${descriptor.heads} = ${grid}`;
    throw new SparsecError('limit', 'batch', `batch x heads = ${product} is over ${GRID_Y}: launch in parts`);
  }
  const { cuda } = descriptor;
  const layouts = layOutTensors(descriptor, sizes, request, cudaRules);
  const queryTiles = views.queries.tiles;
  const arena = packArena(cuda.arena, bound.arrays, [tables]);
  const floats = packFloats(cuda.floats, bound.arrays);
  const paramsLayout = layOutParams(cuda.params);
  const params = packParams(paramsLayout, {
    symbols: bound.symbols,
    scale: scaleOf(descriptor, bound.symbols),
    layouts,
    sections: new Map([...arena.offsets, ...floats.offsets]),
    arrays: bound.arrays,
    queryTiles,
    views: [views],
  });
  return {
    descriptor,
    kernel,
    sizes,
    symbols: bound.symbols,
    layout: request.layout ?? descriptor.layout,
    layouts,
    params,
    paramsLayout,
    arena: arena.words,
    floats: floats.values,
    work: { queryTiles, grid },
    statistics: statisticsOf(tables),
  };
}

/** CUDA kernels compute the whole mask in one pass over neighbouring positions. */
function onePass({ mask }: CudaDescriptor): ScheduledPart {
  return { mask, queries: { kind: 'positions' }, keys: { kind: 'positions' }, strategy: 'dense' };
}

/** Views of positions have no boxes. */
const NO_BOXES = { queries: [], keys: [] };

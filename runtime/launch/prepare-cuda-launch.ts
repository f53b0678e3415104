import type { CudaDescriptor, CudaKernel, CudaPass } from '../cuda/descriptor.ts';
import { SparsecError } from '../errors.ts';
import { scaleOf } from './assemble-launch.ts';
import type { LaunchRequest } from './launch-request.ts';
import { packArena, packFloats } from './pack-arena.ts';
import { layOutParams, packParams, type ParamsLayout } from './pack-params.ts';
import { statisticsOf, type PassStatistics } from './pass-statistics.ts';
import { bindRequest, sizesOf } from './prepare-launch.ts';
import { stateBytesOf } from './state-bytes.ts';
import { tileWorkOf, type TileWork } from './tile-work.ts';
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
  readonly sizes: Required<Sizes>;
  readonly symbols: Readonly<Record<string, number>>;
  readonly layout: Layout;
  readonly layouts: TensorLayouts;
  /** In the order in which they run. */
  readonly passes: readonly CudaLaunchPass[];
  readonly paramsLayout: ParamsLayout;
  readonly arena: Int32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  /** Bytes of what passes of one softmax hand on; 0 where no pass does. */
  readonly stateBytes: number;
}

/** One launch of a kernel. */
export interface CudaLaunchPass {
  readonly pass: CudaPass;
  readonly kernel: CudaKernel;
  /** The parameter struct with its numbers; addresses are filled in at every launch. */
  readonly params: Uint8Array<ArrayBuffer>;
  /** What blocks share among them. */
  readonly work: {
    readonly queryTiles: number;
    /** Grid indices batch * heads + head. */
    readonly grid: number;
    /** For persistent kernels with run tables what each tile of queries is worth, else null. */
    readonly tiles: TileWork | null;
  };
  /** Of each distinct table; empty for kernels that compute their ranges. */
  readonly statistics: readonly PassStatistics[];
}

/**
 * Makes a request ready for one CUDA kernel a pass; the counterpart of prepareLaunch.
 *
 * @throws {SparsecError} naming the size, parameter, array or stride that does not fit.
 */
export function prepareCudaLaunch(
  descriptor: CudaDescriptor,
  kernels: readonly CudaKernel[],
  request: LaunchRequest,
): CudaLaunch {
  const sizes = sizesOf(request);
  const bound = bindRequest(descriptor, descriptor.passes, kernels, request);
  const grid = sizes.batch * descriptor.heads;
  if (kernels.some((kernel) => kernel.grid.kind === 'tiles') && grid > GRID_Y) {
    const product = `${sizes.batch} x ${descriptor.heads} = ${grid}`;
    throw new SparsecError('limit', 'batch', `batch x heads = ${product} is over ${GRID_Y}: launch in parts`);
  }
  const { cuda } = descriptor;
  const layouts = layOutTensors(descriptor, sizes, request, cudaRules);
  const tables = bound.passes.map((pass) => pass.tables);
  const arena = packArena(cuda.arena, bound.arrays, tables);
  const floats = packFloats(cuda.floats, bound.arrays);
  const paramsLayout = layOutParams(cuda.params);
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
    layout: request.layout ?? descriptor.layout,
    layouts,
    passes: bound.passes.map(({ pass, kernel, views }, at) => {
      const queryTiles = views.queries.tiles;
      return {
        pass,
        kernel,
        params: packParams(paramsLayout, { ...common, queryTiles }),
        work: {
          queryTiles,
          grid,
          tiles: kernel.grid.kind === 'persistent' ? tileWorkOf(tables[at], kernel.tile.keys) : null,
        },
        statistics: statisticsOf(tables[at]),
      };
    }),
    paramsLayout,
    arena: arena.words,
    floats: floats.values,
    stateBytes: stateBytesOf(descriptor, grid * sizes.nq),
  };
}

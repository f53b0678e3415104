import type { CudaDescriptor, CudaKernel, CudaMerge, CudaPass } from '../cuda/descriptor.ts';
import type { LaunchRequest } from './launch-request.ts';
import { cutRuns } from '../schedule/table/cut-runs.ts';
import type { PassTables } from './pack-arena.ts';
import { packBound, refuseLargeGrid } from './pack-bound.ts';
import { layOutParams, packParams, type ParamsLayout } from './pack-params.ts';
import { statisticsOf, type PassStatistics } from './pass-statistics.ts';
import { bindRequest, sizesOf } from './prepare-launch.ts';
import type { ScheduledPass } from './schedule-passes.ts';
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
const cudaRules: TensorRules = { vector: 8, extent: 2 ** 39 };

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
  /** Bytes of what passes of one softmax, and parts of one pass, hand on; 0 where none does. */
  readonly stateBytes: number;
}

/** A pass of a launch: one launch of a kernel, or of what computes its parts and of what merges them. */
export interface CudaLaunchPass {
  readonly pass: CudaPass;
  readonly kernel: CudaKernel;
  /** The entry point: of the kernel, or of its parts. */
  readonly entry: string;
  /** Into how many each tile of queries is cut; 1 where it stays whole. */
  readonly parts: number;
  /** What is launched behind the parts, null where there is one. */
  readonly merge: (CudaMerge & { readonly blocks: readonly [x: number, y: number] }) | null;
  /** The parameter struct with its numbers; addresses are filled in at every launch. */
  readonly params: Uint8Array<ArrayBuffer>;
  /** What blocks share among them. */
  readonly work: {
    /** Tiles of queries of a head, or the parts of all of them. */
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
 * Into how many parts the tiles of queries of a pass are cut, from its kernel, the tiles of all heads and, where it is
 * asked for, how many tiles of keys one of them visits at most.
 */
export type ChooseParts = (kernel: CudaKernel, items: number, longest: () => number) => number;

/**
 * Makes a request ready for one CUDA kernel a pass; the counterpart of prepareLaunch. Kernels compute whole tiles of
 * queries where no choice of parts is given.
 *
 * @throws {SparsecError} naming the size, parameter, array or stride that does not fit.
 */
export function prepareCudaLaunch(
  descriptor: CudaDescriptor,
  kernels: readonly CudaKernel[],
  request: LaunchRequest,
  chooseParts: ChooseParts = () => 1,
): CudaLaunch {
  const sizes = sizesOf(request);
  const bound = bindRequest(descriptor, descriptor.passes, kernels, request);
  const grid = sizes.batch * descriptor.heads;
  if (kernels.some((kernel) => kernel.grid.kind === 'tiles')) {
    refuseLargeGrid(sizes.batch, descriptor.heads);
  }
  const { cuda } = descriptor;
  const layouts = layOutTensors(descriptor, sizes, request, cudaRules);
  const parts = bound.passes.map((pass) => partsOf(pass, grid, chooseParts));
  const tables = bound.passes.map((pass, at) => cutTables(pass, parts[at]));
  const { arena, floats, values } = packBound(descriptor, cuda, bound, layouts, tables);
  const paramsLayout = layOutParams(cuda.params);
  return {
    descriptor,
    sizes,
    symbols: bound.symbols,
    layout: request.layout ?? descriptor.layout,
    layouts,
    passes: bound.passes.map(({ pass, kernel, views, tables: whole }, at) => {
      const queryTiles = views.queries.tiles * parts[at];
      const isCut = parts[at] > 1;
      return {
        pass,
        kernel,
        entry: isCut ? kernel.parts!.name : kernel.name,
        parts: parts[at],
        merge: isCut ? { ...pass.merge!, blocks: [sizes.nq, grid] } : null,
        params: packParams(paramsLayout, { ...values, queryTiles, parts: parts[at] }),
        work: {
          queryTiles,
          grid,
          tiles: kernel.grid.kind === 'persistent' ? tileWorkOf(tables[at], kernel.tile.keys) : null,
        },
        statistics: statisticsOf(whole),
      };
    }),
    paramsLayout,
    arena,
    floats,
    stateBytes: stateBytesOf(descriptor, grid * sizes.nq, Math.max(...parts)),
  };
}

/** The entry points of a launch, in the order in which they run. */
export function entriesOf({ passes }: Pick<CudaLaunch, 'passes'>): readonly string[] {
  return passes.flatMap(({ entry, merge }) => (merge === null ? [entry] : [entry, merge.name]));
}

function partsOf(
  { kernel, views, derive }: ScheduledPass<CudaPass, CudaKernel>,
  grid: number,
  chooseParts: ChooseParts,
): number {
  if (kernel.parts === null) return 1;
  const longest = (): number => {
    const visits = tileWorkOf(derive(), kernel.tile.keys)?.visits ?? [];
    return visits.reduce((most, rows) => rows.reduce((longer, row) => Math.max(longer, row), most), 0);
  };
  return Math.max(1, chooseParts(kernel, views.queries.tiles * grid, longest));
}

/** Tables whose rows are the parts of tiles of queries. */
function cutTables(
  { kernel, tables }: ScheduledPass<CudaPass, CudaKernel>,
  parts: number,
): PassTables | null {
  if (parts === 1 || tables === null) return tables;
  return {
    ...tables,
    tables: tables.tables.map((entry) => {
      if (entry.kind === 'diagonals') throw new Error('distances are not cut into parts');
      return { ...entry, table: cutRuns(entry.table, parts, kernel.tile.keys) };
    }),
  };
}

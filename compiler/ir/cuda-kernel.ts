import type { CudaTile } from '../cost/cuda-target.ts';
import type { CudaField, CudaFamily } from '../../runtime/cuda/descriptor.ts';
import type { KernelSchedule } from '../../runtime/descriptor.ts';
import type { KernelPlan } from './kernel.ts';

/**
 * What is emitted for one attention in CUDA. The meaning of schedule, arenas and score is that of {@link KernelPlan};
 * tensors are stored as f16 or bf16, products accumulate in f32.
 *
 * One block owns the `queries` rows of a tile of one (batch, head), a warp `rows` of them. It walks the key tiles that
 * the schedule names; for each, S = Q K^T stands in registers, is masked where the tile is partial, becomes weights
 * against the running maximum of its row, and is multiplied with V into the accumulators (FlashAttention-2,
 * arXiv:2307.08691, algorithm 1).
 *
 * Elements outside the rows of a tensor are never read. What k and v hold at a key that is dead for every query of a
 * *warp* never reaches a result, NaN and infinities included. Rows without live keys get out 0 and lse -infinity.
 */
export interface CudaKernelPlan extends Omit<
  KernelPlan,
  'kind' | 'dtype' | 'uniforms' | 'bindings' | 'passes'
> {
  readonly kind: 'cuda-kernel-plan';
  readonly dtype: 'f16' | 'bf16';
  /** How the one pass over the whole mask finds its key tiles. */
  readonly schedule: Exclude<KernelSchedule, { kind: 'diagonals' }>;
  /** The parameter block, eight-byte fields first. */
  readonly params: readonly CudaField[];
  readonly kernels: readonly PlannedCudaKernel[];
}

export interface PlannedCudaKernel {
  /** The entry point. */
  readonly name: string;
  readonly purpose: 'tiled' | 'small-query';
  readonly family: CudaFamily;
  readonly tile: CudaTile;
  readonly sharedBytes: number;
}

/** Query rows of a tile. */
export function cudaTileQueries({ warps, rows }: CudaTile): number {
  return warps * rows;
}

/**
 * Bytes of a row of `width` 2-byte elements in shared memory. Rows of whole 128-byte lines are swizzled; others are
 * followed by 16 bytes, so that the row is an odd number of 16-byte chunks and eight neighbours lie in eight banks.
 */
export function sharedRowBytes(width: number): number {
  return width % 64 === 0 ? width * 2 : width * 2 + 16;
}

/** Threads of a block. */
export function cudaThreads(family: CudaFamily, { warps }: CudaTile): number {
  return 32 * (family === 'sm_90a' ? warps + 4 : warps);
}

/** Bytes of dynamic shared memory. */
export function cudaSharedBytes(family: CudaFamily, tile: CudaTile, dim: number, dimV: number): number {
  const queries = cudaTileQueries(tile);
  if (family === 'sm_90a') {
    // The queries, the stages of keys and of values, in rows of 2-byte elements; then a signal for the queries and four
    // for each stage. The output takes the place of the queries.
    const elements = queries * Math.max(dim, dimV) + tile.stages * tile.keys * (dim + dimV);
    return 2 * elements + 8 * (1 + 4 * tile.stages);
  }
  // The queries, then `stages` tiles of keys and values; at the end the output.
  const keyRow = sharedRowBytes(dim) + sharedRowBytes(dimV);
  return Math.max(
    queries * sharedRowBytes(dim) + tile.stages * tile.keys * keyRow,
    queries * sharedRowBytes(dimV),
  );
}

import type { CudaTile } from '../cost/cuda-target.ts';
import type { CudaField, CudaFamily } from '../../runtime/cuda/descriptor.ts';
import type { KernelPlan, PlannedKernel, PlannedPass } from './kernel.ts';

/**
 * What is emitted for one attention in CUDA. The meaning of passes, arenas and score is that of {@link KernelPlan};
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
  readonly passes: readonly PlannedCudaPass[];
  /** The parameter block of every kernel, tensor maps first, then eight-byte fields. */
  readonly params: readonly CudaField[];
}

/**
 * A pass of the schedule with what its kernels need.
 *
 * - Views: a block works out the row or the key of each slot of its tile when it copies it; padding is copied as zeros and
 *   is dead. sm_90a copies tiles of neighbouring positions by TMA, others a row at a time (`cp.async`).
 * - Diagonals: a row of queries belongs to a few lanes, which read k and v in place and multiply without tensor cores.
 * - Variant: of a partial tile a lane keeps a word a row, a bit for each key that it holds. What is decided without looking
 *   at pairs is made of words: ranges of keys, conditions on the row, conditions on the key, in tiles of any order.
 * - State: between passes of one softmax, accumulators, maximum and sum of each row lie in device memory as f32.
 * - Parts: where tiles of queries are fewer than the blocks that a device holds, the key tiles of each are cut into parts, a
 *   block each (Flash-Decoding, https://pytorch.org/blog/flash-decoding). A part leaves a state of its own; the first goes on
 *   from where the pass before has left. `merge` brings them together as the next pass, or out, expects it.
 */
export interface PlannedCudaPass extends Omit<PlannedPass, 'kernels'> {
  readonly kernels: readonly PlannedCudaKernel[];
  /** The entry point that merges the parts of a pass; null where no kernel computes parts. */
  readonly merge: string | null;
}

export interface PlannedCudaKernel {
  /** The entry point. */
  readonly name: string;
  readonly purpose: 'tiled' | 'small-query';
  readonly family: CudaFamily;
  readonly tile: CudaTile;
  /** The box of a tile in views of boxes; empty for other views. */
  readonly extents: PlannedKernel['extents'];
  readonly sharedBytes: number;
  /** The entry point that computes a part of what a tile of queries visits; null where there is none. */
  readonly parts: string | null;
}

/** Query rows of a tile. */
export function cudaTileQueries({ warps, rows }: CudaTile): number {
  return warps * rows;
}

/**
 * Bytes of a row of `width` 2-byte elements in shared memory. Rows of whole 128-byte lines are swizzled; others are
 * followed by 16 bytes, so that the row is an odd number of 16-byte chunks and eight neighbours lie in eight banks.
 */
function sharedRowBytes(width: number): number {
  return width % 64 === 0 ? width * 2 : width * 2 + 16;
}

/** Bytes of a row of `width` 2-byte elements in whole panels of 64, as boxes of tensors and products of warpgroups have it. */
function panelRowBytes(width: number): number {
  return Math.ceil(width / 64) * 128;
}

/** Threads of a block. */
export function cudaThreads(family: CudaFamily, { warps }: CudaTile): number {
  return 32 * (family === 'sm_90a' ? warps + 4 : warps);
}

/** Bytes of dynamic shared memory. */
export function cudaSharedBytes(family: CudaFamily, tile: CudaTile, dim: number, dimV: number): number {
  // Diagonals read k and v in place.
  if (tile.stages === 0) return 0;
  const queries = cudaTileQueries(tile);
  if (family === 'sm_90a') {
    // The queries, the stages of keys and of values, in panels; the output, apart or in the place of the queries; then two
    // signals for the queries and four for each stage.
    const rows = tile.apart
      ? panelRowBytes(dim) + sharedRowBytes(dimV)
      : Math.max(panelRowBytes(dim), panelRowBytes(dimV));
    const stage = tile.keys * (panelRowBytes(dim) + panelRowBytes(dimV));
    return queries * rows + tile.stages * stage + 8 * (2 + 4 * tile.stages);
  }
  // The queries, then `stages` tiles of keys and values; at the end the output.
  const keyRow = sharedRowBytes(dim) + sharedRowBytes(dimV);
  return Math.max(
    queries * sharedRowBytes(dim) + tile.stages * tile.keys * keyRow,
    queries * sharedRowBytes(dimV),
  );
}

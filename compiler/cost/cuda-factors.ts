import type { CostFactors } from './cost-factors.ts';
import type { CudaTarget } from './cuda-target.ts';

/**
 * What work costs on CUDA devices, from published figures and from bytes; nothing here was measured with these kernels.
 *
 * The unit, 32 x 32 pairs at head dimension 64, is 4 * 32 * 32 * 64 = 262,144 operations. 32 rows of q and of out in two
 * bytes are 8,192 bytes, the state of 32 rows is 32 * 68 * 4 = 8,704. 1024 pairs of a diagonal read as many rows of k and
 * of v, 262,144 bytes, which neighbouring queries share with nobody: what counts is the second-level cache, not the
 * operations; half of it is for k, which slots without a pair read as well. Operations and bytes grow alike with the head
 * dimension, so that the ratios hold for others.
 *
 * - `cuda-sm90a`, H200: 650 * 10^12 operations a second in attention (cuDNN 9.19 in bf16, its published benchmarks: 591
 *   to 702), 4.8 * 10^12 bytes a second of memory, 5.5 * 10^12 of the second-level cache: a unit takes 0.40 ns, rows of q
 *   and out 1.7, a state 1.8, 1024 pairs of diagonals 48 (their operations, at 67 * 10^12 a second, 4).
 * - `cuda-sm80`, A100: 200 * 10^12 (FlashAttention-2, arXiv:2307.08691: up to 73 % of 312), 1.9 * 10^12, and of the
 *   second-level cache 4.5 * 10^12 (5,120 bytes a clock at 1.41 GHz are 7.2, of which two thirds are assumed): 1.3 ns,
 *   4.3, 4.6 and 58.
 *
 * `partial` is the published 1.8 of neighborhood attention in two and three dimensions, as in gpu-factors.ts. Copies of
 * rows that are no neighbours are assumed: on capability 8.0 the same instruction copies either and only positions are
 * worked out, on 9.0 TMA gives way to copies by threads.
 */
export const cudaCostFactors: Readonly<Record<CudaTarget['class'], CostFactors>> = {
  'cuda-sm80': {
    partial: 1.8,
    gathered: 1.05,
    boxes: 1.05,
    diagonal: 22,
    diagonalSlot: 22,
    queryTile: 3.3,
    state: 3.5,
  },
  'cuda-sm90a': {
    partial: 1.8,
    gathered: 1.15,
    boxes: 1.15,
    diagonal: 59,
    diagonalSlot: 59,
    queryTile: 4.2,
    state: 4.5,
  },
};

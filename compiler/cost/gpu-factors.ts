import type { CostFactors } from './cost-factors.ts';

/**
 * `partial` is the published 1.8 of neighborhood attention in two and three dimensions (Generalized Neighborhood
 * Attention, 2025: measured against counted speedups, H100 and B200). The others follow from bytes: a full tile is
 * 2 * 32 * 32 * 128 operations, a state of 32 rows is 32 * 68 * 4 bytes, at 20 operations a byte; a pair of a diagonal
 * reads a row of k, as does a slot without a pair, and a row of v of its own.
 */
export const gpuFactors: CostFactors = {
  partial: 1.8,
  gathered: 1.1,
  boxes: 1.05,
  diagonal: 6,
  diagonalSlot: 6,
  queryTile: 0.5,
  state: 0.7,
};

import type { CostFactors } from './cost-factors.ts';

/** SwiftShader, by `npm run bench -- calibrate`; those of diagonals from launches of 1 to 64 distances, by hand. */
export const softwareFactors: CostFactors = {
  partial: 1.13,
  gathered: 1.18,
  boxes: 1.14,
  diagonal: 4,
  diagonalSlot: 1.4,
  queryTile: 0.7,
  state: 0,
};

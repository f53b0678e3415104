import type { CostFactors } from './cost-factors.ts';

/** SwiftShader, by `npm run bench -- calibrate`. */
export const softwareFactors: CostFactors = {
  partial: 1.13,
  gathered: 1.18,
  boxes: 1.14,
  diagonal: 6.41,
  queryTile: 0.7,
  state: 0,
};

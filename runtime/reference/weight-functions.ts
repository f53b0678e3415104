import type { WeightFunction } from '../score.ts';
import { erfc } from './error-function.ts';

/** Mean and deviation of the normal distribution that `laplace` is the distribution function of. */
const mu = Math.sqrt(1 / 2);
const sigma = Math.sqrt(1 / (4 * Math.PI));

/** The weight of a pair from its score, in float64; the formulas of WeightFunction. */
export function weightOf(weights: WeightFunction, s: number): number {
  switch (weights) {
    case 'relu':
      return Math.max(s, 0);
    case 'relu2':
      return Math.max(s, 0) ** 2;
    case 'laplace':
      // (1 + erf x) / 2 = erfc(-x) / 2, which keeps its digits where the weight is small.
      return erfc((mu - s) / (sigma * Math.SQRT2)) / 2;
    case 'sigmoid':
      return 1 / (1 + Math.exp(-s));
    case 'none':
      return s;
  }
}

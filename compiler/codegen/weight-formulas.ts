import type { WeightFunction } from '../../runtime/score.ts';

/** What the weights of attentions without a softmax are, for comments; see WeightFunction. */
export const WEIGHT_FORMULAS: Readonly<Record<WeightFunction, string>> = {
  relu: 'max(s, 0)',
  relu2: 'max(s, 0)^2',
  laplace: '(1 + erf((s - mu) / (sigma sqrt 2))) / 2, mu = sqrt(1/2), sigma = sqrt(1/(4 pi))',
  sigmoid: '1 / (1 + e^-s)',
  none: 's',
};

/** `laplace` is erfc(-x) / 2 with x = (s - LAPLACE_MEAN) * LAPLACE_STEEPNESS, which is mu and 1 / (sigma sqrt 2). */
export const LAPLACE_MEAN = Math.sqrt(1 / 2);
export const LAPLACE_STEEPNESS = Math.sqrt(2 * Math.PI);

/**
 * Coefficients c of erfc z = t e^(-z^2 + c_0 + c_1 t + ... + c_9 t^9) for z >= 0, t = 1 / (1 + z / 2), whose relative error
 * is at most 1.2e-7 (Press et al., Numerical Recipes in C, second edition, section 6.2). The absolute error of Abramowitz &
 * Stegun 7.1.26, 1.5e-7, would be 1e-5 of the weight of the score 0.
 */
const ERFC_COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
] as const;

/** The polynomial of erfc in `t` as values that `sum` takes one after another. */
export function erfcSums(literal: (value: number) => string): readonly string[] {
  return ERFC_COEFFICIENTS.toReversed().map((c, at) => {
    if (at === 0) return literal(c);
    return `sum * t ${c < 0 ? '-' : '+'} ${literal(Math.abs(c))}`;
  });
}

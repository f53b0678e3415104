import type { AttentionModel } from '../../runtime/descriptor.ts';
import { roundToBfloat } from '../formats/bfloat.ts';
import { roundToHalf } from '../formats/half.ts';

/** What a result may differ from the float64 reference, and why. */
export interface Tolerance {
  readonly value: number;
  readonly rule: string;
}

/**
 * f32: 1e-5 of the largest |reference|. f16 and bf16: the rule of FlashAttention's tests (tests/test_flash_attn.py),
 * twice the error of the same-precision dense computation, here the float64 result rounded to the type, plus
 * 2 max |ref + 0.3 - 0.3 - ref| computed in the type.
 */
export function toleranceFor(dtype: AttentionModel['dtype'], reference: Float64Array): Tolerance {
  if (dtype === 'f32') {
    return { value: 1e-5 * largest(reference, Math.abs), rule: '1e-5 * max |reference|' };
  }
  const round = dtype === 'f16' ? roundToHalf : roundToBfloat;
  const rounding = largest(reference, (value) => Math.abs(round(value) - value));
  const shift = largest(reference, (value) => {
    const rounded = round(value);
    return Math.abs(round(round(rounded + 0.3) - 0.3) - rounded);
  });
  return {
    value: 2 * rounding + 2 * shift,
    rule: `2 * ${dtype} rounding + 2 * max |ref + 0.3 - 0.3 - ref| in ${dtype}`,
  };
}

/** Without a softmax: see weighingErrors. The value is the largest; each element is held against its own. */
export function toleranceOfWeights(errors: Float64Array): Tolerance {
  return {
    value: largest(errors, (value) => value),
    rule: 'rounding of scores, weights and sums of each element, six deviations; the largest of all',
  };
}

/** The largest |found - reference| / errors; infinite where a result is NaN or infinite and the reference is not. */
export function largestShare(
  found: ArrayLike<number>,
  reference: Float64Array,
  errors: Float64Array,
): number {
  return largestError(
    Float64Array.from(reference, (value, at) =>
      Object.is(found[at], value) ? 0 : (found[at] - value) / errors[at],
    ),
    new Float64Array(reference.length),
  );
}

/** The largest |found - reference|; infinite where a result is NaN or infinite and the reference is not. */
export function largestError(found: ArrayLike<number>, reference: Float64Array): number {
  let error = 0;
  for (let at = 0; at < reference.length; at++) {
    if (Object.is(found[at], reference[at])) continue;
    const difference = Math.abs(found[at] - reference[at]);
    if (!(difference <= error)) error = Number.isNaN(difference) ? Infinity : difference;
  }
  return error;
}

function largest(values: Float64Array, measure: (value: number) => number): number {
  let most = 0;
  for (const value of values) most = Math.max(most, measure(value));
  return most;
}

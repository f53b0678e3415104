import type { ScoreDescriptor } from '../../runtime/descriptor.ts';

/** True where a logit is more than the scaled product of q and k. */
export function hasScoreChain({ rowScale, softcap, slopes, keyBias, biases }: ScoreDescriptor): boolean {
  return [rowScale, softcap, slopes, keyBias].some((step) => step !== null) || biases.length > 0;
}

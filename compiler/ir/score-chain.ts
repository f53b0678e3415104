import type { ScoreDescriptor } from '../../runtime/score.ts';

/** True where a logit is more than the scaled product of q and k. */
export function hasScoreChain(score: ScoreDescriptor): boolean {
  const { rowScale, softcap, slopes, keyBias, biases, change } = score;
  const steps = [rowScale, softcap, slopes, keyBias];
  return steps.some((step) => step !== null) || biases.length > 0 || change !== undefined;
}

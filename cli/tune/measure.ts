import type { Contender } from './contender.ts';

/** Rounds after which candidates that take more than `HOPELESS` times the least are given up. */
const TRIAL_ROUNDS = 2;
const HOPELESS = 2;

/**
 * Milliseconds of each contender, launched in turns so that a device that grows warm or busy treats all alike. One that is
 * far behind after two rounds is given up and has fewer numbers.
 */
export async function measureInTurns(
  contenders: readonly Pick<Contender, 'time'>[],
  rounds: number,
): Promise<readonly (readonly number[])[]> {
  const times: number[][] = contenders.map(() => []);
  let racing = contenders.map((_, at) => at);
  for (let round = 0; round < rounds; round++) {
    for (const at of racing) times[at].push(await contenders[at].time());
    if (round + 1 !== TRIAL_ROUNDS) continue;
    const least = racing.map((at) => Math.min(...times[at]));
    const best = Math.min(...least);
    racing = racing.filter((_, index) => least[index] <= HOPELESS * best);
  }
  return times;
}

/** The middle value, the lower one of two. */
export function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
}

import type { AttentionModel, PassDescriptor } from '../descriptor.ts';
import { SparsecError } from '../errors.ts';

/** Words of the state of a row beside its accumulators: running maximum, running sum and two of nothing. */
const SOFTMAX_WORDS = 4;

/**
 * Bytes of what the passes of a launch over so many rows (batch * heads * nq) hand on; 0 where no pass does. Passes run
 * one after the other and a softmax is finished before the next begins: one state serves them all. Where tiles of queries
 * are cut into parts, at most `parts`, each part of a row has a state.
 *
 * @throws {SparsecError} on a state that kernels cannot index.
 */
export function stateBytesOf(
  {
    passes,
    dimV,
    score,
  }: Pick<AttentionModel, 'dimV' | 'score'> & { readonly passes: readonly Pick<PassDescriptor, 'state'>[] },
  rows: number,
  parts = 1,
): number {
  if (parts === 1 && !passes.some(({ state }) => state.reads || state.writes)) return 0;
  const words = rows * parts * (dimV + (score.weights === undefined ? SOFTMAX_WORDS : 0));
  if (words > 2 ** 31 - 1) {
    throw new SparsecError(
      'limit',
      'nq',
      `the state of ${rows * parts} rows has ${words} words, kernels index 2147483647`,
    );
  }
  return 4 * words;
}

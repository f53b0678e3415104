import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { conjunctsOf, dependsOn } from '../../mask/bound/conjuncts.ts';
import { countByDescent } from './count-by-descent.ts';
import type { PairCount, PairCountRequest } from './count-by-descent.ts';
import { countClasses } from './count-classes.ts';
import { countWords } from './count-words.ts';
import { countViewPairs } from './count-view-pairs.ts';
import { inferStrides, viewByStrides } from '../views/infer-axes.ts';

export type { PairCount, PairCountRequest } from './count-by-descent.ts';

/**
 * The number of live pairs of nq x nk: of a mask that divides positions by the axes that it divides them into, of one that
 * tells few classes of queries apart by these, of one that is made of bits by their words, of all others by interval descent
 * over the plane, see ./count-by-descent.ts.
 */
export function countLivePairs(bound: BoundMask, { nq, nk, offset }: PairCountRequest): PairCount {
  const strides = offset < 0 ? null : (inferStrides(bound) ?? (isSeparable(bound) ? [1] : null));
  if (strides !== null) {
    const [queries, keys] = [viewByStrides(strides, offset + nq - 1), viewByStrides(strides, nk - 1)];
    const counted = countViewPairs(bound, { nq, nk, offset, queries, keys });
    if (counted !== null) return { pairs: counted, exact: true };
  }
  const ofClasses = countClasses(bound, { nq, nk, offset });
  if (ofClasses !== null) return { pairs: ofClasses, exact: true };
  const ofWords = countWords(bound, { nq, nk, offset });
  if (ofWords !== null) return { pairs: ofWords, exact: true };
  return countByDescent(bound, { nq, nk, offset });
}

/** Does every conjunct depend on the query or on the key alone? */
function isSeparable(bound: BoundMask): boolean {
  const [onQuery, onKey] = [dependsOn(bound, 'query'), dependsOn(bound, 'key')];
  return conjunctsOf(bound).every((part) => !onQuery[part] || !onKey[part]);
}

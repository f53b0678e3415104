import { AbstractMask } from '../mask/abstract.ts';
import type { BoundMask } from '../mask/bound-mask.ts';
import { conjunctsOf, dependsOn, onlyConjuncts } from '../mask/conjuncts.ts';
import { RowEvaluator } from '../mask/evaluate-row.ts';
import { membersWithin } from '../mask/set-members.ts';
import { collectIntegers } from './collect-integers.ts';

/** Keys that are looked at one by one where the abstract reading is open. */
const LEAF = 64;

/**
 * The keys 0 <= j < nk, ascending, for which every conjunct of a mask holds that does not name the query: no other key
 * can be live. All keys where there is no such conjunct.
 */
export function listKeys(bound: BoundMask, nk: number): Int32Array {
  const depends = dependsOn(bound, 'query');
  const parts = conjunctsOf(bound).filter((part) => !depends[part]);
  const mask = onlyConjuncts(bound, parts);
  if (mask === null) return Int32Array.from({ length: nk }, (_, key) => key);
  const abstract = new AbstractMask(mask, { queries: 1, keys: LEAF });
  const single = abstract.singlePredicate(abstract.everything);
  if (single?.key === 1) return membersWithin(single.set, 0, nk - 1);
  const row = new RowEvaluator(mask, LEAF);
  return collectIntegers(
    0,
    nk - 1,
    LEAF,
    (low, high) => abstract.read(0, 0, low, high),
    (low) => row.row(0, low),
  );
}

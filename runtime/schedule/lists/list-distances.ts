import type { BoundMask, BoundNode } from '../../mask/bound/bound-mask.ts';
import { conjunctsOf } from '../../mask/bound/conjuncts.ts';
import {
  allIntegers,
  contains,
  emptySet,
  intersectSets,
  negated,
  type IntSet,
} from '../../mask/sets/int-set.ts';
import { membersWithin } from '../../mask/sets/set-members.ts';

/**
 * The distances d = j - i, ascending, between queries offset <= i < offset + nq and keys 0 <= j < nk for which every
 * conjunct of a mask holds that asks for the distance alone: no pair at another distance is live.
 */
export function listDistances(
  bound: BoundMask,
  { nq, nk, offset }: { readonly nq: number; readonly nk: number; readonly offset: number },
): Int32Array {
  let sets: IntSet[] = [allIntegers];
  for (const part of conjunctsOf(bound)) {
    const own = distancesOf(bound, bound.nodes[part]);
    if (own === null) continue;
    const both = intersectSets(sets[0], own);
    sets = both === null ? [...sets, own] : [both, ...sets.slice(1)];
  }
  const [first, ...others] = sets;
  const distances = membersWithin(first, 1 - offset - nq, nk - 1 - offset);
  return others.length === 0
    ? distances
    : distances.filter((distance) => others.every((set) => contains(set, distance)));
}

/** The j - i for which a predicate over the distance alone holds; null for other predicates. */
function distancesOf({ nodes }: BoundMask, node: BoundNode): IntSet | null {
  if (node.kind === 'bool') return node.value ? allIntegers : emptySet;
  if (node.kind !== 'in-set') return null;
  const form = nodes[node.operand];
  if (form.kind !== 'arithmetic' || form.op !== 'sub') return null;
  const [left, right] = [nodes[form.left].kind, nodes[form.right].kind];
  if (left === 'key' && right === 'query') return node.set;
  return left === 'query' && right === 'key' ? negated(node.set) : null;
}

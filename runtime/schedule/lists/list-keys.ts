import { AbstractMask } from '../../mask/abstract/abstract.ts';
import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { conjunctsOf, dependsOn, onlyConjuncts } from '../../mask/bound/conjuncts.ts';
import { RowEvaluator } from '../../mask/exact/evaluate-row.ts';
import { lowerBound } from '../../mask/exact/evaluate.ts';
import type { NodeId } from '../../mask/program/nodes.ts';
import { membersWithin } from '../../mask/sets/set-members.ts';
import { popcount } from '../table/count-bits.ts';
import { collectIntegers } from './collect-integers.ts';

/** Keys that are looked at one by one where the abstract reading is open. */
const LEAF = 64;

/**
 * The keys 0 <= j < nk, ascending, for which every conjunct of a mask holds that does not name the query: no other key
 * can be live. All keys where there is no such conjunct.
 */
export function listKeys(bound: BoundMask, nk: number): Int32Array {
  const mask = onlyConjuncts(bound, conjunctsAbout(bound, 'keys'));
  if (mask === null) return Int32Array.from({ length: nk }, (_, key) => key);
  const read = readDirectly(mask, nk);
  if (read !== null) return read;
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

/** The keys of a mask that is one row of a list, or one row of bits; null for others. */
function readDirectly({ nodes, root, arrays }: BoundMask, nk: number): Int32Array | null {
  const node = nodes[root];
  if (node.kind === 'member' && nodes[node.value].kind === 'key') {
    const [list, row] = [arrays[node.array], nodes[node.row]];
    if (list.kind !== 'list' || row.kind !== 'int' || row.value < 0 || row.value + 1 >= list.starts.length)
      return null;
    const [from, to] = [list.starts[row.value], list.starts[row.value + 1]];
    return list.values.slice(lowerBound(list.values, 0, from, to), lowerBound(list.values, nk, from, to));
  }
  if (node.kind === 'bit' && node.indices.length === 1 && nodes[node.indices[0]].kind === 'key') {
    const bits = arrays[node.array];
    return bits.kind === 'bits' ? setBits(bits.words, Math.min(nk, bits.dims[0])) : null;
  }
  return null;
}

/** The places below `count` of bits that are set. */
function setBits(words: Uint32Array, count: number): Int32Array {
  const used = Math.ceil(count / 32);
  const wordAt = (at: number) =>
    32 * at + 32 > count ? words[at] & (-1 >>> (32 * at + 32 - count)) : words[at];
  let found = 0;
  for (let at = 0; at < used; at++) found += popcount(wordAt(at));
  const places = new Int32Array(found);
  let next = 0;
  for (let at = 0; at < used; at++) {
    for (let word = wordAt(at) | 0; word !== 0; word &= word - 1)
      places[next++] = 32 * at + 31 - Math.clz32(word & -word);
  }
  return places;
}

/** What is left to ask about the keys that {@link listKeys} gives: the conjuncts that name the query. */
export function maskOfListedKeys(bound: BoundMask): BoundMask {
  const parts = conjunctsAbout(bound, 'pairs');
  return (
    onlyConjuncts(bound, parts) ?? { nodes: [{ kind: 'bool', value: true }], root: 0, arrays: bound.arrays }
  );
}

/** The conjuncts that name the query (`pairs`), or do not. */
function conjunctsAbout(bound: BoundMask, about: 'keys' | 'pairs'): readonly NodeId[] {
  const depends = dependsOn(bound, 'query');
  return conjunctsOf(bound).filter((part) => depends[part] === (about === 'pairs'));
}

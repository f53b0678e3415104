import type { HostArray } from '../../arrays.ts';
import { Op, queryAndKey, type FlatMask } from './flat-mask.ts';
import { intervalSet, type IntSet } from '../sets/int-set.ts';
import type { StepList } from './step-list.ts';

/** query * i + key * j in `set`, both factors -1, 0 or 1. */
export interface SinglePredicate {
  readonly set: IntSet;
  readonly query: number;
  readonly key: number;
}

/**
 * What a mask comes down to where one predicate over i + j, i - j, i or j is open and decides the root; else null.
 */
export function singlePredicate(flat: FlatMask, open: StepList): SinglePredicate | null {
  const id = openLeaf(flat, open);
  if (id === null) return null;
  const { op, a, first, last, sets } = flat;
  if (op[id] !== Op.interval && op[id] !== Op.inSet) return null;
  const factors = factorsOf(flat, a[id]);
  if (!factors) return null;
  return { ...factors, set: op[id] === Op.interval ? intervalSet(first[id], last[id]) : sets[id]! };
}

/**
 * Is all that is open one predicate that decides the root, over a sum or difference of leaves without coefficients? Such
 * a form takes every integer between its ends over every box, so that the verdict about it is exact.
 */
export function isExactPredicate(flat: FlatMask, open: StepList): boolean {
  const id = openLeaf(flat, open);
  if (id === null) return false;
  const { op, a, b } = flat;
  if (op[id] !== Op.interval && op[id] !== Op.inSet) return false;
  let seen = 0;
  const isPlain = (node: number): boolean => {
    switch (op[node]) {
      case Op.constant:
        return true;
      case Op.leaf: {
        const isNew = (seen & (1 << a[node])) === 0;
        seen |= 1 << a[node];
        return isNew;
      }
      case Op.neg:
        return isPlain(a[node]);
      case Op.add:
      case Op.sub:
        return isPlain(a[node]) && isPlain(b[node]);
      default:
        return false;
    }
  };
  return isPlain(a[id]);
}

/** "Value j div valueBy is in row i div rowBy of the list". */
export interface SingleMember {
  readonly list: HostArray & { kind: 'list' };
  readonly rowBy: number;
  readonly valueBy: number;
}

/** What a mask comes down to where one list over blocks of queries and keys is open and decides the root; else null. */
export function singleMember(flat: FlatMask, open: StepList): SingleMember | null {
  const id = openLeaf(flat, open);
  if (id === null || flat.op[id] !== Op.member) return null;
  const rowBy = blockOf(flat, flat.a[id], queryAndKey.query);
  const valueBy = blockOf(flat, flat.b[id], queryAndKey.key);
  const list = flat.arrays[id];
  return rowBy === null || valueBy === null || list?.kind !== 'list' ? null : { list, rowBy, valueBy };
}

/** "The bit of block i div rowBy of queries and block j div valueBy of keys is set"; rowBy null where one row serves all. */
export interface SingleBits {
  readonly bits: HostArray & { kind: 'bits' };
  readonly rowBy: number | null;
  readonly valueBy: number;
}

/** What a mask comes down to where one matrix of bits over blocks is open and decides the root; else null. */
export function singleBits(flat: FlatMask, open: StepList): SingleBits | null {
  const id = openLeaf(flat, open);
  return id === null ? null : bitsOver(flat, id);
}

/** A node as a matrix of bits over blocks of queries and keys; null for other nodes. */
export function bitsOver(flat: FlatMask, id: number): SingleBits | null {
  const indices = flat.operands[id];
  const bits = flat.arrays[id];
  if (flat.op[id] !== Op.bit || bits?.kind !== 'bits' || indices.length > 2) return null;
  const rowBy = indices.length === 2 ? blockOf(flat, indices[0], queryAndKey.query) : null;
  const valueBy = blockOf(flat, indices[indices.length - 1], queryAndKey.key);
  return valueBy === null || (indices.length === 2 && rowBy === null) ? null : { bits, rowBy, valueBy };
}

/** The node that decides the root where all others have their verdicts, or null where several are open. */
function openLeaf({ op, a, b, root }: FlatMask, open: StepList): number | null {
  const isOpen = new Set(open.steps);
  let id = root;
  while (op[id] === Op.and || op[id] === Op.or) {
    if (isOpen.has(a[id]) === isOpen.has(b[id])) return null;
    id = isOpen.has(a[id]) ? a[id] : b[id];
  }
  return id;
}

/** b for `leaf div b`, 1 for the leaf itself. */
function blockOf({ op, a, first }: FlatMask, id: number, leaf: number): number | null {
  const isLeaf = (node: number) => op[node] === Op.leaf && a[node] === leaf;
  if (isLeaf(id)) return 1;
  return op[id] === Op.divConstant && isLeaf(a[id]) ? first[id] : null;
}

function factorsOf({ op, a, b }: FlatMask, id: number): { query: number; key: number } | null {
  const leaf = (node: number) =>
    op[node] !== Op.leaf || a[node] > queryAndKey.key
      ? null
      : a[node] === queryAndKey.query
        ? 'query'
        : 'key';
  const single = leaf(id);
  if (single) return { query: 0, key: 0, [single]: 1 };
  if (op[id] !== Op.add && op[id] !== Op.sub) return null;
  const [x, y] = [leaf(a[id]), leaf(b[id])];
  if (!x || !y || x === y) return null;
  return { query: 0, key: 0, [x]: 1, [y]: op[id] === Op.add ? 1 : -1 };
}

import { Op, type FlatMask } from './flat-mask.ts';

/** A conjunct that is one row of bits, read at a leaf: the bits of coordinates 0 .. count - 1, others are clear. */
export interface BitRow {
  readonly node: number;
  readonly leaf: number;
  readonly words: Uint32Array;
  readonly count: number;
}

/** The conjuncts of a mask that are one row of bits. */
export function bitRows({ op, a, b, root, operands, arrays }: FlatMask): readonly BitRow[] {
  const rows: BitRow[] = [];
  const walk = (id: number): void => {
    if (op[id] === Op.and) {
      walk(a[id]);
      walk(b[id]);
      return;
    }
    const array = arrays[id];
    const [index] = operands[id];
    if (op[id] !== Op.bit || array?.kind !== 'bits' || array.dims.length !== 1 || op[index] !== Op.leaf)
      return;
    rows.push({ node: id, leaf: a[index], words: array.words, count: array.dims[0] });
  };
  walk(root);
  return rows;
}

/**
 * Brings a box, low and high end of every leaf, to what rows of bits leave of it: both ends of a leaf with a row are then
 * set bits. False where nothing is left.
 */
export function narrowToBits(rows: readonly BitRow[], box: Float64Array): boolean {
  for (const { leaf, words, count } of rows) {
    const low = firstSet(words, Math.max(0, box[2 * leaf]), Math.min(count - 1, box[2 * leaf + 1]));
    if (low < 0) return false;
    box[2 * leaf] = low;
    box[2 * leaf + 1] = lastSet(words, low, Math.min(count - 1, box[2 * leaf + 1]));
  }
  return true;
}

/** The first set bit of from .. to; -1 where there is none. */
function firstSet(words: Uint32Array, from: number, to: number): number {
  for (let word = from >>> 5; word << 5 <= to; word++) {
    const own = word === from >>> 5 ? words[word] & (-1 << (from & 31)) : words[word] | 0;
    if (own === 0) continue;
    const found = (word << 5) + 31 - Math.clz32(own & -own);
    return found <= to ? found : -1;
  }
  return -1;
}

/** The last set bit of from .. to, where the bit at `from` is set. */
function lastSet(words: Uint32Array, from: number, to: number): number {
  for (let word = to >>> 5; ; word--) {
    const own = word === to >>> 5 ? words[word] & (-1 >>> (31 - (to & 31))) : words[word] | 0;
    if (own !== 0) return Math.max(from, (word << 5) + 31 - Math.clz32(own));
  }
}

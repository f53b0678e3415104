import { wordsPerRow } from '../../arrays.ts';
import type { SingleBits } from '../../mask/abstract/single-predicate.ts';

/** The pairs i0 .. i1 x j0 .. j1 whose bit is set: 32 bits of the matrix at a time. */
export function countBits(
  { bits, rowBy, valueBy }: SingleBits,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
): number {
  const { dims, words } = bits;
  const columns = dims[dims.length - 1];
  const rows = rowBy === null ? 1 : dims[0];
  const stride = wordsPerRow(columns);
  const first = Math.max(0, Math.floor(j0 / valueBy));
  const last = Math.min(columns - 1, Math.floor(j1 / valueBy));
  if (first > last) return 0;
  const from = rowBy === null ? 0 : Math.max(0, Math.floor(i0 / rowBy));
  const to = rowBy === null ? 0 : Math.min(rows - 1, Math.floor(i1 / rowBy));
  /** Of positions low .. high, how many are in block `at`. */
  const overlap = (at: number, by: number, low: number, high: number) =>
    Math.max(0, Math.min(high, (at + 1) * by - 1) - Math.max(low, at * by) + 1);
  const [widthOfFirst, widthOfLast] = [overlap(first, valueBy, j0, j1), overlap(last, valueBy, j0, j1)];
  let count = 0;
  for (let row = from; row <= to; row++) {
    const height = rowBy === null ? i1 - i0 + 1 : overlap(row, rowBy, i0, i1);
    const isSet = (at: number) => (words[row * stride + (at >>> 5)] >>> (at & 31)) & 1;
    let width = popcountRange(words, row * stride, first, last) * valueBy;
    // Blocks at the ends may be cut.
    width -= isSet(first) * (valueBy - widthOfFirst);
    if (last > first) width -= isSet(last) * (valueBy - widthOfLast);
    count += height * width;
  }
  return count;
}

/** Set bits first .. last of the row of bits that begins at a word. */
function popcountRange(words: Uint32Array, begin: number, first: number, last: number): number {
  const [from, to] = [first >>> 5, last >>> 5];
  let count = 0;
  for (let word = from; word <= to; word++) {
    let own = words[begin + word];
    if (word === from) own &= 0xffffffff << (first & 31);
    if (word === to) own &= 0xffffffff >>> (31 - (last & 31));
    count += popcount(own);
  }
  return count;
}

/** Number of set bits of a 32-bit word (Warren, Hacker's Delight, figure 5-2). */
export function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}

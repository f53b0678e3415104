import { wordsPerRow } from '../arrays.ts';
import type { SingleBits } from '../mask/single-predicate.ts';
import { NONE, MIXED, ALL, type Verdict } from '../mask/int-set.ts';

/** Reads rows of tiles straight from the words of a bit matrix: what a tile is, is in the union and in the intersection of its rows. */
export class BitScanner {
  private readonly single: SingleBits;
  private readonly stride: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly union: Uint32Array;
  private readonly common: Uint32Array;
  /** In the union, not in the intersection. */
  private readonly mixed: Uint32Array;

  constructor(single: SingleBits) {
    const { dims } = single.bits;
    this.single = single;
    this.columns = dims[dims.length - 1];
    this.rows = dims.length === 2 ? dims[0] : 1;
    this.stride = wordsPerRow(this.columns);
    this.union = new Uint32Array(this.stride);
    this.common = new Uint32Array(this.stride);
    this.mixed = new Uint32Array(this.stride);
  }

  /** Do queries i0 .. i1 read one row of the matrix? */
  isOneRow(i0: number, i1: number): boolean {
    const { rowBy } = this.single;
    return rowBy === null || Math.floor(i0 / rowBy) === Math.floor(i1 / rowBy);
  }

  /**
   * Calls `push` for tiles first to last - 1 of `granularity` keys each that hold a set bit for queries i0 .. i1, runs of
   * one class together; keys from `end` on do not count.
   */
  scan(
    i0: number,
    i1: number,
    first: number,
    last: number,
    granularity: number,
    end: number,
    push: (begin: number, end: number, full: boolean) => void,
  ): void {
    const { valueBy } = this.single;
    this.gather(
      i0,
      i1,
      Math.floor((first * granularity) / valueBy),
      Math.floor((Math.min(end, last * granularity) - 1) / valueBy),
    );
    if (granularity === valueBy) {
      const stop = Math.min(last, this.columns);
      eachRun(this.common, first, stop, (from, to) => push(from, to, true));
      eachRun(this.mixed, first, stop, (from, to) => push(from, to, false));
      return;
    }
    let [from, state] = [first, NONE as Verdict];
    for (let tile = first; tile < last; tile++) {
      const low = Math.floor((tile * granularity) / valueBy);
      const high = Math.floor((Math.min(end, (tile + 1) * granularity) - 1) / valueBy);
      const own = this.verdict(low, high);
      if (own === state) continue;
      if (state !== NONE) push(from, tile, state === ALL);
      [from, state] = [tile, own];
    }
    if (state !== NONE) push(from, last, state === ALL);
  }

  /** Brings the rows of queries i0 .. i1 together, for the words of bits low .. high. */
  private gather(i0: number, i1: number, low: number, high: number): void {
    const { rowBy, bits } = this.single;
    const { union, common, mixed, stride, rows } = this;
    const from = rowBy === null ? 0 : Math.floor(i0 / rowBy);
    const to = rowBy === null ? 0 : Math.floor(i1 / rowBy);
    const [begin, end] = [low >>> 5, Math.min(stride - 1, high >>> 5)];
    const isOutside = from < 0 || to >= rows;
    for (let word = begin; word <= end; word++) {
      let [any, all] = [0, isOutside ? 0 : -1];
      for (let row = Math.max(0, from); row <= Math.min(to, rows - 1); row++) {
        const own = bits.words[row * stride + word];
        any |= own;
        all &= own;
      }
      union[word] = any;
      common[word] = all;
      mixed[word] = any & ~all;
    }
  }

  /** Bits low .. high; those behind the matrix are clear. */
  private verdict(low: number, high: number): Verdict {
    if (low >= this.columns) return NONE;
    const { union, common } = this;
    if (low === high) {
      const mask = 1 << (low & 31);
      return (common[low >>> 5] & mask) !== 0 ? ALL : (union[low >>> 5] & mask) !== 0 ? MIXED : NONE;
    }
    const top = Math.min(high, this.columns - 1);
    let any = false;
    let all = top === high;
    for (let word = low >>> 5; word <= top >>> 5; word++) {
      const first = word === low >>> 5 ? low & 31 : 0;
      const last = word === top >>> 5 ? top & 31 : 31;
      const wanted = ((0xffffffff >>> (31 - last)) & (0xffffffff << first)) >>> 0;
      any ||= (union[word] & wanted) !== 0;
      all &&= (common[word] & wanted) >>> 0 === wanted;
    }
    return all ? ALL : any ? MIXED : NONE;
  }
}

/** Runs of set bits among bits low .. end - 1. */
function eachRun(
  words: Uint32Array,
  low: number,
  end: number,
  push: (from: number, to: number) => void,
): void {
  for (let at = low; at < end;) {
    at = nextBit(words, at, end, 0);
    if (at >= end) return;
    const to = nextBit(words, at, end, -1);
    push(at, to);
    at = to;
  }
}

/** First bit from `at` on that is set (`flip` 0) or clear (`flip` -1), else `end`. */
function nextBit(words: Uint32Array, at: number, end: number, flip: number): number {
  while (at < end) {
    const rest = ((words[at >>> 5] ^ flip) >>> 0) >>> (at & 31);
    if (rest !== 0) return Math.min(end, at + 31 - Math.clz32(rest & -rest));
    at = (at | 31) + 1;
  }
  return end;
}

import { wordsPerRow } from '../../arrays.ts';
import type { SingleBits } from '../../mask/abstract/single-predicate.ts';
import { NONE, MIXED, ALL, type Verdict } from '../../mask/sets/int-set.ts';
import type { RectangleList } from '../table/rectangle-list.ts';

/** Tiles of keys that are scanned. */
interface ScannedKeys {
  readonly granularity: number;
  readonly end: number;
  /** May a tile be full? */
  readonly mayFill: boolean;
}

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
   * Pushes tiles first to last - 1 of `granularity` keys each that hold a set bit for queries i0 .. i1, runs of one class
   * together, as those of rows rowBegin to rowEnd - 1; keys from `end` on do not count. None is full if not `mayFill`.
   */
  scan(
    [i0, i1]: readonly [number, number],
    [first, last]: readonly [number, number],
    { granularity, end, mayFill }: ScannedKeys,
    rectangles: RectangleList,
    [rowBegin, rowEnd]: readonly [number, number],
  ): void {
    const { valueBy, rowBy } = this.single;
    const low = Math.floor((first * granularity) / valueBy);
    const high = Math.floor((Math.min(end, last * granularity) - 1) / valueBy);
    if (granularity === valueBy) {
      const [begin, stop] = [first, Math.min(last, this.columns)];
      const row = rowBy === null ? 0 : Math.floor(i0 / rowBy);
      if (begin >= stop) return;
      if (this.isOneRow(i0, i1) && row >= 0 && row < this.rows) {
        const bits = { words: this.single.bits.words, base: 32 * row * this.stride, begin, end: stop };
        return rectangles.pushBits(rowBegin, rowEnd, bits, mayFill);
      }
      this.gather(i0, i1, low, high);
      for (const words of [this.common, this.mixed]) {
        // What is gathered is lost with the next row.
        const own = words.slice(low >>> 5, (high >>> 5) + 1);
        if (own.every((word) => word === 0)) continue;
        const bits = { words: own, base: -32 * (low >>> 5), begin, end: stop };
        rectangles.pushBits(rowBegin, rowEnd, bits, mayFill && words === this.common);
      }
      return;
    }
    this.gather(i0, i1, low, high);
    let [from, state] = [first, NONE as Verdict];
    for (let tile = first; tile < last; tile++) {
      const low = Math.floor((tile * granularity) / valueBy);
      const high = Math.floor((Math.min(end, (tile + 1) * granularity) - 1) / valueBy);
      const own = this.verdict(low, high);
      if (own === state) continue;
      if (state !== NONE) rectangles.push(rowBegin, rowEnd, from, tile, state === ALL && mayFill);
      [from, state] = [tile, own];
    }
    if (state !== NONE) rectangles.push(rowBegin, rowEnd, from, last, state === ALL && mayFill);
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

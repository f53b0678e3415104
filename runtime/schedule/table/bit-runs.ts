import { popcount } from './count-bits.ts';

/** Runs of set bits among some bits. */
export interface BitRuns {
  /** How many runs there are. */
  runs: number;
  /** How many bits are set. */
  bits: number;
  /** First set bit, and one past the last. */
  begin: number;
  end: number;
}

/** Counts the runs of set bits among bits from .. to - 1; `begin` and `end` are only right where there are any. */
export function measureRuns(words: Uint32Array, from: number, to: number, result: BitRuns): void {
  let [runs, bits, begin, end] = [0, 0, -1, -1];
  let before = 0;
  for (let word = from >>> 5; word << 5 < to; word++) {
    let own = words[word] | 0;
    if (word === from >>> 5) own &= -1 << (from & 31);
    if ((word + 1) << 5 > to) own &= -1 >>> (32 - (to & 31));
    if (own === 0) {
      before = 0;
      continue;
    }
    runs += popcount(own & ~((own << 1) | before));
    bits += popcount(own);
    before = own >>> 31;
    if (begin < 0) begin = (word << 5) + 31 - Math.clz32(own & -own);
    end = (word << 5) + 32 - Math.clz32(own);
  }
  result.runs = runs;
  result.bits = bits;
  result.begin = begin;
  result.end = end;
}

/**
 * Writes begin and end of the runs of set bits among bits from .. to - 1, counted from `base` on and multiplied by
 * `scale`, to `target` from `at` on. Gives the place behind them.
 */
export function writeBitRuns(
  words: Uint32Array,
  [from, to]: readonly [number, number],
  [base, scale]: readonly [number, number],
  target: Uint32Array,
  at: number,
): number {
  let next = at;
  let isInside = false;
  for (let word = from >>> 5; word << 5 < to; word++) {
    let own = words[word] | 0;
    if (word === from >>> 5) own &= -1 << (from & 31);
    if ((word + 1) << 5 > to) own &= -1 >>> (32 - (to & 31));
    // A bit for each place that is not like the one before it.
    let changes = own ^ ((own << 1) | (isInside ? 1 : 0));
    while (changes !== 0) {
      const lowest = changes & -changes;
      target[next++] = ((word << 5) + 31 - Math.clz32(lowest) - base) * scale;
      changes ^= lowest;
    }
    isInside = own < 0;
  }
  if (isInside) target[next++] = (to - base) * scale;
  return next;
}

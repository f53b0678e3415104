import { rangeExtremes } from './range-extremes.ts';

const known = new WeakMap<Int32Array, Map<number, ExtremeGaps>>();

/** What {@link ExtremeGaps} knows of stretches of `length` elements of an array, built at the first call. */
export function extremeGaps(data: Int32Array, length: number): ExtremeGaps {
  const ofData = known.get(data) ?? new Map<number, ExtremeGaps>();
  known.set(data, ofData);
  const found = ofData.get(length) ?? new ExtremeGaps(data, length);
  ofData.set(length, found);
  return found;
}

/** Where every stretch of `length` neighbours of an array holds its least and its largest element. */
export class ExtremeGaps {
  private readonly length: number;
  /** First and last place of every run of elements without the least one that is as long, ascending; without the largest. */
  private readonly withoutLeast: Int32Array;
  private readonly withoutLargest: Int32Array;

  constructor(data: Int32Array, length: number) {
    this.length = length;
    const extremes = rangeExtremes(data);
    extremes.find(0, data.length - 1);
    const { low, high } = extremes;
    this.withoutLeast = runsWithout(data, low, length);
    this.withoutLargest = runsWithout(data, high, length);
  }

  /** Do all stretches inside from .. to hold both? */
  none(from: number, to: number): boolean {
    return !this.meets(this.withoutLeast, from, to) && !this.meets(this.withoutLargest, from, to);
  }

  /** Does a run share as many places as a stretch has with from .. to? */
  private meets(runs: Int32Array, from: number, to: number): boolean {
    const { length } = this;
    let [begin, end] = [0, runs.length >> 1];
    while (begin < end) {
      const middle = (begin + end) >>> 1;
      if (runs[2 * middle + 1] < from + length - 1) begin = middle + 1;
      else end = middle;
    }
    // The first run that ends late enough is the one that begins first.
    return (
      2 * begin < runs.length &&
      Math.min(to, runs[2 * begin + 1]) - Math.max(from, runs[2 * begin]) >= length - 1
    );
  }
}

function runsWithout(data: Int32Array, value: number, length: number): Int32Array {
  const runs: number[] = [];
  let begin = 0;
  for (let at = 0; at <= data.length; at++) {
    if (at < data.length && data[at] !== value) continue;
    if (at - begin >= length) runs.push(begin, at - 1);
    begin = at + 1;
  }
  return Int32Array.from(runs);
}

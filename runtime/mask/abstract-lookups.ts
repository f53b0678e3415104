import type { HostArray } from '../arrays.ts';
import { bitQuadtree } from './bit-quadtree.ts';
import { ALL, MIXED, NONE, type Verdict } from './int-set.ts';
import { listSummary } from './list-summary.ts';
import { rangeExtremes } from './range-extremes.ts';

/** An interval that is written in place: the interpreter runs millions of times. */
export interface MutableInterval {
  low: number;
  high: number;
}

/** Hull of the elements of an int array over a box of indices; elements outside the array are -1. */
export function lookupHull(
  array: HostArray & { kind: 'int' },
  lows: ArrayLike<number>,
  highs: ArrayLike<number>,
  result: MutableInterval,
): void {
  const { dims, data } = array;
  let outside = false;
  let [from, to] = [0, 0];
  for (let axis = 0; axis < dims.length; axis++) {
    const low = Math.max(0, lows[axis]);
    const high = Math.min(dims[axis] - 1, highs[axis]);
    if (low > high) {
      result.low = -1;
      result.high = -1;
      return;
    }
    outside ||= low !== lows[axis] || high !== highs[axis];
    from = from * dims[axis] + low;
    to = to * dims[axis] + high;
  }
  // Between two rows of a box lie elements that are not in it: the hull is a little wide there, and sound.
  const extremes = rangeExtremes(data);
  extremes.find(from, to);
  result.low = outside ? Math.min(-1, extremes.low) : extremes.low;
  result.high = outside ? Math.max(-1, extremes.high) : extremes.high;
}

/** The bits over a box of indices; bits outside the array are false. */
export function bitsVerdict(
  array: HostArray & { kind: 'bits' },
  lows: ArrayLike<number>,
  highs: ArrayLike<number>,
): Verdict {
  const { dims } = array;
  const last = dims.length - 1;
  const columnLow = Math.max(0, lows[last]);
  const columnHigh = Math.min(dims[last] - 1, highs[last]);
  let outside = columnLow !== lows[last] || columnHigh !== highs[last];
  if (columnLow > columnHigh) return NONE;
  let [rowLow, rowHigh] = [0, 0];
  for (let axis = 0; axis < last; axis++) {
    const low = Math.max(0, lows[axis]);
    const high = Math.min(dims[axis] - 1, highs[axis]);
    if (low > high) return NONE;
    outside ||= low !== lows[axis] || high !== highs[axis];
    // Rows of a box are neighbours in memory only when all axes but the last of them are fixed.
    if (rowLow !== rowHigh) return MIXED;
    rowLow = rowLow * dims[axis] + low;
    rowHigh = rowHigh * dims[axis] + high;
  }
  const inside = bitQuadtree(array).verdict(rowLow, rowHigh, columnLow, columnHigh);
  return inside === ALL && outside ? MIXED : inside;
}

/** Is every, no or some value of an interval in every, no or some row of an interval? */
export function memberVerdict(
  array: HostArray & { kind: 'list' },
  rowLow: number,
  rowHigh: number,
  low: number,
  high: number,
): Verdict {
  const rows = array.starts.length - 1;
  const from = Math.max(0, rowLow);
  const to = Math.min(rows - 1, rowHigh);
  if (from > to) return NONE;
  const inside = listSummary(array).verdict(from, to, low, high);
  return inside === ALL && (from !== rowLow || to !== rowHigh) ? MIXED : inside;
}

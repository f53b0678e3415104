import type { BitQuadtree } from './bit-quadtree.ts';
import type { BitSaturation } from './bit-saturation.ts';
import { ALL, MIXED, NONE, SATURATED, type Verdict } from '../sets/int-set.ts';
import type { ListSummary } from './list-summary.ts';
import type { RangeExtremes } from './range-extremes.ts';

/** An interval that is written in place: the interpreter runs millions of times. */
export interface MutableInterval {
  low: number;
  high: number;
}

/**
 * Hull of the elements of an int array over a box of indices; elements outside the array are -1. The index on an axis
 * lies in lows[indices[axis]] .. highs[indices[axis]].
 */
export function lookupHull(
  dims: readonly number[],
  extremes: RangeExtremes,
  indices: readonly number[],
  lows: Float64Array,
  highs: Float64Array,
  result: MutableInterval,
): void {
  let outside = false;
  let from = 0;
  let to = 0;
  for (let axis = 0; axis < dims.length; axis++) {
    const id = indices[axis];
    const low = Math.max(0, lows[id]);
    const high = Math.min(dims[axis] - 1, highs[id]);
    if (low > high) {
      result.low = -1;
      result.high = -1;
      return;
    }
    outside ||= low !== lows[id] || high !== highs[id];
    from = from * dims[axis] + low;
    to = to * dims[axis] + high;
  }
  // Between two rows of a box lie elements that are not in it: the hull is a little wide there, and sound.
  extremes.find(from, to);
  result.low = outside ? Math.min(-1, extremes.low) : extremes.low;
  result.high = outside ? Math.max(-1, extremes.high) : extremes.high;
}

/** What is known of a matrix of bits. */
export interface BitsReader {
  readonly dims: readonly number[];
  readonly tree: BitQuadtree;
  /** Of tiles, and the least rows and columns that one reads; null where a tile reads no rectangle. */
  readonly saturation: BitSaturation | null;
  readonly tileRows: number;
  readonly tileColumns: number;
}

/**
 * The bits over a box of indices, given as for `lookupHull`; bits outside the array are false. SATURATED where every tile
 * holds set and clear bits.
 */
export function bitsVerdict(
  { dims, tree, saturation, tileRows, tileColumns }: BitsReader,
  indices: readonly number[],
  lows: Float64Array,
  highs: Float64Array,
): Verdict {
  const last = dims.length - 1;
  const columnLow = Math.max(0, lows[indices[last]]);
  const columnHigh = Math.min(dims[last] - 1, highs[indices[last]]);
  let outside = columnLow !== lows[indices[last]] || columnHigh !== highs[indices[last]];
  if (columnLow > columnHigh) return NONE;
  let rowLow = 0;
  let rowHigh = 0;
  for (let axis = 0; axis < last; axis++) {
    const id = indices[axis];
    const low = Math.max(0, lows[id]);
    const high = Math.min(dims[axis] - 1, highs[id]);
    if (low > high) return NONE;
    outside ||= low !== lows[id] || high !== highs[id];
    // Rows of a box are neighbours in memory only when all axes but the last of them are fixed.
    if (rowLow !== rowHigh) return MIXED;
    rowLow = rowLow * dims[axis] + low;
    rowHigh = rowHigh * dims[axis] + high;
  }
  if (
    saturation !== null &&
    !outside &&
    rowHigh - rowLow >= tileRows - 1 &&
    columnHigh - columnLow >= tileColumns - 1 &&
    saturation.holds(rowLow, rowHigh, columnLow, columnHigh)
  )
    return SATURATED;
  const inside = tree.verdict(rowLow, rowHigh, columnLow, columnHigh);
  return inside === ALL && outside ? MIXED : inside;
}

/**
 * Is every, no or some value of an interval in every, no or some row of an interval? `stretch` is the least number of
 * neighbouring values of a tile: one row is SATURATED where each of its tiles holds members and others.
 */
export function memberVerdict(
  summary: ListSummary,
  rowLow: number,
  rowHigh: number,
  low: number,
  high: number,
  stretch: number,
): Verdict {
  const from = Math.max(0, rowLow);
  const to = Math.min(summary.rows - 1, rowHigh);
  if (from > to) return NONE;
  const hasTiles = rowLow === rowHigh && high - low >= stretch - 1;
  // Of a long row that is found sooner than where the values lie among its members.
  const isLong = hasTiles && summary.isLong(from);
  if (isLong && summary.saturates(from, low, high, stretch)) return SATURATED;
  const inside = summary.verdict(from, to, low, high);
  if (
    inside === MIXED &&
    hasTiles &&
    // One tile has no parts: it is exact for a row.
    (high - low === stretch - 1 || (!isLong && summary.saturates(from, low, high, stretch)))
  )
    return SATURATED;
  return inside === ALL && (from !== rowLow || to !== rowHigh) ? MIXED : inside;
}

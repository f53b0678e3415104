/** Smallest and largest element of any range of an array; the tree is built once for each array. */
export interface RangeExtremes {
  /** Does no element stand behind a larger one? */
  readonly isAscending: boolean;
  /** Writes the extremes of data[from .. to], 0 <= from <= to < length, to `low` and `high`. */
  find(from: number, to: number): void;
  low: number;
  high: number;
}

const known = new WeakMap<Int32Array, RangeExtremes>();

/** The tree of an array, built at the first call. The array must not change afterwards. */
export function rangeExtremes(data: Int32Array): RangeExtremes {
  const found = known.get(data) ?? (isAscending(data) ? new AscendingExtremes(data) : new ExtremesTree(data));
  known.set(data, found);
  return found;
}

/** Sorted arrays need no tree: the ends are the extremes. */
class AscendingExtremes implements RangeExtremes {
  readonly isAscending = true;
  low = 0;
  high = 0;
  private readonly data: Int32Array;

  constructor(data: Int32Array) {
    this.data = data;
  }

  find(from: number, to: number): void {
    this.low = this.data[from];
    this.high = this.data[to];
  }
}

/** Elements of a leaf: trees over all elements would take longer to build than what is asked of them. */
const LEAF = 16;

/** Two segment trees over leaves in heap order: node x covers nodes 2x and 2x + 1, the leaves stand at size .. 2 size - 1. */
class ExtremesTree implements RangeExtremes {
  readonly isAscending = false;
  low = 0;
  high = 0;
  private readonly data: Int32Array;
  private readonly size: number;
  private readonly lows: Int32Array;
  private readonly highs: Int32Array;

  constructor(data: Int32Array) {
    this.data = data;
    this.size = Math.ceil(data.length / LEAF);
    const { size } = this;
    const lows = (this.lows = new Int32Array(2 * size));
    const highs = (this.highs = new Int32Array(2 * size));
    for (let leaf = 0; leaf < size; leaf++) {
      const end = Math.min(data.length, (leaf + 1) * LEAF);
      let low = data[leaf * LEAF];
      let high = low;
      for (let at = leaf * LEAF + 1; at < end; at++) {
        const value = data[at];
        if (value < low) low = value;
        if (value > high) high = value;
      }
      lows[size + leaf] = low;
      highs[size + leaf] = high;
    }
    for (let at = size - 1; at > 0; at--) {
      lows[at] = Math.min(lows[2 * at], lows[2 * at + 1]);
      highs[at] = Math.max(highs[2 * at], highs[2 * at + 1]);
    }
  }

  find(from: number, to: number): void {
    const { data, lows, highs, size } = this;
    let low = data[from];
    let high = low;
    // Whole leaves from `first` to `last` - 1, and what stands before and behind them.
    const first = Math.ceil(from / LEAF);
    const last = Math.floor((to + 1) / LEAF);
    const hasLeaves = first < last;
    const before = hasLeaves ? first * LEAF - 1 : to;
    for (let at = from; at <= before; at++) {
      const value = data[at];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (hasLeaves) {
      for (let at = last * LEAF; at <= to; at++) {
        const value = data[at];
        if (value < low) low = value;
        if (value > high) high = value;
      }
      for (let left = first + size, right = last + size; left < right; left >>= 1, right >>= 1) {
        if (left & 1) {
          low = Math.min(low, lows[left]);
          high = Math.max(high, highs[left++]);
        }
        if (right & 1) {
          low = Math.min(low, lows[--right]);
          high = Math.max(high, highs[right]);
        }
      }
    }
    this.low = low;
    this.high = high;
  }
}

function isAscending(data: Int32Array): boolean {
  for (let at = 1; at < data.length; at++) if (data[at] < data[at - 1]) return false;
  return true;
}

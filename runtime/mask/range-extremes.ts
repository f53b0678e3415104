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

/** Two segment trees in heap order: node x covers nodes 2x and 2x + 1, the leaves stand at size .. 2 size - 1. */
class ExtremesTree implements RangeExtremes {
  readonly isAscending = false;
  low = 0;
  high = 0;
  private readonly size: number;
  private readonly lows: Int32Array;
  private readonly highs: Int32Array;

  constructor(data: Int32Array) {
    this.size = data.length;
    this.lows = new Int32Array(2 * this.size);
    this.highs = new Int32Array(2 * this.size);
    this.lows.set(data, this.size);
    this.highs.set(data, this.size);
    for (let at = this.size - 1; at > 0; at--) {
      this.lows[at] = Math.min(this.lows[2 * at], this.lows[2 * at + 1]);
      this.highs[at] = Math.max(this.highs[2 * at], this.highs[2 * at + 1]);
    }
  }

  find(from: number, to: number): void {
    const { lows, highs } = this;
    let low = Infinity;
    let high = -Infinity;
    let left = from + this.size;
    let right = to + this.size + 1;
    while (left < right) {
      if (left & 1) {
        low = Math.min(low, lows[left]);
        high = Math.max(high, highs[left++]);
      }
      if (right & 1) {
        low = Math.min(low, lows[--right]);
        high = Math.max(high, highs[right]);
      }
      left >>= 1;
      right >>= 1;
    }
    this.low = low;
    this.high = high;
  }
}

function isAscending(data: Int32Array): boolean {
  for (let at = 1; at < data.length; at++) if (data[at] < data[at - 1]) return false;
  return true;
}

/** One axis of a neighborhood (docs/language.md): windows of `kernel` keys that slide inward at the ends. */
export interface WindowAxis {
  readonly name: string;
  /** Positions of the axis. */
  readonly length: number;
  readonly kernel: number;
  readonly stride: number;
}

/** Tiles that the query tiles of an axis visit: sums over the query tiles. */
interface AxisTiles {
  readonly visited: number;
  /** Of them those whose every key is live for every query. */
  readonly full: number;
}

/** What tiles of a box visit of a neighborhood on a grid. */
export interface NeighborhoodTiles {
  readonly visited: number;
  readonly full: number;
  /** How much faster than dense attention a kernel can be that spends the same time on every tile. */
  readonly bound: number;
}

/**
 * The analytical model of Generalized Neighborhood Attention (2025): on each axis a tile of queries visits
 * floor(max end / t) - floor(min start / t) + 1 tiles of t keys, and what a box visits is the product over axes.
 * Dense attention visits ceil(N / TQ) * ceil(N / TK) tiles of the same sizes.
 */
export function neighborhoodTiles(
  axes: readonly WindowAxis[],
  queries: readonly number[],
  keys: readonly number[],
): NeighborhoodTiles {
  const each = axes.map((axis, at) => axisTiles(axis, queries[at], keys[at]));
  const visited = each.reduce((product, tiles) => product * tiles.visited, 1);
  const full = each.reduce((product, tiles) => product * tiles.full, 1);
  const length = axes.reduce((product, axis) => product * axis.length, 1);
  const size = (box: readonly number[]) => box.reduce((product, extent) => product * extent, 1);
  const dense = Math.ceil(length / size(queries)) * Math.ceil(length / size(keys));
  return { visited, full, bound: dense / visited };
}

/**
 * The smallest strides with which no visited tile is partial, or null. The queries of a tile must share their window, so
 * that strides are multiples of the query tile, or the axis already is without partial tiles as it stands.
 */
export function blockSparseStrides(
  axes: readonly WindowAxis[],
  queries: readonly number[],
  keys: readonly number[],
): readonly number[] | null {
  const found = axes.map((axis, at) => {
    const strides = [axis.stride];
    for (let stride = queries[at]; stride <= axis.kernel; stride += queries[at]) strides.push(stride);
    return strides.find((stride) => {
      const { visited, full } = axisTiles({ ...axis, stride }, queries[at], keys[at]);
      return visited === full;
    });
  });
  return found.every((stride) => stride !== undefined) ? found : null;
}

function axisTiles(axis: WindowAxis, queries: number, keys: number): AxisTiles {
  let [visited, full] = [0, 0];
  for (let first = 0; first < axis.length; first += queries) {
    const last = Math.min(first + queries, axis.length) - 1;
    // Windows never move back, so that the ends of a tile are those of its first and its last query.
    const [low, high] = [windowStart(axis, first), windowStart(axis, last)];
    const [begin, end] = [Math.floor(low / keys), Math.floor((high + axis.kernel - 1) / keys)];
    visited += end - begin + 1;
    // Keys of every query: from the start of the last window to the end of the first one.
    const [from, to] = [high, low + axis.kernel - 1];
    for (let tile = begin; tile <= end; tile++) {
      if (tile * keys >= from && (tile + 1) * keys - 1 <= to) full++;
    }
  }
  return { visited, full };
}

/** First key of the window of a query: that of the leader of its group, moved inside. */
function windowStart({ length, kernel, stride }: WindowAxis, query: number): number {
  const leader = Math.min(Math.floor(query / stride) * stride + Math.floor(stride / 2), length - 1);
  return Math.min(Math.max(leader - Math.floor(kernel / 2), 0), Math.max(0, length - kernel));
}

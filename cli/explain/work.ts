/** Work of some heads. Pairs, tiles and runs are sums over the heads. */
export interface Work extends Visits {
  readonly live_pairs: number;
  /** False where live pairs were estimated from a sample. */
  readonly live_pairs_exact: boolean;
  /** Live pairs over all pairs. */
  readonly density: number;
  /** Share of the visited pairs that are not live. */
  readonly waste: number;
  /** Tiles of dense attention, of the size of the first pass. */
  readonly all_tiles: number;
  readonly runs: number;
  /** How much faster than dense attention a kernel can be that spends the same time on every tile. */
  readonly bound: number;
}

/** What passes visit. */
export interface Visits {
  readonly visited_pairs: number;
  readonly full_tiles: number;
  readonly partial_tiles: number;
  readonly full_runs: number;
  readonly partial_runs: number;
  /** Distances of diagonal passes. */
  readonly distances: number;
  /** Pairs that the visited tiles and diagonals hold, padding among them. */
  readonly computed_pairs: number;
  /** Time to derive the tables of these heads; heads with equal masks share one. */
  readonly schedule_ms: number;
}

export const noVisits: Visits = {
  visited_pairs: 0,
  full_tiles: 0,
  partial_tiles: 0,
  full_runs: 0,
  partial_runs: 0,
  distances: 0,
  computed_pairs: 0,
  schedule_ms: 0,
};

export function addVisits(a: Visits, b: Visits): Visits {
  const sum = (key: keyof Visits) => a[key] + b[key];
  return {
    visited_pairs: sum('visited_pairs'),
    full_tiles: sum('full_tiles'),
    partial_tiles: sum('partial_tiles'),
    full_runs: sum('full_runs'),
    partial_runs: sum('partial_runs'),
    distances: sum('distances'),
    computed_pairs: sum('computed_pairs'),
    schedule_ms: Number((a.schedule_ms + b.schedule_ms).toFixed(3)),
  };
}

/** The visits of one head, of as many heads as share them. */
export function ofHeads(visits: Visits, heads: number): Visits {
  const { schedule_ms, ...counts } = visits;
  const scaled = Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, value * heads]));
  return { ...(scaled as Omit<Visits, 'schedule_ms'>), schedule_ms };
}

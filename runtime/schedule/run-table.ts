/**
 * The run table: which keys a query tile visits, for one mask with every scalar and array known.
 *
 * Rows are tiles of `queryTile` consecutive query rows, in order. A *run* is a range of keys [begin, end) with `begin`
 * a multiple of `granularity` and `end` a multiple of it or nk. Runs of a row are disjoint and ascending within their
 * class. Every live pair lies in exactly one run of its row; a pair in a full run is live.
 *
 * `starts` has 2 * rows + 1 entries: row r owns the partial runs starts[2r] .. starts[2r+1] - 1 and the full runs
 * starts[2r+1] .. starts[2r+2] - 1. `runs` holds begin and end of each run, two words. `order` lists the rows with the
 * most keys first, so that the tail of a launch is short.
 *
 * Two masks that are equal after binding share one table.
 */
export interface RunTable {
  readonly queryTile: number;
  readonly granularity: number;
  readonly rows: number;
  readonly order: Uint32Array;
  readonly starts: Uint32Array;
  readonly runs: Uint32Array;
  readonly statistics: ScheduleStatistics;
}

export interface ScheduleStatistics {
  /** Boxes that the descent looked at. */
  readonly visits: number;
  readonly partialRuns: number;
  readonly fullRuns: number;
  /** Tiles of queryTile x granularity. */
  readonly partialTiles: number;
  readonly fullTiles: number;
  /** Pairs inside visited tiles, clipped to nq x nk. */
  readonly visitedPairs: number;
}

/** Arena words of a table: order (rows), then starts (2 * rows + 1), then runs (2 each). */
export function runTableWords(table: RunTable): number {
  return table.order.length + table.starts.length + table.runs.length;
}

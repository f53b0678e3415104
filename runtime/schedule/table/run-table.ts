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
 * Rows that are equal but for a move share the runs of the first of them and own none: row r visits the runs of row
 * sources[2r], moved by sources[2r+1] keys (which may be negative). A row that owns its runs is its own source. A video of
 * a million tokens has millions of runs, those of a few frames at other places.
 *
 * Two masks that are equal after binding share one table.
 */
export interface RunTable {
  readonly queryTile: number;
  readonly granularity: number;
  readonly rows: number;
  readonly order: Uint32Array;
  readonly sources: Int32Array;
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

/** The words of a table as kernels read it: order (rows), sources (2 * rows), starts (2 * rows + 1), runs (2 each). */
export function runTableParts({
  order,
  sources,
  starts,
  runs,
}: RunTable): readonly (Int32Array | Uint32Array)[] {
  return [order, sources, starts, runs];
}

/** The sources of a table whose rows all own their runs. */
export function ownSources(rows: number): Int32Array {
  const sources = new Int32Array(2 * rows);
  for (let row = 0; row < rows; row++) sources[2 * row] = row;
  return sources;
}

/** The same table, every row with runs of its own: for readers to which its size does not matter. */
export function expandTable(table: RunTable): RunTable {
  const { rows, sources } = table;
  const starts = new Uint32Array(2 * rows + 1);
  for (let row = 0; row < rows; row++) {
    const own = 2 * sources[2 * row];
    starts[2 * row + 1] = starts[2 * row] + table.starts[own + 1] - table.starts[own];
    starts[2 * row + 2] = starts[2 * row + 1] + table.starts[own + 2] - table.starts[own + 1];
  }
  const runs = new Uint32Array(2 * starts[2 * rows]);
  for (let row = 0; row < rows; row++) {
    const from = 2 * table.starts[2 * sources[2 * row]];
    for (let word = 2 * starts[2 * row], at = from; word < 2 * starts[2 * row + 2]; word++, at++)
      runs[word] = table.runs[at] + sources[2 * row + 1];
  }
  return { ...table, sources: ownSources(rows), starts, runs };
}

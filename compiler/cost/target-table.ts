/** A layout of a workgroup: threads along keys and rows, and the scores that each thread holds. */
export interface ThreadTile {
  readonly x: number;
  readonly y: number;
  readonly rows: number;
  readonly columns: number;
}

/** What is known about a class of adapters when tiles are chosen. */
export interface TargetTable {
  readonly class: 'software' | 'gpu';
  /** Bytes of workgroup storage that a kernel of this class may take. */
  readonly workgroupBytes: number;
  /** Invocations of a workgroup that a kernel of this class may take. */
  readonly invocations: number;
  /** Accumulators of four elements that a thread may hold before they spill or slow the shader compiler down. */
  readonly accumulators: number;
  /** Units of four elements between staged key rows that keep neighbouring rows out of one bank. */
  readonly padding: 0 | 1;
  /** Prefer a layout that holds whole rows of q over a larger one that stages q again for every key tile. */
  readonly keepsQueries: boolean;
  /** Layouts for any number of query rows, best first. */
  readonly tiled: readonly ThreadTile[];
  /** Layouts for at most eight query rows, best first. */
  readonly smallQuery: readonly ThreadTile[];
  /** Layouts for diagonals, best first: `columns` are distances of a thread, `rows` its query rows. */
  readonly diagonal: readonly ThreadTile[];
}

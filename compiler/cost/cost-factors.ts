/**
 * What work costs on a class of adapters, in units of one full tile of its tiled kernel (32 x 32 pairs at head dimension
 * 64). Measured by `npm run bench -- calibrate`, or published.
 */
export interface CostFactors {
  /** A tile whose mask is evaluated pair by pair. */
  readonly partial: number;
  /** Tiles of packed keys: their positions are read before their rows. */
  readonly gathered: number;
  /** Tiles of boxes: positions of slots are worked out. */
  readonly boxes: number;
  /** 1024 pairs of diagonals that exist: rows of v are read and used once. */
  readonly diagonal: number;
  /** 1024 slots of diagonals, distances rounded up to those of a tile: rows of k are read and used once. */
  readonly diagonalSlot: number;
  /** A query tile, whatever it visits: its queries are read, its rows are stored. */
  readonly queryTile: number;
  /** Reading or writing the state of a query tile. */
  readonly state: number;
}

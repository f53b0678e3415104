/**
 * What is known about a family of CUDA devices when kernels are planned.
 *
 * The class names the family: `cuda-sm80` runs on every device from compute capability 8.0 (mma.sync, ldmatrix, cp.async),
 * `cuda-sm90a` on 9.0 alone (wgmma, TMA).
 */
export interface CudaTarget {
  readonly class: 'cuda-sm80' | 'cuda-sm90a';
  /** Bytes of shared memory that a block of any device of the family may take. */
  readonly sharedBytes: number;
  /** Layouts, narrowest heads first; the first that is wide enough and fits is taken. */
  readonly tiles: readonly CudaTile[];
  /** Layouts for launches of no more query rows than a tile of theirs has (decoding); may be empty. */
  readonly smallQuery: readonly CudaTile[];
  /**
   * Layouts for diagonals, narrowest heads first; empty where another family serves them. The 32 / rows lanes of a warp
   * that own a row of queries share its products; no row of k or v is kept in shared memory.
   */
  readonly diagonal: readonly CudaTile[];
}

/** How a block is laid over a tile of queries x keys. */
export interface CudaTile {
  /** Serves head dimensions, of q and k as of v, up to this one. */
  readonly upTo: number;
  /** Warps that compute; each owns `rows` query rows. On sm_90a four make a warpgroup, and one more of those copies. */
  readonly warps: number;
  /** 16 or 32; on sm_90a 16; of diagonals a power of two up to 32. */
  readonly rows: number;
  /** Keys of a tile, a multiple of 16; of diagonals the distances whose rows of k and v are on their way at a time. */
  readonly keys: number;
  /** Tiles of k and v in shared memory at a time: one is computed on, the others are on their way. 0 for diagonals. */
  readonly stages: number;
  /** Blocks that a multiprocessor should hold at a time: bounds the registers of a thread. */
  readonly blocks: number;
  /** sm_90a: products with v run while the weights of the next tile are computed. */
  readonly overlap?: boolean;
  /** sm_90a: rows of out have a place of their own in shared memory, so that the next queries come while they are stored. */
  readonly apart?: boolean;
}

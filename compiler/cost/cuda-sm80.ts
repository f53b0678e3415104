import type { CudaTarget } from './cuda-target.ts';

/**
 * Compute capability 8.0 and up. The widths are chosen by what nvcc 13.0 leaves without spills: 32 rows a warp up to 64
 * elements, where K fragments are then used twice, 16 rows and twice the warps above. 101,376 bytes a block are what
 * devices of capability 8.6, 8.9 and 12.0 offer, the least of the family; 8.0, 9.0 and 10.0 offer more.
 */
export const cudaSm80: CudaTarget = {
  class: 'cuda-sm80',
  sharedBytes: 101_376,
  tiles: [
    { upTo: 64, warps: 4, rows: 32, keys: 64, stages: 2, blocks: 2 },
    { upTo: 128, warps: 8, rows: 16, keys: 64, stages: 2, blocks: 1 },
    { upTo: 192, warps: 8, rows: 16, keys: 32, stages: 2, blocks: 1 },
    { upTo: 256, warps: 4, rows: 16, keys: 32, stages: 2, blocks: 1 },
  ],
  // One warp a block: rows of k and v are read once and used for few rows, so what counts is how many are on their way.
  smallQuery: [
    { upTo: 128, warps: 1, rows: 16, keys: 64, stages: 2, blocks: 2 },
    { upTo: 256, warps: 1, rows: 16, keys: 32, stages: 2, blocks: 2 },
  ],
  // A lane keeps at most 32 elements of q and as many accumulators, and reads 16 bytes at a time.
  diagonal: [
    { upTo: 64, warps: 4, rows: 8, keys: 4, stages: 0, blocks: 4 },
    { upTo: 128, warps: 8, rows: 4, keys: 4, stages: 0, blocks: 2 },
    { upTo: 256, warps: 8, rows: 4, keys: 2, stages: 0, blocks: 1 },
  ],
};

import type { CudaTarget } from './cuda-target.ts';

/**
 * Compute capability 9.0: H100, H200. Tiles and stages as in FlashAttention-3 (hopper/tile_size.h), as far as nvcc 13.0
 * leaves no spills and does not serialise products. Shared memory counts in panels of 64 columns, so that 80 and 96
 * elements take the room of 128.
 */
export const cudaSm90a: CudaTarget = {
  class: 'cuda-sm90a',
  sharedBytes: 232_448,
  tiles: [
    { upTo: 64, warps: 8, rows: 16, keys: 128, stages: 4, blocks: 1, overlap: true, apart: true },
    { upTo: 128, warps: 8, rows: 16, keys: 128, stages: 2, blocks: 1, overlap: true, apart: true },
    { upTo: 192, warps: 8, rows: 16, keys: 128, stages: 2, blocks: 1, overlap: true },
    { upTo: 192, warps: 8, rows: 16, keys: 96, stages: 2, blocks: 1, overlap: true },
    { upTo: 256, warps: 8, rows: 16, keys: 64, stages: 2, blocks: 1, overlap: false },
  ],
  smallQuery: [],
  diagonal: [],
};

import type { TargetTable } from './target-table.ts';

/**
 * Hardware adapters at the default limits of WebGPU (16,384 bytes of workgroup storage, 256 invocations), so that a
 * device that raised nothing can run the kernel. 64 to 128 invocations; at most 16 accumulators of four elements,  which
 * leaves room in 128 registers for the scores and the operands. Diagonals take few distances at a time, as their rows share
 * no keys.
 */
export const gpu: TargetTable = {
  class: 'gpu',
  workgroupBytes: 16384,
  invocations: 256,
  accumulators: 16,
  padding: 1,
  keepsQueries: true,
  tiled: [
    { x: 8, y: 8, rows: 4, columns: 4 },
    { x: 8, y: 8, rows: 4, columns: 2 },
    { x: 16, y: 8, rows: 4, columns: 1 },
  ],
  smallQuery: [
    { x: 16, y: 4, rows: 2, columns: 2 },
    { x: 32, y: 4, rows: 2, columns: 1 },
  ],
  diagonal: [
    { x: 8, y: 16, rows: 1, columns: 1 },
    { x: 8, y: 8, rows: 1, columns: 1 },
    { x: 16, y: 4, rows: 1, columns: 1 },
  ],
};

import type { TargetTable } from './target-table.ts';

/**
 * SwiftShader, measured: small workgroups with large register tiles, because the loads around the products cost more than
 * the products. Four invocations make one SIMD vector, so x is four. At d 64, against 4 x 8 threads of 8 x 4 scores (64 x
 * 16 tiles): 4 x 4 threads of 8 x 8 take 0.9 of the time, 4 x 2 of 16 x 8 take 0.85, and 0.7 on a window of 128, where
 * smaller tiles waste less. Diagonals: rows share no keys, so that wide tiles save nothing and slots past the last distance
 * are waste: 16 x 8 against 16 x 32 takes 0.26 of the time at 2 distances, 0.56 at 11 and 0.9 at 64. SwiftShader offers 32,768 bytes of workgroup storage; launchers ask for what the adapter has.
 */
export const software: TargetTable = {
  class: 'software',
  workgroupBytes: 32768,
  invocations: 256,
  accumulators: 64,
  padding: 0,
  keepsQueries: false,
  tiled: [
    { x: 4, y: 2, rows: 16, columns: 8 },
    { x: 4, y: 4, rows: 8, columns: 8 },
    { x: 4, y: 8, rows: 4, columns: 4 },
    { x: 8, y: 8, rows: 2, columns: 2 },
  ],
  smallQuery: [
    { x: 4, y: 2, rows: 4, columns: 8 },
    { x: 8, y: 4, rows: 2, columns: 4 },
  ],
  diagonal: [
    { x: 4, y: 4, rows: 4, columns: 2 },
    { x: 4, y: 4, rows: 2, columns: 2 },
  ],
};

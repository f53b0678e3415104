import { describe, expect, test } from 'vitest';
import { chooseBlocks } from '../../../runtime/cuda/choose-blocks.ts';
import type { CudaKernel } from '../../../runtime/cuda/descriptor.ts';
import type { CudaLaunchPass } from '../../../runtime/launch/prepare-cuda-launch.ts';

const units = 132;

function blocks(
  kind: 'tiles' | 'persistent',
  queryTiles: number,
  grid: number,
  visits: readonly number[] | null,
): readonly [number, number] {
  const kernel = { grid: kind === 'tiles' ? { kind } : { kind, blocksPerUnit: 1 } } as CudaKernel;
  const tiles =
    visits === null
      ? null
      : { visits: [Uint32Array.from(visits)], tableOf: Array.from({ length: grid }, () => 0) };
  const work: CudaLaunchPass['work'] = { queryTiles, grid, tiles };
  return chooseBlocks({ kernel, work }, units);
}

describe('blocks of a launch', () => {
  test('of tiles: one for each', () => {
    expect(blocks('tiles', 40, 12, null)).toEqual([40, 12]);
  });

  test('of a persistent kernel: no more than there are items or places', () => {
    expect(blocks('persistent', 3, 12, null)).toEqual([36, 1]);
    expect(blocks('persistent', 3, 12, [9, 9, 9])).toEqual([36, 1]);
    expect(blocks('persistent', 40, 12, null)).toEqual([132, 1]);
  });

  test('even work, and work that falls from row to row, go in turns', () => {
    const rows = Array.from({ length: 64 }, (_, row) => row);
    expect(
      blocks(
        'persistent',
        64,
        12,
        rows.map(() => 9),
      ),
    ).toEqual([132, 1]);
    expect(
      blocks(
        'persistent',
        64,
        12,
        rows.map((row) => 64 - row),
      ),
    ).toEqual([132, 1]);
    // One item more than places: two rounds either way, and turns begin fewer blocks.
    expect(
      blocks(
        'persistent',
        133,
        1,
        Array.from({ length: 133 }, () => 8),
      ),
    ).toEqual([132, 1]);
  });

  test('where one tile of each head visits all keys, every item has a block', () => {
    const global = Array.from({ length: 128 }, (_, row) => (row === 0 ? 128 : 9));
    expect(blocks('persistent', 128, 12, global)).toEqual([128 * 12, 1]);
  });

  test('very many items are weighed without a simulation', () => {
    const rows = Array.from({ length: 2048 }, () => 9);
    expect(blocks('persistent', 2048, 64, rows)).toEqual([132, 1]);
    expect(blocks('persistent', 2048, 64, [100_000, ...rows.slice(1)])).toEqual([2048 * 64, 1]);
  });
});

import { describe, expect, it } from 'vitest';
import { blockSparseStrides, neighborhoodTiles } from '../../compiler/cost/neighborhood-model.ts';
import type { WindowAxis } from '../../compiler/cost/neighborhood-model.ts';

function axes(
  lengths: readonly number[],
  kernels: readonly number[],
  strides: readonly number[],
): WindowAxis[] {
  return lengths.map((length, at) => ({ name: `x${at}`, length, kernel: kernels[at], stride: strides[at] }));
}

/** The window of a query by the documented rule: the leader's, moved inside. */
function window({ length, kernel, stride }: WindowAxis, query: number): [number, number] {
  const left = Math.floor(kernel / 2);
  const right = left + (kernel % 2) - 1;
  const leader = Math.min(Math.floor(query / stride) * stride + Math.floor(stride / 2), length - 1);
  const center = Math.min(Math.max(leader, left), length - 1 - right);
  return [center - left, center + right];
}

/** Visited and full tiles of an axis, every pair looked at. */
function bruteForce(axis: WindowAxis, queries: number, keys: number) {
  let [visited, full] = [0, 0];
  for (let first = 0; first < axis.length; first += queries) {
    for (let begin = 0; begin < axis.length; begin += keys) {
      let [live, pairs] = [0, 0];
      for (let i = first; i < Math.min(first + queries, axis.length); i++) {
        const [low, high] = window(axis, i);
        for (let j = begin; j < begin + keys; j++) {
          pairs++;
          if (j >= low && j <= high) live++;
        }
      }
      if (live > 0) visited++;
      if (live === pairs) full++;
    }
  }
  return { visited, full };
}

describe('neighborhoodTiles', () => {
  it.each([
    [37, 7, 1, 4, 8],
    [64, 16, 16, 8, 8],
    [65, 20, 8, 8, 4],
    [50, 13, 5, 16, 8],
    [24, 24, 3, 8, 8],
    [31, 2, 2, 1, 3],
  ])('length %i, kernel %i, stride %i, tiles %i x %i: as every pair says', (length, kernel, stride, q, k) => {
    const axis = { name: 'x', length, kernel, stride };
    expect(neighborhoodTiles([axis], [q], [k])).toMatchObject(bruteForce(axis, q, k));
  });

  it.each([
    ['1-D 32k, window 2k, stride 1', [32768], [2048], [1], [128], 15.1],
    ['1-D 32k, window 2k, stride 256', [32768], [2048], [256], [128], 16],
    ['FLUX, stride 1', [256, 256], [80, 80], [1, 1], [16, 8], 7.5],
    ['FLUX, stride 16', [256, 256], [80, 80], [16, 16], [16, 8], 10.24],
    ['FLUX, flattened tiles', [256, 256], [80, 80], [1, 1], [1, 128], 3.2],
    ['HunyuanVideo, stride 1', [30, 48, 80], [18, 24, 24], [1, 1, 1], [2, 8, 8], 5.4],
    ['HunyuanVideo, stride (2, 8, 8)', [30, 48, 80], [18, 24, 24], [2, 8, 8], [2, 8, 8], 11.1],
  ] as const)('published: %s', (_, lengths, kernels, strides, tile, bound) => {
    const found = neighborhoodTiles(axes(lengths, kernels, strides), tile, tile);
    expect(Math.abs(found.bound - bound)).toBeLessThan(0.05);
  });
});

describe('blockSparseStrides', () => {
  it('finds the smallest strides without a partial tile', () => {
    expect(blockSparseStrides(axes([32768], [2048], [1]), [128], [128])).toEqual([256]);
    expect(blockSparseStrides(axes([256, 256], [80, 80], [1, 1]), [16, 8], [16, 8])).toEqual([16, 16]);
    expect(blockSparseStrides(axes([30, 48, 80], [18, 24, 24], [1, 1, 1]), [2, 8, 8], [2, 8, 8])).toEqual([
      2, 8, 8,
    ]);
  });

  it('is smallest: every smaller stride leaves a partial tile', () => {
    const [axis] = axes([2048], [256], [1]);
    const [found] = blockSparseStrides([axis], [32], [32])!;
    for (let stride = 1; stride < found; stride++) {
      const { visited, full } = bruteForce({ ...axis, stride }, 32, 32);
      expect(full).toBeLessThan(visited);
    }
    expect(bruteForce({ ...axis, stride: found }, 32, 32)).toMatchObject({
      full: bruteForce({ ...axis, stride: found }, 32, 32).visited,
    });
  });

  it('is null where no stride does it', () => {
    expect(blockSparseStrides(axes([256], [80], [1]), [128], [128])).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { chooseParts, partsOn } from '../../../runtime/cuda/choose-parts.ts';
import type { CudaKernel } from '../../../runtime/cuda/descriptor.ts';

/** Two blocks on each of 132 multiprocessors. */
const places = 264;
/** Of 16 queries beside 64 keys. */
const state = 0.5;

describe('parts of a tile of queries', () => {
  test('one where the tiles of a launch fill the device', () => {
    for (const longest of [1, 100, 10_000]) {
      expect(chooseParts({ items: places, places, longest, state })).toBe(1);
      expect(chooseParts({ items: 5000, places, longest, state })).toBe(1);
      // Nearly so: another round of blocks gains nothing.
      expect(chooseParts({ items: 250, places, longest, state })).toBe(1);
    }
  });

  test('one where a merge costs more than there is to share', () => {
    for (const longest of [0, 1, 2, 4]) expect(chooseParts({ items: 1, places, longest, state })).toBe(1);
    expect(chooseParts({ items: 8, places, longest: 64, state })).toBeGreaterThan(4);
  });

  test('decoding one row against 64k keys with 8 heads: the device is full', () => {
    const parts = chooseParts({ items: 8, places, longest: 65_536 / 64, state });
    expect(parts).toBe(32);
    expect(8 * parts).toBe(256); // of 264 places; with 33 parts none has fewer tiles
  });

  test('fewer where the state of a tile is large', () => {
    const of = (large: number): number => chooseParts({ items: 100, places, longest: 16, state: large });
    expect(of(0.5)).toBe(2);
    expect(of(8)).toBe(1);
  });

  test('never more than tiles of keys, nor than fill the device twice', () => {
    for (const items of [1, 3, 8, 40, 131, 200])
      for (const longest of [7, 61, 512, 4096, 100_000]) {
        const parts = chooseParts({ items, places, longest, state });
        expect(parts).toBeGreaterThanOrEqual(1);
        expect(parts).toBeLessThanOrEqual(longest);
        expect(items * (parts - 1)).toBeLessThan(2 * places);
      }
  });

  test('rows are looked at only where tiles of queries leave a part of the device idle', () => {
    const tile = { queries: 16, keys: 64 };
    const kernel = { tile, parts: { name: 'few_parts', blocksPerUnit: 2 } } as CudaKernel;
    const choose = partsOn(132);
    expect(choose(kernel, 8, () => 1024)).toBe(32);
    const fail = (): number => {
      throw new Error('asked for');
    };
    expect(choose(kernel, 264, fail)).toBe(1);
    expect(choose({ ...kernel, parts: null }, 1, fail)).toBe(1);
  });
});

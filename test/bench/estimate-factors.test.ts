import { describe, expect, it } from 'vitest';
import { calibrate, estimateFactors } from '../../bench/tiles/estimate-factors.ts';
import type { RoundTimes, ShapeCounts } from '../../bench/tiles/estimate-factors.ts';
import type { CostFactors } from '../../compiler/cost/index.ts';
import { Random } from '../fuzz/random.ts';

const counts: ShapeCounts = {
  rows: 64,
  tiles: { full: 4096, single: 64, partial: 4096, boxes: 1024, gathered: 2048, state: 64 },
  diagonalPairs: { near: 57344, far: 8192 },
  diagonalSlots: 65536,
  statePasses: 8,
};
const truth: CostFactors = {
  partial: 1.25,
  gathered: 1.2,
  boxes: 1.1,
  diagonal: 6,
  diagonalSlot: 3,
  queryTile: 0.75,
  state: 0.35,
};
const before: CostFactors = {
  partial: 2,
  gathered: 2,
  boxes: 2,
  diagonal: 9,
  diagonalSlot: 7,
  queryTile: 0.1,
  state: 0.9,
};

/** What shapes take where a full tile takes 10 us. */
function timesOf(factors: CostFactors): RoundTimes {
  const tile = 0.01;
  const row = 64 * factors.queryTile * tile;
  return {
    full: 4096 * tile + row,
    single: 64 * tile + row,
    partial: 4096 * factors.partial * tile + row,
    boxes: 1024 * factors.boxes * tile + row,
    gathered: 2048 * factors.gathered * tile + row,
    near: (56 * factors.diagonal + 64 * factors.diagonalSlot) * tile + row,
    far: (8 * factors.diagonal + 64 * factors.diagonalSlot) * tile + row,
    state: 64 * tile + 8 * row + 14 * 64 * factors.state * tile,
  };
}

function disturbed(random: Random, disturb: (time: number) => number): RoundTimes {
  const slow = 1 + random.integer(0, 100) / 100;
  const times = Object.entries(timesOf(truth)).map(([name, time]) => [name, slow * disturb(time)] as const);
  return Object.fromEntries(times) as unknown as RoundTimes;
}

const rounds = (count: number, make: () => RoundTimes) => Array.from({ length: count }, make);

describe('estimateFactors', () => {
  it('finds the factors of times without noise', () => {
    const { tile, factors } = estimateFactors([timesOf(truth)], counts);
    expect(tile.value).toBeCloseTo(0.01, 9);
    for (const [name, value] of Object.entries(truth))
      expect(factors[name as keyof CostFactors].value).toBeCloseTo(value, 9);
  });

  it('does not mind rounds that are slow as a whole, nor some that are disturbed in the middle', () => {
    const random = new Random(7);
    const noisy = rounds(15, () =>
      disturbed(random, (time) => time * (random.chance(0.03) ? 4 : 1 + random.integer(-5, 5) / 1000)),
    );
    const { factors, kept } = calibrate(estimateFactors(noisy, counts), noisy.length, before);
    expect(kept).toEqual([]);
    for (const [name, value] of Object.entries(truth)) {
      const found = factors[name as keyof CostFactors];
      expect(Math.abs(found - value), name).toBeLessThan(0.08 * value);
    }
  });
});

describe('calibrate', () => {
  it('keeps every factor that is lost in noise', () => {
    const random = new Random(3);
    const loaded = rounds(15, () => disturbed(random, (time) => time * (1 + random.integer(0, 300) / 100)));
    const { factors, kept } = calibrate(estimateFactors(loaded, counts), loaded.length, before);
    expect(kept).toEqual(Object.keys(before));
    for (const name of kept) expect(factors[name]).toBe(before[name]);
  });

  it('writes no state that is nothing within its error', () => {
    const random = new Random(5);
    const free = { ...timesOf({ ...truth, state: 0 }) };
    const noisy = rounds(15, () => ({ ...free, state: free.state * (1 + random.integer(-20, 20) / 1000) }));
    const { factors, kept } = calibrate(estimateFactors(noisy, counts), noisy.length, before);
    expect(kept).toEqual(['state']);
    expect(factors).toEqual({ ...truth, state: 0.9 });
  });

  it('writes nothing after a few rounds', () => {
    const few = rounds(6, () => timesOf(truth));
    expect(calibrate(estimateFactors(few, counts), few.length, before)).toEqual({
      factors: before,
      kept: Object.keys(before),
    });
    expect(calibrate(estimateFactors([...few, ...few], counts), 12, before).factors).toEqual(truth);
  });

  it('prices no tile below a full one', () => {
    const cheap = rounds(9, () => timesOf({ ...truth, boxes: 0.97 }));
    expect(calibrate(estimateFactors(cheap, counts), cheap.length, before).factors.boxes).toBe(1);
  });
});

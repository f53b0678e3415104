import { describe, expect, it } from 'vitest';
import { RefinementRate } from '../../../runtime/schedule/descent/refinement-rate.ts';

describe('the rate of looks inside tiles', () => {
  it('falls to a sixteenth where nothing is decided, and rises with the first success', () => {
    const rate = new RefinementRate();
    const worthwhile = (tiles: number) =>
      Array.from({ length: tiles }, () => {
        const isWorthwhile = rate.isWorthwhile();
        if (isWorthwhile) rate.note(false, 64);
        return isWorthwhile;
      }).filter((is) => is).length;
    expect(worthwhile(128)).toBe(128);
    expect(worthwhile(1600)).toBe(100);
    rate.note(true, 64);
    expect(worthwhile(128)).toBe(128);
  });
});

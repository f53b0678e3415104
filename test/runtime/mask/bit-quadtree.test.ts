import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bitQuadtree } from '../../../runtime/mask/abstract/bit-quadtree.ts';
import { ALL, MIXED, NONE } from '../../../runtime/mask/sets/int-set.ts';
import { packBits } from '../../../runtime/read-arrays.ts';

it('knows of every rectangle whether its bits are all set, all clear or neither', () => {
  const request = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 140 }),
    filled: fc.tuple(fc.nat(39), fc.nat(139), fc.nat(39), fc.nat(139)),
    flips: fc.array(fc.nat(5599), { maxLength: 2 }),
    box: fc.tuple(fc.nat(39), fc.nat(139), fc.nat(39), fc.nat(139)),
  });
  const seen = new Map([ALL, MIXED, NONE].map((verdict) => [verdict, 0]));
  fc.assert(
    fc.property(request, ({ rows, columns, filled, flips, box }) => {
      const [y0, x0, y1, x1] = filled;
      const bits = Array.from({ length: rows * columns }, (_, at) => {
        const [y, x] = [Math.floor(at / columns), at % columns];
        return (
          y >= Math.min(y0, y1) && y <= Math.max(y0, y1) && x >= Math.min(x0, x1) && x <= Math.max(x0, x1)
        );
      });
      for (const at of flips) if (at < bits.length) bits[at] = !bits[at];
      const array = packBits([rows, columns], bits, (bit) => bit);
      if (array.kind !== 'bits') throw new Error('bits are packed as bits');
      const [top, bottom] = [box[0] % rows, box[2] % rows].sort((a, b) => a - b);
      const [left, right] = [box[1] % columns, box[3] % columns].sort((a, b) => a - b);
      const inside = bits.filter((_, at) => {
        const [y, x] = [Math.floor(at / columns), at % columns];
        return y >= top && y <= bottom && x >= left && x <= right;
      });
      const expected = inside.every((bit) => bit) ? ALL : inside.some((bit) => bit) ? MIXED : NONE;
      expect(bitQuadtree(array).verdict(top, bottom, left, right)).toBe(expected);
      seen.set(expected, (seen.get(expected) ?? 0) + 1);
    }),
    { numRuns: 1500 },
  );
  expect(Math.min(...seen.values())).toBeGreaterThan(50);
});

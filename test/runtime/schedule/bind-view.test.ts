import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { MaskBuilder } from '../../../runtime/mask/index.ts';
import { bindView, tilePositions } from '../../../runtime/schedule/index.ts';
import type { View } from '../../../runtime/view.ts';
import { numberProgram, randomBoxes, region } from './random-views.ts';

const everything = new MaskBuilder();
const bound = createBinder(everything.finish(everything.bool(true)), {}, {})(0, 0);
const launch = (nq: number, nk: number, offset = 0) => ({ scalars: {}, nq, nk, offset, bound });

describe('a bound view', () => {
  it('holds every position of the launch in exactly one slot', () => {
    fc.assert(
      fc.property(
        fc
          .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 60 }))
          .chain(([from, count]) => fc.tuple(fc.constant({ from, count }), randomBoxes(from, count))),
        ([{ from, count }, { view, extents, tile }]) => {
          const own = bindView(view, extents, tile, 'queries', launch(count, 1, from));
          const seen = new Uint8Array(count);
          const slots = new Int32Array(tile);
          for (let at = 0; at < own.tiles; at++) {
            tilePositions(own, at, slots);
            for (const position of slots)
              if (position >= from && position < from + count) seen[position - from]++;
          }
          expect([...seen].every((times) => times === 1)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('numbers the slots of a dilation by residue, then by place', () => {
    const view: View = {
      kind: 'boxes',
      regions: [
        region(0, [
          [3, 1],
          [4, 3],
        ]),
      ],
    };
    const own = bindView(view, [[1, 3]], 3, 'keys', launch(1, 11));
    expect(own).toMatchObject({ tiles: 6, regions: [{ axes: [{ parts: 3 }, { parts: 2 }] }] });
    const slots = new Int32Array(3);
    tilePositions(own, 2, slots);
    expect([...slots]).toEqual([1, 4, 7]);
    tilePositions(own, 5, slots);
    expect([...slots]).toEqual([11, -1, -1]);
  });

  it('evaluates its programs over the symbols of the launch', () => {
    const builder = new MaskBuilder();
    const half = builder.finish(builder.arithmetic('div', builder.symbol('n'), builder.int(2)));
    const view: View = {
      kind: 'boxes',
      regions: [{ base: numberProgram(0), axes: [{ name: 'a', size: half, stride: numberProgram(1) }] }],
    };
    const own = bindView(view, [[4]], 4, 'keys', { ...launch(1, 9), scalars: { n: 18 } });
    expect(own.regions[0].axes[0]).toEqual({ size: 9, stride: 1, extent: 4, parts: 3 });
  });

  it.each([
    ['misses a query', [region(0, [[9, 1]])], 'position 9 stands nowhere'],
    ['misses the first query', [region(1, [[9, 1]])], 'position 0 stands nowhere'],
    ['holds a query twice', [region(0, [[6, 1]]), region(5, [[5, 1]])], 'position 5 stands twice'],
    [
      'overlaps itself',
      [
        region(0, [
          [4, 2],
          [3, 1],
        ]),
      ],
      'position 2 stands twice',
    ],
    ['has gaps', [region(0, [[10, 2]])], 'position 1 stands nowhere'],
  ])('that %s is refused', (_, regions, message) => {
    const view: View = { kind: 'boxes', regions };
    const extents = regions.map(({ axes }) => [...axes.slice(1).map(() => 1), 2]);
    expect(() => bindView(view, extents, 2, 'queries', launch(10, 10))).toThrow(message);
  });

  it('may leave keys out', () => {
    const view: View = { kind: 'boxes', regions: [region(7, [[50, 16]])] };
    expect(bindView(view, [[8]], 8, 'keys', launch(100, 100)).tiles).toBe(7);
  });

  it.each([
    [[[4, 4]], 'a box of 16 slots in tiles of 8'],
    [[[8]], '1 extents for a region of 2 axes'],
  ])('refuses extents %j', (extents, message) => {
    const view: View = {
      kind: 'boxes',
      regions: [
        region(0, [
          [3, 4],
          [4, 1],
        ]),
      ],
    };
    expect(() => bindView(view, extents, 8, 'queries', launch(12, 12))).toThrow(message);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { evaluateBound, MaskBuilder, type NodeId } from '../../../runtime/mask/index.ts';
import { listDistances, listKeys } from '../../../runtime/schedule/index.ts';
import { randomMask, testArrays } from '../mask/random-masks.ts';

const bind = (draw: (b: MaskBuilder) => NodeId, arrays = testArrays) => {
  const builder = new MaskBuilder();
  return createBinder(builder.finish(draw(builder)), { w: 4 }, arrays)(0, 1);
};
const query = (b: MaskBuilder) => b.intern({ kind: 'query' });
const key = (b: MaskBuilder) => b.intern({ kind: 'key' });
const distance = (b: MaskBuilder) => b.arithmetic('sub', query(b), key(b));
const causal = (b: MaskBuilder) => b.compare('le', b.int(0), distance(b));

describe('listKeys', () => {
  it('holds the keys of the part that does not name the query', () => {
    for (const nk of [1, 64, 127, 128, 500]) {
      const column = (b: MaskBuilder) => b.compare('le', b.int(12), b.arithmetic('mod', key(b), b.int(16)));
      const bound = bind((b) => b.and(causal(b), column(b)));
      const expected = Array.from({ length: nk }, (_, j) => j).filter((j) => j % 16 >= 12);
      expect([...listKeys(bound, nk)]).toEqual(expected);
    }
  });

  it('reads bits and lists, and holds every key where all parts name the query', () => {
    const bits = bind((b) => b.and(causal(b), b.add({ kind: 'bit', array: 'keep', indices: [key(b)] })));
    expect([...listKeys(bits, 40)]).toEqual(
      Array.from({ length: 23 }, (_, j) => j).filter((j) => j % 3 !== 1),
    );
    const member = (b: MaskBuilder) =>
      b.add({ kind: 'member', array: 'picked', row: b.int(3), value: key(b) });
    expect([
      ...listKeys(
        bind((b) => b.and(member(b), causal(b))),
        7,
      ),
    ]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...listKeys(bind(causal), 5)]).toEqual([0, 1, 2, 3, 4]);
    expect([
      ...listKeys(
        bind((b) => b.bool(false)),
        5,
      ),
    ]).toEqual([]);
  });

  it('misses no key that some query attends, of any mask', () => {
    fc.assert(
      fc.property(randomMask, fc.integer({ min: 1, max: 90 }), (mask, nk) => {
        const bound = createBinder(mask, { w: 4 }, testArrays)(0, 1);
        const listed = new Set(listKeys(bound, nk));
        for (let i = -3; i < 40; i += 2)
          for (let j = 0; j < nk; j++)
            if (evaluateBound(bound, i, j) && !listed.has(j)) throw new Error(`key ${j} is missing`);
      }),
      { numRuns: 500 },
    );
  });
});

describe('listDistances', () => {
  it('holds the distances of the launch for which the parts over distances hold', () => {
    const powers = (b: MaskBuilder) =>
      b.and(causal(b), b.add({ kind: 'is-power-of-two', operand: distance(b) }));
    expect([...listDistances(bind(powers), { nq: 9, nk: 9, offset: 0 })]).toEqual([-8, -4, -2, -1]);
    expect([...listDistances(bind(powers), { nq: 1, nk: 9, offset: 8 })]).toEqual([-8, -4, -2, -1]);
    expect([...listDistances(bind(powers), { nq: 1, nk: 9, offset: 3 })]).toEqual([-2, -1]);
    const same = (b: MaskBuilder) =>
      b.compare(
        'eq',
        b.add({ kind: 'lookup', array: 'ids', indices: [query(b)] }),
        b.add({ kind: 'lookup', array: 'ids', indices: [key(b)] }),
      );
    expect([
      ...listDistances(
        bind((b) => b.and(powers(b), same(b))),
        { nq: 5, nk: 5, offset: 0 },
      ),
    ]).toEqual([-4, -2, -1]);
    expect(
      listDistances(
        bind((b) => b.bool(false)),
        { nq: 5, nk: 5, offset: 0 },
      ),
    ).toHaveLength(0);
    expect(listDistances(bind(same), { nq: 5, nk: 5, offset: 0 })).toHaveLength(9);
  });

  it('misses no distance at which a pair is live, of any mask', () => {
    fc.assert(
      fc.property(
        randomMask,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: -9, max: 20 }),
        (mask, nq, nk, offset) => {
          const bound = createBinder(mask, { w: 4 }, testArrays)(0, 1);
          const distances = listDistances(bound, { nq, nk, offset });
          const listed = new Set(distances);
          expect([...distances]).toEqual([...distances].sort((a, b) => a - b));
          for (let i = offset; i < offset + nq; i++)
            for (let j = 0; j < nk; j++)
              if (evaluateBound(bound, i, j) && !listed.has(j - i)) throw new Error(`${j - i} is missing`);
        },
      ),
      { numRuns: 500 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absoluteOf,
  ALL,
  bitLengthsIn,
  complementSet,
  contains,
  countMembers,
  dividedBy,
  intersectSets,
  intervalSet,
  isSubset,
  MIXED,
  negated,
  NONE,
  pointSet,
  powersOfTwo,
  reducedBy,
  residueSet,
  SATURATED,
  scaledBy,
  setKey,
  setVerdict,
  shiftedBy,
  unionSets,
  type IntSet,
} from '../../../runtime/mask/sets/int-set.ts';
import { bitLength, floorDiv, floorMod } from '../../../runtime/mask/program/integer-math.ts';

/** A set beside the rule that it stands for. */
interface Pair {
  readonly set: IntSet;
  readonly holds: (x: number) => boolean;
}

const small = fc.integer({ min: -60, max: 60 });
const atom: fc.Arbitrary<Pair> = fc.oneof(
  fc
    .tuple(small, small)
    .map(([a, b]) => ({ set: intervalSet(a, b), holds: (x: number) => a <= x && x <= b })),
  small.map((a) => ({ set: intervalSet(a, Infinity), holds: (x: number) => a <= x })),
  small.map((a) => ({ set: intervalSet(-Infinity, a), holds: (x: number) => x <= a })),
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.nat(12), fc.nat(12))
    .map(([m, a, b]) => [m, Math.min(a, m), Math.min(b, m)])
    .map(([m, a, b]) => ({
      set: residueSet(m, a, b)!,
      holds: (x: number) => a <= floorMod(x, m) && floorMod(x, m) < b,
    })),
  fc.uniqueArray(small, { maxLength: 6 }).map((points) => {
    const sorted = [...points].sort((a, b) => a - b);
    return { set: pointSet(sorted), holds: (x: number) => points.includes(x) };
  }),
  fc.constant({ set: powersOfTwo, holds: (x: number) => x > 0 && Number.isInteger(Math.log2(x)) }),
);

const { pair } = fc.letrec<{ pair: Pair }>((tie) => ({
  pair: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    atom,
    fc
      .tuple(tie('pair'), tie('pair'))
      .map(([a, b]) => ({ set: unionSets(a.set, b.set)!, holds: (x: number) => a.holds(x) || b.holds(x) })),
    fc.tuple(tie('pair'), tie('pair')).map(([a, b]) => ({
      set: intersectSets(a.set, b.set)!,
      holds: (x: number) => a.holds(x) && b.holds(x),
    })),
    tie('pair').map((a) => ({ set: complementSet(a.set), holds: (x: number) => !a.holds(x) })),
  ),
}));

function expectSame(set: IntSet | null, holds: (x: number) => boolean): void {
  expect(set).not.toBeNull();
  for (let x = -150; x <= 150; x++)
    if (contains(set!, x) !== holds(x)) throw new Error(`${x} in ${setKey(set!)}`);
}

describe('sets of integers', () => {
  it('are exact under union, intersection and complement', () => {
    fc.assert(
      fc.property(pair, ({ set, holds }) => expectSame(set, holds)),
      { numRuns: 2000 },
    );
  });

  it('are exact under the maps that predicates are pulled back through', () => {
    const factor = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(pair, small, factor, ({ set, holds }, shift, by) => {
        expectSame(shiftedBy(set, shift), (x) => holds(x + shift));
        expectSame(negated(set), (x) => holds(-x));
        expectSame(scaledBy(set, by), (x) => holds(by * x));
        expectSame(dividedBy(set, by), (x) => holds(floorDiv(x, by)));
        expectSame(reducedBy(set, by), (x) => holds(floorMod(x, by)));
        expectSame(absoluteOf(set), (x) => holds(Math.abs(x)));
        expectSame(bitLengthsIn(set), (x) => holds(bitLength(x)));
      }),
      { numRuns: 1000 },
    );
  });

  it('tell exactly whether none, all or some of an interval are members', () => {
    fc.assert(
      fc.property(pair, small, fc.nat(40), ({ set, holds }, low, length) => {
        const members = Array.from({ length: length + 1 }, (_, at) => holds(low + at));
        const expected = members.every(Boolean) ? ALL : members.some(Boolean) ? MIXED : NONE;
        expect(setVerdict(set, low, low + length, 1)).toBe(expected);
        expect(countMembers(set, low, low + length)).toBe(members.filter(Boolean).length);
      }),
      { numRuns: 3000 },
    );
  });

  it('say saturated only where every stretch of that length is mixed', () => {
    let saturated = 0;
    fc.assert(
      fc.property(
        pair,
        small,
        fc.nat(60),
        fc.integer({ min: 1, max: 15 }),
        ({ set, holds }, low, length, stretch) => {
          if (setVerdict(set, low, low + length, stretch) !== SATURATED) return;
          saturated++;
          for (let from = low; from + stretch <= low + length + 1; from++) {
            const part = Array.from({ length: stretch }, (_, at) => holds(from + at));
            expect(part.some(Boolean) && !part.every(Boolean)).toBe(true);
          }
        },
      ),
      { numRuns: 6000 },
    );
    expect(saturated).toBeGreaterThan(20);
  });

  it('know their subsets', () => {
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const both = intersectSets(a.set, b.set)!;
        expect(isSubset(both, a.set)).toBe(true);
        if (!isSubset(a.set, b.set)) return;
        for (let x = -150; x <= 150; x++) expect(!a.holds(x) || b.holds(x)).toBe(true);
      }),
    );
  });

  it('give up, in place of growing without end', () => {
    const [odd, large] = [residueSet(2 ** 20 + 7, 0, 5)!, residueSet(2 ** 20, 0, 5)!];
    expect(unionSets(odd, large)).toBeNull();
    expect(scaledBy(residueSet(2 ** 20 + 7, 0, 5)!, 2)).toBeNull();
  });
});

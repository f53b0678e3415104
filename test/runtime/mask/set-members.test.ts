import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  complementSet,
  contains,
  emptySet,
  intersectSets,
  intervalSet,
  residueSet,
  unionSets,
  type IntSet,
} from '../../../runtime/mask/sets/int-set.ts';
import { firstMember, membersWithin } from '../../../runtime/mask/sets/set-members.ts';

const interval = fc
  .tuple(fc.integer({ min: -60, max: 60 }), fc.nat(40))
  .map(([a, b]) => intervalSet(a, a + b));
const residues = fc
  .integer({ min: 2, max: 9 })
  .chain((modulus) => fc.tuple(fc.constant(modulus), fc.nat(modulus - 1), fc.nat(modulus - 1)))
  .map(([modulus, a, b]) => residueSet(modulus, Math.min(a, b), Math.max(a, b) + 1) ?? emptySet);
const set: fc.Arbitrary<IntSet> = fc.oneof(
  interval,
  residues,
  residues.map(complementSet),
  fc.tuple(interval, residues).map(([a, b]) => intersectSets(a, b) ?? a),
  fc.tuple(interval, residues).map(([a, b]) => unionSets(a, b) ?? a),
);

describe('membersWithin and firstMember', () => {
  it('find what is in a set, in order', () => {
    fc.assert(
      fc.property(
        set,
        fc.integer({ min: -80, max: 80 }),
        fc.integer({ min: -3, max: 90 }),
        (own, low, length) => {
          const high = low + length;
          const expected: number[] = [];
          for (let x = low; x <= high; x++) if (contains(own, x)) expected.push(x);
          expect([...membersWithin(own, low, high)]).toEqual(expected);
          expect(firstMember(own, low, high)).toBe(expected[0] ?? null);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

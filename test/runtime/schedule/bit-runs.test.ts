import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureRuns, writeBitRuns } from '../../../runtime/schedule/table/bit-runs.ts';
import { assembleRunTable } from '../../../runtime/schedule/table/assemble-run-table.ts';
import { RectangleList } from '../../../runtime/schedule/table/rectangle-list.ts';
import { expandTable } from '../../../runtime/schedule/table/run-table.ts';

/** Runs of true elements, begin and end of each. */
function runsOf(isSet: readonly boolean[]): number[] {
  const ends: number[] = [];
  for (let at = 0; at <= isSet.length; at++)
    if ((isSet[at] ?? false) !== (isSet[at - 1] ?? false)) ends.push(at);
  return ends;
}

/** Words that hold bits from `base` on, and other bits around them. */
function pack(isSet: readonly boolean[], base: number, around: boolean): Uint32Array {
  const words = new Uint32Array(Math.ceil((base + isSet.length) / 32) + 1).fill(around ? -1 : 0);
  isSet.forEach((set, at) => {
    const bit = base + at;
    if (set) words[bit >>> 5] |= 1 << (bit & 31);
    else words[bit >>> 5] &= ~(1 << (bit & 31));
  });
  return words;
}

const bits = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), { maxLength: 8 })
  .map((stretches) => stretches.flatMap(([set, length]) => new Array<boolean>(length).fill(set)));

describe('runs of bits', () => {
  it('are counted and written as they are one by one', () => {
    fc.assert(
      fc.property(bits, fc.nat(70), fc.boolean(), (isSet, base, around) => {
        const words = pack(isSet, base, around);
        const expected = runsOf(isSet);
        const found = { runs: 0, bits: 0, begin: 0, end: 0 };
        measureRuns(words, base, base + isSet.length, found);
        expect(found.runs).toBe(expected.length / 2);
        expect(found.bits).toBe(isSet.filter((set) => set).length);
        if (expected.length > 0)
          expect([found.begin - base, found.end - base]).toEqual([
            expected[0],
            expected[expected.length - 1],
          ]);
        const target = new Uint32Array(expected.length + 2);
        const end = writeBitRuns(words, [base, base + isSet.length], [base, 3], target, 1);
        expect(Array.from(target.subarray(1, end))).toEqual(expected.map((at) => 3 * at));
      }),
      { numRuns: 2000 },
    );
  });

  it('join the runs before and behind them, in every row that has them', () => {
    const part = fc.record({ isBits: fc.boolean(), full: fc.boolean(), columns: bits, rows: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.integer({ min: 0, max: 15 }), (parts, missing) => {
        const [rows, granularity] = [4, 16];
        const list = new RectangleList();
        const expected = [false, true].map(() => Array.from({ length: rows }, (): boolean[] => []));
        let first = 0;
        for (const { isBits, full, columns, rows: top } of parts) {
          const words = pack(columns, 0, false);
          if (isBits)
            list.pushBits(
              top,
              rows,
              { words, base: -first, begin: first, end: first + columns.length },
              full,
            );
          else
            for (let at = 0, runs = runsOf(columns); at < runs.length; at += 2)
              list.push(top, rows, first + runs[at], first + runs[at + 1], full);
          for (let row = top; row < rows; row++)
            columns.forEach((set, at) => (expected[full ? 1 : 0][row][first + at] = set));
          first += columns.length;
        }
        const nk = Math.max(0, first * granularity - missing);
        const shape = { nq: 8 * rows, nk, queryTile: 8, granularity, rows, visits: 0 };
        const { starts, runs, statistics } = expandTable(assembleRunTable(list, shape));
        let tiles = 0;
        for (let segment = 0; segment < 2 * rows; segment++) {
          const own = Array.from(
            { length: first },
            (_, at) => expected[segment & 1][segment >> 1][at] ?? false,
          );
          tiles += own.filter((set) => set).length;
          expect(Array.from(runs.subarray(2 * starts[segment], 2 * starts[segment + 1]))).toEqual(
            runsOf(own).map((at) => Math.min(nk, at * granularity)),
          );
        }
        expect(statistics.fullTiles + statistics.partialTiles).toBe(tiles);
      }),
      { numRuns: 1000 },
    );
  });
});

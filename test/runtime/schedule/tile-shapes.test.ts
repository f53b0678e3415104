import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainRelation, type AxisRelation } from '../../../runtime/schedule/views/axis-relation.ts';
import { RowProduct } from '../../../runtime/schedule/views/multiply-rows.ts';
import { shapesOf } from '../../../runtime/schedule/views/tile-shapes.ts';

/** Rows of classes by column: 0 dead, 1 partial, 2 full; windows that are cut at the borders, and others. */
const relation: fc.Arbitrary<AxisRelation> = fc
  .record({
    rows: fc.integer({ min: 1, max: 7 }),
    columns: fc.integer({ min: 1, max: 7 }),
    window: fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }),
    others: fc.array(fc.array(fc.nat(2), { minLength: 7, maxLength: 7 }), { maxLength: 2 }),
  })
  .map(({ rows, columns, window, others }) => {
    const starts = new Int32Array(rows + 1);
    const runs: { begin: number; end: number; full: number }[] = [];
    for (let row = 0; row < rows; row++) {
      const classes = others[row] ?? Array.from({ length: columns }, (_, at) => window[at - row + 1] ?? 0);
      for (let begin = 0, end = 0; begin < columns; begin = end) {
        while (end < columns && classes[end] === classes[begin]) end++;
        if (classes[begin] > 0) runs.push({ begin, end, full: classes[begin] - 1 });
      }
      starts[row + 1] = runs.length;
    }
    return plainRelation(columns, starts, {
      begin: Int32Array.from(runs, ({ begin }) => begin),
      end: Int32Array.from(runs, ({ end }) => end),
      full: Uint8Array.from(runs, ({ full }) => full),
    });
  });

/** The runs of a row, neighbours of one class joined, their columns counted from `base`. */
function runsOf(relations: readonly AxisRelation[], rows: readonly number[], base: number): string {
  const lists: [number[], number[]] = [[], []];
  new RowProduct(relations).emit(Int32Array.from(rows), -base, (begin, end, full) => {
    const list = lists[full];
    if (list[list.length - 1] === begin) list[list.length - 1] = end;
    else list.push(begin, end);
  });
  return lists.map((list) => list.join()).join(' | ');
}

describe('shapesOf', () => {
  it('tells rows apart that are not moved ones of each other', () => {
    let alike = 0;
    fc.assert(
      fc.property(fc.array(relation, { minLength: 1, maxLength: 3 }), (relations) => {
        const tiles = relations.reduce((count, { rows }) => count * rows, 1);
        const digits = Array.from({ length: tiles }, (_, tile) => {
          const own: number[] = [];
          let rest = tile;
          for (const { rows } of relations) {
            own.push(rest % rows);
            rest = Math.floor(rest / rows);
          }
          return own;
        });
        const rowsOf = relations.map((_, at) => Int32Array.from(digits, (own) => own[at]));
        const { shapeOf, placeOf, count } = shapesOf(relations, rowsOf)!;
        const first = new Map<number, string>();
        digits.forEach((rows, tile) => {
          expect(shapeOf[tile]).toBeLessThan(count);
          const runs = runsOf(relations, rows, placeOf[tile]);
          const known = first.get(shapeOf[tile]);
          if (known !== undefined) alike++;
          expect(runs).toBe(known ?? runs);
          first.set(shapeOf[tile], runs);
        });
      }),
      { numRuns: 300 },
    );
    expect(alike).toBeGreaterThan(1000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbstractMask } from '../../../runtime/mask/abstract/abstract.ts';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { RowEvaluator } from '../../../runtime/mask/exact/evaluate-row.ts';
import { evaluateBound, evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import { ALL, NONE, SATURATED } from '../../../runtime/mask/sets/int-set.ts';
import { MaskBuilder } from '../../../runtime/mask/index.ts';
import type { StepList } from '../../../runtime/mask/abstract/step-list.ts';
import { randomMask, testArrays } from './random-masks.ts';

const position = fc.integer({ min: -6, max: 44 });
const extent = fc.integer({ min: 0, max: 17 });

describe('a bound mask', () => {
  it('has the meaning of the program it was bound from', () => {
    fc.assert(
      fc.property(
        randomMask,
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 9 }),
        (mask, head, w) => {
          const bound = createBinder(mask, { w }, testArrays)(0, head);
          for (let i = -4; i < 40; i += 3) {
            for (let j = 0; j < 40; j += 1 + ((i + 4) % 3)) {
              const expected = evaluateProgram(mask, {
                query: i,
                key: j,
                head,
                symbols: { w },
                arrays: testArrays,
              });
              if (evaluateBound(bound, i, j) !== (expected === 1)) {
                throw new Error(`(${i}, ${j}) should be ${expected}: ${JSON.stringify(bound.nodes)}`);
              }
            }
          }
        },
      ),
      { numRuns: 4000 },
    );
  });
});

describe('the abstract reading', () => {
  it('never calls a live pair dead or a dead pair live', () => {
    let decided = 0;
    fc.assert(
      fc.property(randomMask, position, extent, position, extent, (mask, i0, height, j0, width) => {
        const bound = createBinder(mask, { w: 3 }, testArrays)(0, 1);
        const verdict = new AbstractMask(bound, { queries: 4, keys: 4 }).read(
          i0,
          i0 + height,
          j0,
          j0 + width,
        );
        if (verdict !== NONE && verdict !== ALL) return;
        decided++;
        for (let i = i0; i <= i0 + height; i++) {
          for (let j = j0; j <= j0 + width; j++) {
            if (evaluateBound(bound, i, j) !== (verdict === ALL))
              throw new Error(`(${i}, ${j}) is not ${verdict}`);
          }
        }
      }),
      { numRuns: 6000 },
    );
    expect(decided).toBeGreaterThan(300);
  });

  it('decides single pairs', () => {
    fc.assert(
      fc.property(randomMask, position, position, (mask, i, j) => {
        const bound = createBinder(mask, { w: 5 }, testArrays)(0, 2);
        const verdict = new AbstractMask(bound, { queries: 1, keys: 1 }).read(i, i, j, j);
        expect(verdict).toBe(evaluateBound(bound, i, j) ? ALL : NONE);
      }),
      { numRuns: 3000 },
    );
  });

  it('says saturated only where no whole tile inside can be decided', () => {
    let saturated = 0;
    const side = fc.integer({ min: 1, max: 6 });
    const periodic = fc
      .tuple(
        fc.integer({ min: -1, max: 1 }),
        fc.constantFrom(-1, 1),
        fc.integer({ min: 2, max: 7 }),
        fc.nat(6),
      )
      .map(([a, b, modulus, residue]) => (builder: MaskBuilder) => {
        const times = (node: 'query' | 'key', by: number) =>
          builder.arithmetic('mul', builder.intern({ kind: node }), builder.int(by));
        const form = builder.arithmetic('add', times('query', a), times('key', b));
        const rest = builder.arithmetic('mod', form, builder.int(modulus));
        return builder.compare('le', rest, builder.int(Math.min(residue, modulus - 2)));
      });
    fc.assert(
      fc.property(periodic, periodic, fc.boolean(), side, side, (one, other, both, queries, keys) => {
        const builder = new MaskBuilder();
        const join = both
          ? builder.and(one(builder), other(builder))
          : builder.or(one(builder), other(builder));
        const bound = createBinder(builder.finish(join), {}, {})(0, 0);
        const reading = new AbstractMask(bound, { queries, keys });
        if (reading.read(0, 6 * queries - 1, 0, 6 * keys - 1) !== SATURATED) return;
        saturated++;
        for (let row = 0; row < 6; row++) {
          for (let column = 0; column < 6; column++) {
            const [i, j] = [row * queries, column * keys];
            expect([NONE, ALL]).not.toContain(reading.read(i, i + queries - 1, j, j + keys - 1));
          }
        }
      }),
      { numRuns: 2000 },
    );
    expect(saturated).toBeGreaterThan(50);
  });

  it('calls sums of table elements saturated only where every tile has live and dead pairs', () => {
    const tiles = 3;
    let saturated = 0;
    const drawn = fc
      .record({
        queries: fc.integer({ min: 4, max: 9 }),
        keys: fc.integer({ min: 4, max: 9 }),
        factor: fc.constantFrom(-2, -1, 1, 3),
        constant: fc.integer({ min: -2, max: 2 }),
        least: fc.integer({ min: -3, max: 3 }),
        width: fc.integer({ min: 0, max: 3 }),
        shift: fc.nat(4),
      })
      .chain((shape) => {
        const classes = (length: number) => fc.array(fc.nat(1), { minLength: length, maxLength: length });
        return fc.record({
          shape: fc.constant(shape),
          rows: classes(tiles * shape.queries + shape.shift),
          columns: classes(tiles * shape.keys),
        });
      });
    fc.assert(
      fc.property(drawn, ({ shape, rows, columns }) => {
        const { queries, keys, factor, constant, least, width, shift } = shape;
        const b = new MaskBuilder();
        const own = b.add({
          kind: 'lookup',
          array: 'rows',
          indices: [b.arithmetic('add', b.intern({ kind: 'query' }), b.int(shift))],
        });
        const other = b.add({ kind: 'lookup', array: 'columns', indices: [b.intern({ kind: 'key' })] });
        const sum = b.arithmetic('add', own, b.arithmetic('mul', other, b.int(factor)));
        const asked = b.arithmetic('add', sum, b.int(constant));
        const mask = b.and(
          b.compare('le', b.int(least), asked),
          b.compare('le', asked, b.int(least + width)),
        );
        const arrays = {
          rows: { kind: 'int', dims: [rows.length], data: Int32Array.from(rows) },
          columns: { kind: 'int', dims: [columns.length], data: Int32Array.from(columns) },
        } as const;
        const bound = createBinder(b.finish(mask), {}, arrays)(0, 0);
        const reading = new AbstractMask(bound, { queries, keys });
        if (reading.read(0, tiles * queries - 1, 0, tiles * keys - 1) !== SATURATED) return;
        saturated++;
        for (let tile = 0; tile < tiles * tiles; tile++) {
          const [top, left] = [Math.floor(tile / tiles) * queries, (tile % tiles) * keys];
          const answers = new Set<boolean>();
          for (let i = top; i < top + queries; i++)
            for (let j = left; j < left + keys; j++) answers.add(evaluateBound(bound, i, j));
          expect(answers.size).toBe(2);
        }
      }),
      { numRuns: 3000 },
    );
    expect(saturated).toBeGreaterThan(50);
  });

  it('keeps what was decided for a box while its parts are read', () => {
    fc.assert(
      fc.property(randomMask, position, position, (mask, i0, j0) => {
        const bound = createBinder(mask, { w: 4 }, testArrays)(0, 3);
        const whole = new AbstractMask(bound, { queries: 4, keys: 4 });
        const fresh = new AbstractMask(bound, { queries: 4, keys: 4 });
        const descend = (i: number, j: number, size: number, known: StepList): void => {
          const verdict = whole.read(i, i + size - 1, j, j + size - 1, known);
          expect(verdict).toBe(fresh.read(i, i + size - 1, j, j + size - 1));
          if (size === 1 || verdict === ALL || verdict === NONE) return;
          const open = whole.open(known);
          const half = size / 2;
          for (const [y, x] of [
            [i, j],
            [i + half, j],
            [i, j + half],
            [i + half, j + half],
          ])
            descend(y, x, half, open);
        };
        descend(i0, j0, 8, whole.everything);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('the row evaluator', () => {
  it('has the values of the exact reading', () => {
    fc.assert(
      fc.property(randomMask, fc.integer({ min: -3, max: 30 }), (mask, from) => {
        const bound = createBinder(mask, { w: 4 }, testArrays)(0, 2);
        const rows = new RowEvaluator(bound, 20);
        for (const [i, at] of [
          [0, from],
          [5, from],
          [9, from + 7],
          [23, from],
        ]) {
          const live = Array.from(rows.row(i, at), (value) => value === 1);
          expect(live).toEqual(Array.from({ length: 20 }, (_, x) => evaluateBound(bound, i, at + x)));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

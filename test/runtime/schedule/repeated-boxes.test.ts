import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbstractMask } from '../../../runtime/mask/abstract/abstract.ts';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { evaluateBound } from '../../../runtime/mask/exact/evaluate.ts';
import { MaskBuilder, type MaskProgram, type NodeId } from '../../../runtime/mask/index.ts';
import { buildRunTable, verifyRunTable } from '../../../runtime/schedule/index.ts';
import { randomMask, testArrays } from '../mask/random-masks.ts';
import { launchPattern, modelOfPattern } from './pattern-of-example.ts';

type Atom = (b: MaskBuilder, grid: Grid) => NodeId;

/** Row and column of query and key in a grid, and the positions themselves. */
interface Grid {
  readonly i: NodeId;
  readonly j: NodeId;
  readonly rows: readonly [NodeId, NodeId];
  readonly columns: readonly [NodeId, NodeId];
}

const small = fc.integer({ min: 0, max: 6 });

function distance(b: MaskBuilder, [x, y]: readonly [NodeId, NodeId]): NodeId {
  return b.add({ kind: 'abs', operand: b.arithmetic('sub', y, x) });
}

/** What patterns over pictures are made of, and what does not repeat: sinks, columns of keys, ends of a region. */
const atom: fc.Arbitrary<Atom> = fc.oneof(
  small.map(
    (by): Atom =>
      (b, { rows }) =>
        b.compare('le', distance(b, rows), b.int(by)),
  ),
  small.map(
    (by): Atom =>
      (b, { columns }) =>
        b.compare('le', distance(b, columns), b.int(by)),
  ),
  small.map(
    (by): Atom =>
      (b, { rows, columns }) =>
        b.compare('lt', b.arithmetic('add', distance(b, rows), distance(b, columns)), b.int(by)),
  ),
  fc.integer({ min: 2, max: 5 }).map(
    (by): Atom =>
      (b, { columns: [x, y] }) =>
        b.compare('eq', b.arithmetic('mod', b.arithmetic('sub', y, x), b.int(by)), b.int(0)),
  ),
  fc.integer({ min: 2, max: 9 }).map(
    (by): Atom =>
      (b, { j }) =>
        b.compare('eq', b.arithmetic('mod', j, b.int(by)), b.int(1)),
  ),
  fc.integer({ min: 0, max: 300 }).map(
    (to): Atom =>
      (b, { j }) =>
        b.compare('lt', j, b.int(to)),
  ),
  fc.integer({ min: 0, max: 300 }).map(
    (from): Atom =>
      (b, { i }) =>
        b.compare('le', b.int(from), i),
  ),
  fc.constant<Atom>((b, { i, j }) => b.compare('le', j, i)),
  // Places are numbered column by column, but those of a text behind them.
  fc
    .tuple(fc.integer({ min: 200, max: 400 }), small)
    .map(([from, by]): Atom => (b, { i, j, rows, columns }) => {
      const place = (at: 0 | 1, x: NodeId) => {
        const own = b.arithmetic('add', b.arithmetic('mul', columns[at], b.int(9)), rows[at]);
        return b.add({ kind: 'select', condition: b.compare('le', b.int(from), x), then: x, else: own });
      };
      return b.compare('le', distance(b, [place(0, i), place(1, j)]), b.int(by));
    }),
);

const gridMask: fc.Arbitrary<MaskProgram> = fc
  .tuple(
    fc.integer({ min: 2, max: 12 }),
    fc.array(fc.tuple(atom, fc.boolean()), { minLength: 1, maxLength: 4 }),
  )
  .map(([width, atoms]) => {
    const b = new MaskBuilder();
    const [i, j, by] = [b.intern({ kind: 'query' }), b.intern({ kind: 'key' }), b.int(width)];
    const on = (op: 'div' | 'mod') => [b.arithmetic(op, i, by), b.arithmetic(op, j, by)] as const;
    const grid = { i, j, rows: on('div'), columns: on('mod') };
    const [[first], ...rest] = atoms;
    return b.finish(
      rest.reduce(
        (root, [own, isAnd]) => (isAnd ? b.and(root, own(b, grid)) : b.or(root, own(b, grid))),
        first(b, grid),
      ),
    );
  });

describe('boxes that repeat', () => {
  it('give the tables of every pair, for masks over grids of any width', () => {
    const length = fc.integer({ min: 130, max: 420 });
    const tile = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(
        gridMask,
        length,
        length,
        tile,
        tile,
        fc.nat(30),
        (mask, nq, nk, queryTile, granularity, offset) => {
          const bound = createBinder(mask, {}, {})(0, 0);
          const table = buildRunTable(bound, { nq, nk, offset, queryTile, granularity });
          expect(verifyRunTable(table, bound, { nq, nk, offset }).problems).toEqual([]);
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 150) },
    );
  });

  it('are told by masks that are equal at positions moved by the period', () => {
    const position = fc.integer({ min: -40, max: 200 });
    let repeating = 0;
    fc.assert(
      fc.property(randomMask, fc.array(fc.tuple(position, position), { minLength: 40 }), (mask, pairs) => {
        const bound = createBinder(mask, { w: 4 }, testArrays)(0, 1);
        const abstract = new AbstractMask(bound, { queries: 1, keys: 1 });
        const period = abstract.commonPeriod(1000);
        if (period === null || !abstract.repeatsBy(period, abstract.everything)) return;
        repeating++;
        for (const [i, j] of pairs)
          expect(evaluateBound(bound, i + period, j + period)).toBe(evaluateBound(bound, i, j));
      }),
      { numRuns: 2000 },
    );
    expect(repeating).toBeGreaterThan(100);
  });

  it('make a picture of a million cells cost a few of its rows', () => {
    const n = 2 ** 20;
    const bound = launchPattern(modelOfPattern('axial', 'diamond(1024, 1024, 9)'), n).bind(0, 0);
    const table = buildRunTable(bound, { nq: n, nk: n, offset: 0, queryTile: 128, granularity: 128 });
    expect(table.statistics.visits).toBeLessThan(50_000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinder } from '../../../runtime/mask/bind.ts';
import {
  evaluateBound,
  feedArrays,
  launchMask,
  launchScalars,
  MaskBuilder,
  type MaskModel,
} from '../../../runtime/mask/index.ts';
import {
  buildRunTable,
  countLivePairs,
  printRunTable,
  verifyRunTable,
} from '../../../runtime/schedule/index.ts';
import { randomMask, testArrays } from '../mask/random-masks.ts';
import { bigbird, classicPatterns, documents } from './classic-patterns.ts';

function launch(model: MaskModel, nq: number, nk: number) {
  const sizes = { batch: 1, nq, nk };
  return launchMask(model, { ...sizes, arrays: feedArrays(model.inputs, {}, launchScalars(model, sizes)) });
}

const side = fc.integer({ min: 1, max: 40 });
const tile = fc.integer({ min: 1, max: 16 });

describe('run tables of random masks', () => {
  it('hold every live pair once and no dead pair in a full run', () => {
    fc.assert(
      fc.property(
        randomMask,
        side,
        side,
        tile,
        tile,
        fc.integer({ min: -12, max: 20 }),
        (mask, nq, nk, queryTile, granularity, offset) => {
          const bound = createBinder(mask, { w: 4 }, testArrays)(0, 1);
          const table = buildRunTable(bound, { nq, nk, offset, queryTile, granularity });
          expect(verifyRunTable(table, bound, { nq, nk, offset }).problems).toEqual([]);
        },
      ),
      { numRuns: 2500 },
    );
  });

  it('count their live pairs', () => {
    fc.assert(
      fc.property(
        randomMask,
        side,
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: -12, max: 20 }),
        (mask, nq, nk, offset) => {
          const bound = createBinder(mask, { w: 4 }, testArrays)(0, 1);
          let pairs = 0;
          for (let row = 0; row < nq; row++)
            for (let j = 0; j < nk; j++) if (evaluateBound(bound, row + offset, j)) pairs++;
          expect(countLivePairs(bound, { nq, nk, offset })).toEqual({ pairs, exact: true });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('run tables of listed blocks', () => {
  it('hold every live pair once, for any sizes of blocks, tiles and lists', () => {
    const by = fc.integer({ min: 1, max: 9 });
    const lists = fc.array(fc.uniqueArray(fc.nat(30), { maxLength: 5 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        lists,
        by,
        by,
        side,
        fc.integer({ min: 1, max: 150 }),
        tile,
        tile,
        fc.integer({ min: -9, max: 30 }),
        (rows, rowBy, valueBy, nq, nk, queryTile, granularity, offset) => {
          const starts = Int32Array.from([0, ...rows.map((_, at) => rows.slice(0, at + 1).flat().length)]);
          const values = Int32Array.from(rows.flatMap((row) => [...row].sort((a, b) => a - b)));
          const builder = new MaskBuilder();
          const row = builder.arithmetic('div', builder.intern({ kind: 'query' }), builder.int(rowBy));
          const value = builder.arithmetic('div', builder.intern({ kind: 'key' }), builder.int(valueBy));
          const member = builder.add({ kind: 'member', array: 'picked', row, value });
          const sink = builder.compare('lt', value, builder.int(2));
          const arrays = { picked: { kind: 'list', dims: [rows.length], starts, values } } as const;
          const bound = createBinder(builder.finish(builder.or(member, sink)), {}, arrays)(0, 0);
          const table = buildRunTable(bound, { nq, nk, offset, queryTile, granularity });
          expect(verifyRunTable(table, bound, { nq, nk, offset })).toMatchObject({
            problems: [],
            deadTiles: 0,
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a run table', () => {
  const causal = launch(classicPatterns[1].model, 10, 14);

  it('prints its rows, full runs marked', () => {
    const table = buildRunTable(causal.bind(0, 0), {
      nq: 10,
      nk: 14,
      offset: causal.offset,
      queryTile: 4,
      granularity: 4,
    });
    expect(printRunTable(table).split('\n').slice(1)).toEqual([
      '0: 4..8 =0..4',
      '1: 8..12 =0..8',
      '2: 12..14 =0..12',
    ]);
    expect([...table.order]).toEqual([2, 1, 0]);
  });

  it('is found wrong when a run is missing, or full in place of partial', () => {
    const shape = { nq: 10, nk: 14, offset: causal.offset };
    const table = buildRunTable(causal.bind(0, 0), { ...shape, queryTile: 4, granularity: 4 });
    const shorter = { ...table, runs: table.runs.map((word) => (word === 14 ? 13 : word)) };
    expect(verifyRunTable(shorter, causal.bind(0, 0), shape).problems).toContain(
      'row 2: run 12..13 is off the grid',
    );
    const allFull = {
      ...table,
      starts: table.starts.map((start, at) => (at % 2 === 1 ? table.starts[at - 1] : start)),
    };
    expect(verifyRunTable(allFull, causal.bind(0, 0), shape).problems).toContain(
      'row 0: the full tile 1 has dead pairs',
    );
    const missing = { ...table, starts: table.starts.map((start, at) => (at > 4 ? table.starts[4] : start)) };
    expect(verifyRunTable(missing, causal.bind(0, 0), shape).problems.join()).toContain(
      'live pairs of tile 0 are not visited',
    );
  });
});

describe.each(classicPatterns)('$name', ({ model, attends }) => {
  it.each([
    [1, 1],
    [64, 64],
    [509, 509],
    [1, 700],
    [130, 383],
    [300, 128],
  ])('means its formula for nq %i, nk %i', (nq, nk) => {
    const { offset, bind } = launch(model, nq, nk);
    const bound = bind(0, 0);
    for (let row = 0; row < nq; row += 1 + (nq >> 6)) {
      for (let j = 0; j < nk; j++) {
        if (evaluateBound(bound, row + offset, j) !== attends(row + offset, j, nk))
          throw new Error(`(${row + offset}, ${j})`);
      }
    }
  });

  it.each([
    [2048, 2048, 128, 128],
    [2047, 2047, 64, 128],
    [2049, 2049, 128, 64],
    [257, 1601, 64, 128],
  ])(
    'visits no dead tile and masks no full one: nq %i, nk %i, tiles %i x %i',
    (nq, nk, queryTile, granularity) => {
      const { offset, bind } = launch(model, nq, nk);
      const table = buildRunTable(bind(0, 0), { nq, nk, offset, queryTile, granularity });
      expect(verifyRunTable(table, bind(0, 0), { nq, nk, offset })).toEqual({
        problems: [],
        deadTiles: 0,
        fullTiles: 0,
      });
    },
  );

  it('counts its live pairs', () => {
    const [nq, nk] = [333, 900];
    const { offset, bind } = launch(model, nq, nk);
    let pairs = 0;
    for (let row = 0; row < nq; row++) for (let j = 0; j < nk; j++) if (attends(row + offset, j, nk)) pairs++;
    expect(countLivePairs(bind(0, 0), { nq, nk, offset })).toEqual({ pairs, exact: true });
  });
});

describe.each([
  ['bigbird', bigbird],
  ['documents', documents],
] as const)('%s', (_, model) => {
  it.each([
    [2048, 128, 128],
    [2111, 64, 64],
  ])('visits no dead tile and masks no full one: n %i, tiles %i x %i', (n, queryTile, granularity) => {
    const { offset, bind } = launch(model, n, n);
    const table = buildRunTable(bind(0, 0), { nq: n, nk: n, offset, queryTile, granularity });
    expect(verifyRunTable(table, bind(0, 0), { nq: n, nk: n, offset })).toEqual({
      problems: [],
      deadTiles: 0,
      fullTiles: 0,
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostArray } from '../../../runtime/arrays.ts';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
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
  countFalseTiles,
  countLivePairs,
  printRunTable,
  verifyRunTable,
} from '../../../runtime/schedule/index.ts';
import { packBits } from '../../../runtime/read-arrays.ts';
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

describe('run tables and counts of bits of blocks', () => {
  it('are exact, for any sizes of blocks, tiles and matrices', () => {
    const by = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        fc.record({
          rows: fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 70, maxLength: 70 }), {
            minLength: 1,
            maxLength: 30,
          }),
          columns: fc.integer({ min: 1, max: 70 }),
          density: fc.constantFrom(0, 1, 2),
          rowBy: by,
          valueBy: by,
          nq: side,
          nk: fc.integer({ min: 1, max: 150 }),
          queryTile: tile,
          granularity: tile,
          offset: fc.integer({ min: -9, max: 30 }),
        }),
        ({ rows, columns, density, rowBy, valueBy, nq, nk, queryTile, granularity, offset }) => {
          const builder = new MaskBuilder();
          const indices = [
            builder.arithmetic('div', builder.intern({ kind: 'query' }), builder.int(rowBy)),
            builder.arithmetic('div', builder.intern({ kind: 'key' }), builder.int(valueBy)),
          ];
          const bit = builder.add({ kind: 'bit', array: 'kept', indices });
          const sink = builder.compare('lt', builder.intern({ kind: 'key' }), builder.int(3));
          const values = rows.flatMap((row) => row.slice(0, columns));
          const kept = packBits([rows.length, columns], values, (value) => value > density);
          const bound = createBinder(builder.finish(builder.or(bit, sink)), {}, { kept })(0, 0);
          const table = buildRunTable(bound, { nq, nk, offset, queryTile, granularity });
          expect(verifyRunTable(table, bound, { nq, nk, offset })).toEqual({
            problems: [],
            deadTiles: 0,
            fullTiles: 0,
          });
          let pairs = 0;
          for (let i = offset; i < offset + nq; i++)
            for (let j = 0; j < nk; j++) if (evaluateBound(bound, i, j)) pairs++;
          expect(countLivePairs(bound, { nq, nk, offset })).toEqual({ pairs, exact: true });
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('run tables of one list of keys for every query', () => {
  /** causal and (kept or the last eight keys). */
  function keptKeys(values: readonly number[]) {
    const builder = new MaskBuilder();
    const [query, key] = [builder.intern({ kind: 'query' }), builder.intern({ kind: 'key' })];
    const kept = builder.add({ kind: 'member', array: 'kept', row: builder.int(0), value: key });
    const distance = builder.arithmetic('sub', query, key);
    const recent = builder.compare('lt', distance, builder.int(8));
    const causal = builder.compare('le', builder.int(0), distance);
    const list = {
      kind: 'list',
      dims: [1],
      starts: Int32Array.of(0, values.length),
      values: Int32Array.from(values),
    };
    const mask = builder.finish(builder.and(causal, builder.or(kept, recent)));
    return createBinder(mask, {}, { kept: list as HostArray })(0, 0);
  }
  const listed = (n: number, isListed: (key: number) => boolean) =>
    keptKeys(Array.from({ length: n }, (_, key) => key).filter(isListed));

  it.each([
    ['every third', (key: number) => key % 3 === 0],
    ['a gap of tiles', (key: number) => key < 200 || key > 1200],
    ['runs as long as a tile', (key: number) => key % 300 < 150],
    ['none', () => false],
    ['only the last', (key: number) => key === 1999],
  ])('are exact: %s', (_, isListed) => {
    for (const n of [2000, 2048]) {
      const bound = listed(n, isListed);
      const shape = { nq: n, nk: n, offset: 0 };
      const table = buildRunTable(bound, { ...shape, queryTile: 128, granularity: 64 });
      expect(verifyRunTable(table, bound, shape)).toEqual({ problems: [], deadTiles: 0, fullTiles: 0 });
      expect(countFalseTiles(table, bound, shape)).toBe(0);
      let pairs = 0;
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) if (i - j < 8 || isListed(j)) pairs++;
      expect(countLivePairs(bound, shape)).toEqual({ pairs, exact: true });
    }
  });

  it('take time that grows with the length, not with the number of pairs', () => {
    for (const isListed of [
      (key: number) => key % 3 === 0,
      (key: number) => key % 3 === 0 && key % 4096 > 500,
    ]) {
      const n = 2 ** 17;
      const table = buildRunTable(listed(n, isListed), { nq: n, nk: n, offset: 0, queryTile: 128 });
      expect(table.statistics.partialTiles).toBeGreaterThan(400_000);
      expect(table.statistics.visits).toBeLessThan(80_000);
    }
  });
});

describe('countFalseTiles', () => {
  it('finds tiles that are dead and tiles that are full', () => {
    const { offset, bind } = launch(classicPatterns[1].model, 512, 512);
    const shape = { nq: 512, nk: 512, offset };
    const table = buildRunTable(bind(0, 0), { ...shape, queryTile: 128 });
    expect(countFalseTiles(table, bind(0, 0), shape)).toBe(0);
    const oneRun = Uint32Array.of(0, 512);
    const everything = { ...table, rows: 4, starts: Uint32Array.of(0, 1, 1, 2, 2, 3, 3, 4, 4) };
    const runs = Uint32Array.from([...oneRun, ...oneRun, ...oneRun, ...oneRun]);
    // Causal tiles of a square of 4 x 4: six dead, four mixed, six full.
    expect(countFalseTiles({ ...everything, runs }, bind(0, 0), shape)).toBe(12);
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

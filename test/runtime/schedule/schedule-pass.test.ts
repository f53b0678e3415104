import { describe, expect, it } from 'vitest';
import { launchMask, MaskBuilder, type MaskModel } from '../../../runtime/mask/index.ts';
import { bindView, buildRunTable, buildViewTable, schedulePass } from '../../../runtime/schedule/index.ts';
import type { View } from '../../../runtime/view.ts';
import { region } from './random-views.ts';

/** Heads 0 and 1 look back 8 keys, heads 2 and 3 look back 16: every other key of them. */
const builder = new MaskBuilder();
const distance = builder.arithmetic(
  'sub',
  builder.intern({ kind: 'query' }),
  builder.intern({ kind: 'key' }),
);
const head = builder.arithmetic('div', builder.intern({ kind: 'head' }), builder.int(2));
const reach = builder.arithmetic('shl', builder.int(8), head);
const even = builder.compare('eq', builder.arithmetic('mod', distance, builder.int(2)), builder.int(0));
const back = builder.between(builder.int(0), distance, reach);
const mask = builder.finish(builder.and(back, even));
const offset = new MaskBuilder();
const model: MaskModel = {
  heads: 4,
  inputs: [],
  launch: [],
  derived: [],
  mask,
  offset: offset.finish(offset.int(0)),
};

const kernel = { tile: { queries: 16, keys: 8 }, extents: { queries: [], keys: [] } };
const plain = {
  mask,
  queries: { kind: 'positions' },
  keys: { kind: 'positions' },
  strategy: 'dense',
} as const;
const launch = () => launchMask(model, { batch: 2, nq: 100, nk: 100, arrays: {} });

describe('schedulePass', () => {
  it('gives grid indices of equal masks the same table', () => {
    const launched = launch();
    const table = schedulePass(plain, kernel, launched, 0, 0);
    expect(schedulePass(plain, kernel, launched, 1, 1)).toBe(table);
    expect(schedulePass(plain, kernel, launched, 0, 2)).not.toBe(table);
    expect(schedulePass(plain, kernel, launch(), 0, 0)).not.toBe(table);
    expect(schedulePass(plain, kernel, launch(), 0, 0)).toEqual(table);
  });

  it('derives a table of positions where both views are plain', () => {
    const launched = launch();
    const sizes = { nq: 100, nk: 100, offset: 0 };
    expect(schedulePass(plain, kernel, launched, 0, 3)).toEqual({
      kind: 'runs',
      rows: null,
      positions: null,
      table: buildRunTable(launched.bind(0, 3), { ...sizes, queryTile: 16, granularity: 8 }),
    });
  });

  it('derives a table in the views of the pass, in the boxes of the kernel', () => {
    const launched = launch();
    const residues: View = {
      kind: 'boxes',
      regions: [
        region(0, [
          [2, 1],
          [50, 2],
        ]),
      ],
    };
    const boxes = { ...kernel, extents: { queries: [[1, 16]], keys: [[1, 8]] } };
    const bound = launched.bind(0, 0);
    const request = { nq: 100, nk: 100, offset: 0, scalars: launched.scalars, bound };
    const queries = bindView(residues, [[1, 16]], 16, 'queries', request);
    const keys = bindView(residues, [[1, 8]], 8, 'keys', request);
    const pass = { ...plain, queries: residues, keys: residues };
    expect(schedulePass(pass, boxes, launched, 0, 0)).toEqual({
      kind: 'runs',
      rows: null,
      positions: null,
      table: buildViewTable(bound, { ...request, queries, keys }),
    });
  });

  it('hands on the positions of a list', () => {
    const own = new MaskBuilder();
    const column = own.arithmetic('mod', own.intern({ kind: 'key' }), own.int(10));
    const listed = own.finish(own.compare('eq', column, own.int(3)));
    const pass = { ...plain, mask: listed, keys: { kind: 'list' }, strategy: 'gathered' } as const;
    const table = schedulePass(pass, kernel, launch(), 0, 0);
    expect(table).toMatchObject({ positions: Int32Array.of(3, 13, 23, 33, 43, 53, 63, 73, 83, 93) });
    // Ten keys in tiles of eight: the second tile holds six slots without a key, and is partial.
    expect(table).toMatchObject({ table: { statistics: { fullTiles: 7, partialTiles: 7 } } });
  });

  it('hands on the rows in parts, of every head its own, and shares tables where the parts are equal', () => {
    const own = new MaskBuilder();
    const residue = own.arithmetic('mod', own.intern({ kind: 'query' }), own.int(10));
    const head = own.arithmetic('min', own.intern({ kind: 'head' }), own.int(1));
    const first = own.finish(own.compare('lt', residue, head));
    const pass = { ...plain, queries: { kind: 'parted', first } } as const;
    const launched = launch();
    const [none, tenth] = [0, 1].map((head) => schedulePass(pass, kernel, launched, 0, head));
    expect(schedulePass(pass, kernel, launched, 1, 1)).toBe(tenth);
    const all = Array.from({ length: 100 }, (_, row) => row);
    expect(none).toMatchObject({ rows: Int32Array.from(all), positions: null });
    const [firsts, others] = [all.filter((row) => row % 10 === 0), all.filter((row) => row % 10 > 0)];
    expect(tenth).toMatchObject({ rows: Int32Array.from([...firsts, ...others]) });
    // The first tile of 16 has the rows 0, 10 .. 90 and 1 .. 6: each tile of keys up to 90 is seen by one of them.
    expect(tenth).toMatchObject({ table: { rows: 7, runs: { 0: 0, 1: 96 } } });
  });

  it('lists distances for diagonals', () => {
    const pass = { ...plain, strategy: 'diagonal' } as const;
    expect(schedulePass(pass, kernel, launch(), 0, 0)).toEqual({
      kind: 'diagonals',
      distances: Int32Array.of(-6, -4, -2, 0),
    });
  });
});

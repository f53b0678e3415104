import { describe, expect, test } from 'vitest';
import type { HostArrays } from '../../../runtime/arrays.ts';
import { chooseGranularity } from '../../../runtime/schedule/table/choose-granularity.ts';
import { chooseKernel } from '../../../runtime/launch/choose-kernel.ts';
import { packArena, packFloats } from '../../../runtime/launch/pack-arena.ts';
import { packUniforms } from '../../../runtime/launch/pack-uniforms.ts';
import { layOutTensors } from '../../../runtime/launch/tensor-layout.ts';
import { ownSources } from '../../../runtime/schedule/table/run-table.ts';
import type { PassTable } from '../../../runtime/schedule/schedule-pass.ts';
import type { BoundView } from '../../../runtime/view.ts';
import { windowFixture } from '../webgpu/window-fixture.ts';

const statistics = { visits: 0, partialRuns: 0, fullRuns: 0, partialTiles: 0, fullTiles: 0, visitedPairs: 0 };

function table(order: number[], starts: number[], runs: number[]): PassTable {
  const words = {
    order: Uint32Array.from(order),
    sources: ownSources(order.length),
    starts: Uint32Array.from(starts),
    runs: Uint32Array.from(runs),
  };
  const shape = { queryTile: 8, granularity: 16, rows: order.length };
  return { kind: 'runs', table: { ...shape, statistics, ...words }, rows: null, positions: null };
}

describe('packArena', () => {
  const arrays: HostArrays = {
    ids: { kind: 'int', dims: [3], data: Int32Array.of(7, -1, 9) },
    bits: { kind: 'bits', dims: [2, 33], words: Uint32Array.of(0xffffffff, 1, 2, 0) },
    kept: { kind: 'list', dims: [2], starts: Int32Array.of(0, 1, 3), values: Int32Array.of(4, 0, 5) },
  };

  test('sections in order, tables behind them, shared where grid indices share', () => {
    const first = table([0], [0, 1, 1], [0, 16]);
    const second = table([1, 0], [0, 0, 1, 1, 1], [16, 20]);
    const sections = [
      { kind: 'tables', name: 'tables', pass: 0 },
      { kind: 'array', name: 'ids', array: 'ids' },
      { kind: 'array', name: 'bits', array: 'bits' },
      { kind: 'array', name: 'kept', array: 'kept' },
    ] as const;
    const packed = packArena(sections, arrays, [{ tables: [first, second], tableOf: [1, 0, 1, 1] }]);
    expect(Object.fromEntries(packed.offsets)).toEqual({ tables: 0, ids: 4, bits: 7, kept: 11 });
    expect([...packed.words]).toEqual([
      ...[25, 17, 25, 25],
      ...[7, -1, 9],
      ...[-1, 1, 2, 0],
      ...[0, 1, 3, 4, 0, 5],
      ...[0, 0, 0, 0, 1, 1, 0, 16],
      ...[1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 16, 20],
    ]);
  });

  test('tables of several passes: each section points at its own', () => {
    const runs = table([0], [0, 1, 1], [0, 2]);
    const listed: PassTable = { ...runs, positions: Int32Array.of(3, 9) } as PassTable;
    const diagonals: PassTable = { kind: 'diagonals', distances: Int32Array.of(-4, 0, 4) };
    const packed = packArena(
      [
        { kind: 'tables', name: 'first', pass: 0 },
        { kind: 'tables', name: 'second', pass: 2 },
      ],
      arrays,
      [{ tables: [listed], tableOf: [0, 0] }, null, { tables: [diagonals], tableOf: [0, 0] }],
    );
    expect([...packed.words]).toEqual([
      ...[4, 4],
      ...[15, 15],
      // Order, sources, starts, runs, then the length of the list and its positions.
      ...[0, 0, 0, 0, 1, 1, 0, 2, 2, 3, 9],
      // The number of distances, then the distances.
      ...[3, -4, 0, 4],
    ]);
  });

  test('a section whose pass has no tables is a wrong plan', () => {
    const section = { kind: 'tables', name: 'first', pass: 0 } as const;
    expect(() => packArena([section], arrays, [null])).toThrow('"first" needs tables of pass 0');
  });

  test('no tables for a kernel that computes its ranges', () => {
    const packed = packArena([{ kind: 'array', name: 'ids', array: 'ids' }], arrays, [null]);
    expect([...packed.words]).toEqual([7, -1, 9]);
    expect(packed.offsets.get('ids')).toBe(0);
  });

  test('floats in the order of the descriptor, rounded to f32', () => {
    const reals: HostArrays = {
      slopes: { kind: 'real', dims: [2], data: Float64Array.of(0.1, 2) },
      bias: { kind: 'real', dims: [1], data: Float64Array.of(-1) },
    };
    const packed = packFloats(['bias', 'slopes'], reals);
    expect([...packed.values]).toEqual([-1, Math.fround(0.1), 2]);
    expect(Object.fromEntries(packed.offsets)).toEqual({ bias: 0, slopes: 1 });
  });
});

describe('packUniforms', () => {
  const layouts = layOutTensors(windowFixture(), { batch: 1, nq: 3, nk: 5 });
  const values = {
    symbols: { nq: 3, offset: -2, big: 2 ** 31 },
    scale: 0.1,
    layouts,
    sections: new Map([['ids', 12]]),
    arrays: { ids: { kind: 'int', dims: [4, 6], data: new Int32Array(24) } } as HostArrays,
    queryTiles: 9,
    views: [],
  };

  test('every source, little-endian, padded to 16 bytes', () => {
    const block = packUniforms(
      [
        { name: 'nq', type: 'u32', source: { kind: 'symbol', name: 'nq' } },
        { name: 'offset', type: 'i32', source: { kind: 'symbol', name: 'offset' } },
        { name: 'scale', type: 'f32', source: { kind: 'scale' } },
        { name: 'stride', type: 'u32', source: { kind: 'stride', tensor: 'k', axis: 'row' } },
        { name: 'at', type: 'u32', source: { kind: 'section', section: 'ids' } },
        { name: 'dim', type: 'i32', source: { kind: 'dim', array: 'ids', dim: 1 } },
        { name: 'tiles', type: 'u32', source: { kind: 'query-tiles' } },
      ],
      values,
    );
    const view = new DataView(block);
    expect(block.byteLength).toBe(32);
    expect([0, 4].map((at) => view.getInt32(at, true))).toEqual([3, -2]);
    expect(view.getFloat32(8, true)).toBe(Math.fround(0.1));
    expect([12, 16, 20, 24].map((at) => view.getUint32(at, true))).toEqual([8, 12, 6, 9]);
  });

  test('numbers of bound views, by pass, side, region and axis', () => {
    const axis = { size: 10, stride: 4, extent: 8, parts: 2 };
    const region = { base: -3, axes: [{ ...axis, size: 4, stride: 1, extent: 1, parts: 4 }, axis] };
    const queries: BoundView = {
      ...{ kind: 'boxes', tile: 8, positions: null, tiles: 9 },
      regions: [
        { base: 0, axes: [axis], firstTile: 0, tiles: 1 },
        { ...region, firstTile: 1, tiles: 8 },
      ],
    };
    const view = (pass: number, axis: number | null, value: 'size' | 'stride' | 'parts' | 'base' | 'tiles') =>
      ({
        name: value,
        type: 'i32',
        source: { kind: 'view', pass, side: 'queries', region: 1, axis, value },
      }) as const;
    const fields = [view(1, null, 'base'), view(1, null, 'tiles'), view(1, 0, 'parts'), view(1, 1, 'stride')];
    const views = [
      { queries: { ...queries, regions: [] }, keys: null },
      { queries, keys: null },
    ];
    const block = new DataView(packUniforms(fields, { ...values, views }));
    expect([0, 4, 8, 12].map((at) => block.getInt32(at, true))).toEqual([-3, 8, 4, 4]);
    expect(() => packUniforms([view(0, 0, 'size')], { ...values, views })).toThrow(
      'needs "size of queries of pass 0, region 1, axis 0", which has no value',
    );
    expect(() => packUniforms([view(1, 0, 'base')], { ...values, views })).toThrow(
      'needs the base of an axis',
    );
  });

  test('a value that its type cannot hold is refused', () => {
    const field = (name: string, type: 'u32' | 'i32') => [
      { name, type, source: { kind: 'symbol', name } } as const,
    ];
    expect(() => packUniforms(field('offset', 'u32'), values)).toThrow(
      'the uniform "offset" is -2, which is no u32',
    );
    expect(() => packUniforms(field('big', 'i32'), values)).toThrow('is 2147483648, which is no i32');
    expect(() => packUniforms(field('absent', 'i32'), values)).toThrow('needs "absent", which has no value');
  });
});

describe('layOutTensors', () => {
  const descriptor = windowFixture({ heads: 4, kvHeads: 2, dim: 8, dimV: 12 });
  const sizes = { batch: 2, nq: 5, nk: 7 };

  test('contiguous strides and extents', () => {
    const bhnd = layOutTensors(descriptor, sizes);
    expect(bhnd.k.strides).toEqual({ batch: 2 * 7 * 8, head: 7 * 8, row: 8 });
    expect(bhnd.v.extent).toBe(2 * 2 * 7 * 12);
    const bnhd = layOutTensors(descriptor, sizes, { layout: 'bnhd' });
    expect(bnhd.out.strides).toEqual({ batch: 5 * 4 * 12, head: 12, row: 4 * 12 });
    expect(bnhd.out.extent).toBe(2 * 4 * 5 * 12);
    expect(bnhd.lse.strides).toEqual({ batch: 20, head: 5, row: 1 });
  });

  test('an extent that 32-bit indices cannot reach', () => {
    expect(() => layOutTensors(descriptor, { batch: 2 ** 12, nq: 2 ** 24, nk: 1 })).toThrow(
      /kernels index 2147483647/,
    );
  });
});

describe('choices', () => {
  const limits = {
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
  };
  const device = { features: new Set<string>(), limits };
  const tile = (queries: number, keys: number) => ({ queries, keys });
  const descriptor = windowFixture({
    kernels: [
      { name: 'big', target: 'gpu', tile: tile(64, 32), workgroupBytes: 20000 },
      { name: 'small', target: 'gpu', tile: tile(32, 16), workgroupBytes: 9000 },
      { name: 'soft', target: 'software', tile: tile(64, 16), workgroupBytes: 16000 },
      { name: 'few', target: 'gpu', purpose: 'small-query', tile: tile(8, 64), workgroupBytes: 100 },
    ],
  });

  test.each([
    [1, 'gpu', 16384, 'few'],
    [8, 'gpu', 16384, 'few'],
    [9, 'gpu', 16384, 'small'],
    [9, 'gpu', 32768, 'big'],
    [9, 'software', 32768, 'soft'],
    [9, 'software', 12000, 'small'],
  ] as const)('%i rows on %s with %i bytes take %s', (nq, target, bytes, name) => {
    const offers = { ...device, limits: { ...limits, maxComputeWorkgroupStorageSize: bytes } };
    expect(chooseKernel(descriptor.passes[0], nq, offers, target).name).toBe(name);
  });

  test('the refusal is about the kernel that needs least', () => {
    const offers = { ...device, limits: { ...limits, maxComputeWorkgroupStorageSize: 1000 } };
    expect(() => chooseKernel(descriptor.passes[0], 9, offers, 'gpu')).toThrow(
      'small needs maxComputeWorkgroupStorageSize 9000, this device allows 1000',
    );
  });

  test.each([
    [100, 16, 16],
    [8192, 16, 16],
    [16384, 16, 32],
    [1_000_000, 16, 128],
    [1_000_000, 24, 192],
    [10, 256, 256],
  ])('%i keys in tiles of %i have borders every %i', (nk, keyTile, granularity) => {
    expect(chooseGranularity(nk, keyTile)).toBe(granularity);
  });
});

import { describe, expect, it } from 'vitest';
import { gpu, software } from '../../compiler/cost/index.ts';
import { tileKeys, tileQueries, workgroupBytes } from '../../compiler/ir/kernel.ts';
import type { PlannedPass } from '../../compiler/ir/kernel.ts';
import { printKernelPlan } from '../../compiler/ir/print-kernel.ts';
import { verifyKernelPlan } from '../../compiler/ir/verify-kernel.ts';
import { chooseTile, MAX_TILE_KEYS } from '../../compiler/passes/choose-tiles.ts';
import {
  MAX_HEAD_DIM,
  planKernels,
  refuseHeadDim,
  SMALL_QUERY_ROWS,
} from '../../compiler/passes/plan-kernels.ts';
import { causal, graphOf, plainPlan, program } from '../codegen/wgsl/graphs.ts';
import { everyKind } from '../codegen/wgsl/scheduled.ts';

const DEFAULT_WORKGROUP_BYTES = 16384;
const dims = Array.from({ length: MAX_HEAD_DIM / 4 }, (_, at) => 4 * (at + 1));

describe('planKernels', () => {
  it.each(['f32', 'f16'] as const)('finds well-formed kernels for every head dimension in %s', (dtype) => {
    for (const dim of dims) {
      for (const dimV of [4, dim, MAX_HEAD_DIM]) {
        const plan = plainPlan(graphOf(causal, { dim, dimV, dtype }));
        expect(verifyKernelPlan(plan)).toEqual([]);
        for (const purpose of ['tiled', 'small-query'] as const) {
          const kernels = plan.passes[0].kernels.filter((kernel) => kernel.purpose === purpose);
          expect(kernels.some((kernel) => kernel.workgroupBytes <= DEFAULT_WORKGROUP_BYTES)).toBe(true);
          for (const { shape } of kernels) {
            expect(tileKeys(shape)).toBeLessThanOrEqual(MAX_TILE_KEYS);
            if (purpose === 'small-query') expect(tileQueries(shape)).toBe(SMALL_QUERY_ROWS);
          }
        }
      }
    }
  });

  it('refuses head dimensions that kernels cannot read', () => {
    expect(refuseHeadDim('dim', 64)).toBeNull();
    expect(refuseHeadDim('dim', 66)).toBe('dim must be a multiple of 4 for WGSL, and is 66');
    expect(refuseHeadDim('dim_v', 512)).toBe('dim_v must be at most 256 for WGSL, and is 512');
  });

  it('binds what the kernels read, and nothing else', () => {
    const roles = (graph: Parameters<typeof plainPlan>[0]): string[] =>
      plainPlan(graph).bindings.map(({ role }) => role);
    expect(roles(graphOf(causal, { outputs: ['out'] }))).toEqual(['params', 'q', 'k', 'v', 'out']);
    const strided = program((b, _i, j) => b.compare('eq', b.arithmetic('mod', j, b.symbol('w')), b.int(0)));
    expect(roles(graphOf(strided, { score: { sink: 'sinks' } }))).toEqual([
      'params',
      'q',
      'k',
      'v',
      'out',
      'lse',
      'arena',
      'floats',
    ]);
  });

  it('gives every scalar and section one field', () => {
    const ids = (b: Parameters<Parameters<typeof program>[0]>[0], at: number) =>
      b.intern({ kind: 'lookup', array: 'ids', indices: [b.intern({ kind: 'batch' }), at] });
    const same = program((b, i, j) =>
      b.and(b.compare('eq', ids(b, i), ids(b, j)), b.compare('lt', j, b.symbol('w'))),
    );
    const plan = plainPlan(graphOf(same));
    expect(plan.arena.map(({ name }) => name)).toEqual(['$tables', 'ids']);
    const names = plan.uniforms.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['$w', 'ids_at', 'ids_dim0', 'ids_dim1', '$tables_at']));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('chooseTile', () => {
  it('takes the first layout, whole rows of q and k, all rows of v, where there is room', () => {
    const shape = chooseTile({ dim: 64, dimV: 64, dtype: 'f32' }, software, software.tiled);
    expect(shape).toMatchObject({
      threads: { x: 4, y: 2 },
      registers: { rows: 16, columns: 8 },
      chunk: 16,
      valueRows: 32,
    });
  });

  it('keeps q where the target prefers it, and stages parts where nothing else fits', () => {
    expect(chooseTile({ dim: 64, dimV: 64, dtype: 'f32' }, gpu, gpu.tiled)?.chunk).toBe(16);
    const shape = chooseTile({ dim: 256, dimV: 256, dtype: 'f32' }, gpu, gpu.tiled);
    expect(shape?.chunk).toBeLessThan(64);
    expect(shape && workgroupBytes(shape, 256, 'f32')).toBeLessThanOrEqual(gpu.workgroupBytes);
  });

  it('says so where nothing fits', () => {
    const tight = { ...gpu, workgroupBytes: 512 };
    expect(chooseTile({ dim: 64, dimV: 64, dtype: 'f32' }, tight, tight.tiled)).toBeNull();
    expect(() => plainPlan(graphOf(causal), [tight])).toThrow(/No tiled layout of target "gpu" fits/);
  });
});

describe('verifyKernelPlan', () => {
  const sparse = program((b, i, j) =>
    b.compare('eq', b.arithmetic('mod', b.arithmetic('sub', i, j), b.int(7)), b.int(0)),
  );
  const plan = planKernels(everyKind(graphOf(sparse), sparse));
  const broken = (at: number, change: Partial<PlannedPass>): string[] =>
    verifyKernelPlan({
      ...plan,
      passes: plan.passes.map((pass, index) => (index === at ? { ...pass, ...change } : pass)),
    });

  it('accepts passes of every kind', () => {
    expect(verifyKernelPlan(plan)).toEqual([]);
    expect(plan.passes.map(({ schedule }) => schedule.kind)).toEqual([
      'table',
      'table',
      'table',
      'diagonals',
      'diagonals',
    ]);
  });

  it('holds views, schedules and strategies together', () => {
    const [grid] = plan.passes;
    const low = program((b) => b.int(0));
    expect(broken(0, { schedule: { kind: 'ranges', low, high: low }, variant: null })).toEqual([
      'pass grid computes ranges over views',
    ]);
    expect(broken(0, { queries: { kind: 'list' } })).toEqual(['pass grid views its queries as a list']);
    const parted = { kind: 'parted', first: program((b) => b.bool(true)) } as const;
    expect(broken(0, { queries: parted })).toEqual(['pass grid parts its queries over dense keys by boxes']);
    expect(broken(1, { keys: parted })).toContain('pass rows parts its keys');
    expect(broken(0, { strategy: 'gathered' })).toEqual(['pass grid is gathered over keys by boxes']);
    expect(broken(3, { strategy: 'dense' })).toContain('pass far is dense by diagonals');
    const bounds = { kind: 'open' } as const;
    expect(broken(0, { variant: { nodes: [], open: null, queryFacts: [], keyFacts: [], bounds } })).toContain(
      'pass grid bounds keys that are no neighbours',
    );
    const extents = { ...grid.kernels[0].extents, keys: [[3, 5]] };
    expect(broken(0, { kernels: [{ ...grid.kernels[0], extents }] }).join()).toMatch(
      /pass grid has boxes of keys that are no tile of \d+/,
    );
  });

  it('holds the states of passes together', () => {
    const state = (reads: boolean, writes: boolean) => ({ state: { reads, writes } });
    expect(broken(0, state(true, true))).toEqual(['pass grid takes up a state that no pass has left']);
    expect(broken(1, state(false, true))).toEqual(['pass rows ignores the state of the pass before']);
    expect(broken(4, state(true, true))).toEqual(['pass near leaves a state to nobody']);
  });

  it('is printed with what a pass looks up and how its mask is specialised', () => {
    const text = printKernelPlan(plan);
    expect(text).toContain('pass list: gathered, queries by boxes, keys by list');
    expect(text).toContain('takes up the state');
    expect(text).toMatch(/boxes of queries \(1, \d+, 2\)/);
    const ids = program((b, i, j) => {
      const block = (at: number) => b.arithmetic('div', at, b.int(5));
      return b.and(b.compare('le', j, i), b.compare('ne', block(i), b.arithmetic('mod', j, b.int(3))));
    });
    const lines = printKernelPlan(plainPlan(graphOf(ids))).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '    fact of a query: i div 5',
        '    fact of a key: j mod 3',
        '    bounds: ([ .. i + 1) and open)',
        '    asks: i div 5 != j mod 3',
      ]),
    );
  });
});

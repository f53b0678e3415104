import { describe, expect, it } from 'vitest';
import { gpu, software } from '../../compiler/cost/index.ts';
import { tileKeys, tileQueries, workgroupBytes } from '../../compiler/ir/kernel.ts';
import { verifyKernelPlan } from '../../compiler/ir/verify-kernel.ts';
import { chooseTile, MAX_TILE_KEYS } from '../../compiler/passes/choose-tiles.ts';
import {
  MAX_HEAD_DIM,
  planKernels,
  refuseHeadDim,
  SMALL_QUERY_ROWS,
} from '../../compiler/passes/plan-kernels.ts';
import { causal, graphOf, program } from '../codegen/wgsl/graphs.ts';

const DEFAULT_WORKGROUP_BYTES = 16384;
const dims = Array.from({ length: MAX_HEAD_DIM / 4 }, (_, at) => 4 * (at + 1));

describe('planKernels', () => {
  it.each(['f32', 'f16'] as const)('finds well-formed kernels for every head dimension in %s', (dtype) => {
    for (const dim of dims) {
      for (const dimV of [4, dim, MAX_HEAD_DIM]) {
        const plan = planKernels(graphOf(causal, { dim, dimV, dtype }));
        expect(verifyKernelPlan(plan)).toEqual([]);
        for (const purpose of ['tiled', 'small-query'] as const) {
          const kernels = plan.kernels.filter((kernel) => kernel.purpose === purpose);
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
    const roles = (graph: Parameters<typeof planKernels>[0]): string[] =>
      planKernels(graph).bindings.map(({ role }) => role);
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
    const plan = planKernels(graphOf(same));
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
    expect(() => planKernels(graphOf(causal), [tight])).toThrow(/No tiled layout of target "gpu" fits/);
  });
});

import { describe, expect, it } from 'vitest';
import type { Predicate } from '../../examples/predicates.ts';
import type { EmulatedCase } from './check-emulated.ts';
import { expectRight } from './expect-right.ts';
import { cudaModule, groupTargetOf, specify } from './modules.ts';
import { missing, skipped } from './toolchain.ts';

const keepsCausal: Predicate = ({ i, j }) => j <= i;
const keepsStrided: Predicate = ({ i, j }) => j <= i && (i - j) % 3 === 0;
const strided = 'causal & stride(3)';

describe.skipIf(missing['g++'] !== null)(`kernels of warpgroups in the emulator${skipped('g++')}`, () => {
  const sizes = [1, 31, 33, 64, 67, 130].map((n) => ({ nq: n, nk: n }));
  const oblong = [
    { nq: 1, nk: 65 },
    { nq: 33, nk: 100 },
    { nq: 64, nk: 1 },
    { nq: 70, nk: 200 },
  ];

  it('row bounds at every size around a tile', async () => {
    const graph = specify('window(back: 40) & causal', 'heads 1 dim 64');
    const keeps: Predicate = ({ i, j }) => j <= i && i - j <= 40;
    await expectRight(cudaModule(graph, groupTargetOf({ warps: 8 })), keeps, [...sizes, ...oblong]);
  });

  it.each([
    ['two products at a time', {}],
    ['two warpgroups that take turns', { warps: 8, stages: 3 }],
    ['three warpgroups, product by product', { warps: 12, overlap: false }],
  ])('run tables: %s', async (_name, tile) => {
    const descriptor = cudaModule(specify(strided, 'heads 1 dim 64'), groupTargetOf(tile));
    await expectRight(descriptor, keepsStrided, [...sizes, ...oblong]);
    await expectRight(descriptor, keepsStrided, oblong, { reversed: true });
  });

  it.each([
    [128, 128, 'bf16'],
    [192, 128, 'f16'],
    [64, 128, 'f16'],
    [256, 256, 'bf16'],
    [16, 16, 'f16'],
    [32, 32, 'bf16'],
    [48, 112, 'f16'],
    [80, 80, 'bf16'],
    [96, 32, 'f16'],
    [112, 208, 'bf16'],
  ] as const)('head dimensions %i and %i in %s', async (dim, dimV, dtype) => {
    const graph = specify('causal | keys(0..<70)', `heads 2 dim ${dim} dim_v ${dimV}`, dtype);
    const keeps: Predicate = ({ i, j }) => j <= i || j < 70;
    const descriptor = cudaModule(graph, groupTargetOf({ warps: 8, apart: dim > 64 }));
    await expectRight(descriptor, keeps, [{ nq: 130, nk: 130, layout: 'bnhd' }], { blocks: 3 });
  });

  const many = 'heads 6 kv_heads 3 dim 16';
  it.each([
    ['row bounds', 'window(back: 50) & causal', {}],
    ['run tables', 'window(back: 50) & causal & ! keys(7..<9)', { apart: true }],
    ['three warpgroups', 'window(back: 50) & causal', { warps: 12, overlap: false, apart: true }],
  ])('few blocks, many tiles, heads in sections: %s', async (_name, mask, tile) => {
    const descriptor = cudaModule(specify(mask, many), groupTargetOf(tile));
    const keeps: Predicate = ({ i, j }) =>
      j <= i && i - j <= 50 && (!mask.includes('keys') || j < 7 || j >= 9);
    for (const cached of ['32 << 20', '20000', '1']) {
      const code = descriptor.cuda.code.replace('CACHED = 32 << 20', `CACHED = ${cached}`);
      expect(code).toContain(`CACHED = ${cached};`);
      for (const blocks of cached === '1' ? [1, 2, 5, 1000] : [4]) {
        await expectRight(descriptor, keeps, [{ nq: 193, nk: 193, batch: 2 }], { blocks, code });
      }
    }
  });

  it('blocks whose tiles have no keys, between others that have', async () => {
    const graph = specify('causal & stride(3) & ! queries(64..<256)', 'heads 3 dim 32');
    const keeps: Predicate = ({ i, j }) => j <= i && (i - j) % 3 === 0 && (i < 64 || i >= 256);
    const descriptor = cudaModule(graph, groupTargetOf({ apart: true }));
    for (const blocks of [1, 2, 4]) {
      await expectRight(descriptor, keeps, [{ nq: 330, nk: 330 }], { blocks, reversed: blocks === 2 });
    }
  });

  it.each([
    ['causal', keepsCausal],
    [strided, keepsStrided],
  ])('tiles and rows without keys: %s', async (mask, keeps) => {
    const descriptor = cudaModule(specify(mask, 'heads 1 dim 64 queries at 0 - 100'), groupTargetOf());
    await expectRight(descriptor, keeps, [{ nq: 200, nk: 200 }]);
  });

  it('either order of the axes, grouped heads, a batch', async () => {
    const descriptor = cudaModule(specify('causal', 'heads 4 kv_heads 2 dim 64'), groupTargetOf());
    await expectRight(descriptor, keepsCausal, [
      { nq: 33, nk: 80, batch: 2, layout: 'bnhd' },
      { nq: 33, nk: 80, batch: 2, layout: 'bhnd' },
    ]);
  });

  it('every step of the score, in masked and in full tiles', async () => {
    const graph = specify(
      'full & ! keys(3..<5)',
      `input b: float[heads, n] = random(seed: 3, density: 1.0)
       input s: float[heads] = random(seed: 4, density: 1.0)
       input r: float[2 * 50 + 1] = random(seed: 5, density: 1.0)
       input d: float[n] = 0.75
       heads 2 dim 64 softcap 2.5 alibi rows scale(1 + i / 50) bias key(b) sink logit(s)
       bias relative(r) denominator scale(d)`,
    );
    const keeps: Predicate = ({ j }) => j < 3 || j >= 5;
    await expectRight(cudaModule(graph, groupTargetOf({ warps: 8 })), keeps, [{ nq: 70, nk: 150 }]);
  });

  it('never lets NaN in keys that nobody sees reach a result', async () => {
    const graph = specify('causal & ! keys(10..<20)', 'heads 1 dim 64');
    const keeps: Predicate = ({ i, j }) => j <= i && (j < 10 || j >= 20);
    const spoil: EmulatedCase['spoil'] = ({ k, v }, layouts) => {
      for (let j = 10; j < 20; j++) {
        k.fill(NaN, j * layouts.k.strides.row, j * layouts.k.strides.row + 64);
        v.fill(Infinity, j * layouts.v.strides.row, j * layouts.v.strides.row + 64);
      }
    };
    await expectRight(cudaModule(graph, groupTargetOf()), keeps, [{ nq: 50, nk: 100, spoil }]);
  });
});

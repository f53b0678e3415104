import { describe, expect, it } from 'vitest';
import type { Predicate } from '../../examples/predicates.ts';
import type { EmulatedCase } from './check-emulated.ts';
import { expectRight } from './expect-right.ts';
import { cudaModule, specify, targetOf } from './modules.ts';
import { missing, skipped } from './toolchain.ts';

const keepsCausal: Predicate = ({ i, j }) => j <= i;
const keepsStrided: Predicate = ({ i, j }) => j <= i && (i - j) % 3 === 0;
const strided = 'causal & stride(3)';

describe.skipIf(missing['g++'] !== null)(`kernels in the emulator${skipped('g++')}`, () => {
  const sizes = [1, 15, 16, 31, 32, 33, 64, 67, 97].map((n) => ({ nq: n, nk: n }));
  const oblong = [
    { nq: 1, nk: 65 },
    { nq: 33, nk: 100 },
    { nq: 64, nk: 1 },
  ];

  it('row bounds at every size around a tile', async () => {
    const descriptor = cudaModule(specify('window(back: 40) & causal', 'heads 2 dim 32'));
    expect(descriptor.passes[0].kernels[0].schedule.kind).toBe('ranges');
    await expectRight(descriptor, ({ i, j }) => j <= i && i - j <= 40, [...sizes, ...oblong]);
  });

  it('run tables at every size around a tile', async () => {
    const descriptor = cudaModule(specify(strided, 'heads 2 dim 32'));
    expect(descriptor.passes[0].kernels[0].schedule.kind).toBe('table');
    await expectRight(descriptor, keepsStrided, [...sizes, ...oblong]);
  });

  it('rows without keys: out 0 and lse -infinity', async () => {
    const descriptor = cudaModule(specify('causal', 'heads 1 dim 16 queries at 0 - 50'));
    await expectRight(descriptor, keepsCausal, [{ nq: 90, nk: 90 }]);
  });

  it.each([
    [64, 64, 'bf16'],
    [80, 80, 'f16'],
    [96, 96, 'f16'],
    [128, 128, 'bf16'],
    [192, 192, 'f16'],
    [256, 256, 'f16'],
    [192, 128, 'bf16'],
    [32, 96, 'f16'],
  ] as const)('head dimensions %i and %i in %s', async (dim, dimV, dtype) => {
    const graph = specify(strided, `heads 1 dim ${dim} dim_v ${dimV}`, dtype);
    await expectRight(cudaModule(graph), keepsStrided, [{ nq: 67, nk: 67 }]);
  });

  it('warps of 32 rows, three stages, warps in reverse order', async () => {
    const descriptor = cudaModule(
      specify(strided, 'heads 1 dim 64'),
      targetOf({ rows: 32, stages: 3, keys: 16 }),
    );
    await expectRight(descriptor, keepsStrided, [{ nq: 97, nk: 97 }]);
    await expectRight(descriptor, keepsStrided, [{ nq: 97, nk: 97 }], { reversed: true });
  });

  it('either order of the axes, grouped heads, a batch', async () => {
    const descriptor = cudaModule(specify('causal', 'heads 4 kv_heads 2 dim 32'));
    await expectRight(descriptor, keepsCausal, [
      { nq: 33, nk: 40, batch: 2, layout: 'bnhd' },
      { nq: 33, nk: 40, batch: 2, layout: 'bhnd' },
    ]);
  });

  it('every step of the score', async () => {
    const graph = specify(
      strided,
      `input b: float[heads, n] = random(seed: 3, density: 1.0)
       input s: float[heads] = random(seed: 4, density: 1.0)
       input r: float[heads, 200] = random(seed: 5, density: 1.0)
       input w: float[n, n] = random(seed: 6, density: 1.0)
       input d: float[n] = 0.75
       heads 4 kv_heads 2 dim 32 softcap 2.5 alibi rows scale(1 + i / 50) bias key(b) sink logit(s)
       bias pair(r[head, (i - j) div 2 mod 200], w) denominator scale(d)`,
    );
    await expectRight(cudaModule(graph), keepsStrided, [
      { nq: 50, nk: 50 },
      { nq: 33, nk: 70 },
    ]);
  });

  it('a scale that is given at launch', async () => {
    const graph = specify(
      'causal',
      'launch temperature: real in 0.01..10\n heads 1 dim 32 scale temperature',
    );
    await expectRight(cudaModule(graph), keepsCausal, [{ nq: 40, nk: 40, launch: { temperature: 0.3 } }]);
  });

  it('never lets NaN in keys that nobody sees reach a result', async () => {
    const graph = specify('causal & ! keys(10..<20)', 'heads 1 dim 32');
    const keeps: Predicate = ({ i, j }) => j <= i && (j < 10 || j >= 20);
    const spoil: EmulatedCase['spoil'] = ({ k, v }, layouts) => {
      for (let j = 10; j < 20; j++) {
        for (let d = 0; d < 32; d++) {
          k[j * layouts.k.strides.row + d] = NaN;
          v[j * layouts.v.strides.row + d] = d % 2 === 0 ? NaN : Infinity;
        }
      }
    };
    await expectRight(cudaModule(graph), keeps, [{ nq: 50, nk: 50, spoil }]);
  });
});

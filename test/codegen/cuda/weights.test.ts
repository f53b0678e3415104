import { describe, expect, it } from 'vitest';
import type { WeightFunction } from '../../../runtime/score.ts';
import type { Predicate } from '../../examples/predicates.ts';
import { expectRight, spoilUnseen } from './expect-right.ts';
import { cudaModule, groupTargetOf, smallTarget, specifyOut } from './modules.ts';
import { scheduledModule } from './scheduled.ts';
import { missing, skipped } from './toolchain.ts';

const names: readonly WeightFunction[] = ['relu', 'relu2', 'laplace', 'sigmoid', 'none'];
const strided = 'causal & stride(3) & ! keys(8..<24)';
const keepsStrided: Predicate = ({ i, j }) => j <= i && (i - j) % 3 === 0 && (j < 8 || j >= 24);
const spoiled = (n: number, parts?: number) => ({
  nq: n,
  nk: n,
  parts,
  spoil: spoilUnseen(keepsStrided, n, n),
});

describe.skipIf(missing['g++'] !== null)(`weights without a softmax in the emulator${skipped('g++')}`, () => {
  it.each(names)('%s: run tables, dead pairs, parts', async (weights) => {
    const dtype = weights === 'relu2' ? 'bf16' : 'f16';
    const descriptor = cudaModule(specifyOut(strided, `heads 2 dim 32 normalize ${weights}`, dtype));
    await expectRight(descriptor, keepsStrided, [
      ...[1, 31, 33, 67].map((n) => spoiled(n)),
      { nq: 5, nk: 131, parts: 3, batch: 2 },
    ]);
  });

  it.each(names)('%s on capability 9.0', async (weights) => {
    const dtype = weights === 'none' ? 'f16' : 'bf16';
    const graph = specifyOut(strided, `heads 2 dim 32 normalize ${weights}`, dtype);
    await expectRight(cudaModule(graph, groupTargetOf()), keepsStrided, [spoiled(33), spoiled(97)]);
  });

  it('warpgroups in turns, full tiles', async () => {
    const graph = specifyOut('causal', 'heads 1 dim 64 normalize relu', 'bf16');
    const descriptor = cudaModule(graph, groupTargetOf({ warps: 8, keys: 64, apart: true }));
    await expectRight(descriptor, ({ i, j }) => j <= i, [{ nq: 200, nk: 260 }]);
  });

  it('row bounds, rows without keys', async () => {
    const graph = specifyOut('window(back: 40) & causal', 'heads 1 dim 16 normalize none queries at 0 - 20');
    await expectRight(cudaModule(graph), ({ i, j }) => j <= i && i - j <= 40, [
      { nq: 90, nk: 90 },
      { nq: 5, nk: 90, parts: 2 },
    ]);
  });

  it('accumulators alone are handed from pass to pass, and added where a pass is cut', async () => {
    const graph = specifyOut('causal', 'heads 2 kv_heads 1 dim 32 normalize sigmoid', 'bf16');
    const maskOf = (mask: string) => specifyOut(mask, 'heads 2 dim 32').nodes[0].mask;
    const descriptor = scheduledModule(
      graph,
      [
        { name: 'near', mask: maskOf('causal & i - j < 20'), writes: true },
        {
          name: 'some',
          mask: maskOf('i - j == 21 | i - j == 40'),
          reads: true,
          writes: true,
          strategy: 'diagonal',
        },
        { name: 'far', mask: maskOf('causal & i - j >= 45 & j mod 2 == 0'), reads: true },
      ],
      [smallTarget],
    );
    expect(descriptor.cuda.code).toContain('int STATE = DIM_V;');
    const keeps: Predicate = ({ i, j }) =>
      j <= i && (i - j < 20 || i - j === 21 || i - j === 40 || (i - j >= 45 && j % 2 === 0));
    await expectRight(descriptor, keeps, [
      { nq: 70, nk: 70 },
      { nq: 3, nk: 131, parts: 3 },
    ]);
  });

  it('every step of the score comes before', async () => {
    const graph = specifyOut(
      strided,
      `input b: float[heads, n] = random(seed: 3, density: 1.0)
       heads 4 kv_heads 2 dim 32 softcap 2.5 alibi rows scale(1 + i / 50) bias key(b) normalize laplace
       score if i - j > 30 then s / 2 else s + 0.25`,
    );
    await expectRight(cudaModule(graph), keepsStrided, [{ nq: 50, nk: 50 }]);
  });
});

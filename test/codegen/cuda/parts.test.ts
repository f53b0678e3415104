import { describe, expect, it } from 'vitest';
import { cudaTargets } from '../../../compiler/cost/index.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import type { Branches, Predicate } from '../../examples/predicates.ts';
import { boxes } from '../wgsl/scheduled.ts';
import type { PassSketch } from '../wgsl/scheduled.ts';
import { expectRight, spoilUnseen } from './expect-right.ts';
import { cudaModule, forcedModule, groupTargetOf, smallTarget, specify, specifyFields } from './modules.ts';
import { scheduledModule } from './scheduled.ts';
import { missing, skipped } from './toolchain.ts';

const maskOf = (graph: Graph): PassSketch['mask'] => graph.nodes[0].mask;

/** Few queries, primes of keys; in tiles of 32 keys, so that 40 parts are more than there are tiles. */
const decoding = [
  [1, 331, 2],
  [2, 331, 3],
  [5, 97, 7],
  [1, 31, 4],
  [5, 331, 40],
  [67, 131, 3],
].map(([nq, nk, parts]) => ({ nq, nk, parts }));

describe.skipIf(missing['g++'] !== null)(`parts in the emulator${skipped('g++')}`, () => {
  it.each([
    ['row bounds', 'window(back: 200) & causal', ({ i, j }) => j <= i && i - j <= 200],
    ['run tables', 'causal & stride(3)', ({ i, j }) => j <= i && (i - j) % 3 === 0],
  ] as const satisfies readonly (readonly [string, string, Predicate])[])(
    '%s, NaN in keys that nobody sees',
    async (_name, mask, keeps) => {
      const descriptor = cudaModule(specify(mask, 'heads 2 dim 32'));
      const cases = decoding.map((size) => ({ ...size, spoil: spoilUnseen(keeps, size.nq, size.nk) }));
      await expectRight(descriptor, keeps, cases);
      await expectRight(descriptor, keeps, decoding.slice(0, 2), { reversed: true });
    },
  );

  it('rows without keys, and parts that a row sees nothing of', async () => {
    const empty = cudaModule(specify('causal', 'heads 1 dim 16 queries at 0 - 50'));
    await expectRight(empty, ({ i, j }) => j <= i, [
      { nq: 70, nk: 90, parts: 3 },
      { nq: 5, nk: 90, parts: 2 },
    ]);
    // Rows of a tile see ends of the keys, each another one.
    const graph = specify('j < 32 & i mod 2 == 0 | j >= n - 32 & i mod 3 == 0', 'heads 1 dim 16');
    const keeps: Predicate = ({ i, j, n }) => (j < 32 && i % 2 === 0) || (j >= n - 32 && i % 3 === 0);
    await expectRight(
      cudaModule(graph),
      keeps,
      [2, 5, 9].map((parts) => ({ nq: 7, nk: 257, parts })),
    );
  });

  it('every step of the score, of which a sink and a denominator count once; grouped heads and a batch', async () => {
    const graph = specify(
      'causal & stride(3)',
      `input b: float[heads, n] = random(seed: 3, density: 1.0)
       input s: float[heads] = random(seed: 4, density: 1.0)
       input r: float[heads, 200] = random(seed: 5, density: 1.0)
       input d: float[n] = 0.75
       heads 4 kv_heads 2 dim 32 softcap 2.5 alibi rows scale(1 + i / 50) bias key(b) sink logit(s)
       bias pair(r[head, (i - j) div 2 mod 200]) denominator scale(d)`,
    );
    const keeps: Predicate = ({ i, j }) => j <= i && (i - j) % 3 === 0;
    await expectRight(cudaModule(graph), keeps, [
      { nq: 5, nk: 131, parts: 4, batch: 2, layout: 'bnhd' },
      { nq: 1, nk: 97, parts: 3, batch: 3 },
      { nq: 2, nk: 97, parts: 1 },
    ]);
  });

  it.each([
    [64, 64, 'attend_few_sm80_'],
    [96, 96, 'attend_sm80_'],
    [128, 128, 'attend_few_sm80_'],
    [192, 192, 'attend_few_sm80_'],
    [128, 256, 'attend_few_sm80_'],
    [32, 144, 'attend_sm80_'],
  ])('tiles that come with the compiler: dim %i and %i, %s', async (dim, dimV, start) => {
    const descriptor = cudaModule(
      specify('causal & ! keys(40..<43)', `heads 1 dim ${dim} dim_v ${dimV}`),
      cudaTargets,
    );
    const kernel = descriptor.passes[0].kernels.find(({ name }) => name.startsWith(start))!;
    const keeps: Predicate = ({ i, j }) => j <= i && (j < 40 || j >= 43);
    await expectRight(descriptor, keeps, [{ nq: 13, nk: 523, parts: 3, kernels: [kernel] }]);
  });

  const strided = 'causal & (window(back: 60) | stride(7) | columns(every: 5, at: 2..<3))';
  const isStrided: Predicate = ({ i, j }) => j <= i && (i - j <= 60 || (i - j) % 7 === 0 || j % 5 === 2);
  const chain = (near: string, far: string, fields: string): readonly PassSketch[] => [
    { name: 'near', mask: maskOf(specify(near, fields)), writes: true },
    {
      name: 'listed',
      mask: maskOf(specify(`causal & columns(every: 5, at: 2..<3) & ! (${near})`, fields)),
      keys: { kind: 'list' },
      strategy: 'gathered',
      reads: true,
      writes: true,
    },
    {
      name: 'far',
      mask: maskOf(specify(far, fields)),
      keys: boxes({
        base: 0,
        axes: [
          ['mod 7', 7, 1],
          ['a', 'rows', 7],
        ],
      }),
      extents: { keys: [[1, 32]] },
      reads: true,
    },
  ];

  it('passes of one softmax: the first part goes on from where the pass before has left', async () => {
    const fields = 'launch rows: int in 1..100\n heads 2 dim 32';
    const near = 'causal & window(back: 60)';
    const far = `causal & stride(7) & ! (${near}) & ! columns(every: 5, at: 2..<3)`;
    const descriptor = scheduledModule(specify(strided, fields), chain(near, far, fields));
    const launch = { rows: 48 };
    await expectRight(
      descriptor,
      isStrided,
      [...decoding, { nq: 5, nk: 331, parts: 3, batch: 2 }].map((size) => ({ ...size, launch })),
    );
  });

  it('passes in parts between passes that cannot be cut', async () => {
    const fields = 'heads 2 dim 32';
    const [near, far] = ['causal & window(back: 60)', 'causal & j == i - 100'];
    const graph = specify(`${near} | ${far}`, fields);
    const keeps: Predicate = ({ i, j }) => j <= i && (i - j <= 60 || i - j === 100);
    const diagonal: PassSketch = { mask: maskOf(specify(far, fields)), strategy: 'diagonal' };
    const dense: PassSketch = { mask: maskOf(specify(near, fields)) };
    for (const [first, second] of [
      [diagonal, dense],
      [dense, diagonal],
    ]) {
      const descriptor = scheduledModule(graph, [
        { ...first, writes: true },
        { ...second, reads: true },
      ]);
      await expectRight(descriptor, keeps, decoding);
    }
    // Of sm_90a, then in parts.
    const descriptor = scheduledModule(
      graph,
      [
        { ...dense, writes: true },
        { ...dense, mask: diagonal.mask, reads: true },
      ],
      [groupTargetOf(), smallTarget],
    );
    const [[, groups], [old]] = descriptor.passes.map(({ kernels }) =>
      [...kernels].sort((a, b) => (a.family < b.family ? -1 : 1)),
    );
    expect([groups.family, old.family]).toEqual(['sm_90a', 'sm_80']);
    await expectRight(descriptor, keeps, [{ nq: 70, nk: 331, parts: 3, kernels: [groups, old] }]);
  });

  it('branches side by side in the columns of out', async () => {
    const graph = specifyFields(
      `heads 2 dim 32
       let near = attend(q, k, v, mask: causal & window(back: 60))
       let far = attend(q, k, v, mask: causal & stride(7))
       outputs out
       return concat(near, far)`,
    );
    const keeps: Branches = {
      combine: 'concat',
      attends: {
        near: ({ i, j }) => j <= i && i - j <= 60,
        far: ({ i, j }) => j <= i && (i - j) % 7 === 0,
      },
    };
    await expectRight(cudaModule(graph), keeps, decoding);
  });

  it.each([1, 4, 6])('whatever schedule, with a sink: seed %i', async (seed) => {
    const graph = specifyFields(
      `mask ${strided} input s: float[heads] = random(seed: 4, density: 1.0)
       heads 2 dim 32 sink logit(s) outputs out, lse`,
    );
    await expectRight(forcedModule(graph, seed), isStrided, decoding.slice(0, 5));
  });
});

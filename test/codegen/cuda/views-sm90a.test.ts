import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../compiler/ir/graph.ts';
import type { Predicate } from '../../examples/predicates.ts';
import { boxes } from '../wgsl/scheduled.ts';
import type { PassSketch } from '../wgsl/scheduled.ts';
import { expectRight, spoilUnseen } from './expect-right.ts';
import { forcedModule, groupTargetOf, smallTarget, specify, specifyFields } from './modules.ts';
import { scheduledModule } from './scheduled.ts';
import { missing, skipped } from './toolchain.ts';

const maskOf = (graph: Graph): PassSketch['mask'] => graph.nodes[0].mask;

/** Tiles of 64 x 32. */
const sizes = [1, 33, 64, 67, 197].map((n) => ({ nq: n, nk: n }));
const oblong = [
  { nq: 1, nk: 65 },
  { nq: 33, nk: 101 },
  { nq: 70, nk: 131 },
];

describe.skipIf(missing['g++'] !== null)(`views of warpgroups in the emulator${skipped('g++')}`, () => {
  const dilated = specify(
    'causal & window(back: 90) & stride(3)',
    'launch rows: int in 1..100\n heads 2 kv_heads 1 dim 48 dim_v 80',
  );
  const isDilated: Predicate = ({ i, j }) => j <= i && i - j <= 90 && (i - j) % 3 === 0;
  const residues = boxes({
    base: 0,
    axes: [
      ['mod 3', 3, 1],
      ['a', 'rows', 3],
    ],
  });
  const both: PassSketch = {
    mask: maskOf(dilated),
    queries: residues,
    keys: residues,
    extents: { queries: [[1, 64]], keys: [[1, 32]] },
  };
  const onlyKeys: PassSketch = { ...both, queries: undefined, extents: { keys: [[4, 8]] } };
  const onlyQueries: PassSketch = { ...both, keys: undefined, extents: { queries: [[2, 32]] } };
  // 60 of 64 slots, and 27 of 32.
  const padded: PassSketch = { ...both, extents: { queries: [[3, 20]], keys: [[3, 9]] } };
  const paddedQueries: PassSketch = { ...padded, keys: undefined };
  const paddedKeys: PassSketch = { ...padded, queries: undefined };

  it.each([
    ['both sides gathered', both, {}],
    ['both sides gathered, rows of out apart', both, { warps: 4, apart: true, stages: 3 }],
    ['only keys gathered', onlyKeys, {}],
    ['only queries gathered', onlyQueries, {}],
    ['less than a tile on both sides', padded, { warps: 4, stages: 3 }],
    ['less than a tile of queries', paddedQueries, {}],
    ['less than a tile of keys', paddedKeys, {}],
  ])('boxes, NaN in keys that nobody sees: %s', async (_name, sketch, tile) => {
    const launch = { rows: 67 };
    const cases = [...sizes, ...oblong].map(({ nq, nk }) => ({
      nq,
      nk,
      launch,
      spoil: spoilUnseen(isDilated, nq, nk),
    }));
    const descriptor = scheduledModule(dilated, [sketch], [groupTargetOf(tile)]);
    await expectRight(descriptor, isDilated, cases, { blocks: 2 });
    const wide = [{ nq: 130, nk: 130, batch: 2, layout: 'bnhd' as const, launch }];
    await expectRight(descriptor, isDilated, wide, { reversed: true });
  });

  it('boxes that are less than a tile are never full', async () => {
    const graph = specify('stride(3)', 'launch rows: int in 1..100\n heads 1 dim 32');
    const mask = maskOf(graph);
    const cases = [
      { nq: 197, nk: 197, launch: { rows: 67 } },
      { nq: 81, nk: 81, launch: { rows: 27 } },
    ];
    const extents = { queries: [[1, 60]], keys: [[1, 27]] };
    const descriptor = scheduledModule(graph, [{ ...both, mask, extents }], [groupTargetOf()]);
    await expectRight(descriptor, ({ i, j }) => (i - j) % 3 === 0, cases);
  });

  it('listed keys', async () => {
    const graph = specify('columns(every: 5, at: 2..<3) & causal', 'heads 2 dim 64', 'bf16');
    const keeps: Predicate = ({ i, j }) => j % 5 === 2 && j <= i;
    const listed: PassSketch = { mask: maskOf(graph), keys: { kind: 'list' }, strategy: 'gathered' };
    const cases = [...sizes, ...oblong].map(({ nq, nk }) => ({
      nq,
      nk,
      spoil: spoilUnseen(keeps, nq, nk),
    }));
    const target = groupTargetOf({ warps: 8, stages: 3, apart: true });
    await expectRight(scheduledModule(graph, [listed], [target]), keeps, cases);
  });

  it('a pass that overlaps products and one that has no registers for it, one after the other', async () => {
    const [listed, near] = ['columns(every: 5, at: 2..<3)', 'columns(every: 5, at: 0..<1)'];
    const fields = 'heads 1 dim 128\n alibi softcap 2.5';
    const graph = specify(`causal & (${listed} | ${near})`, fields);
    const keeps: Predicate = ({ i, j }) => (j % 5 === 2 || j % 5 === 0) && j <= i;
    const part = (mask: string): PassSketch['mask'] => maskOf(specify(`causal & ${mask}`, fields));
    const passes: PassSketch[] = [
      { mask: part(listed), keys: { kind: 'list' }, strategy: 'gathered', writes: true },
      { mask: part(near), reads: true },
    ];
    const target = groupTargetOf({ warps: 8, keys: 128, apart: true });
    const descriptor = scheduledModule(graph, passes, [target]);
    for (const way of ['attend_groups<Part0', 'attend_in_turns<Part1'])
      expect(descriptor.cuda.code).toContain(way);
    await expectRight(descriptor, keeps, [
      { nq: 141, nk: 141 },
      { nq: 3, nk: 700 },
    ]);
  });

  const scored = specifyFields(
    `mask causal & (stride(3) | sink(2) | columns(every: 5, at: 0..<1))
     input b: float[heads, n] = random(seed: 3, density: 1.0)
     input s: float[heads] = random(seed: 4, density: 1.0)
     input r: float[heads, 200] = random(seed: 5, density: 1.0)
     input d: float[n] = 0.75
     heads 2 dim 32 softcap 2.5 alibi rows scale(1 + i / 50) bias key(b) sink logit(s)
     bias pair(r[head, (i - j) div 2 mod 200]) denominator scale(d) outputs out, lse`,
  );
  const isMixed: Predicate = ({ i, j }) => j <= i && ((i - j) % 3 === 0 || j < 2 || j % 5 === 0);

  it.each([0, 2, 3, 5, 7])('whatever schedule, every step of the score: seed %i', async (seed) => {
    const descriptor = forcedModule(scored, seed, [groupTargetOf({ apart: seed % 2 === 0 }), smallTarget]);
    const families = descriptor.passes.map(({ kernels }) => kernels[0].family);
    expect(families).toContain('sm_90a');
    await expectRight(descriptor, isMixed, [...sizes, ...oblong]);
  });
});

import { describe, expect, it } from 'vitest';
import { cudaTargets } from '../../compiler/cost/index.ts';
import { compile } from '../../compiler/index.ts';
import type { CudaKernelPlan } from '../../compiler/ir/cuda-kernel.ts';
import { printCudaKernelPlan } from '../../compiler/ir/print-cuda-kernel.ts';
import { verifyCudaKernelPlan } from '../../compiler/ir/verify-cuda-kernel.ts';
import { chooseCudaTile, overlapWhereItFits } from '../../compiler/passes/choose-cuda-tiles.ts';
import { planCudaKernels } from '../../compiler/passes/plan-cuda-kernels.ts';
import type { View } from '../../runtime/view.ts';

function planOf(text: string, targets = cudaTargets): CudaKernelPlan {
  const { units } = compile({ name: 'a.sa', text }, { target: 'cuda', until: 'plan' });
  return planCudaKernels(units[0].schedule!, targets);
}

const single = 'attention a { mask causal heads 2 dim 64 dtype bf16 }';
const split =
  'attention a { mask causal & (window(keys: 128) | stride(128)) heads 2 dim 64 dtype bf16 outputs out, lse }';
const joined = `attention a {
  heads 2 dim 128 dim_v 64 dtype f16
  let near = attend(q, k, v, mask: window(each: 9))
  let far = attend(q, k, v, mask: j == i | j == i - 500)
  return concat(near, far)
}`;

describe('planCudaKernels', () => {
  it.each([single, split, joined])('leaves a plan that is well-formed: %s', (text) => {
    expect(verifyCudaKernelPlan(planOf(text))).toEqual([]);
  });

  it('names entry points by pass, purpose, family and tile', () => {
    const names = (text: string) => planOf(text).passes.map(({ kernels }) => kernels.map(({ name }) => name));
    expect(names(single)).toEqual([['attend_sm80_128x64', 'attend_few_sm80_16x64', 'attend_sm90a_128x128']]);
    expect(names(split)).toEqual([
      ['attend_plain_sm80_128x64', 'attend_plain_few_sm80_16x64', 'attend_plain_sm90a_128x128'],
      [
        'attend_residues_of_128_sm80_128x64',
        'attend_residues_of_128_few_sm80_16x64',
        'attend_residues_of_128_sm90a_128x128',
      ],
    ]);
    // Diagonals are read in place by plain multiplications, on every device.
    expect(names(joined)[1]).toEqual(['attend_far_sm80_32x4']);
  });

  it('has kernels for parts of what tiles visit, and what merges them', () => {
    const partsOf = (text: string) =>
      planOf(text).passes.map(({ kernels, merge }) => [...kernels.map(({ parts }) => parts), merge]);
    expect(partsOf(single)).toEqual([
      ['attend_sm80_128x64_parts', 'attend_few_sm80_16x64_parts', null, 'merge_parts'],
    ]);
    expect(partsOf(split).map((names) => names.at(-1))).toEqual([
      'merge_plain_parts',
      'merge_residues_of_128_parts',
    ]);
    expect(partsOf(joined)[1]).toEqual([null, null]);
    const plan = planOf(single);
    const [pass] = plan.passes;
    expect(verifyCudaKernelPlan({ ...plan, passes: [{ ...pass, merge: null }] })).toEqual([
      'a state is given that no pass hands on',
      'pass all has parts that nothing merges',
    ]);
    const [, , groups] = pass.kernels;
    expect(verifyCudaKernelPlan({ ...plan, passes: [{ ...pass, kernels: [groups] }] })).toEqual([
      'pass all merges parts that no kernel leaves',
    ]);
    expect(printCudaKernelPlan(plan)).toContain('    in parts: attend_few_sm80_16x64_parts\n');
    expect(printCudaKernelPlan(plan)).toContain('  parts are merged by merge_parts\n');
  });

  it('hands the state on within a softmax or between parts alone, and gives it an address where it is', () => {
    const pointers = (text: string, targets = cudaTargets) =>
      planOf(text, targets).params.flatMap(({ source }) => (source.kind === 'pointer' ? [source.of] : []));
    const newest = cudaTargets.filter((target) => target.class === 'cuda-sm90a');
    expect(pointers(single)).toEqual(['q', 'k', 'v', 'out', 'state']);
    expect(pointers(single, newest)).toEqual(['q', 'k', 'v', 'out']);
    expect(pointers(split)).toEqual(['q', 'k', 'v', 'out', 'lse', 'arena', 'state']);
    expect(pointers(joined)).toEqual(['q', 'k', 'v', 'out', 'arena', 'state']);
    expect(planOf(split).passes.map(({ state }) => state)).toEqual([
      { reads: false, writes: true },
      { reads: true, writes: false },
    ]);
    expect(planOf(joined).passes.map(({ column }) => column)).toEqual([0, 64]);
    expect(planOf(joined).dimOut).toBe(128);
  });

  it('gives the numbers of views that a launch decides to the kernels', () => {
    const views = planOf(split).params.filter(({ source }) => source.kind === 'view');
    expect(views.map(({ name, type }) => `${name}: ${type}`)).toContain('$view1_queries_0_1_size: i32');
  });

  it('prints every pass', () => {
    const text = printCudaKernelPlan(planOf(split));
    expect(text).toContain(
      '  pass plain: dense, queries by positions, keys by positions\n  leaves the state',
    );
    expect(text).toContain('  pass residues_of_128: dense, queries by boxes, keys by boxes\n  takes up');
    expect(text).toMatch(
      /kernel attend_residues_of_128_sm80_128x64: tiled for sm_80\n {4}tile 128 queries x 64 keys, 2 stages\n {4}boxes of queries \(\d+, \d+\)\n/,
    );
    expect(printCudaKernelPlan(planOf(joined))).toContain(
      'tile 32 queries, 4 distances at a time, 8 lanes a row',
    );
  });

  it('has kernels for every head dimension, and says what it has none for', () => {
    for (let dim = 16; dim <= 256; dim += 16) {
      for (const dimV of [16, dim, 256]) {
        const text = `attention a { mask j == i | j == i - 500 heads 1 dim ${dim} dim_v ${dimV} dtype bf16 }`;
        expect(verifyCudaKernelPlan(planOf(text))).toEqual([]);
      }
    }
    const { units } = compile({ name: 'a.sa', text: joined }, { target: 'cuda', until: 'plan' });
    const newest = cudaTargets.filter((target) => target.class === 'cuda-sm90a');
    expect(() => planCudaKernels(units[0].schedule!, newest)).toThrow(
      'No diagonal layout of cuda-sm90a fits dim 128 and 64.',
    );
  });
});

describe('verifyCudaKernelPlan', () => {
  const plan = planOf(split);
  const [first, second] = plan.passes;

  it('finds states that go wrong', () => {
    const alone = { ...plan, passes: [first] };
    expect(verifyCudaKernelPlan(alone)).toContain('pass plain leaves a state to nobody');
    const reads = { ...second, state: { reads: false, writes: false } };
    expect(verifyCudaKernelPlan({ ...plan, passes: [first, reads] })).toContain(
      'pass residues_of_128 ignores the state of the pass before',
    );
    const params = plan.params.filter(({ name }) => name !== 'state');
    expect(verifyCudaKernelPlan({ ...plan, params })).toEqual(['a state is handed on and has no address']);
  });

  it('finds kernels that do not fit their pass', () => {
    const [kernel] = second.kernels;
    const problems = (changes: Partial<typeof kernel>) =>
      verifyCudaKernelPlan({
        ...plan,
        passes: [first, { ...second, kernels: [{ ...kernel, ...changes }] }],
      });
    expect(problems({})).toEqual([]);
    expect(problems({ extents: first.kernels[0].extents })).toContain(
      'pass residues_of_128 has 0 boxes for its regions of queries',
    );
    expect(problems({ sharedBytes: 1 })).toEqual([`${kernel.name}: 1 bytes are not what its tiles take`]);
    expect(problems({ purpose: 'small-query' })).toEqual(['pass residues_of_128 has no tiled kernel']);
    const odd = { ...kernel.tile, keys: 24 };
    expect(problems({ tile: odd })).toContain(`${kernel.name}: 24 keys a tile`);
    const [far] = planOf(joined).passes.slice(1);
    const wrong = { ...far.kernels[0], tile: { ...far.kernels[0].tile, rows: 6 } };
    expect(verifyCudaKernelPlan({ ...planOf(joined), passes: [{ ...far, kernels: [wrong] }] })).toContain(
      'attend_far_sm80_32x4: 6 rows in the lanes of a warp',
    );
  });

  it.each([
    // keys, dim, dim_v, fields of the score, overlapped
    ['list', 128, 128, 'alibi', false],
    ['list', 128, 128, '', true],
    ['boxes', 128, 128, 'alibi', true],
    ['positions', 128, 128, 'alibi', true],
    ['list', 64, 64, 'alibi', true],
    ['boxes', 192, 128, 'softcap 2.5', false],
    ['positions', 192, 128, 'softcap 2.5', true],
  ] as const)(
    'overlaps products where registers suffice: keys by %s, dim %i and %i, %s',
    (kind, dim, dimV, fields, isOverlapped) => {
      const plan = planOf(
        `attention a { mask causal heads 2 dim ${dim} dim_v ${dimV} dtype bf16 ${fields} }`,
      );
      const newest = cudaTargets.find((target) => target.class === 'cuda-sm90a')!;
      const demand = { ...plan, nodes: [plan] };
      const tile = chooseCudaTile(demand, newest)!;
      expect(tile.overlap).toBe(true);
      const keys: View = kind === 'boxes' ? { kind, regions: [] } : { kind };
      const taken = overlapWhereItFits(tile, demand, { queries: { kind: 'positions' }, keys });
      expect(taken).toEqual({ ...tile, overlap: isOverlapped });
    },
  );

  it.each([
    // dim, dim_v, fields of the score, keys of a tile on sm_90a
    [192, 192, 'softcap 2.5', 64],
    [128, 192, 'alibi', 64],
    [192, 192, '', 96],
    [192, 128, 'softcap 2.5', 128],
  ])('plans what registers suffice for: dim %i and %i, %s', (dim, dimV, fields, keys) => {
    const { passes } = planOf(
      `attention a { mask causal heads 2 dim ${dim} dim_v ${dimV} dtype bf16 ${fields} }`,
    );
    expect(passes[0].kernels.find(({ family }) => family === 'sm_90a')!.tile.keys).toBe(keys);
  });
});

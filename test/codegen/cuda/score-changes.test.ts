import { describe, expect, it } from 'vitest';
import type { Branches, Predicate } from '../../examples/predicates.ts';
import { scoreChanges } from '../score-changes.ts';
import type { ScoreChange } from '../score-changes.ts';
import type { EmulatedCase } from './check-emulated.ts';
import { expectRight } from './expect-right.ts';
import { chosenModule, cudaModule, groupTargetOf, smallTarget, specify, specifyFields } from './modules.ts';
import { missing, skipped } from './toolchain.ts';

/** NaN in k and infinity in v of the keys that no query sees: what a score makes of them must not leave its pair. */
const spoil: EmulatedCase['spoil'] = ({ k, v }, layouts) => {
  for (const j of [3, 4]) {
    for (const head of [0, 1]) {
      const [ofK, ofV] = [layouts.k, layouts.v].map(({ strides }) => head * strides.head + j * strides.row);
      k.fill(NaN, ofK, ofK + 16);
      v.fill(Infinity, ofV, ofV + 16);
    }
  }
};

const keeps: Predicate = ({ i, j }) => j <= i && j !== 3 && j !== 4;
const graphOf = ({ declare = '', score }: ScoreChange, mask = 'causal & ! keys(3..<5)') =>
  specify(mask, `${declare}\n heads 2\n dim 16\n score ${score}`);
const infinite = scoreChanges[scoreChanges.length - 2];
const sizes = [
  { nq: 33, nk: 33, spoil },
  { nq: 67, nk: 41, spoil },
];

// What bindScore makes of these scores is held against formulas by hand in test/runtime/reference.
describe.skipIf(missing['g++'] !== null)(`the field score in the emulator${skipped('g++')}`, () => {
  it.each(scoreChanges)('sm_80: $name', async (change) => {
    await expectRight(cudaModule(graphOf(change)), keeps, sizes);
  });

  it.each(scoreChanges.filter((_, at) => at % 3 === 0))('sm_90a: $name', async (change) => {
    await expectRight(cudaModule(graphOf(change), groupTargetOf({ warps: 8 })), keeps, sizes);
  });

  it.each([scoreChanges[1], ...scoreChanges.slice(-2)])('diagonals: $name', async (change) => {
    const few = '(i - j == 0 | i - j == 37 | i - j == 101) & ! keys(3..<5)';
    const descriptor = chosenModule(graphOf(change, few), smallTarget);
    expect(descriptor.passes.map(({ strategy }) => strategy)).toEqual(['diagonal']);
    const keepsFew: Predicate = ({ i, j }) => [0, 37, 101].includes(i - j) && j !== 3 && j !== 4;
    await expectRight(descriptor, keepsFew, [{ nq: 130, nk: 130, spoil }]);
  });

  it('rows of keys in parts', async () => {
    const descriptor = cudaModule(graphOf(infinite));
    await expectRight(descriptor, keeps, [{ nq: 17, nk: 150, spoil, parts: 3 }]);
  });

  it('weights of single scores', async () => {
    const { declare, score } = scoreChanges[1];
    const graph = specifyFields(`
      ${declare}
      mask causal & ! keys(3..<5)
      heads 2
      dim 16
      normalize relu2
      score ${score}
    `);
    for (const target of [smallTarget, groupTargetOf({ warps: 8 })]) {
      await expectRight(cudaModule(graph, target), keeps, [{ nq: 33, nk: 33, spoil }]);
    }
  });

  it('a merge', async () => {
    const { declare, score } = infinite;
    const graph = specifyFields(`
      ${declare ?? ''}
      heads 2
      dim 16
      let near = attend(q, k, v, mask: causal & window(keys: 8))
      let far = attend(q, k, v, mask: causal & stride(4))
      return merge(near, far)
      outputs out, lse
      score ${score}
    `);
    const parts: Branches = {
      combine: 'merge',
      attends: {
        near: ({ i, j }) => j <= i && i - j < 8,
        far: ({ i, j }) => j <= i && (i - j) % 4 === 0,
      },
    };
    await expectRight(cudaModule(graph), parts, [{ nq: 50, nk: 50 }]);
  });
});

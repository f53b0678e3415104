import { describe, expect, it } from 'vitest';
import { missing, skipped } from '../codegen/cuda/toolchain.ts';
import { checkCase } from './check-case.ts';
import { checkCuda } from './check-cuda.ts';
import { generateCase } from './generate-case.ts';

/** A case of each family; of the second the passes are drawn. */
const seeds = [3, 4];

describe.skipIf(missing['g++'] !== null)(`a case as CUDA${skipped('g++')}`, () => {
  it.each(seeds)('gives what float64 gives, and a single wrong pair is noticed: case %i', async (seed) => {
    const result = checkCase(generateCase(seed));
    if (result.kind !== 'ok') throw new Error(`case ${seed} was ${result.kind}: choose another`);
    const { prepared } = result;
    expect(await checkCuda(prepared)).toBeNull();
    const branches = prepared.branches.map((pairs) => pairs.with(pairs.lastIndexOf(1), 0));
    expect(await checkCuda({ ...prepared, branches })).toMatch(/^kernels attend_\w+.*: (out|lse)\[\d+\] is/);
  });
});

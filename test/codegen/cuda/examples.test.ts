import { describe, expect, it } from 'vitest';
import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';
import { launchCases } from '../../examples/launch-cases.ts';
import { compileExamples } from '../../examples/load-examples.ts';
import { predicates } from '../../examples/predicates.ts';
import { checkEmulated } from './check-emulated.ts';
import { cudaModule, groupTargetOf } from './modules.ts';
import { missing, skipped } from './toolchain.ts';

const units = compileExamples({ until: 'lower' });
/** CUDA kernels compute one attend; the others are refused. */
const single = [...units].filter(([, { graph }]) => graph.nodes.length === 1);
const lengths = [1, 31, 65];
/** Biases, a scale of the denominators, row bounds, run tables, lists, bits, heads that differ, crossed lengths; the rest differs in masks alone. */
const inGroups = [
  'mistral decoder',
  'longformer encoder',
  'sparsifiner encoder',
  'moa decoder',
  'cross_attention cross',
  't5 any_bias',
  're_ttention denoiser',
];

describe.skipIf(missing['g++'] !== null)(`examples in the emulator${skipped('g++')}`, () => {
  const check = async (name: string, descriptor: CudaDescriptor): Promise<void> => {
    for (const test of launchCases(descriptor, lengths, 65)) {
      const { error, tolerance, lseError, strayWrites } = await checkEmulated(
        descriptor,
        test,
        predicates[name],
      );
      const label = `${name} nq ${test.nq} nk ${test.nk} layer ${test.layer}`;
      expect(error, label).toBeLessThanOrEqual(tolerance);
      expect(lseError, label).toBeLessThanOrEqual(1e-4);
      expect(strayWrites, label).toBe(0);
    }
  };

  it.concurrent.each(single)('%s', { timeout: 60_000 }, async (name, { graph }) => {
    await check(name, cudaModule({ ...graph, dtype: 'f16', outputs: ['out', 'lse'] }));
  });

  it.concurrent.each(inGroups)('%s, warpgroups', { timeout: 60_000 }, async (name) => {
    const graph = { ...units.get(name)!.graph, dtype: 'bf16', dim: 64, dimV: 64 } as const;
    await check(name, cudaModule({ ...graph, outputs: ['out', 'lse'] }, groupTargetOf()));
  });
});

import { describe, expect, it } from 'vitest';
import { cudaTargets } from '../../../compiler/cost/index.ts';
import { cudaModule, specify } from './modules.ts';
import { compileForDevice, missing, skipped } from './toolchain.ts';
import { entryPoints, sample, usageOf } from './usage.ts';

/** Registers of a multiprocessor, on every device of both families. */
const REGISTERS = 65_536;

describe.skipIf(missing.nvcc !== null)(`kernels through nvcc${skipped('nvcc')}`, () => {
  it.each(sample)('$name: no spills, no messages', { timeout: 240_000 }, async (variant) => {
    const planned = entryPoints(variant.descriptor);
    for (const [architecture, families] of [
      ['sm_80', ['sm_80']],
      ['sm_90a', ['sm_80', 'sm_90a']],
    ] as const) {
      const { kernels, messages } = await usageOf(variant, architecture);
      // Among them would be C7510 to C7520: products that are serialised.
      expect(messages).toEqual([]);
      const expected = planned.filter(({ family }) => families.some((each) => each === family));
      expect(kernels.map(({ kernel }) => kernel).sort()).toEqual(expected.map(({ name }) => name).sort());
      for (const { registers, threads, spilledBytes } of kernels) {
        expect(spilledBytes).toBe(0);
        expect(registers * threads).toBeLessThanOrEqual(REGISTERS);
      }
    }
  });

  it('kernels for 9.0 alone, compiled for 8.0: nothing is left, and nothing is said of it', async () => {
    const graph = specify('causal & stride(2)', 'heads 2 dim 32', 'bf16');
    const newest = cudaTargets.filter((target) => target.class === 'cuda-sm90a');
    const { kernels, messages } = await compileForDevice(cudaModule(graph, newest).cuda.code, 'sm_80');
    expect({ kernels, messages }).toEqual({ kernels: [], messages: [] });
  });
});

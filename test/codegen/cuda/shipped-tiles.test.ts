import { describe, expect, it } from 'vitest';
import { cudaTargets } from '../../../compiler/cost/index.ts';
import type { Predicate } from '../../examples/predicates.ts';
import { checkEmulated } from './check-emulated.ts';
import { cudaModule, specify } from './modules.ts';
import { missing, skipped } from './toolchain.ts';

const keeps: Predicate = ({ i, j }) => j <= i && (j < 40 || j >= 43);

/** Which kernel of a module, by how its name begins. */
const cases = [
  [64, 64, 'attend_sm80_'],
  [64, 64, 'attend_few_sm80_'],
  [64, 64, 'attend_sm90a_'],
  [96, 96, 'attend_sm80_'],
  [80, 80, 'attend_sm90a_'],
  [128, 128, 'attend_sm80_'],
  [128, 128, 'attend_sm90a_'],
  [192, 128, 'attend_sm90a_'],
  [192, 192, 'attend_sm90a_'],
  [192, 192, 'attend_few_sm80_'],
  [256, 256, 'attend_sm80_'],
  [256, 256, 'attend_sm90a_'],
] as const;

describe.skipIf(missing['g++'] !== null)(`tiles that come with the compiler${skipped('g++')}`, () => {
  it.concurrent.each(cases)('dim %i and %i: %s', { timeout: 120_000 }, async (dim, dimV, start) => {
    const graph = specify('causal & ! keys(40..<43)', `heads 1 dim ${dim} dim_v ${dimV}`);
    const descriptor = cudaModule(graph, cudaTargets);
    const kernel = descriptor.passes[0].kernels.find(({ name }) => name.startsWith(start))!;
    expect(kernel.schedule.kind).toBe('table');
    const nq = kernel.purpose === 'small-query' ? 13 : 141;
    const report = await checkEmulated(descriptor, { nq, nk: 269, layer: 0, kernels: [kernel] }, keeps);
    expect(report.error).toBeLessThanOrEqual(report.tolerance);
    expect(report.lseError).toBeLessThanOrEqual(1e-4);
    expect(report.strayWrites).toBe(0);
  });
});

import { expect } from 'vitest';
import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';
import { launchCases } from '../../examples/launch-cases.ts';
import { branches, predicates } from '../../examples/predicates.ts';
import type { Branches, Predicate } from '../../examples/predicates.ts';
import { checkEmulated } from './check-emulated.ts';
import type { EmulatedCase } from './check-emulated.ts';
import type { EmulatorOptions } from './emulate.ts';

/** Launches a module at several sizes in the emulator and holds each against float64. */
export async function expectRight(
  descriptor: CudaDescriptor,
  keeps: Predicate | Branches,
  cases: readonly (Partial<EmulatedCase> & Pick<EmulatedCase, 'nq' | 'nk'>)[],
  options: EmulatorOptions = {},
): Promise<void> {
  for (const test of cases) {
    const report = await checkEmulated(descriptor, { layer: 0, ...test }, keeps, options);
    const label = `nq ${test.nq} nk ${test.nk} layer ${test.layer ?? 0}`;
    expect(report.error, label).toBeLessThanOrEqual(report.tolerance);
    expect(report.lseError ?? 0, label).toBeLessThanOrEqual(1e-4);
    expect(report.strayWrites, label).toBe(0);
  }
}

/** Launches an example at every size that its launch cases take from `lengths`. */
export async function expectExample(
  name: string,
  descriptor: CudaDescriptor,
  lengths: readonly number[],
): Promise<void> {
  await expectRight(descriptor, branches[name] ?? predicates[name], launchCases(descriptor, lengths, 65));
}

/** NaN in k and infinity in v of every key that no query sees; for masks that are the same in every batch and head. */
export function spoilUnseen(
  keeps: Predicate,
  nq: number,
  nk: number,
  offset = nk - nq,
): EmulatedCase['spoil'] {
  const seen = (j: number): boolean =>
    Array.from({ length: nq }, (_, row) => row + offset).some((i) =>
      keeps({ i, j, n: nk, nq, head: 0, layer: 0, arrays: {} }),
    );
  return ({ k, v }, layouts) => {
    for (let j = 0; j < nk; j++) {
      if (seen(j)) continue;
      for (const [tensor, name, value] of [
        [k, 'k', NaN],
        [v, 'v', Infinity],
      ] as const) {
        const { strides, dim, heads } = layouts[name];
        for (let head = 0; head < heads; head++) {
          const at = head * strides.head + j * strides.row;
          tensor.fill(value, at, at + dim);
        }
      }
    }
  };
}

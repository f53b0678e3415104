import { describe, expect, it } from 'vitest';
import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';
import type { Branches, Predicate } from '../../examples/predicates.ts';
import { checkEmulated } from './check-emulated.ts';
import type { EmulatedCase } from './check-emulated.ts';
import { programEntries } from './emulate.ts';
import type { EmulatorOptions } from './emulate.ts';
import { compileForEmulator, missing, skipped } from './toolchain.ts';

/** A mistake that a writer of kernels makes: this text becomes that, where it stands first. */
export interface Fault {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** A module and the launch in which its faults must show. */
export interface Suspect {
  readonly descriptor: CudaDescriptor;
  readonly launch: EmulatedCase;
  readonly keeps: Predicate | Branches;
  readonly blocks?: EmulatorOptions['blocks'];
}

/** Tests that the emulator, or the comparison with float64, notices each fault, and nothing in the text as it is. */
export function describeFaults(what: string, suspect: Suspect, faults: readonly Fault[]): void {
  describe.skipIf(missing['g++'] !== null)(`faults in ${what} in the emulator${skipped('g++')}`, () => {
    const { code } = suspect.descriptor.cuda;

    it('finds nothing in what the compiler emits', { timeout: 120_000 }, async () => {
      expect(await complaint(suspect, code)).toBeNull();
    });

    it.concurrent.each(faults)('notices that $name', { timeout: 120_000 }, async ({ from, to }) => {
      expect(code).toContain(from);
      expect(await complaint(suspect, code.replace(from, to))).not.toBeNull();
    });
  });
}

/** What the emulator or the comparison says, or null. */
async function complaint(
  { descriptor, launch, keeps, blocks }: Suspect,
  code: string,
): Promise<string | null> {
  const entries = programEntries(descriptor.passes.map((pass) => ({ pass, kernel: pass.kernels[0] })));
  await compileForEmulator(code, entries, descriptor.dtype);
  for (const reversed of [false, true]) {
    try {
      const options = { code, reversed, ...(blocks === undefined ? {} : { blocks }) };
      const { error, tolerance, lseError } = await checkEmulated(descriptor, launch, keeps, options);
      if (error > tolerance) return `out is off by ${error}`;
      if (lseError !== null && lseError > 1e-4) return `lse is off by ${lseError}`;
    } catch (error) {
      return (error as Error).message;
    }
  }
  return null;
}

import { acquireCuda, type AcquiredCuda } from '../../../runtime/cuda/index.ts';
import { openStub, type Stub } from './stub/index.ts';

export type OpenStub = Extract<Stub, { kind: 'stub' }>;

/** The stub libraries, or why this machine has none; tests that need them are skipped with that reason. */
export const stub = openStub();
export const whyNot = stub.kind === 'none' ? stub.reason : '';

/** The stub after a reset, and its device. */
export async function freshDevice(): Promise<{ readonly stub: OpenStub; readonly cuda: AcquiredCuda }> {
  if (stub.kind === 'none') throw new Error(stub.reason);
  stub.reset();
  const cuda = await acquireCuda({ machine: stub.machine });
  if (cuda.kind === 'none') throw new Error(cuda.reason);
  return { stub, cuda };
}

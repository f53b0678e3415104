import type { AcquiredCuda } from '../../runtime/cuda/index.ts';
import type { AcquiredDevice } from '../../runtime/node/index.ts';
import { InputError } from '../failures.ts';
import type { Terminal } from '../terminal.ts';

export const deviceChoices = ['auto', 'hardware', 'software', 'reference', 'cuda'] as const;
export type DeviceChoice = (typeof deviceChoices)[number];

/** What executes, and why it was taken; `device` is null for the reference executor. */
export interface ChosenDevice {
  readonly kind: 'hardware' | 'software' | 'reference' | 'cuda';
  readonly device: AcquiredDevice | AcquiredCuda | null;
  readonly reason: string;
}

/**
 * `auto`: a hardware adapter, else a software adapter, else the reference executor. CUDA is never taken by itself: its
 * kernels compute in another precision than WebGPU's by default.
 *
 * @throws {InputError} where a certain kind of device was asked for and there is none.
 */
export async function chooseDevice(choice: DeviceChoice, env: Terminal['env']): Promise<ChosenDevice> {
  if (choice === 'reference') return { kind: 'reference', device: null, reason: 'asked for' };
  if (choice === 'cuda') return chooseCuda(env);
  const { acquireDevice } = await import('../../runtime/node/index.ts');
  const found = await acquireDevice({ prefer: choice === 'auto' ? 'any' : choice });
  if (found.kind !== 'none') {
    const why =
      choice === 'auto' && found.kind === 'software' ? 'no hardware adapter was found' : 'asked for';
    return {
      kind: found.kind,
      device: found,
      reason: found.kind === 'hardware' ? 'the best device found' : why,
    };
  }
  if (choice !== 'auto') throw new InputError(`there is no ${choice} adapter: ${found.reason}`);
  return { kind: 'reference', device: null, reason: `no WebGPU adapter: ${found.reason}` };
}

async function chooseCuda(env: Terminal['env']): Promise<ChosenDevice> {
  const { acquireCuda } = await import('../../runtime/cuda/index.ts');
  const found = await acquireCuda({ machine: { platform: process.platform, env } });
  if (found.kind === 'none') throw new InputError(`there is no CUDA device: ${found.reason}`);
  return { kind: 'cuda', device: found, reason: 'asked for' };
}

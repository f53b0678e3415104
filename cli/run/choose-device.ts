import type { AcquiredDevice } from '../../runtime/node/index.ts';
import { InputError } from '../failures.ts';

export type DeviceChoice = 'auto' | 'hardware' | 'software' | 'reference';

/** What executes, and why it was taken; `device` is null for the reference executor. */
export interface ChosenDevice {
  readonly kind: 'hardware' | 'software' | 'reference';
  readonly device: AcquiredDevice | null;
  readonly reason: string;
}

/**
 * `auto`: a hardware adapter, else a software adapter, else the reference executor.
 *
 * @throws {InputError} where a certain kind of device was asked for and there is none.
 */
export async function chooseDevice(choice: DeviceChoice): Promise<ChosenDevice> {
  if (choice === 'reference') return { kind: 'reference', device: null, reason: 'asked for' };
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

import { SparsecError } from '../errors.ts';
import { DeviceError } from '../launch/device-error.ts';

/** Watches a device: calls after a loss are refused with its reason instead of doing nothing. */
export class DeviceGuard {
  readonly device: GPUDevice;
  private loss: GPUDeviceLostInfo | null = null;

  constructor(device: GPUDevice) {
    this.device = device;
    void device.lost.then((info) => (this.loss = info));
  }

  /** @throws {DeviceError} `device-lost`. */
  assertUsable(): void {
    if (this.loss) throw lostError(this.loss);
  }

  /**
   * Runs `body` inside error scopes and throws what WebGPU reports: out of memory, then validation. A rejection while
   * the device is being lost becomes `device-lost`.
   */
  async scoped<T>(body: () => T | Promise<T>): Promise<T> {
    this.assertUsable();
    const { device } = this;
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    const pending = settle(body);
    // Popped in the same turn as the commands: the scopes must not catch errors of other callers.
    const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const [value, errors] = await Promise.allSettled([pending, scopes]);
    if (errors.status === 'fulfilled') errors.value.forEach(throwReported);
    const failure = [value, errors].find((result) => result.status === 'rejected');
    if (failure && isOurs(failure.reason)) throw failure.reason;
    const loss = this.loss ?? (failure ? await lossSoon(device) : null);
    if (loss) throw lostError(loss);
    if (failure) throw failure.reason;
    return (value as PromiseFulfilledResult<T>).value;
  }
}

/** A body that throws at once rejects, so that the scopes are popped in any case. */
function settle<T>(body: () => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(body());
  } catch (error) {
    return Promise.reject(error);
  }
}

function throwReported(error: GPUError | null, index: number): void {
  if (!error) return;
  if (index === 0) {
    throw new DeviceError('out-of-memory', 'device', `the device is out of memory: ${error.message}`);
  }
  throw new DeviceError('validation', 'device', `WebGPU refused the launch: ${error.message}`);
}

function isOurs(error: unknown): boolean {
  return error instanceof SparsecError || error instanceof DeviceError;
}

/** A mapping may reject a moment before `lost` resolves. */
async function lossSoon(device: GPUDevice): Promise<GPUDeviceLostInfo | null> {
  return Promise.race([device.lost, new Promise<null>((resolve) => setTimeout(() => resolve(null), 20))]);
}

function lostError(info: GPUDeviceLostInfo): DeviceError {
  const how = info.reason === 'destroyed' ? 'was destroyed' : 'was lost';
  const detail = info.message ? `: ${info.message}` : '';
  return new DeviceError(
    'device-lost',
    'device',
    `the GPU device ${how}${detail}; make a new device and attention`,
  );
}

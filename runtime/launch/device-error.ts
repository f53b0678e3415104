/**
 * Why a device could not run a launch whose arguments are sound (those are a SparsecError's, ../errors.ts).
 * - `limit`: the device allows less than is needed, or lacks a feature; `subject` names it.
 * - `shader`: the shader or its pipeline was refused. `validation`: WebGPU refused a command.
 * - `out-of-memory` and `device-lost`: what they say; a lost device needs a new one.
 * - `destroyed`: the attention or the plan was destroyed before.
 */
export type DeviceErrorKind =
  'limit' | 'shader' | 'validation' | 'out-of-memory' | 'device-lost' | 'destroyed';

export class DeviceError extends Error {
  readonly kind: DeviceErrorKind;
  /** The limit, feature, entry point or object that the message is about. */
  readonly subject: string;

  constructor(kind: DeviceErrorKind, subject: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeviceError';
    this.kind = kind;
    this.subject = subject;
  }
}

/** The device allows less than is needed. */
export function limitError(limit: string, what: string, needed: number, allowed: number): DeviceError {
  return new DeviceError('limit', limit, `${what} needs ${limit} ${needed}, this device allows ${allowed}`);
}

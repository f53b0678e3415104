import type { AttentionDescriptor } from '../descriptor.ts';
import { SparsecError } from '../errors.ts';
import { limitError } from '../launch/device-error.ts';
import type { TensorLayout, TensorLayouts, TensorName } from '../launch/tensor-layout.ts';
import { BufferUsage } from './usage.ts';

/** A buffer of the caller, whole or a part of it; `offset` and `size` in bytes. */
export type GpuTensor =
  GPUBuffer | { readonly buffer: GPUBuffer; readonly offset?: number; readonly size?: number };

/**
 * Tensors in buffers of the caller, usage STORAGE. q [batch, heads, nq, dim], k [batch, kvHeads, nk, dim],
 * v [batch, kvHeads, nk, dimV], out [batch, heads, nq, dimOut], in the layout of the plan; lse f32 [batch, heads, nq].
 */
export interface GpuTensors {
  readonly q: GpuTensor;
  readonly k: GpuTensor;
  readonly v: GpuTensor;
  /** Written. */
  readonly out: GpuTensor;
  /** Written; required when the attention declares it. Rows without a live key hold -infinity. */
  readonly lse?: GpuTensor;
}

export type CheckedTensors = Readonly<Partial<Record<TensorName, GPUBufferBinding>>>;

/** Why an attention cannot have an lse; null where it can. */
export function whyNoLse({ combine, score }: Pick<AttentionDescriptor, 'combine' | 'score'>): string | null {
  if (score.weights !== undefined) return 'its weights are not divided by a sum';
  return combine === 'concat' ? 'its branches have a softmax each' : null;
}

/** The buffers of a launch on `device`, each clipped to its tensor, so that a kernel cannot reach past it. */
export function checkGpuTensors(
  device: GPUDevice,
  descriptor: AttentionDescriptor,
  layouts: TensorLayouts,
  tensors: GpuTensors,
): CheckedTensors {
  const names: readonly TensorName[] = ['q', 'k', 'v', ...descriptor.outputs];
  if (tensors.lse !== undefined && !names.includes('lse')) {
    const why = whyNoLse(descriptor) ?? 'it is no output';
    throw new SparsecError('unknown', 'lse', `lse is given, and ${descriptor.name} has none: ${why}`);
  }
  const checked: Partial<Record<TensorName, GPUBufferBinding>> = {};
  for (const name of names) {
    const given = tensors[name];
    if (given === undefined)
      throw new SparsecError(
        'missing',
        name,
        `${name} is missing: ${descriptor.name} needs a GPU buffer for it`,
      );
    checked[name] = checkTensor(device, layouts[name], given);
  }
  checkAliases(checked);
  return checked;
}

function checkTensor(device: GPUDevice, layout: TensorLayout, given: GpuTensor): GPUBufferBinding {
  const { name } = layout;
  const { buffer, offset, size } = parts(name, given);
  const needed = layout.extent * layout.elementBytes;
  const alignment = device.limits.minStorageBufferOffsetAlignment;
  if (offset % alignment !== 0) {
    throw new SparsecError(
      'range',
      name,
      `${name} starts at byte ${offset}, storage buffers start at multiples of ${alignment}`,
    );
  }
  if (offset + size > buffer.size) {
    throw new SparsecError(
      'shape',
      name,
      `${name} ends at byte ${offset + size} of a buffer of ${buffer.size} bytes`,
    );
  }
  if (size < needed) {
    const parts = `${layout.batch} x ${layout.heads} x ${layout.rows} x ${layout.dim}`;
    throw new SparsecError(
      'shape',
      name,
      `${name} has ${size} bytes, ${parts} elements of ${layout.elementBytes} bytes need ${needed}`,
    );
  }
  if ((buffer.usage & BufferUsage.STORAGE) === 0) {
    throw new SparsecError('type', name, `the buffer of ${name} lacks the usage flag STORAGE`);
  }
  if (buffer.mapState !== 'unmapped') throw new SparsecError('type', name, `the buffer of ${name} is mapped`);
  checkBindingSize(device, name, needed);
  return { buffer, offset, size: needed };
}

/** @throws {DeviceError} `limit` when a binding of `bytes` is larger than the device allows. */
export function checkBindingSize(device: GPUDevice, what: string, bytes: number): void {
  for (const limit of ['maxStorageBufferBindingSize', 'maxBufferSize'] as const) {
    if (bytes > device.limits[limit]) throw limitError(limit, what, bytes, device.limits[limit]);
  }
}

function parts(name: TensorName, given: GpuTensor): { buffer: GPUBuffer; offset: number; size: number } {
  const part = isBuffer(given) ? { buffer: given } : given;
  const offset = part.offset ?? 0;
  if (!isBuffer(part.buffer)) throw new SparsecError('type', name, `${name} is no GPU buffer`);
  const size = part.size ?? part.buffer.size - offset;
  if (![offset, size].every((value) => Number.isInteger(value) && value >= 0)) {
    throw new SparsecError(
      'shape',
      name,
      `${name} covers ${size} bytes from byte ${offset}, both must be whole and not negative`,
    );
  }
  return { buffer: part.buffer, offset, size };
}

/** By shape: buffers of Dawn in Node and of a browser have no common class. */
export function isBuffer(value: unknown): value is GPUBuffer {
  return typeof value === 'object' && value !== null && 'mapState' in value && 'usage' in value;
}

/** WebGPU allows no buffer to be read and written in one dispatch, not even in disjoint parts. */
function checkAliases(tensors: CheckedTensors): void {
  const names = Object.keys(tensors) as TensorName[];
  for (const written of names.filter((name) => name === 'out' || name === 'lse')) {
    const other = names.find(
      (name) => name !== written && tensors[name]?.buffer === tensors[written]?.buffer,
    );
    if (other) throw new SparsecError('range', written, `${written} must not share a buffer with ${other}`);
  }
}

import { SparsecError } from '../errors.ts';
import type { TensorLayout, TensorLayouts, TensorName } from '../launch/tensor-layout.ts';
import type { CudaDescriptor } from './descriptor.ts';
import type { DeviceMemory } from './memory.ts';

/**
 * Tensors in device memory of the caller. q [batch, heads, nq, dim], k [batch, kvHeads, nk, dim],
 * v [batch, kvHeads, nk, dimV], out [batch, heads, nq, dimV], in the layout of the plan; lse f32 [batch, heads, nq].
 * Addresses are multiples of 16 bytes.
 */
export interface CudaTensors {
  readonly q: DeviceMemory;
  readonly k: DeviceMemory;
  readonly v: DeviceMemory;
  /** Written. */
  readonly out: DeviceMemory;
  /** Written; required when the attention declares it. Rows without a live key hold -infinity. */
  readonly lse?: DeviceMemory;
}

/** Addresses by tensor; lse only where the attention declares it. */
export type TensorAddresses = Readonly<Partial<Record<TensorName, bigint>>>;

/** Kernels copy 16 bytes at once. */
const ALIGNMENT = 16n;

/**
 * The addresses of a launch. Every launch passes here, so that it counts in plain numbers: addresses have 57 bits at most
 * and are multiples of 16.
 *
 * @throws {SparsecError} on memory that is missing, too small, misaligned or shared with an output.
 */
export function checkCudaTensors(
  descriptor: CudaDescriptor,
  layouts: TensorLayouts,
  tensors: CudaTensors,
): TensorAddresses {
  const addresses: Partial<Record<TensorName, bigint>> = {};
  const ranges: MemoryRange[] = [];
  for (const name of TENSORS) {
    if (name === 'lse' && !descriptor.outputs.includes('lse')) continue;
    const given = tensors[name];
    const layout = layouts[name];
    checkMemory(descriptor, layout, given);
    addresses[name] = given!.pointer;
    const begin = Number(given!.pointer);
    ranges.push({ name, begin, end: begin + bytesOf(layout) });
  }
  // The outputs stand behind the inputs: each must lie apart from all before it.
  for (let at = FIRST_OUTPUT; at < ranges.length; at++) {
    for (let other = 0; other < at; other++) {
      if (ranges[at].begin < ranges[other].end && ranges[other].begin < ranges[at].end) {
        const { name } = ranges[at];
        throw new SparsecError('range', name, `${name} must not overlap ${ranges[other].name}`);
      }
    }
  }
  return addresses;
}

interface MemoryRange {
  readonly name: TensorName;
  readonly begin: number;
  readonly end: number;
}

const TENSORS: readonly TensorName[] = ['q', 'k', 'v', 'out', 'lse'];
const FIRST_OUTPUT = 3;

function checkMemory(
  { name: owner }: CudaDescriptor,
  layout: TensorLayout,
  given: DeviceMemory | undefined,
): void {
  const { name, batch, heads, rows, dim } = layout;
  if (given === undefined)
    throw new SparsecError('missing', name, `${name} is missing: ${owner} needs device memory for it`);
  if (typeof given.pointer !== 'bigint' || typeof given.size !== 'number') {
    throw new SparsecError(
      'type',
      name,
      `${name} is no device memory: give { pointer: bigint, size: number }`,
    );
  }
  if (given.pointer <= 0n || given.pointer % ALIGNMENT !== 0n) {
    const address = `0x${given.pointer.toString(16)}`;
    throw new SparsecError(
      'range',
      name,
      `${name} is at ${address}, tensors start at multiples of ${ALIGNMENT}`,
    );
  }
  const needed = bytesOf(layout);
  if (given.size < needed) {
    const parts = `${batch} x ${heads} x ${rows} x ${dim}`;
    throw new SparsecError(
      'shape',
      name,
      `${name} has ${given.size} bytes, ${parts} elements of ${layout.elementBytes} bytes need ${needed}`,
    );
  }
}

/** Bytes from the first element of a tensor to behind its last. */
export function bytesOf({ extent, elementBytes }: TensorLayout): number {
  return extent * elementBytes;
}

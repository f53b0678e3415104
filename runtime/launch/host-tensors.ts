import type { AttentionModel } from '../descriptor.ts';
import { SparsecError } from '../errors.ts';
import { shapeText, type Layout, type Sizes, type TensorLayouts } from './tensor-layout.ts';

/**
 * Tensors in host memory: Float32Array for f32; for f16 and bf16 Uint16Array with the bit patterns (or
 * Float16Array for f16, where the engine has it). Shapes as in GpuTensors; the outputs are made.
 */
export interface HostTensors {
  readonly q: Float32Array | Uint16Array;
  readonly k: Float32Array | Uint16Array;
  readonly v: Float32Array | Uint16Array;
}

/** What a launch on typed arrays gives: `out` in the dtype and layout of q, `lse` [batch, heads, nq] if declared. */
export interface HostOutputs {
  readonly out: Float32Array | Uint16Array;
  readonly lse?: Float32Array;
}

const INPUTS = ['q', 'k', 'v'] as const;

/** Sizes that follow from the lengths of q and k where they are not given; `batch` is 1 by default. */
export function inferSizes(
  descriptor: AttentionModel,
  tensors: HostTensors,
  given: Partial<Sizes>,
): Required<Sizes> {
  const batch = given.batch ?? 1;
  const rows = (name: 'q' | 'k', heads: number): number => {
    const perRow = batch * heads * descriptor.dim;
    const { length } = asElements(descriptor, name, tensors[name]);
    if (perRow > 0 && length % perRow === 0) return length / perRow;
    throw new SparsecError(
      'shape',
      name,
      `${name} has ${length} elements, no multiple of batch x heads x dim = ${perRow}`,
    );
  };
  return {
    batch,
    nq: given.nq ?? rows('q', descriptor.heads),
    nk: given.nk ?? rows('k', descriptor.kvHeads),
  };
}

/** @throws {SparsecError} naming the tensor whose dtype or length does not fit. */
export function checkHostTensors(
  descriptor: AttentionModel,
  layouts: TensorLayouts,
  layout: Layout,
  tensors: HostTensors,
): Readonly<Record<'q' | 'k' | 'v', Float32Array | Uint16Array>> {
  const checked = Object.fromEntries(
    INPUTS.map((name) => {
      const elements = asElements(descriptor, name, tensors[name]);
      const needed = layouts[name].extent;
      if (elements.length !== needed) {
        const shape = shapeText(layouts[name], layout);
        throw new SparsecError(
          'shape',
          name,
          `${name} has ${elements.length} elements, ${shape} needs ${needed}`,
        );
      }
      return [name, elements];
    }),
  );
  return checked as Record<'q' | 'k' | 'v', Float32Array | Uint16Array>;
}

/** Whether the caller gave typed arrays rather than memory of a device. */
export function isHostTensors(tensors: object): tensors is HostTensors {
  return INPUTS.some((name) => ArrayBuffer.isView((tensors as Partial<HostTensors>)[name]));
}

function asElements(descriptor: AttentionModel, name: string, given: unknown): Float32Array | Uint16Array {
  if (given === undefined) throw new SparsecError('missing', name, `${name} is missing`);
  if (descriptor.dtype === 'f32' && given instanceof Float32Array) return given;
  if (descriptor.dtype !== 'f32' && given instanceof Uint16Array) return given;
  const kind = (given as { constructor?: { name?: string } } | null)?.constructor?.name ?? typeof given;
  if (descriptor.dtype === 'f16' && kind === 'Float16Array') {
    const { buffer, byteOffset, byteLength } = given as ArrayBufferView<ArrayBuffer>;
    return new Uint16Array(buffer, byteOffset, byteLength / 2);
  }
  const wanted =
    descriptor.dtype === 'f32' ? 'Float32Array' : `Uint16Array of ${descriptor.dtype} bit patterns`;
  throw new SparsecError(
    'type',
    name,
    `${name} is a ${kind}, ${descriptor.name} stores ${descriptor.dtype}: give a ${wanted}`,
  );
}

import type { AttentionModel } from '../../runtime/descriptor.ts';
import type { TensorLayouts } from '../../runtime/launch/tensor-layout.ts';
import { shapeText } from '../../runtime/launch/tensor-layout.ts';
import { InputError } from '../failures.ts';
import { bfloatToNumber, numberToBfloat } from '../formats/bfloat.ts';
import { halfToNumber, numberToHalf } from '../formats/half.ts';
import type { NpyArray } from '../formats/npy.ts';
import { randomNormal } from './random-tensor.ts';

export type TensorElements = Float32Array | Uint16Array;

/** An input tensor in its storage type, and the numbers that the storage holds. */
export interface InputTensor {
  readonly stored: TensorElements;
  readonly values: Float64Array;
}

export type InputTensors = Readonly<Record<'q' | 'k' | 'v', InputTensor>>;

/**
 * q, k and v in the layout of the launch: what was given as .npy, the rest drawn from a normal distribution.
 *
 * @throws {InputError} naming the tensor whose shape does not fit.
 */
export function makeTensors(
  descriptor: AttentionModel,
  layouts: TensorLayouts,
  given: Readonly<Partial<Record<'q' | 'k' | 'v', NpyArray>>>,
  seed: number,
): InputTensors {
  const make = (name: 'q' | 'k' | 'v', at: number): InputTensor => {
    const file = given[name];
    const { extent } = layouts[name];
    const expected = shapeText(layouts[name], descriptor.layout);
    if (file && !fits(`[${file.shape.join(', ')}]`, expected)) {
      throw new InputError(
        `--${name} has the shape [${file.shape.join(', ')}], this launch needs ${expected}`,
      );
    }
    return store(file?.data ?? randomNormal(extent, seed * 3 + at), descriptor.dtype);
  };
  return { q: make('q', 0), k: make('k', 1), v: make('v', 2) };
}

/** The numbers in stored elements. */
export function valuesOf(stored: TensorElements, dtype: AttentionModel['dtype']): Float64Array {
  return dtype === 'f32'
    ? Float64Array.from(stored)
    : Float64Array.from(stored, dtype === 'f16' ? halfToNumber : bfloatToNumber);
}

/** A leading batch of 1 may be left out. */
function fits(found: string, expected: string): boolean {
  return found === expected || expected === found.replace('[', '[1, ');
}

function store(values: Float64Array, dtype: AttentionModel['dtype']): InputTensor {
  const stored = storedIn(values, dtype);
  return { stored, values: valuesOf(stored, dtype) };
}

function storedIn(values: Float64Array, dtype: AttentionModel['dtype']): TensorElements {
  switch (dtype) {
    case 'f32':
      return Float32Array.from(values);
    case 'f16':
      return Uint16Array.from(values, numberToHalf);
    case 'bf16':
      return Uint16Array.from(values, numberToBfloat);
  }
}

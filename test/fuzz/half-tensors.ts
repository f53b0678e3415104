import { decode, encode } from '../codegen/cuda/elements.ts';
import type { Tensors } from './check-plan.ts';

/** The tensors as f16 holds them. */
export function roundToHalf({ q, k, v }: Tensors): Tensors {
  const round = (values: Float32Array) => values.map((value) => decode(encode(value, 'f16'), 'f16'));
  return { q: round(q), k: round(k), v: round(v) };
}

/** Bit patterns of f16. */
export function toHalf(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => encode(value, 'f16'));
}

export function fromHalf(bits: Uint16Array): Float64Array {
  return Float64Array.from(bits, (value) => decode(value, 'f16'));
}

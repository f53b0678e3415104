import { bfloatToNumber, numberToBfloat } from '../../../cli/formats/bfloat.ts';
import { sequence } from '../webgpu/window-reference.ts';

/** bf16 tensors for cudaWindowFixture (2 heads on 1, dim 64, dim_v 16): what is stored, and the numbers in it. */
export function bfloatTensors({ batch, nq, nk }: { batch: number; nq: number; nk: number }) {
  const stored = {
    q: bfloats(batch * 2 * nq * 64, 1),
    k: bfloats(batch * nk * 64, 2),
    v: bfloats(batch * nk * 16, 3),
  };
  return { stored, numbers: { q: numbersOf(stored.q), k: numbersOf(stored.k), v: numbersOf(stored.v) } };
}

function bfloats(length: number, seed: number): Uint16Array {
  return Uint16Array.from(sequence(length, seed), (value) => numberToBfloat(2 * value));
}

export function numbersOf(stored: ArrayLike<number>): Float64Array {
  return Float64Array.from(stored, bfloatToNumber);
}

/** Results are below 1: half a unit of bf16 there. */
export const BFLOAT_ERROR = 2 ** -9 + 1e-6;

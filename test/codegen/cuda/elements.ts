import { halfToNumber, numberToHalf } from '../../../cli/formats/half.ts';

export type StoredType = 'f16' | 'bf16';

/** Half of the distance between 1 and the next number: the relative error of rounding. */
export const roundingUnit: Record<StoredType, number> = { f16: 2 ** -11, bf16: 2 ** -8 };

/** The bits of the nearest number, halves to even. */
export function encode(value: number, type: StoredType): number {
  if (type === 'f16') return numberToHalf(value);
  const word = new Uint32Array(Float32Array.of(value).buffer)[0];
  if (Number.isNaN(value)) return 0x7fc0;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}

export function decode(bits: number, type: StoredType): number {
  if (type === 'f16') return halfToNumber(bits);
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0];
}

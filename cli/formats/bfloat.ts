/** The value of a bfloat16 number by its bits: the upper half of a binary32 number. */
export function bfloatToNumber(bits: number): number {
  word[0] = bits << 16;
  return single[0];
}

/** The bits of the nearest bfloat16 number, halves to even; beyond the largest one infinity. */
export function numberToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  single[0] = value;
  const rounded = word[0];
  // Rounding to binary32 first would round twice where that lands on a half: the rest of `value` then decides.
  const half = (rounded & 0xffff) === 0x8000;
  const beyond = half ? Math.sign(Math.abs(value) - Math.abs(single[0])) : 0;
  const upper = rounded >>> 16;
  const up = half ? beyond > 0 || (beyond === 0 && (upper & 1) === 1) : (rounded & 0xffff) > 0x8000;
  return (upper + (up ? 1 : 0)) & 0xffff;
}

/** Rounds to the nearest bfloat16 number. */
export function roundToBfloat(value: number): number {
  return bfloatToNumber(numberToBfloat(value));
}

const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);

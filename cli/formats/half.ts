/** The value of a binary16 number (IEEE 754) by its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bits of the nearest binary16 number, halves to even; beyond 65504 infinity. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // Distance between neighbours at this size; 2^-24 among the subnormals.
  const unit = 2 ** (Math.max(-14, exponentOf(size)) - 10);
  const steps = roundHalfEven(size / unit);
  if (unit === 2 ** -24) return sign | steps;
  // `steps` is 1024..2048; 2048 carries into the exponent by itself.
  return sign | ((Math.log2(unit) + 25) * 1024 + (steps - 1024));
}

/** Rounds to the nearest binary16 number. */
export function roundToHalf(value: number): number {
  return halfToNumber(numberToHalf(value));
}

function exponentOf(size: number): number {
  if (size === 0) return -Infinity;
  let exponent = Math.floor(Math.log2(size));
  // log2 may round across a power of two.
  if (2 ** exponent > size) exponent--;
  if (2 ** (exponent + 1) <= size) exponent++;
  return exponent;
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

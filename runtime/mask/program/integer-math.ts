import type { ArithmeticOp, CompareOp, RealBinaryOp, RealUnaryOp, RoundMode } from './nodes.ts';

/**
 * The meaning of the scalar operators, shared by folding, the exact reading and the abstract reading.
 * Integers are mathematical; JavaScript numbers hold them exactly up to 2^53, far beyond the 32 bits of a kernel.
 */

/** Floored quotient. A divisor below 1, which the verifier excludes, reads as 1, so that every node has a value. */
export function floorDiv(a: number, b: number): number {
  return Math.floor(a / Math.max(1, b));
}

/** a - b * floorDiv(a, b): in 0 .. b - 1 for every a. */
export function floorMod(a: number, b: number): number {
  const divisor = Math.max(1, b);
  const rest = a % divisor;
  return rest < 0 ? rest + divisor : rest + 0;
}

/** Shift amounts outside 0 .. 31 read as the nearest end of that range. */
function shiftAmount(b: number): number {
  return Math.min(31, Math.max(0, b));
}

/** Integer operators. `shl` is a * 2^b and `shr` is floor(a / 2^b): both keep the sign. */
export function applyArithmetic(op: ArithmeticOp, a: number, b: number): number {
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b + 0;
    case 'div':
      return floorDiv(a, b);
    case 'mod':
      return floorMod(a, b);
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'shl':
      return a * 2 ** shiftAmount(b);
    case 'shr':
      return Math.floor(a / 2 ** shiftAmount(b));
  }
}

export function applyCompare(op: CompareOp, a: number, b: number): boolean {
  switch (op) {
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
  }
}

/** True for 1, 2, 4 … 2^52. */
export function isPowerOfTwo(a: number): boolean {
  return a >= 1 && 2 ** Math.round(Math.log2(a)) === a;
}

/** Binary digits of |a|: 0 for 0, 1 for ±1, 2 for ±2 and ±3 (Python's `int.bit_length`). */
export function bitLength(a: number): number {
  const size = Math.abs(a);
  if (size < 1) return 0;
  if (size < 2 ** 32) return 32 - Math.clz32(size);
  return 32 + bitLength(Math.floor(size / 2 ** 32));
}

/** A real brought to an integer; `nearest` sends halves to the even neighbour (IEEE 754 roundTiesToEven). */
export function roundReal(mode: RoundMode, a: number): number {
  switch (mode) {
    case 'floor':
      return Math.floor(a) + 0;
    case 'ceil':
      return Math.ceil(a) + 0;
    case 'truncate':
      return Math.trunc(a) + 0;
    case 'nearest': {
      const below = Math.floor(a);
      const rest = a - below;
      if (rest === 0.5) return below % 2 === 0 ? below + 0 : below + 1;
      return (rest < 0.5 ? below : below + 1) + 0;
    }
  }
}

export function applyRealUnary(op: RealUnaryOp, a: number): number {
  switch (op) {
    case 'sqrt':
      return Math.sqrt(a);
    case 'log':
      return Math.log(a);
    case 'log2':
      return Math.log2(a);
    case 'exp':
      return Math.exp(a);
    case 'exp2':
      return 2 ** a;
    case 'neg':
      return -a;
    case 'abs':
      return Math.abs(a);
    case 'tanh':
      return Math.tanh(a);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-a));
  }
}

export function applyRealBinary(op: RealBinaryOp, a: number, b: number): number {
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return a / b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'pow':
      // By the logarithm, as kernels compute it.
      return a < 0 ? NaN : a ** b;
  }
}

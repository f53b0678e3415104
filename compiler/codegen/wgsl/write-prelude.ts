import type { Block } from '../text.ts';

/** Functions of the mask language that WGSL lacks, by the name they are called with. */
const PRELUDE: Record<string, Block> = {
  floor_div: [
    '// The quotient rounded down; WGSL rounds towards zero.',
    'fn floor_div(a: i32, b: i32) -> i32 {',
    '  let quotient = a / b;',
    '  return quotient - select(0, 1, quotient * b > a);',
    '}',
  ],
  floor_mod: [
    '// The remainder in 0 ..< b; that of WGSL has the sign of a.',
    'fn floor_mod(a: i32, b: i32) -> i32 {',
    '  let remainder = a % b;',
    '  return remainder + select(0, b, remainder < 0);',
    '}',
  ],
  bit_length: [
    '// Bits that |a| needs: 0 for 0, 3 for 4 .. 7.',
    'fn bit_length(a: i32) -> i32 {',
    '  return 32 - i32(countLeadingZeros(u32(abs(a))));',
    '}',
  ],
  log_from_0: [
    '// The logarithm; at 0 as far down as f32 gets.',
    'fn log_from_0(x: f32) -> f32 {',
    '  return select(log(x), -3e38, x == 0.0);',
    '}',
  ],
  log2_from_0: [
    '// The logarithm to base 2; at 0 as far down as f32 gets.',
    'fn log2_from_0(x: f32) -> f32 {',
    '  return select(log2(x), -3e38, x == 0.0);',
    '}',
  ],
  power: [
    '// x to the power y for x from 0 on; 0 to a power below 0 is as large as f32 gets.',
    'fn power(x: f32, y: f32) -> f32 {',
    '  let of_zero = select(select(0.0, 3e38, y < 0.0), 1.0, y == 0.0);',
    '  return select(exp2(y * log2(x)), of_zero, x == 0.0);',
    '}',
  ],
  sigmoid: [
    '// 1 / (1 + e^-x); beyond 80 it is 0 or 1 in f32, and e^-x would leave f32.',
    'fn sigmoid(x: f32) -> f32 {',
    '  return 1.0 / (1.0 + exp(clamp(-x, -80.0, 80.0)));',
    '}',
  ],
  is_power_of_two: ['fn is_power_of_two(a: i32) -> bool {', '  return (a > 0) & ((a & (a - 1)) == 0);', '}'],
};

/** The functions that `text` calls, in a fixed order. */
export function writePrelude(text: string): Block[] {
  return Object.entries(PRELUDE)
    .filter(([name]) => text.includes(`${name}(`))
    .map(([, block]) => block);
}

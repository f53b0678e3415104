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
  is_power_of_two: ['fn is_power_of_two(a: i32) -> bool {', '  return (a > 0) & ((a & (a - 1)) == 0);', '}'],
};

/** The functions that `text` calls, in a fixed order. */
export function writePrelude(text: string): Block[] {
  return Object.entries(PRELUDE)
    .filter(([name]) => text.includes(`${name}(`))
    .map(([, block]) => block);
}

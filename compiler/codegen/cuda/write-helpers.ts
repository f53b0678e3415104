import type { Block } from '../text.ts';

/** Functions of the mask language that C lacks, by the name they are called with. */
const HELPERS: Record<string, Block> = {
  floor_div: [
    '// The quotient rounded down; that of C is rounded towards zero.',
    'SP_DEVICE int floor_div(int a, int b) {',
    '  const int quotient = a / b;',
    '  return quotient - (quotient * b > a);',
    '}',
  ],
  floor_mod: [
    '// The remainder in 0 ..< b; that of C has the sign of a.',
    'SP_DEVICE int floor_mod(int a, int b) {',
    '  const int remainder = a % b;',
    '  return remainder + (remainder < 0 ? b : 0);',
    '}',
  ],
  bit_length: [
    '// Bits that |a| needs: 0 for 0, 3 for 4 .. 7.',
    'SP_DEVICE int bit_length(int a) { return 32 - sp_leading_zeros((u32)abs(a)); }',
  ],
  power: [
    '// x to the power y for x from 0 on.',
    'SP_DEVICE float power(float x, float y) { return y == 0.0f ? 1.0f : sp_exp2(y * sp_log2(x)); }',
  ],
  is_power_of_two: ['SP_DEVICE bool is_power_of_two(int a) { return a > 0 && (a & (a - 1)) == 0; }'],
};

/** The functions that `text` calls, in a fixed order. */
export function writeCudaHelpers(text: string): Block[] {
  return Object.entries(HELPERS)
    .filter(([name]) => text.includes(`${name}(`))
    .map(([, block]) => block);
}

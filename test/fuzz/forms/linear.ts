import type { Random } from '../random.ts';
import { floorDiv, floorMod, levels } from '../term.ts';
import type { Form } from '../term.ts';

/**
 * Numbers that are wrong in one way of computing and right in another: 1 / x times x is not 1 in float64 (49, 98, 103,
 * 107), they stand around powers of two, or have no factor in common with what is beside them.
 */
const awkward = [13, 31, 33, 37, 49, 63, 64, 65, 97, 98, 103, 107, 127, 128, 129, 161, 187, 197, 255, 257];
/** The same near the limits of float32 integers, of factors of 32-bit products, and of the integers themselves. */
const large = [1023, 1025, 4099, 46341, 65535, 65537, 999983, 2 ** 24 - 1, 2 ** 24 + 1, 2 ** 30, 2 ** 31 - 1];

/** A constant that small ones do not stand for. Large ones leave few products inside of 32 bits, and are rare. */
export function awkwardNumber(random: Random): number {
  return random.pick(random.chance(0.9) ? awkward : large);
}

/** Numbers of a form, which stand in a term as text. */
const join = (...numbers: readonly number[]): string => numbers.join(' ');
const numbersOf = (value: unknown): number[] => String(value).split(' ').map(Number);

/** Positions reach 2^24, so that factors of them add up to 127 at most. */
const mostOfFactors = 126;
const units = awkward.filter((unit) => unit <= 107);

/** A factor of at most `most`, often a multiple of `unit`, so that factors cancel. */
function factor(unit: number, most: number, random: Random): number {
  const multiple = unit * random.integer(1, 3);
  if (multiple <= most && random.chance(0.7)) return multiple;
  return random.integer(1, Math.min(most, 19));
}

/** Two factors of positions, and what both are often multiples of. */
function factors(random: Random): readonly [unit: number, a: number, b: number] {
  const unit = random.pick(units);
  const a = random.chance(0.5) ? unit : factor(unit, mostOfFactors - 1, random);
  return [unit, a, factor(unit, mostOfFactors - a, random)];
}
const times = (count: number, text: string): string => (count === 1 ? text : `${count} * ${text}`);
const plus = (count: number): string => (count < 0 ? ` - ${-count}` : ` + ${count}`);
const set = { gives: ['set'], takes: [], level: levels.comparison } as const;

/** Sums of products by awkward constants, their quotients and remainders. */
export const linearForms: readonly Form[] = [
  {
    name: 'sum of products',
    gives: ['integer'],
    takes: ['integer', 'integer'],
    weight: 1.5,
    level: levels.sum,
    value(random) {
      const [unit, a, b] = factors(random);
      return join(a, b, random.integer(-2, 2) * unit + random.integer(0, 1));
    },
    text(arg, value) {
      const [a, b, c] = numbersOf(value);
      return `${times(a, arg(0, levels.prefix))} - ${times(b, arg(1, levels.prefix))}${plus(c)}`;
    },
    meaning(_, arg, value) {
      const [a, b, c] = numbersOf(value);
      return a * arg(0) - b * arg(1) + c;
    },
  },
  {
    ...set,
    name: 'congruence',
    weight: 1.2,
    value(random) {
      const [unit, a, b] = factors(random);
      const modulus = random.pick([unit, unit, 2 * unit, random.pick(awkward), random.integer(2, 9)]);
      return join(a, random.pick([-1, 1]) * b, random.integer(-9, 9), modulus);
    },
    text(_, value) {
      const [a, b, c, m] = numbersOf(value);
      const ofKey = `${b < 0 ? '-' : '+'} ${times(Math.abs(b), 'j')}`;
      return `(${times(a, 'i')} ${ofKey}${plus(c)}) mod ${m} <= ${floorDiv(m, 2)}`;
    },
    meaning({ i, j }, _, value) {
      const [a, b, c, m] = numbersOf(value);
      return floorMod(a * i + b * j + c, m) <= floorDiv(m, 2) ? 1 : 0;
    },
  },
  {
    ...set,
    name: 'equal quotients',
    weight: 1.2,
    value(random) {
      const [unit, a] = factors(random);
      const divisor = random.pick([unit, unit, 2 * unit, random.pick(awkward), random.integer(2, 9)]);
      return join(a, random.integer(-9, 9), divisor, random.integer(0, 2));
    },
    text(_, value) {
      const [a, c, m, reach] = numbersOf(value);
      return `abs((${times(a, 'i')}${plus(c)}) div ${m} - ${times(a, 'j')} div ${m}) <= ${reach}`;
    },
    meaning({ i, j }, _, value) {
      const [a, c, m, reach] = numbersOf(value);
      return Math.abs(floorDiv(a * i + c, m) - floorDiv(a * j, m)) <= reach ? 1 : 0;
    },
  },
  {
    ...set,
    name: 'between multiples',
    weight: 1,
    value(random) {
      const [unit, a, b] = factors(random);
      return join(a, b, unit * random.integer(-3, 0), unit * random.integer(0, 20));
    },
    text(_, value) {
      const [a, b, low, high] = numbersOf(value);
      return `${low} < ${times(a, 'i')} - ${times(b, 'j')} <= ${high}`;
    },
    meaning({ i, j }, _, value) {
      const [a, b, low, high] = numbersOf(value);
      return low < a * i - b * j && a * i - b * j <= high ? 1 : 0;
    },
  },
];

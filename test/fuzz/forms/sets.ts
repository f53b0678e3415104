import { floorMod, levels } from '../term.ts';
import type { Form } from '../term.ts';

const form = (
  name: string,
  part: Omit<Form, 'name' | 'gives' | 'level'> & { readonly level?: number },
): Form => ({
  name,
  gives: ['set'],
  level: levels.closed,
  ...part,
});

const truth = (value: boolean) => (value ? 1 : 0);
const divides = (step: number, distance: number) => floorMod(distance, step) === 0;

/** Forms over i and j alone. Offsets are j - i. */
const distances: readonly Form[] = [
  form('full', { takes: [], weight: 1, text: () => 'full', meaning: () => 1 }),
  form('empty', { takes: [], weight: 0.2, text: () => 'empty', meaning: () => 0 }),
  form('causal', { takes: [], weight: 5, text: () => 'causal', meaning: ({ i, j }) => truth(j <= i) }),
  form('offsets', {
    takes: ['natural', 'natural', 'step'],
    weight: 2,
    text: (arg) => `offsets(-${arg(0, levels.closed)}..${arg(1, levels.sum)}, step: ${arg(2)})`,
    meaning: ({ i, j }, arg) => truth(-arg(0) <= j - i && j - i <= arg(1) && divides(arg(2), j - i)),
  }),
  form('window each', {
    takes: ['natural', 'step'],
    weight: 3,
    text: (arg) => `window(each: ${arg(0)}, step: ${arg(1)})`,
    meaning: ({ i, j }, arg) => truth(Math.abs(i - j) <= arg(0) * arg(1) && divides(arg(1), i - j)),
  }),
  form('window keys', {
    takes: ['positive'],
    weight: 4,
    text: (arg) => `window(keys: ${arg(0)})`,
    meaning: ({ i, j }, arg) => truth(0 <= i - j && i - j < arg(0)),
  }),
  form('dilated window keys', {
    takes: ['positive', 'step'],
    weight: 1,
    text: (arg) => `window(keys: ${arg(0)}, step: ${arg(1)})`,
    meaning: ({ i, j }, arg) => truth(0 <= i - j && i - j < arg(0) * arg(1) && divides(arg(1), i - j)),
  }),
  form('window back', {
    takes: ['natural', 'natural', 'step'],
    weight: 2,
    text: (arg) => `window(back: ${arg(0)}, ahead: ${arg(1)}, step: ${arg(2)})`,
    meaning: ({ i, j }, arg) =>
      truth(-arg(0) * arg(2) <= j - i && j - i <= arg(1) * arg(2) && divides(arg(2), j - i)),
  }),
  form('offsets at a distance', {
    takes: ['natural', 'natural'],
    weight: 0.7,
    text: (arg) => `offsets(${arg(0, levels.sum)} - ${arg(1, levels.product)}..${arg(0, levels.sum)})`,
    meaning: ({ i, j }, arg) => truth(arg(0) - arg(1) <= j - i && j - i <= arg(0)),
  }),
  form('window ahead', {
    takes: ['natural'],
    weight: 0.5,
    text: (arg) => `window(ahead: ${arg(0)})`,
    meaning: ({ i, j }, arg) => truth(0 <= j - i && j - i <= arg(0)),
  }),
  form('stride', {
    takes: ['positive'],
    weight: 2,
    text: (arg) => `stride(${arg(0)})`,
    meaning: ({ i, j }, arg) => truth(divides(arg(0), i - j)),
  }),
  form('powers of two', {
    takes: [],
    weight: 1.5,
    text: () => 'powers_of_two()',
    meaning: ({ i, j }) => truth(isZeroOrPowerOfTwo(Math.abs(j - i))),
  }),
  form('powers of two up to', {
    takes: ['natural'],
    weight: 0.4,
    text: (arg) => `powers_of_two(to: ${arg(0)})`,
    meaning: ({ i, j }, arg) => truth(isZeroOrPowerOfTwo(Math.abs(j - i)) && Math.abs(j - i) <= arg(0)),
  }),
  form('powers of two from', {
    takes: ['step', 'step'],
    weight: 0.7,
    // A power of two lies in a..2a; none at all would be an error.
    text: (arg) => `powers_of_two(from: ${arg(0)}, to: ${arg(1)} + 2 * ${arg(0)})`,
    meaning: ({ i, j }, arg) => {
      const distance = Math.abs(j - i);
      return truth(isZeroOrPowerOfTwo(distance) && arg(0) <= distance && distance <= 2 * arg(0) + arg(1));
    },
  }),
];

/** Forms over the positions of keys or queries. */
const positions: readonly Form[] = [
  form('columns', {
    takes: ['step', 'natural', 'natural'],
    weight: 1.5,
    text: (arg) => `columns(every: ${arg(0)}, at: ${arg(1, levels.sum)}..<${arg(2, levels.sum)})`,
    meaning: ({ j }, arg) => {
      const column = floorMod(j, arg(0));
      return truth(arg(1) <= column && column < arg(2));
    },
  }),
  ...(['global', 'keys', 'queries'] as const).map((name) =>
    form(name, {
      takes: ['integer', 'integer'],
      weight: 1,
      text: (arg) => `${name}(${arg(0, levels.sum)}..<${arg(1, levels.sum)})`,
      meaning: ({ i, j }, arg) => {
        const inside = (position: number) => arg(0) <= position && position < arg(1);
        return truth((name !== 'queries' && inside(j)) || (name !== 'keys' && inside(i)));
      },
    }),
  ),
  form('sink', {
    takes: ['natural'],
    weight: 1.5,
    text: (arg) => `sink(${arg(0)})`,
    meaning: ({ j }, arg) => truth(0 <= j && j < arg(0)),
  }),
  form('global list', {
    takes: ['natural', 'natural'],
    weight: 0.5,
    text: (arg) => `global([${arg(0)}, ${arg(1)}])`,
    meaning: ({ i, j }, arg) => truth([arg(0), arg(1)].some((position) => position === i || position === j)),
  }),
];

const comparison = (operator: string, holds: (a: number, b: number) => boolean, weight: number): Form =>
  form(`compare ${operator}`, {
    takes: ['integer', 'integer'],
    weight,
    level: levels.comparison,
    text: (arg) => `${arg(0, levels.range)} ${operator} ${arg(1, levels.range)}`,
    meaning: (_, arg) => truth(holds(arg(0), arg(1))),
  });

/** Comparisons are sets by themselves. */
const comparisons: readonly Form[] = [
  comparison('<', (a, b) => a < b, 1.5),
  comparison('<=', (a, b) => a <= b, 1.5),
  comparison('>', (a, b) => a > b, 1),
  comparison('>=', (a, b) => a >= b, 1),
  comparison('==', (a, b) => a === b, 1),
  comparison('!=', (a, b) => a !== b, 0.7),
  form('chain', {
    takes: ['integer', 'integer', 'integer'],
    weight: 1,
    level: levels.comparison,
    text: (arg) => `${arg(0, levels.range)} <= ${arg(1, levels.range)} < ${arg(2, levels.range)}`,
    meaning: (_, arg) => truth(arg(0) <= arg(1) && arg(1) < arg(2)),
  }),
  form('in range', {
    takes: ['integer', 'integer', 'integer'],
    weight: 0.7,
    level: levels.comparison,
    text: (arg) => `${arg(0, levels.sum)} in ${arg(1, levels.sum)}..${arg(2, levels.sum)}`,
    meaning: (_, arg) => truth(arg(1) <= arg(0) && arg(0) <= arg(2)),
  }),
  form('long chain', {
    takes: ['integer', 'integer', 'integer', 'integer'],
    weight: 0.5,
    level: levels.comparison,
    text: (arg) =>
      [0, 1, 2, 3].map((at) => `${['', '< ', '>= ', '!= '][at]}${arg(at, levels.range)}`).join(' '),
    meaning: (_, arg) => truth(arg(0) < arg(1) && arg(1) >= arg(2) && arg(2) !== arg(3)),
  }),
  form('in an open range', {
    takes: ['integer', 'integer', 'integer'],
    weight: 0.5,
    level: levels.not,
    text: (arg) => `not ${arg(0, levels.sum)} in ${arg(1, levels.sum)}..<${arg(2, levels.sum)}`,
    meaning: (_, arg) => truth(arg(0) < arg(1) || arg(0) >= arg(2)),
  }),
  form('in list', {
    takes: ['integer', 'step', 'step'],
    weight: 0.7,
    level: levels.comparison,
    text: (arg) =>
      `${arg(0, levels.sum)} in [0, ${arg(1)}, ${arg(2, levels.sum)}..${arg(2, levels.sum)} + 2]`,
    meaning: (_, arg) =>
      truth(arg(0) === 0 || arg(0) === arg(1) || (arg(2) <= arg(0) && arg(0) <= arg(2) + 2)),
  }),
  form('less than a real', {
    takes: ['integer', 'host'],
    weight: 0.5,
    level: levels.comparison,
    text: (arg) => `${arg(0, levels.range)} < ${arg(1, levels.prefix)} / 3`,
    meaning: (_, arg) => truth(arg(0) < arg(1) / 3),
  }),
  form('at least a real', {
    takes: ['host', 'integer'],
    weight: 0.5,
    level: levels.comparison,
    text: (arg) => `log2(1 + abs(${arg(0)})) * 1.5 <= ${arg(1, levels.range)}`,
    meaning: (_, arg) => truth(Math.log2(1 + Math.abs(arg(0))) * 1.5 <= arg(1)),
  }),
  form('is power of two', {
    takes: ['integer'],
    weight: 0.4,
    text: (arg) => `is_power_of_two(${arg(0)})`,
    meaning: (_, arg) => truth(arg(0) > 0 && isZeroOrPowerOfTwo(arg(0))),
  }),
];

function isZeroOrPowerOfTwo(distance: number): boolean {
  return distance === 0 || Number.isInteger(Math.log2(distance));
}

export const setForms: readonly Form[] = [...distances, ...positions, ...comparisons];

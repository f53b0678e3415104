import { floorDiv, floorMod, levels } from '../term.ts';
import type { Form } from '../term.ts';

const closed = { level: levels.closed, takes: [] as const };

/** Indices, sizes, names and numbers. */
const leaves: readonly Form[] = [
  {
    ...closed,
    name: 'constant',
    gives: ['integer', 'natural', 'positive', 'size', 'step', 'host', 'row'],
    weight: 3,
    text: (_, value) => String(value),
    meaning: (_, __, value) => value as number,
  },
  {
    ...closed,
    name: 'i',
    gives: ['integer', 'host', 'row'],
    weight: 6,
    text: () => 'i',
    meaning: ({ i }) => i,
  },
  { ...closed, name: 'j', gives: ['integer', 'host'], weight: 6, text: () => 'j', meaning: ({ j }) => j },
  {
    ...closed,
    name: 'n',
    gives: ['integer', 'natural', 'host', 'row'],
    weight: 2,
    text: () => 'n',
    meaning: ({ n }) => n,
  },
  {
    ...closed,
    name: 'head',
    gives: ['integer', 'natural', 'row'],
    weight: 1,
    text: () => 'head',
    meaning: ({ head }) => head,
  },
  {
    ...closed,
    name: 'layer',
    gives: ['integer', 'natural'],
    weight: 0.5,
    text: () => 'layer',
    meaning: ({ layer }) => layer,
  },
  {
    ...closed,
    name: 'name',
    gives: ['integer', 'natural', 'positive'],
    weight: 2,
    text: (_, value) => String(value),
    meaning: ({ names }, _, value) => names[value as string],
  },
];

/** Integer operators; all are total on the integers, `div` and `mod` floor. */
const operators: readonly Form[] = [
  {
    name: 'add',
    gives: ['integer'],
    takes: ['integer', 'integer'],
    weight: 2,
    level: levels.sum,
    text: (arg) => `${arg(0, levels.sum)} + ${arg(1, levels.product)}`,
    meaning: (_, arg) => arg(0) + arg(1),
  },
  {
    name: 'subtract',
    gives: ['integer'],
    takes: ['integer', 'integer'],
    weight: 3,
    level: levels.sum,
    text: (arg) => `${arg(0, levels.sum)} - ${arg(1, levels.product)}`,
    meaning: (_, arg) => arg(0) - arg(1),
  },
  {
    name: 'multiply',
    gives: ['integer'],
    takes: ['integer', 'step'],
    weight: 1,
    level: levels.product,
    text: (arg) => `${arg(0, levels.product)} * ${arg(1, levels.prefix)}`,
    meaning: (_, arg) => arg(0) * arg(1),
  },
  {
    name: 'div',
    gives: ['integer'],
    takes: ['integer', 'positive'],
    weight: 2,
    level: levels.product,
    text: (arg) => `${arg(0, levels.product)} div ${arg(1, levels.prefix)}`,
    meaning: (_, arg) => floorDiv(arg(0), arg(1)),
  },
  {
    name: 'mod',
    gives: ['integer', 'natural'],
    takes: ['integer', 'positive'],
    weight: 2,
    level: levels.product,
    text: (arg) => `${arg(0, levels.product)} mod ${arg(1, levels.prefix)}`,
    meaning: (_, arg) => floorMod(arg(0), arg(1)),
  },
  {
    name: 'shift',
    gives: ['integer'],
    takes: ['integer'],
    weight: 0.5,
    level: levels.shift,
    value: (random) => random.pick([0, 1, 2, 3, 5, 16, 30]),
    text: (arg, value) => `${arg(0, levels.sum)} >> ${value}`,
    meaning: (_, arg, value) => floorDiv(arg(0), 2 ** Number(value)),
  },
  {
    name: 'shift to the left',
    gives: ['integer'],
    takes: ['integer'],
    weight: 0.6,
    level: levels.shift,
    value: (random) => random.pick([0, 1, 1, 2, 5, 12]),
    text: (arg, value) => `${arg(0, levels.sum)} << ${value}`,
    meaning: (_, arg, value) => arg(0) * 2 ** Number(value),
  },
  {
    name: 'negate',
    gives: ['integer'],
    takes: ['integer'],
    weight: 0.5,
    level: levels.prefix,
    text: (arg) => `-${arg(0, levels.closed)}`,
    meaning: (_, arg) => -arg(0),
  },
];

const call = (name: string, count: number): Pick<Form, 'level' | 'text'> => ({
  level: levels.closed,
  text: (arg) => `${name}(${Array.from({ length: count }, (_, index) => arg(index)).join(', ')})`,
});

const functions: readonly Form[] = [
  {
    name: 'abs',
    gives: ['integer', 'natural'],
    takes: ['integer'],
    weight: 1,
    ...call('abs', 1),
    meaning: (_, arg) => Math.abs(arg(0)),
  },
  {
    name: 'min',
    gives: ['integer'],
    takes: ['integer', 'integer'],
    weight: 1,
    ...call('min', 2),
    meaning: (_, arg) => Math.min(arg(0), arg(1)),
  },
  {
    name: 'max',
    gives: ['integer'],
    takes: ['integer', 'integer'],
    weight: 1,
    ...call('max', 2),
    meaning: (_, arg) => Math.max(arg(0), arg(1)),
  },
  {
    name: 'clamp',
    gives: ['integer'],
    takes: ['integer', 'natural'],
    weight: 0.5,
    level: levels.closed,
    text: (arg) => `clamp(${arg(0)}, 0, ${arg(1)})`,
    meaning: (_, arg) => Math.min(Math.max(arg(0), 0), arg(1)),
  },
  {
    name: 'bit_length',
    gives: ['integer', 'natural'],
    takes: ['integer'],
    weight: 0.7,
    level: levels.closed,
    text: (arg) => `bit_length(abs(${arg(0)}))`,
    meaning: (_, arg) => Math.abs(arg(0)).toString(2).length - (arg(0) === 0 ? 1 : 0),
  },
  {
    name: 'floor of a share',
    gives: ['integer'],
    takes: ['host'],
    weight: 0.6,
    level: levels.closed,
    value: (random) => random.pick(['0.3', '0.5', '0.77', '1.25']),
    text: (arg, value) => `floor(${arg(0, levels.product)} * ${value})`,
    meaning: (_, arg, value) => Math.floor(arg(0) * Number(value)),
  },
  {
    name: 'rounded root',
    gives: ['integer'],
    takes: ['host'],
    weight: 0.6,
    level: levels.closed,
    text: (arg) => `floor(sqrt(max(${arg(0)}, 0)))`,
    meaning: (_, arg) => Math.floor(Math.sqrt(Math.max(arg(0), 0))),
  },
  {
    name: 'rounded to the nearest',
    gives: ['integer'],
    takes: ['host'],
    weight: 0.6,
    level: levels.closed,
    text: (arg) => `round(${arg(0, levels.prefix)} / 2)`,
    // Halves go to the even neighbour.
    meaning: (_, arg) => {
      const half = arg(0) / 2;
      const down = Math.floor(half);
      return half - down < 0.5 || (half - down === 0.5 && down % 2 === 0) ? down : down + 1;
    },
  },
  {
    name: 'towards zero',
    gives: ['integer'],
    takes: ['host'],
    weight: 0.6,
    level: levels.sum,
    text: (arg) => `trunc(${arg(0, levels.prefix)} / 3) - ceil(${arg(0, levels.prefix)} / 4)`,
    meaning: (_, arg) => Math.trunc(arg(0) / 3) - Math.ceil(arg(0) / 4),
  },
  {
    name: 'element of a list',
    gives: ['integer', 'natural'],
    takes: ['integer'],
    weight: 0.5,
    level: levels.closed,
    text: (arg) => `[4, 0, 9][(${arg(0)}) mod 3]`,
    meaning: (_, arg) => [4, 0, 9][floorMod(arg(0), 3)],
  },
  {
    name: 'choose',
    gives: ['integer'],
    takes: ['set', 'integer', 'integer'],
    weight: 0.7,
    level: levels.open,
    text: (arg) => `if ${arg(0)} then ${arg(1)} else ${arg(2)}`,
    meaning: (_, arg) => (arg(0) ? arg(1) : arg(2)),
  },
];

export const integerForms: readonly Form[] = [...leaves, ...operators, ...functions];

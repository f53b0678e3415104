import { floorDiv, floorMod, levels, plain } from '../term.ts';
import type { Form } from '../term.ts';

/** Forms over sets: union and the like, other planes, choices by head, layer or condition. */
export const combinatorForms: readonly Form[] = [
  {
    name: 'union',
    gives: ['set'],
    takes: ['set', 'set'],
    weight: 6,
    level: levels.or,
    text: (arg) => `${arg(0, levels.or)} | ${arg(1, levels.and)}`,
    meaning: (_, arg) => arg(0) | arg(1),
  },
  {
    name: 'intersection',
    gives: ['set'],
    takes: ['set', 'set'],
    weight: 6,
    level: levels.and,
    text: (arg) => `${arg(0, levels.and)} & ${arg(1, levels.not)}`,
    meaning: (_, arg) => arg(0) & arg(1),
  },
  {
    name: 'difference',
    gives: ['set'],
    takes: ['set', 'set'],
    weight: 2,
    level: levels.sum,
    text: (arg) => `${arg(0, levels.sum)} - ${arg(1, levels.product)}`,
    meaning: (_, arg) => arg(0) & (1 - arg(1)),
  },
  {
    name: 'complement',
    gives: ['set'],
    takes: ['set'],
    weight: 1,
    level: levels.prefix,
    text: (arg) => `!${arg(0, levels.closed)}`,
    meaning: (_, arg) => 1 - arg(0),
  },
  {
    name: 'if',
    gives: ['set'],
    takes: ['set', 'set', 'set'],
    weight: 1.5,
    level: levels.open,
    text: (arg) => `if ${arg(0)} then ${arg(1)} else ${arg(2)}`,
    meaning: (_, arg) => (arg(0) ? arg(1) : arg(2)),
  },
  {
    name: 'by head',
    gives: ['set'],
    takes: ['set', 'set'],
    weight: 1.5,
    level: levels.closed,
    value: (random) => random.pick([1, 1, 2]),
    text: (arg, value) => `by head { 0..<${value}: ${arg(0)}; else: ${arg(1)} }`,
    meaning: ({ head }, arg, value) => (head < Number(value) ? arg(0) : arg(1)),
  },
  {
    name: 'by layer',
    gives: ['set'],
    takes: ['set', 'set'],
    weight: 0.7,
    level: levels.closed,
    value: (random) => random.integer(0, 2),
    text: (arg, value) => `by layer { ${value}: ${arg(0)}; else: ${arg(1)} }`,
    meaning: ({ layer }, arg, value) => (layer === Number(value) ? arg(0) : arg(1)),
  },
  {
    name: 'words',
    gives: ['set'],
    takes: ['set', 'set', 'set'],
    weight: 1,
    level: levels.or,
    text: (arg) => `not ${arg(0, levels.not)} or ${arg(1, levels.and)} and ${arg(2, levels.not)}`,
    meaning: (_, arg) => (1 - arg(0)) | (arg(1) & arg(2)),
  },
  {
    name: 'heads by label',
    gives: ['set'],
    takes: ['set', 'set'],
    weight: 0.7,
    level: levels.closed,
    text: (arg) => `by head { 0: ${arg(0)}; 1, 3: skip; else: ${arg(1)} }`,
    meaning: ({ head }, arg) => (head === 0 ? arg(0) : head === 2 ? arg(1) : 0),
  },
  {
    name: 'parameters of all types',
    gives: ['set'],
    takes: ['set', 'set', 'integer', 'integer'],
    weight: 0.8,
    level: levels.closed,
    value: (random) => random.pick(['true', 'false']),
    pattern:
      'pattern typed(a: set, b: set, at: range, some: list, share: real = 0.75, on: bool = true) =\n' +
      '  if on then a & keys(at) else b | global(some) & j < n * share',
    text: (arg, value) =>
      `typed(${arg(0)}, ${arg(1)}, ${arg(2, levels.sum)}..${arg(3, levels.sum)}, [2, 5..7], on: ${value})`,
    meaning: ({ i, j, n }, arg, value) => {
      const isListed = [i, j].some((p) => p === 2 || (p >= 5 && p <= 7));
      if (value === 'true') return arg(0) & (arg(2) <= j && j <= arg(3) ? 1 : 0);
      return arg(1) | (isListed && j < n * 0.75 ? 1 : 0);
    },
  },
  {
    name: 'pattern call',
    gives: ['set'],
    takes: ['positive'],
    weight: 1.5,
    level: levels.closed,
    text: (arg) => `shape(${arg(0)})`,
    meaning: (environment, arg) => environment.shape(environment, arg(0)),
  },
  {
    name: 'block',
    rebases: 'to blocks',
    gives: ['set'],
    takes: ['positive', 'set'],
    weight: 2.5,
    level: levels.closed,
    text: (arg) => `block(${arg(0)}) { ${arg(1)} }`,
    meaning: (environment, arg) => {
      const size = arg(0);
      const { i, j, n } = environment;
      return arg(1, {
        ...plain(environment),
        i: floorDiv(i, size),
        j: floorDiv(j, size),
        n: Math.ceil(n / size),
        nq: Math.ceil(environment.nq / size),
      });
    },
  },
  {
    name: 'within chunk',
    rebases: 'to parts',
    gives: ['set'],
    takes: ['positive', 'set'],
    weight: 2.5,
    level: levels.closed,
    text: (arg) => `within(chunk(${arg(0)})) { ${arg(1)} }`,
    meaning: (environment, arg) => {
      const size = arg(0);
      const { i, j, n } = environment;
      const chunk = floorDiv(i, size);
      if (floorDiv(j, size) !== chunk) return 0;
      const length = Math.min(size, n - chunk * size);
      return arg(1, {
        ...plain(environment),
        i: floorMod(i, size),
        j: floorMod(j, size),
        n: length,
        nq: length,
      });
    },
  },
];

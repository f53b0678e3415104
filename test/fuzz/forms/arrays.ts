import { floorDiv, levels, plain } from '../term.ts';
import type { ArraySizes, Environment, Form, Nested } from '../term.ts';
import type { Random } from '../random.ts';

/** An input that forms may name: how it is declared and what it holds. Always with a leading batch dimension. */
export interface FuzzArray {
  readonly name: string;
  readonly declaration: string;
  /** What the text may say that it holds where nobody gives it, which is what plans are chosen by. */
  readonly feed?: string;
  readonly fill: (sizes: ArraySizes, random: Random) => Nested;
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

const ascending = (count: number, random: Random): number[] => {
  let id = 0;
  return times(count, () => (random.chance(0.25) ? ++id : id));
};

const someOf = (count: number, density: number, random: Random): number[] =>
  times(count, (at) => at).filter(() => random.chance(density));

const coarse = 3;

export const fuzzArrays: readonly FuzzArray[] = [
  {
    name: 'ids',
    declaration: 'input ids: int[batch, n] sorted',
    feed: 'documents(5)',
    fill: ({ batch, nk }, random) => times(batch, () => ascending(nk, random)),
  },
  {
    name: 'labels',
    declaration: 'input labels: int[batch, n]',
    feed: 'random(below: 5, seed: 4)',
    fill: ({ batch, nk }, random) => times(batch, () => times(nk, () => random.integer(-2, 6))),
  },
  {
    name: 'lengths',
    declaration: 'input lengths: int[batch]',
    feed: 'full',
    fill: ({ batch, nk }, random) => times(batch, () => random.integer(0, nk)),
  },
  {
    name: 'flags',
    declaration: 'input flags: bits[batch, n, n]',
    feed: 'random(density: 0.3, seed: 1)',
    fill: ({ batch, nk }, random) => {
      const density = random.pick([0.05, 0.5, 0.95]);
      return times(batch, () => times(nk, () => times(nk, () => random.chance(density))));
    },
  },
  {
    name: 'tiles',
    declaration: `input tiles: blocks[heads, (n + ${coarse - 1}) div ${coarse}, (n + ${coarse - 1}) div ${coarse}]`,
    feed: 'random(density: 0.4, seed: 2)',
    fill: ({ heads, nk }, random) => {
      const count = Math.ceil(nk / coarse);
      return times(heads, () => times(count, () => times(count, () => random.chance(0.4))));
    },
  },
  {
    name: 'near',
    declaration: 'input near: list[n]',
    feed: 'random(density: 0.2, seed: 3)',
    fill: ({ nk }, random) => times(nk, () => someOf(nk, 0.2, random)),
  },
  {
    name: 'kept',
    declaration: 'input kept: list[heads]',
    feed: 'random(density: 0.3, seed: 5)',
    fill: ({ heads, nk }, random) => times(heads, () => someOf(nk, 0.3, random)),
  },
  {
    name: 'tokens',
    declaration: 'input tokens: list[]',
    feed: '[0, 5]',
    fill: ({ nk }, random) => someOf(nk, 0.15, random),
  },
  {
    name: 'marks',
    declaration: 'input marks: int[heads, n, 3]',
    feed: 'random(below: 9, seed: 6)',
    fill: ({ heads, nk }, random) =>
      times(heads, () => times(nk, () => times(3, () => random.integer(-2, nk)))),
  },
  {
    name: 'turns',
    declaration: 'input turns: int[batch, nq]',
    feed: '1',
    fill: ({ batch, nq }, random) => times(batch, () => times(nq, () => random.integer(-1, 4))),
  },
  {
    name: 'active',
    declaration: 'input active: bits[batch, n]',
    feed: 'random(density: 0.5, seed: 7)',
    fill: ({ batch, nk }, random) => {
      const density = random.pick([0.1, 0.5, 0.9]);
      return times(batch, () => times(nk, () => random.chance(density)));
    },
  },
  {
    name: 'cells',
    declaration: 'input cells: int[batch, n]',
    feed: 'shuffled(seed: 8)',
    fill: ({ batch, nk }, random) => times(batch, () => times(nk, () => random.integer(-1, nk + 1))),
  },
  {
    name: 'places',
    declaration: 'input places: int[n, 2]',
    feed: 'random(below: 6, seed: 9)',
    fill: ({ nk }, random) => times(nk, () => [random.integer(-1, 6), random.integer(-1, 6)]),
  },
];

/** An array as forms read it. Outside of it an integer is -1, a bit is false, a list is empty. */
function read(environment: Environment, name: string, indices: readonly number[]): Nested | undefined {
  let at: Nested | undefined = environment.arrays[name];
  for (const index of indices) at = (at as readonly Nested[] | undefined)?.[index];
  return at;
}

const integerOf = (value: Nested | undefined): number => (typeof value === 'number' ? value : -1);
const listOf = (value: Nested | undefined): readonly Nested[] => (Array.isArray(value) ? value : []);
const truth = (value: boolean) => (value ? 1 : 0);

const form = (uses: string, part: Omit<Form, 'gives' | 'level' | 'uses'> & Partial<Form>): Form => ({
  gives: ['set'],
  level: levels.closed,
  ...part,
  uses,
});

export const arrayForms: readonly Form[] = [
  form('ids', {
    name: 'same ids',
    takes: [],
    weight: 1,
    text: () => 'same(ids)',
    meaning: (environment) => {
      const { batch, i, j } = environment;
      return truth(
        integerOf(read(environment, 'ids', [batch, i])) === integerOf(read(environment, 'ids', [batch, j])),
      );
    },
  }),
  form('ids', {
    name: 'within segments',
    rebases: 'to parts',
    takes: ['set'],
    weight: 1.2,
    text: (arg) => `within(segments(ids)) { ${arg(0)} }`,
    meaning: (environment, arg) => {
      const { batch, i, j } = environment;
      const ids = listOf(read(environment, 'ids', [batch]));
      if (ids[i] === undefined || ids[i] !== ids[j]) return 0;
      const start = ids.indexOf(ids[i]);
      const n = ids.lastIndexOf(ids[i]) + 1 - start;
      return arg(0, { ...plain(environment), i: i - start, j: j - start, n, nq: n });
    },
  }),
  form('labels', {
    name: 'label',
    gives: ['integer'],
    takes: ['integer'],
    weight: 0.8,
    text: (arg) => `labels[${arg(0)}]`,
    meaning: (environment, arg) => integerOf(read(environment, 'labels', [environment.batch, arg(0)])),
  }),
  form('labels', {
    name: 'same labels',
    takes: [],
    weight: 0.5,
    text: () => 'same(labels)',
    meaning: (environment) => {
      const label = (at: number) => integerOf(read(environment, 'labels', [environment.batch, at]));
      return truth(label(environment.i) === label(environment.j));
    },
  }),
  form('lengths', {
    name: 'key lengths',
    takes: [],
    weight: 0.7,
    level: levels.comparison,
    text: () => 'j < lengths[batch]',
    meaning: (environment) =>
      truth(environment.j < integerOf(read(environment, 'lengths', [environment.batch]))),
  }),
  form('flags', {
    name: 'flag',
    takes: ['integer', 'integer'],
    weight: 0.8,
    text: (arg) => `flags[${arg(0)}, ${arg(1)}]`,
    meaning: (environment, arg) =>
      truth(read(environment, 'flags', [environment.batch, arg(0), arg(1)]) === true),
  }),
  form('flags', {
    name: 'flag of the pair',
    takes: [],
    weight: 0.8,
    text: () => 'flags[i, j]',
    meaning: (environment) =>
      truth(read(environment, 'flags', [environment.batch, environment.i, environment.j]) === true),
  }),
  form('tiles', {
    name: 'block mask',
    takes: [],
    weight: 0.8,
    text: () => `tiles[head, i div ${coarse}, j div ${coarse}]`,
    meaning: (environment) => {
      const { head, i, j } = environment;
      return truth(read(environment, 'tiles', [head, floorDiv(i, coarse), floorDiv(j, coarse)]) === true);
    },
  }),
  form('near', {
    name: 'neighbor list',
    takes: ['integer'],
    weight: 0.7,
    level: levels.comparison,
    text: (arg) => `j in near[${arg(0)}]`,
    meaning: (environment, arg) => truth(listOf(read(environment, 'near', [arg(0)])).includes(environment.j)),
  }),
  form('near', {
    name: 'in a neighbor list',
    takes: ['integer', 'integer'],
    weight: 0.5,
    level: levels.comparison,
    text: (arg) => `${arg(0, levels.range)} in near[${arg(1)}]`,
    meaning: (environment, arg) => truth(listOf(read(environment, 'near', [arg(1)])).includes(arg(0))),
  }),
  form('tokens', {
    name: 'global tokens',
    takes: [],
    weight: 0.5,
    text: () => 'global(tokens)',
    meaning: ({ i, j, arrays }) => truth([i, j].some((p) => listOf(arrays.tokens).includes(p))),
  }),
  form('tokens', {
    name: 'queries of tokens',
    takes: ['integer'],
    weight: 0.5,
    level: levels.and,
    text: (arg) => `queries(tokens) & not ${arg(0, levels.range)} in tokens`,
    meaning: ({ i, arrays }, arg) =>
      truth(listOf(arrays.tokens).includes(i) && !listOf(arrays.tokens).includes(arg(0))),
  }),
  form('tiles', {
    name: 'block of any pair',
    takes: ['integer', 'integer'],
    weight: 0.5,
    text: (arg) => `tiles[${arg(0)}, ${arg(1)}]`,
    meaning: (environment, arg) =>
      truth(read(environment, 'tiles', [environment.head, arg(0), arg(1)]) === true),
  }),
  form('active', {
    name: 'active position',
    takes: ['integer'],
    weight: 0.5,
    text: (arg) => `active[${arg(0)}]`,
    meaning: (environment, arg) => truth(read(environment, 'active', [environment.batch, arg(0)]) === true),
  }),
  form('marks', {
    name: 'mark',
    gives: ['integer'],
    takes: ['integer', 'integer'],
    weight: 0.6,
    text: (arg) => `marks[${arg(0)}, ${arg(1)}]`,
    meaning: (environment, arg) => integerOf(read(environment, 'marks', [environment.head, arg(0), arg(1)])),
  }),
  form('turns', {
    name: 'turn of a query row',
    gives: ['integer'],
    takes: ['integer'],
    weight: 0.6,
    text: (arg) => `turns[${arg(0)}]`,
    meaning: (environment, arg) => integerOf(read(environment, 'turns', [environment.batch, arg(0)])),
  }),
  form('kept', {
    name: 'kept keys',
    takes: [],
    weight: 0.7,
    text: () => 'keys(kept)',
    meaning: (environment) =>
      truth(listOf(read(environment, 'kept', [environment.head])).includes(environment.j)),
  }),
];

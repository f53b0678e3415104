import { floorDiv, floorMod, levels, plain } from '../term.ts';
import type { Environment, Form, Nested } from '../term.ts';

const truth = (value: boolean) => (value ? 1 : 0);
const listOf = (value: Nested | undefined): readonly Nested[] => (Array.isArray(value) ? value : []);
const cellIn = (number: number, height: number, width: number): readonly [y: number, x: number] | null =>
  number < 0 || number >= height * width ? null : [floorDiv(number, width), floorMod(number, width)];

/** The row of an input that belongs to the own batch entry. */
const rowOf = ({ arrays, batch }: Environment, name: string) => listOf(listOf(arrays[name])[batch]);

const sizes = 'h: int in 1..64, w: int in 1..64';

/** Grids without a name, numbered at launch, and different ones for queries and keys; subsets of positions. */
export const spaceForms: readonly Form[] = [
  {
    name: 'cells given at launch',
    uses: 'cells',
    gives: ['set'],
    takes: ['size', 'size', 'size'],
    weight: 0.9,
    level: levels.closed,
    pattern: `pattern ordered(${sizes}, reach: int in 1..64, cells: int[batch, n])\n  over (y: h, x: w, order: cells) =\n  i.y == j.y & j <= i | abs(i.x - j.x) < reach`,
    text: (arg) => `ordered(${arg(0)}, ${arg(1)}, ${arg(2)}, cells)`,
    meaning: (environment, arg) => {
      const { i, j } = environment;
      const numbers = rowOf(environment, 'cells');
      const [a, b] = [i, j].map((p) => cellIn(Number(numbers[p] ?? -1), arg(0), arg(1)));
      if (a === null || b === null) return 0;
      return truth((a[0] === b[0] && j <= i) || Math.abs(a[1] - b[1]) < arg(2));
    },
  },
  {
    name: 'coordinates given at launch',
    uses: 'places',
    gives: ['set'],
    takes: ['size', 'size'],
    weight: 0.7,
    level: levels.closed,
    pattern: `pattern placed(${sizes}, places: int[n, 2]) over (y: h, x: w, order: places) =\n  axial(x) | i.y < j.x`,
    text: (arg) => `placed(${arg(0)}, ${arg(1)}, places)`,
    meaning: ({ i, j, arrays }, arg) => {
      const [a, b] = [i, j].map((p) => listOf(listOf(arrays.places)[p]).map(Number));
      const isCell = ([y, x]: readonly number[]) => y >= 0 && y < arg(0) && x >= 0 && x < arg(1);
      return truth(isCell(a) && isCell(b) && (a[0] === b[0] || a[0] < b[1]));
    },
  },
  {
    name: 'two spaces',
    gives: ['set'],
    takes: ['size', 'size', 'size'],
    weight: 0.7,
    level: levels.closed,
    pattern: `pattern crossing(${sizes}, m: int in 1..64)\n  over rows(m) + a(y: h, x: w) by b(y: w, x: h) + columns(m) =\n  global(rows) | keys(columns) | i.y == j.x | i in a & i.x < j.y`,
    text: (arg) => `crossing(${arg(0)}, ${arg(1)}, ${arg(2)})`,
    meaning: ({ i, j }, arg) => {
      const [height, width, m] = [arg(0), arg(1), arg(2)];
      const area = height * width;
      if (i < 0 || j < 0 || i >= m + area || j >= area + m) return 0;
      // Coordinates go on counting beyond their region.
      const [y, x] = [floorDiv(i - m, width), floorMod(i - m, width)];
      const [below, beside] = [floorDiv(j, height), floorMod(j, height)];
      return truth(i < m || j >= area || y === beside || (i >= m && x < below));
    },
  },
  {
    name: 'within subset',
    rebases: 'to parts',
    uses: 'active',
    gives: ['set'],
    takes: ['set'],
    weight: 1.1,
    level: levels.closed,
    text: (arg) => `within(subset(active)) { ${arg(0)} }`,
    meaning: (environment, arg) => {
      const active = rowOf(environment, 'active');
      const { i, j } = environment;
      if (active[i] !== true || active[j] !== true) return 0;
      const before = (end: number) => active.slice(0, end).filter((bit) => bit === true).length;
      const n = before(active.length);
      return arg(0, { ...plain(environment), i: before(i), j: before(j), n, nq: n });
    },
  },
  {
    name: 'rank',
    uses: 'active',
    gives: ['integer'],
    takes: ['integer'],
    weight: 0.6,
    level: levels.closed,
    text: (arg) => `rank(active)[${arg(0)}]`,
    meaning: (environment, arg) => {
      const active = rowOf(environment, 'active');
      const end = arg(0);
      if (end < 0 || end > active.length) return -1;
      return active.slice(0, end).filter((bit) => bit === true).length;
    },
  },
  {
    name: 'shrink by head',
    gives: ['set'],
    takes: ['size', 'size'],
    weight: 0.7,
    level: levels.closed,
    pattern:
      'pattern shrunk(b: int in 1..64, reach: int in 1..64) =\n  shrink(b, any) { i - j == reach * (head + 1) | i == j }',
    text: (arg) => `shrunk(${arg(0)}, ${arg(1)})`,
    meaning: ({ i, j, n, head }, arg) => {
      const [size, reach] = [arg(0), arg(1)];
      if (i < 0) return 0;
      const [row, column] = [floorDiv(i, size), floorDiv(j, size)];
      for (let a = row * size; a < Math.min(n, (row + 1) * size); a++)
        for (let b = column * size; b < Math.min(n, (column + 1) * size); b++)
          if (a - b === reach * (head + 1) || a === b) return 1;
      return 0;
    },
  },
];

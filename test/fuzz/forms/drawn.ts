import { randomColumns } from '../../../runtime/mask/launch/random-list.ts';
import { floorDiv, levels, plain } from '../term.ts';
import type { Form } from '../term.ts';

/** Whether a pair of a block counts for its rule. */
type Holds = (a: number, b: number, reach: number) => boolean;

/** A pattern that keeps whole blocks of pairs by how much of them is in its set. */
function shrinkForm(
  name: string,
  rule: string,
  set: string,
  holds: Holds,
  keeps: (columns: readonly (readonly boolean[])[], size: number) => boolean,
): Form {
  const called = name.replaceAll(' ', '_');
  return {
    name,
    gives: ['set'],
    takes: ['size', 'size'],
    weight: 0.4,
    level: levels.closed,
    pattern: `pattern ${called}(b: int in 1..64, reach: int in 1..64) =\n  shrink(b, ${rule}) { ${set} }`,
    text: (arg) => `${called}(${arg(0)}, ${arg(1)})`,
    meaning: ({ i, j, n }, arg) => {
      const [size, reach] = [arg(0), arg(1)];
      const block = (p: number) => {
        const first = floorDiv(p, size) * size;
        return Array.from({ length: Math.max(0, Math.min(n, first + size) - first) }, (_, at) => first + at);
      };
      const [rows, columns] = [block(i), block(j)];
      if (i < 0 || rows.length === 0 || columns.length === 0) return 0;
      return keeps(
        columns.map((b) => rows.map((a) => holds(a, b, reach))),
        size,
      )
        ? 1
        : 0;
    },
  };
}

/** Sets that the host computes when a plan is made. */
export const drawnForms: readonly Form[] = [
  {
    name: 'random',
    gives: ['set'],
    takes: [],
    weight: 0.6,
    isDrawn: true,
    level: levels.closed,
    value: (random) => random.integer(1, 5),
    text: (_, value) => `random(per_row: ${value}, seed: ${Number(value) * 7})`,
    meaning: ({ i, j, n }, _, value) =>
      i >= 0 && randomColumns(Number(value) * 7, i, n, Number(value)).includes(j) ? 1 : 0,
  },
  {
    name: 'shrink of a set',
    gives: ['set'],
    takes: ['size', 'set'],
    weight: 0.6,
    isDrawn: true,
    isShrunk: true,
    offGrid: true,
    level: levels.closed,
    value: (random) => random.pick(['any', 'all']),
    text: (arg, value) => `shrink(${arg(0)}, ${value}) { ${arg(1)} }`,
    meaning: (environment, arg, value) => {
      const size = arg(0);
      const { i, j, n } = environment;
      const [row, column] = [i, j].map((p) => floorDiv(p, size) * size);
      if (row < 0 || row >= n) return 0;
      const inner = { ...plain(environment), nq: n };
      const sought = value === 'any' ? 1 : 0;
      for (let a = row; a < Math.min(n, row + size); a++)
        for (let b = column; b < Math.min(n, column + size); b++)
          if (arg(1, Object.assign(inner, { i: a, j: b })) === sought) return sought;
      return 1 - sought;
    },
  },
  shrinkForm(
    'shrink to full blocks',
    'all',
    'abs(i - j) <= reach | j < 2',
    (a, b, reach) => Math.abs(a - b) <= reach || b < 2,
    (columns) => columns.every((column) => column.every(Boolean)),
  ),
  shrinkForm(
    'shrink by columns',
    'columns(denser: 0.5, share: 0.3)',
    'i - j >= 0 & i - j < reach | j mod 3 == 0',
    (a, b, reach) => (a >= b && a - b < reach) || b % 3 === 0,
    (columns, size) => {
      const counts = columns.map((column) => column.filter(Boolean).length);
      const [live, dense] = [0, 0.5 * size].map((most) => counts.filter((count) => count > most).length);
      return live > 0 && dense / (live + 1e-9) > 0.3;
    },
  ),
];

import { floorDiv, floorMod, levels } from '../term.ts';
import type { Environment, Form } from '../term.ts';

type Arguments = (index: number) => number;
/** Whether coordinate x of the query meets coordinate y of the key on an axis of `size` cells. */
type AxisRule = (x: number, y: number, size: number) => boolean;

/** A pattern over a grid of h x w cells, called with constants: the first two are the sizes. */
function gridForm(
  name: string,
  parameters: readonly string[],
  body: string,
  rule: (i: readonly number[], j: readonly number[], sizes: readonly number[], arg: Arguments) => boolean,
): Form {
  const called = name.replaceAll(' ', '_');
  const all = ['h', 'w', ...parameters];
  const typed = all.map((parameter) => `${parameter}: int in 1..64`).join(', ');
  return {
    name,
    gives: ['set'],
    takes: all.map(() => 'size'),
    weight: 0.7,
    level: levels.closed,
    pattern: `pattern ${called}(${typed}) over image(y: h, x: w) =\n  ${body}`,
    text: (arg) => `${called}(${all.map((_, at) => arg(at)).join(', ')})`,
    meaning: (environment, arg) => {
      const sizes = [arg(0), arg(1)];
      const [a, b] = cellsOf(environment, sizes);
      return a !== null && b !== null && rule(a, b, sizes, (index) => arg(index + 2)) ? 1 : 0;
    },
  };
}

/** The cells of the pair; null for a position that is none. */
function cellsOf(
  { i, j }: Environment,
  [height, width]: readonly number[],
): readonly (readonly number[] | null)[] {
  return [i, j].map((p) => (p < 0 || p >= height * width ? null : [floorDiv(p, width), floorMod(p, width)]));
}

const onEvery = (
  rule: AxisRule,
  i: readonly number[],
  j: readonly number[],
  sizes: readonly number[],
): boolean => sizes.every((size, axis) => rule(i[axis], j[axis], size));

const first = (wanted: number, count: number, length: number) =>
  Math.max(0, Math.min(wanted, length - count));

/** NATTEN over the members of the dilation group of x. */
function isNear(
  x: number,
  y: number,
  size: number,
  k: number,
  s: number,
  d: number,
  causal: boolean,
): boolean {
  if (floorMod(x - y, d) !== 0) return false;
  const [own, other] = [floorDiv(x, d), floorDiv(y, d)];
  const length = Math.ceil((size - (x % d)) / d);
  const group = own - floorMod(own, s);
  if (causal) return other <= own && Math.min(group + s - 1, length - 1) - other < k;
  const start = first(Math.min(group + floorDiv(s, 2), length - 1) - floorDiv(k, 2), k, length);
  return start <= other && other < start + k;
}

/** Patterns over spaces, and the forms that speak of axes. */
export const gridForms: readonly Form[] = [
  gridForm(
    'near on grid',
    ['ky', 'kx', 's', 'd'],
    'neighborhood((ky, kx), stride: (min(s, ky), min(s, kx)), dilation: d)',
    (i, j, sizes, arg) =>
      sizes.every((size, at) =>
        isNear(i[at], j[at], size, arg(at), Math.min(arg(2), arg(at)), arg(3), false),
      ),
  ),
  gridForm(
    'near and causal',
    ['ky', 'kx', 'd'],
    'neighborhood((ky, kx), dilation: (1, d), causal: (false, true))',
    (i, j, sizes, arg) =>
      isNear(i[0], j[0], sizes[0], arg(0), 1, 1, false) &&
      isNear(i[1], j[1], sizes[1], arg(1), 1, arg(2), true),
  ),
  gridForm(
    'tiles on grid',
    ['t', 'window_y', 'window_x'],
    'tiles(t, window: (window_y, window_x))',
    (i, j, sizes, arg) =>
      sizes.every((size, at) => {
        const [t, count] = [arg(0), arg(at + 1)];
        const start = first(floorDiv(i[at], t) - floorDiv(count, 2), count, Math.ceil(size / t));
        return start <= floorDiv(j[at], t) && floorDiv(j[at], t) < start + count;
      }),
  ),
  gridForm(
    'shifted on grid',
    ['window_of', 'by_cells'],
    'shifted_window(window_of, shift: by_cells)',
    (i, j, sizes, arg) => {
      const [w, s] = [arg(0), arg(1)];
      const label = (x: number, size: number) => {
        const p = floorMod(x - s, size);
        return `${floorDiv(p, w)} ${p < size - w} ${p < size - s}`;
      };
      return onEvery((x, y, size) => label(x, size) === label(y, size), i, j, sizes);
    },
  ),
  gridForm(
    'cross on grid',
    ['step'],
    'cross(every: step) | cross(every: step, wrap: true)',
    (i, j, sizes, arg) => {
      const [same, differing] = [0, 1].map((equal) =>
        sizes.map((_, at) => at).filter((at) => (i[at] === j[at]) === (equal === 0)),
      );
      if (same.length !== 1) return false;
      const [axis] = differing;
      const away = i[axis] - j[axis];
      return floorMod(away, arg(0)) === 0 || floorMod(floorMod(away, sizes[axis]), arg(0)) === 0;
    },
  ),
  gridForm(
    'axes of grid',
    ['reach'],
    'axial(y) | within(axis(x)) { window(keys: reach) } | abs(i.y - j.y) + i.x < j.x',
    (i, j, _, arg) => {
      const [down, right] = [i[0] - j[0], i[1] - j[1]];
      return right === 0 || (down === 0 && right >= 0 && right < arg(0)) || Math.abs(down) + i[1] < j[1];
    },
  ),
];

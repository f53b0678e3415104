import { floorDiv, floorMod, levels } from '../term.ts';
import type { Environment, Form } from '../term.ts';

const truth = (value: boolean) => (value ? 1 : 0);

type Cell = readonly number[];
type Sizes = readonly number[];

/** A pattern over a space of its own that is called with constants. `cellOf` is null for a position that is no cell. */
export function spaceForm(
  name: string,
  parameters: readonly string[],
  text: string,
  cellOf: (position: number, sizes: Sizes, environment: Environment) => Cell | null,
  rule: (i: Cell, j: Cell, sizes: Sizes) => boolean,
): Form {
  const called = name.replaceAll(' ', '_');
  const typed = parameters.map((parameter) => `${parameter}: int in 1..64`).join(', ');
  return {
    name,
    gives: ['set'],
    takes: parameters.map(() => 'size'),
    weight: 0.6,
    level: levels.closed,
    pattern: `pattern ${called}(${typed}) ${text}`,
    text: (arg) => `${called}(${parameters.map((_, at) => arg(at)).join(', ')})`,
    meaning: (environment, arg) => {
      const sizes = parameters.map((_, at) => arg(at));
      const [a, b] = [environment.i, environment.j].map((p) => cellOf(p, sizes, environment));
      return truth(a !== null && b !== null && rule(a, b, sizes));
    },
  };
}

const near = (a: Cell, b: Cell, most: number) => a.every((x, axis) => Math.abs(x - b[axis]) <= most);

/** Whole tiles one after another, row-major over the tiles and inside each. */
export function tiledCell(p: number, [h, w]: Sizes, [t, u]: Sizes): Cell | null {
  const across = Math.ceil(w / u);
  const [tile, place] = [floorDiv(p, t * u), floorMod(p, t * u)];
  const cell = [floorDiv(tile, across) * t + floorDiv(place, u), floorMod(tile, across) * u + (place % u)];
  return p >= 0 && cell[0] < h && cell[1] < w ? cell : null;
}

/** The bits of the coordinates by turns, the lowest that of the last axis. */
export function mortonCell(p: number, [h, w]: Sizes): Cell | null {
  if (p < 0) return null;
  const digits = [...p.toString(2)].reverse();
  const [x, y] = [0, 1].map((first) =>
    digits.reduce(
      (sum, digit, at) => (at % 2 === first && digit === '1' ? sum + 2 ** ((at - first) / 2) : sum),
      0,
    ),
  );
  return y < h && x < w ? [y, x] : null;
}

/** Row s, and e, which lies in a band around it. */
function bandCell(p: number, [width]: Sizes, { n }: Environment): Cell | null {
  const columns = 2 * width + 1;
  const size = floorDiv(n, columns);
  const s = floorDiv(p, columns);
  const e = s + floorMod(p, columns) - width;
  return p >= 0 && s < size && e >= 0 && e < size ? [s, e] : null;
}

const captions = 3;
/** What a position behind three of text is: its number in the video and its cell; no cell in the text. */
function captionedCell(p: number, [t, h, w]: Sizes): Cell | null {
  if (p < 0 || p >= captions + t * h * w) return null;
  const own = p - captions;
  return own < 0 ? [own] : [own, floorDiv(own, h * w), floorMod(floorDiv(own, w), h), own % w];
}

export const orderedGridForms: readonly Form[] = [
  spaceForm(
    'grid in tiles',
    ['h', 'w', 't', 'most'],
    'over image(y: h, x: w, order: tiles(t, t)) =\n  abs(i.y - j.y) <= most & abs(i.x - j.x) <= most',
    (p, [h, w, t]) => tiledCell(p, [h, w], [t, t]),
    (a, b, [, , , most]) => near(a, b, most),
  ),
  spaceForm(
    'grid along a Morton curve',
    ['h', 'w', 'most'],
    'over image(y: h, x: w, order: morton) =\n  axial(y) | abs(i.y - j.y) < most & j.x <= i.x',
    mortonCell,
    (a, b, [, , most]) => a[1] === b[1] || (Math.abs(a[0] - b[0]) < most && b[1] <= a[1]),
  ),
  spaceForm(
    'band',
    ['width'],
    'over band(s, e, width: width) =\n  i.s == j.s | i.e == j.s',
    bandCell,
    (a, b) => a[0] === b[0] || a[1] === b[0],
  ),
  spaceForm(
    'video behind text',
    ['t', 'h', 'w', 'reach'],
    `over text(${captions}) + video(t: t, h: h, w: w) =\n` +
      '  global(text) | within(video) { window(keys: reach) | neighborhood((1, reach, 2)) }',
    captionedCell,
    (a, b, [, h, w, reach]) => {
      if (a.length === 1 || b.length === 1) return true;
      const isNear = (x: number, y: number, size: number, k: number) => {
        const start = Math.max(0, Math.min(Math.min(x, size - 1) - floorDiv(k, 2), size - k));
        return start <= y && y < start + k;
      };
      const inWindow = a[0] - b[0] >= 0 && a[0] - b[0] < reach;
      return inWindow || (a[1] === b[1] && isNear(a[2], b[2], h, reach) && isNear(a[3], b[3], w, 2));
    },
  ),
];

import { floorDiv, floorMod, levels } from '../term.ts';
import type { Form } from '../term.ts';

type Cell = readonly [t: number, h: number, w: number];

/** Whether the pairs of a block that lie in two parts keep it; a column is what its keys have of live pairs. */
type Keeps = (columns: readonly (readonly boolean[])[], block: number) => boolean;

/**
 * A pattern that shrinks frame by frame: every pair of frames judges the blocks of its own canvas by its own pairs, and a
 * block stays where some pair of frames keeps it (`docs/language.md`, Shrink).
 */
function canvasForm(
  name: string,
  rule: string,
  set: string,
  holds: (a: Cell, b: Cell, reach: number) => boolean,
  keeps: Keeps,
): Form {
  const called = name.replaceAll(' ', '_');
  const parameters = ['t', 'h', 'w', 'b', 'reach'];
  const typed = parameters.map((parameter) => `${parameter}: int in 1..64`).join(', ');
  return {
    name,
    gives: ['set'],
    takes: parameters.map(() => 'size'),
    weight: 0.5,
    level: levels.closed,
    pattern:
      `pattern ${called}(${typed})\n  over video(t: t, h: h, w: w) =\n` +
      `  shrink(b, ${rule}, canvas: t) { ${set} }`,
    text: (arg) => `${called}(${parameters.map((_, at) => arg(at)).join(', ')})`,
    meaning: ({ i, j, n }, arg) => {
      const [frames, h, w, size, reach] = parameters.map((_, at) => arg(at));
      const area = h * w;
      if (i < 0 || j < 0 || i >= frames * area || j >= frames * area) return 0;
      const cell = (p: number): Cell => [floorDiv(p, area), floorMod(floorDiv(p, w), h), floorMod(p, w)];
      /** The positions of a block that each frame has on its canvas. */
      const parts = (block: number): number[][] =>
        Array.from({ length: frames }, (_, frame) => {
          const first = floorDiv(frame * area, size);
          const isOnCanvas = first <= block && block < first + Math.ceil(area / size);
          return Array.from({ length: size }, (__, at) => block * size + at).filter(
            (p) => isOnCanvas && p < n && floorDiv(p, area) === frame,
          );
        }).filter((positions) => positions.length > 0);
      const columnParts = parts(floorDiv(j, size));
      const isKept = parts(floorDiv(i, size)).some((rows) =>
        columnParts.some((columns) =>
          keeps(
            columns.map((b) => rows.map((a) => holds(cell(a), cell(b), reach))),
            size,
          ),
        ),
      );
      return isKept ? 1 : 0;
    },
  };
}

/** `shrink` on a canvas of its own. */
export const canvasForms: readonly Form[] = [
  canvasForm(
    'any on a canvas',
    'any',
    'abs(i.h - j.h) + abs(i.w - j.w) < reach & i.t - j.t in 0..1',
    (a, b, reach) =>
      Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]) < reach && a[0] - b[0] >= 0 && a[0] - b[0] <= 1,
    (columns) => columns.some((column) => column.some(Boolean)),
  ),
  canvasForm(
    'columns on a canvas',
    'columns(denser: 0.25, share: 0.4)',
    'i.w == j.w | i.t == j.t & abs(i.h - j.h) < reach',
    (a, b, reach) => a[2] === b[2] || (a[0] === b[0] && Math.abs(a[1] - b[1]) < reach),
    (columns, size) => {
      const counts = columns.map((column) => column.filter(Boolean).length);
      const [live, dense] = [0, 0.25 * size].map((most) => counts.filter((count) => count > most).length);
      return live > 0 && dense / (live + 1e-9) > 0.4;
    },
  ),
];

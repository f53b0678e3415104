import { floorDiv, floorMod, levels } from '../term.ts';
import type { Form } from '../term.ts';

/** Steps back, steps ahead, and the distance of a step. */
type Extent = readonly [back: number, ahead: number, step: number];

const truth = (value: boolean) => (value ? 1 : 0);

/** The ways to say how far a window reaches, and what they mean in steps. */
const conventions: readonly {
  readonly name: string;
  readonly takes: Form['takes'];
  readonly text: (arg: (index: number) => string) => string;
  readonly extent: (arg: (index: number) => number) => Extent;
}[] = [
  {
    name: 'each',
    takes: ['natural', 'step'],
    text: (arg) => `each: ${arg(0)}, step: ${arg(1)}`,
    extent: (arg) => [arg(0), arg(0), arg(1)],
  },
  {
    name: 'back and ahead',
    takes: ['natural', 'natural', 'step'],
    text: (arg) => `back: ${arg(0)}, ahead: ${arg(1)}, step: ${arg(2)}`,
    extent: (arg) => [arg(0), arg(1), arg(2)],
  },
  {
    name: 'keys',
    takes: ['step'],
    text: (arg) => `keys: ${arg(0)}`,
    extent: (arg) => [arg(0) - 1, 0, 1],
  },
];

/**
 * The window moves inside its residue class until it lies in 0..n-1: every row keeps the same number of keys, or all
 * keys of its class where there are too few.
 */
function isInClampedWindow(i: number, j: number, n: number, [back, ahead, step]: Extent): boolean {
  if (floorMod(j - i, step) !== 0) return false;
  const residue = floorMod(i, step);
  const inClass = Math.ceil((n - residue) / step);
  const latest = inClass - (back + ahead + 1);
  const first = Math.max(Math.min(floorDiv(i, step) - back, latest), 0);
  const place = floorDiv(j, step);
  return first <= place && place <= first + back + ahead;
}

/** Distances are taken around the ring of n positions. */
function isInWrappedWindow(i: number, j: number, n: number, [back, ahead, step]: Extent): boolean {
  const ring = Math.max(n, 1);
  const forwards = floorMod(j - i, ring);
  const backwards = floorMod(i - j, ring);
  return (
    (forwards <= ahead * step && forwards % step === 0) ||
    (backwards <= back * step && backwards % step === 0)
  );
}

/** Windows with an edge policy; truncated ones are in ./sets.ts. */
export const windowForms: readonly Form[] = conventions.flatMap(({ name, takes, text, extent }): Form[] =>
  (['clamp', 'wrap'] as const).map((edge) => ({
    name: `window ${name}, ${edge}`,
    gives: ['set'],
    takes,
    weight: 0.5,
    level: levels.closed,
    text: (arg) => `window(${text(arg)}, edge: ${edge})`,
    meaning: ({ i, j, n }, arg) =>
      truth((edge === 'clamp' ? isInClampedWindow : isInWrappedWindow)(i, j, n, extent(arg))),
  })),
);

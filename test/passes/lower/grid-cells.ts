import { lowerOne } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

export const div = (a: number, b: number) => Math.floor(a / b);
export const mod = (a: number, b: number) => a - b * Math.floor(a / b);

/** Row-major coordinates of a position; null outside of the grid. */
export function cellOf(p: number, sizes: readonly number[]): number[] | null {
  if (p < 0 || p >= sizes.reduce((a, b) => a * b, 1)) return null;
  const found: number[] = [];
  for (let at = sizes.length - 1, rest = p; at >= 0; at--) {
    found.unshift(mod(rest, sizes[at]));
    rest = div(rest, sizes[at]);
  }
  return found;
}

/** A predicate over the cells of a grid; false where one of the positions is none. */
export function onGrid(sizes: readonly number[], rule: (i: number[], j: number[]) => boolean) {
  return ({ i, j }: Pair) => {
    const [a, b] = [cellOf(i, sizes), cellOf(j, sizes)];
    return a !== null && b !== null && rule(a, b);
  };
}

/** The graph of a pattern over a space, for one head. */
export const pattern = (space: string, set: string, parameters = '') =>
  lowerOne(`pattern p${parameters} over ${space} = ${set}`, { defaults: { heads: 1 } });

import { lowerBound } from '../mask/evaluate.ts';
import type { SingleMember } from '../mask/single-predicate.ts';

/** Members a row up to which reading a list is cheaper than splitting boxes. */
const MAX_PER_ROW = 16;

/** Are the list rows of the positions i0 .. i1 short? */
export function isSparse({ list, rowBy }: SingleMember, i0: number, i1: number): boolean {
  const [from, to] = rowRange(list.starts.length - 1, rowBy, i0, i1);
  return from <= to && list.starts[to + 1] - list.starts[from] <= MAX_PER_ROW * (to - from + 1);
}

/** The columns of `granularity` keys, ascending, that hold a listed key of a row i0 .. i1 and of j0 .. j1. */
export function listedColumns(
  { list, rowBy, valueBy }: SingleMember,
  { i0, i1, j0, j1 }: { readonly i0: number; readonly i1: number; readonly j0: number; readonly j1: number },
  granularity: number,
): number[] {
  const { starts, values } = list;
  const [from, to] = rowRange(starts.length - 1, rowBy, i0, i1);
  const last = Math.floor(j1 / valueBy);
  const columns = new Set<number>();
  for (let row = from; row <= to; row++) {
    const end = starts[row + 1];
    for (
      let at = lowerBound(values, Math.floor(j0 / valueBy), starts[row], end);
      at < end && values[at] <= last;
      at++
    ) {
      const begin = Math.floor(Math.max(j0, values[at] * valueBy) / granularity);
      const stop = Math.floor(Math.min(j1, (values[at] + 1) * valueBy - 1) / granularity);
      for (let column = begin; column <= stop; column++) columns.add(column);
    }
  }
  return [...columns].sort((a, b) => a - b);
}

/** The rows of the list that positions i0 .. i1 read, inside the list. */
function rowRange(rows: number, rowBy: number, i0: number, i1: number): [number, number] {
  return [Math.max(0, Math.floor(i0 / rowBy)), Math.min(rows - 1, Math.floor(i1 / rowBy))];
}

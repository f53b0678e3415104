import { lowerBound } from '../mask/evaluate.ts';
import type { SingleMember } from '../mask/single-predicate.ts';

/** Members a row up to which reading a list is cheaper than splitting boxes. */
const MAX_PER_ROW = 16;

/** Are the list rows of the positions i0 .. i1 short? */
export function isSparse({ list, rowBy }: SingleMember, i0: number, i1: number): boolean {
  const [from, to] = rowRange(list.starts.length - 1, rowBy, i0, i1);
  return from <= to && list.starts[to + 1] - list.starts[from] <= MAX_PER_ROW * (to - from + 1);
}

const noColumns: readonly number[] = [];

/** The columns of `granularity` keys, ascending, that hold a listed key of a row i0 .. i1 and of j0 .. j1. */
export function listedColumns(
  { list, rowBy, valueBy }: SingleMember,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
  granularity: number,
): readonly number[] {
  const { starts, values } = list;
  const from = Math.max(0, Math.floor(i0 / rowBy));
  const to = Math.min(starts.length - 2, Math.floor(i1 / rowBy));
  const first = Math.floor(j0 / valueBy);
  const last = Math.floor(j1 / valueBy);
  // Most calls find nothing: the rows are short and the boxes many.
  let columns: number[] | null = null;
  for (let row = from; row <= to; row++) {
    const begin = starts[row];
    const end = starts[row + 1];
    if (begin === end || values[begin] > last || values[end - 1] < first) continue;
    for (let at = lowerBound(values, first, begin, end); at < end && values[at] <= last; at++) {
      const next = Math.floor(Math.max(j0, values[at] * valueBy) / granularity);
      const stop = Math.floor(Math.min(j1, (values[at] + 1) * valueBy - 1) / granularity);
      columns ??= [];
      for (let column = next; column <= stop; column++) columns.push(column);
    }
  }
  if (columns === null || columns.length === 1) return columns ?? noColumns;
  columns.sort((a, b) => a - b);
  return columns.filter((column, at, all) => at === 0 || column !== all[at - 1]);
}

/** Do positions `i` and `after` read the same row of the list? */
export function isSameRow({ rowBy }: SingleMember, i: number, after: number): boolean {
  return Math.floor(i / rowBy) === Math.floor(after / rowBy);
}

/** The rows of the list that positions i0 .. i1 read, inside the list. */
function rowRange(rows: number, rowBy: number, i0: number, i1: number): [number, number] {
  return [Math.max(0, Math.floor(i0 / rowBy)), Math.min(rows - 1, Math.floor(i1 / rowBy))];
}

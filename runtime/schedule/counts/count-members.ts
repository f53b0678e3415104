import { lowerBound } from '../../mask/exact/evaluate.ts';
import type { SingleMember } from '../../mask/abstract/single-predicate.ts';

/** The pairs i0 .. i1 x j0 .. j1 whose key's block is in the list of the query's block. */
export function countListed(
  { list, rowBy, valueBy }: SingleMember,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
): number {
  const { starts, values } = list;
  const first = Math.floor(j0 / valueBy);
  const last = Math.floor(j1 / valueBy);
  const to = Math.min(starts.length - 2, Math.floor(i1 / rowBy));
  let count = 0;
  for (let row = Math.max(0, Math.floor(i0 / rowBy)); row <= to; row++) {
    const height = Math.min(i1, (row + 1) * rowBy - 1) - Math.max(i0, row * rowBy) + 1;
    const end = starts[row + 1];
    const from = lowerBound(values, first, starts[row], end);
    const behind = lowerBound(values, last + 1, from, end);
    let keys = (behind - from) * valueBy;
    // Blocks at the ends may be cut.
    if (behind > from && values[from] === first) keys -= j0 - first * valueBy;
    if (behind > from && values[behind - 1] === last) keys -= (last + 1) * valueBy - 1 - j1;
    count += height * keys;
  }
  return count;
}

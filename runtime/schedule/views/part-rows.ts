import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { holdsAtRows } from '../../mask/exact/tabulate-rows.ts';

/**
 * The rows 0 <= row < nq in the order of a `parted` view: those at whose position the mask holds, then the others, each
 * ascending. The mask names no key.
 */
export function partRows(
  first: BoundMask,
  { nq, offset }: { readonly nq: number; readonly offset: number },
): Int32Array {
  const holds = holdsAtRows(first, first.root, { from: offset, count: nq });
  const rows = new Int32Array(nq);
  let [front, behind] = [0, 0];
  for (let row = 0; row < nq; row++) behind += holds[row];
  for (let row = 0; row < nq; row++) {
    // Which rows hold is as good as random: no branch could be foreseen.
    const isFirst = holds[row];
    rows[behind + isFirst * (front - behind)] = row;
    front += isFirst;
    behind += 1 - isFirst;
  }
  return rows;
}

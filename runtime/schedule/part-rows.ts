import type { BoundMask } from '../mask/bound-mask.ts';
import { tabulateRows } from '../mask/tabulate-rows.ts';

/**
 * The rows 0 <= row < nq in the order of a `parted` view: those at whose position the mask holds, then the others, each
 * ascending. The mask names no key.
 */
export function partRows(
  first: BoundMask,
  { nq, offset }: { readonly nq: number; readonly offset: number },
): Int32Array {
  const holds = tabulateRows(first, first.root, { from: offset, count: nq });
  const rows = new Int32Array(nq);
  let next = 0;
  for (const part of [1, 0]) for (let row = 0; row < nq; row++) if (holds[row] === part) rows[next++] = row;
  return rows;
}

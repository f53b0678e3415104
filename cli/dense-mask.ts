import { RowEvaluator } from '../runtime/mask/exact/evaluate-row.ts';
import type { BitMask } from './formats/bit-mask.ts';
import type { LaunchedUnit } from './launch-unit.ts';

/** The mask of the first `heads` heads of the batch item, every pair asked. */
export function denseMask(unit: LaunchedUnit, heads: number): BitMask {
  const { nq, nk, offset, groups } = unit;
  const bytes = new Uint8Array(Math.ceil((heads * nq * nk) / 8));
  for (const group of groups) {
    const evaluator = new RowEvaluator(group.bound, nk);
    const members = group.heads.filter((head) => head < heads);
    for (let row = 0; row < nq; row++) {
      const live = evaluator.row(row + offset);
      for (const head of members) {
        const start = (head * nq + row) * nk;
        for (let key = 0; key < nk; key++) {
          if (live[key] !== 0) bytes[(start + key) >>> 3] |= 0x80 >>> ((start + key) & 7);
        }
      }
    }
  }
  return { heads, nq, nk, bytes };
}

import { RowEvaluator } from '../runtime/mask/evaluate-row.ts';
import { buildRunTable } from '../runtime/schedule/build-run-table.ts';
import { countLivePairs } from '../runtime/schedule/count-live-pairs.ts';
import type { RunTable } from '../runtime/schedule/run-table.ts';
import { pictureOf } from './drawing/picture.ts';
import type { Cell, Picture } from './drawing/picture.ts';
import { describeHeads } from './launch-unit.ts';
import type { HeadGroup, LaunchedUnit } from './launch-unit.ts';

/** Masks with more pairs than this are drawn from their schedule. */
const askedPairs = 2 ** 24;

/**
 * One picture a group of heads with equal masks. Small masks are asked pair by pair; of large ones the schedule with
 * tiles of the size of a cell is drawn, where a cell may be called partial that is in truth full or empty.
 */
export function picturesOf(unit: LaunchedUnit, tile: number): Picture[] {
  const { nq, nk, offset, groups, model } = unit;
  return groups.map((group) => {
    const size = { nq, nk, tile, caption: describeHeads(group, model.heads) };
    if (nq * nk > askedPairs) return scheduledPicture(unit, group, size);
    const evaluator = new RowEvaluator(group.bound, nk);
    return pictureOf(size, (row) => evaluator.row(row + offset));
  });
}

function scheduledPicture(
  { nq, nk, offset }: LaunchedUnit,
  { bound }: HeadGroup,
  size: Pick<Picture, 'nq' | 'nk' | 'tile' | 'caption'>,
): Picture {
  const table = buildRunTable(bound, { nq, nk, offset, queryTile: size.tile, granularity: size.tile });
  const { pairs } = countLivePairs(bound, { nq, nk, offset });
  return { ...size, cells: cellsOf(table, Math.ceil(nk / size.tile)), density: pairs / (nq * nk) };
}

function cellsOf({ rows, starts, runs, granularity }: RunTable, columns: number): Cell[][] {
  return Array.from({ length: rows }, (_, row) => {
    const cells = new Array<Cell>(columns).fill('empty');
    for (let run = starts[2 * row]; run < starts[2 * row + 2]; run++) {
      const kind = run < starts[2 * row + 1] ? 'partial' : 'full';
      const end = Math.ceil(runs[2 * run + 1] / granularity);
      for (let column = runs[2 * run] / granularity; column < end; column++) cells[column] = kind;
    }
    return cells;
  });
}

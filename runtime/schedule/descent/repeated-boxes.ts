import type { AbstractMask } from '../../mask/abstract/abstract.ts';
import { commonMultiple } from '../../mask/abstract/shift-period.ts';
import type { StepList } from '../../mask/abstract/step-list.ts';
import type { RectangleList } from '../table/rectangle-list.ts';

/** Rows of a box that is worth remembering. */
const LEAST_ROWS = 32;
/** So many boxes fit on the diagonal of a plane that is worth it. */
const LEAST_BOXES = 4;

interface Plane {
  readonly queryTile: number;
  readonly granularity: number;
  /** Whole tiles of queries and of keys. */
  readonly rows: number;
  readonly columns: number;
}

interface Found {
  readonly row: number;
  readonly column: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Boxes of tiles whose rectangles are those of another box, moved: where what is open answers alike for positions moved
 * by a period on both sides (a frame of a video, a row of an image), boxes of that size at one distance from the diagonal
 * are looked at once.
 */
export class RepeatedBoxes {
  /** Tiles of a box. Null where nothing repeats. */
  readonly rows: number | null;
  readonly columns: number | null;
  private readonly mask: AbstractMask;
  private readonly rectangles: RectangleList;
  /** Positions that a box spans on each side; 0 where nothing repeats. */
  private readonly shift: number;
  private readonly known = new Map<StepList, Map<number, Found>>();

  constructor(mask: AbstractMask, rectangles: RectangleList, plane: Plane) {
    const { queryTile, granularity, rows, columns } = plane;
    this.mask = mask;
    this.rectangles = rectangles;
    const limit = Math.min(rows * queryTile, columns * granularity) / LEAST_BOXES;
    const period = mask.commonPeriod(limit);
    let shift = period === null ? 0 : commonMultiple(period, commonMultiple(queryTile, granularity));
    while (shift > 0 && shift < LEAST_ROWS * queryTile) shift *= 2;
    this.shift = shift <= limit ? shift : 0;
    this.rows = this.shift === 0 ? null : this.shift / queryTile;
    this.columns = this.shift === 0 ? null : this.shift / granularity;
  }

  /** Is a box of whole tiles one that repeats where `open` is open in it? Boxes lie on the grid of `middleOf`. */
  has(height: number, width: number, open: StepList): boolean {
    const isBox = height === this.rows && width === this.columns;
    return isBox && this.mask.repeatsBy(this.shift, open);
  }

  /** Pushes the rectangles of such a box; `look` finds them if no box like it was looked at. */
  visit(row: number, column: number, open: StepList, look: () => void): void {
    const byDistance = this.known.get(open) ?? new Map<number, Found>();
    this.known.set(open, byDistance);
    const distance = column / this.columns! - row / this.rows!;
    const found = byDistance.get(distance);
    if (found !== undefined) {
      this.rectangles.repeat(found.from, found.to, row - found.row, column - found.column);
      return;
    }
    const from = this.rectangles.mark();
    look();
    byDistance.set(distance, { row, column, from, to: this.rectangles.mark() });
  }
}

/**
 * Where a side from `begin` to `end` is split: at the tile that the largest power of two divides. Where boxes of `box` tiles
 * repeat, at the largest power of two below its length, counted in whole boxes while it is longer than one. Borders stay
 * aligned, so that patterns of blocks are decided early.
 */
export function middleOf(begin: number, end: number, box: number | null): number {
  if (box === null) return (end - 1) & -(1 << (31 - Math.clz32((end - 1) ^ begin)));
  const size = end - begin;
  return begin + (size > box ? box * halfOf(Math.ceil(size / box)) : halfOf(size));
}

function halfOf(size: number): number {
  return 1 << (31 - Math.clz32(size - 1));
}

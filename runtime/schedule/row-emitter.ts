import type { AxisRelation } from './axis-relation.ts';
import type { ViewProduct } from './view-product.ts';
import type { TiledSpace } from './view-spaces.ts';

/** Receives tiles begin to end - 1 of a row, ascending; full is 1 or 0. */
export type PushRun = (begin: number, end: number, full: number) => void;

const SOME = 0;
const WHOLE_PARTIAL = 1;
const WHOLE_FULL = 2;

/** Multiplies the runs of the factors of a product, row by row. */
export class RowEmitter {
  private readonly relations: readonly AxisRelation[];
  private readonly rowsOf: readonly Int32Array[];
  /** By factor and row of its relation: is it one run over all columns? */
  private readonly whole: readonly Uint8Array[];
  private readonly strides: Int32Array;
  private readonly current: Int32Array;
  private readonly firstTile: number;
  private readonly push: PushRun;

  constructor({ factors }: ViewProduct, queries: TiledSpace, keys: TiledSpace, push: PushRun) {
    this.relations = factors.map(({ relation }) => relation);
    this.rowsOf = factors.map(({ queryAxes }) => rowNumbers(queries, queryAxes));
    this.whole = this.relations.map(wholeRows);
    // Tiles of all later factors for one column of a factor.
    this.strides = new Int32Array(factors.length);
    let tiles = 1;
    for (let at = factors.length - 1; at >= 0; at--) {
      this.strides[at] = tiles;
      tiles *= this.relations[at].columns;
    }
    this.current = new Int32Array(factors.length);
    this.firstTile = keys.firstTile;
    this.push = push;
  }

  /** The runs of tile `tile` of the region. */
  emit(tile: number): void {
    for (let at = 0; at < this.relations.length; at++) this.current[at] = this.rowsOf[at][tile];
    this.emitFactor(0, this.firstTile, 1);
  }

  private emitFactor(at: number, base: number, full: number): void {
    const { starts, begin, end, full: classes } = this.relations[at];
    const row = this.current[at];
    const stride = this.strides[at];
    const rest = this.wholeAfter(at);
    const last = starts[row + 1];
    for (let run = starts[row]; run < last; run++) {
      const own = full & classes[run];
      if (rest !== SOME) {
        this.push(base + begin[run] * stride, base + end[run] * stride, rest === WHOLE_FULL ? own : 0);
        continue;
      }
      for (let column = begin[run]; column < end[run]; column++)
        this.emitFactor(at + 1, base + column * stride, own);
    }
  }

  /** Do the later factors take all of their columns, and in full? */
  private wholeAfter(at: number): number {
    let all = WHOLE_FULL;
    for (let later = at + 1; later < this.relations.length; later++) {
      const own = this.whole[later][this.current[later]];
      if (own === SOME) return SOME;
      if (own === WHOLE_PARTIAL) all = WHOLE_PARTIAL;
    }
    return all;
  }
}

/** By tile of a region: the number of its parts along some axes, row-major. */
function rowNumbers({ axes, tiles }: TiledSpace, chosen: readonly number[]): Int32Array {
  const rows = new Int32Array(tiles);
  let inner = tiles;
  for (let axis = 0; axis < axes.length; axis++) {
    const { parts } = axes[axis];
    inner /= parts;
    if (!chosen.includes(axis)) continue;
    for (let tile = 0; tile < tiles; tile++)
      rows[tile] = rows[tile] * parts + (Math.floor(tile / inner) % parts);
  }
  return rows;
}

function wholeRows({ rows, columns, starts, begin, end, full }: AxisRelation): Uint8Array {
  const whole = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const run = starts[row];
    const isOne = starts[row + 1] === run + 1 && begin[run] === 0 && end[run] === columns;
    whole[row] = !isOne ? SOME : full[run] ? WHOLE_FULL : WHOLE_PARTIAL;
  }
  return whole;
}

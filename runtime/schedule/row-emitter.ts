import type { AxisRelation } from './axis-relation.ts';
import { multiplyRows, RowProduct, type PushRun, type RunList, type RunLists } from './multiply-rows.ts';
import type { RunWriter } from './run-writer.ts';
import type { ViewProduct } from './view-product.ts';
import type { TiledSpace } from './view-spaces.ts';

/** Where runs go. */
export interface RunTarget {
  readonly writer: RunWriter;
  /** 0 where no tile of keys is full, because slots are left over behind its box; else 1. */
  readonly fills: number;
  /** Takes runs in place of the writer. */
  readonly correct: PushRun | null;
}

/**
 * Writes the runs of the tiles of a region of queries in a region of keys: the product of the runs of the factors.
 *
 * The rows of all factors but the first are multiplied once where several tiles have them, and copied behind one another
 * for each column of the first: a tile of a video has the same runs in every frame that it looks at.
 */
export class RowEmitter {
  private readonly product: RowProduct;
  private readonly first: AxisRelation;
  /** By factor: the row of a tile. */
  private readonly rowsOf: readonly Int32Array[];
  /** The product of the later factors and the row that a tile has in it; null where that would be used once. */
  private readonly inner: { readonly lists: RunLists; readonly rowOf: Int32Array } | null;
  private readonly stride: number;
  private readonly current: Int32Array;
  private readonly firstTile: number;
  private readonly writer: RunWriter;
  private readonly fills: number;
  private readonly push: PushRun;

  constructor(
    { factors }: ViewProduct,
    queries: TiledSpace,
    keys: TiledSpace,
    { writer, fills, correct }: RunTarget,
  ) {
    const relations = factors.map(({ relation }) => relation);
    this.product = new RowProduct(relations);
    this.first = relations[0];
    this.stride = this.product.columns / this.first.columns;
    this.rowsOf = factors.map(({ queryAxes }) => rowNumbers(queries, queryAxes));
    this.current = new Int32Array(factors.length);
    this.firstTile = keys.firstTile;
    this.writer = writer;
    this.fills = fills;
    this.push = correct ?? ((begin, end, full) => writer.push(begin, end, full & fills));
    const later = relations.slice(1);
    const rows = later.reduce((count, relation) => count * relation.rows, 1);
    const isShared = later.length > 0 && 2 * rows <= queries.tiles;
    this.inner =
      isShared && correct === null
        ? { lists: multiplyRows(later), rowOf: joinRows(later, this.rowsOf.slice(1)) }
        : null;
  }

  /** The runs of tile `tile` of the region. */
  emit(tile: number): void {
    const { rowsOf, current, inner } = this;
    if (inner !== null) return this.copy(rowsOf[0][tile], inner.rowOf[tile], inner.lists);
    for (let at = 0; at < rowsOf.length; at++) current[at] = rowsOf[at][tile];
    this.product.emit(current, this.firstTile, this.push);
  }

  private copy(row: number, innerRow: number, { partial, full, visited }: RunLists): void {
    const { first, stride, firstTile, writer, fills } = this;
    const isWhole = this.takesAll(visited, innerRow);
    const [isFull, isPartial] = [this.takesAll(full, innerRow), this.takesAll(partial, innerRow)];
    for (let run = first.starts[row]; run < first.starts[row + 1]; run++) {
      const own = first.full[run] & fills;
      const [begin, end] = [firstTile + first.begin[run] * stride, firstTile + first.end[run] * stride];
      if (isWhole && (own === 0 || isFull || isPartial)) {
        writer.push(begin, end, isFull ? own : 0);
        continue;
      }
      const places = { base: begin, end, stride };
      if (own === 0) writer.pushRepeated(visited.words, rangeOf(visited, innerRow), places, 0);
      else {
        writer.pushRepeated(partial.words, rangeOf(partial, innerRow), places, 0);
        writer.pushRepeated(full.words, rangeOf(full, innerRow), places, 1);
      }
    }
  }

  /** Is a row of a list one run over all columns of the later factors? */
  private takesAll({ starts, words }: RunList, row: number): boolean {
    const at = starts[row];
    return starts[row + 1] === at + 2 && words[at] === 0 && words[at + 1] === this.stride;
  }
}

function rangeOf({ starts }: RunList, row: number): readonly [number, number] {
  return [starts[row], starts[row + 1]];
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

/** By tile: its row in the product of some relations. */
function joinRows(relations: readonly AxisRelation[], rowsOf: readonly Int32Array[]): Int32Array {
  return rowsOf[0].map((_, tile) =>
    relations.reduce((row, relation, at) => row * relation.rows + rowsOf[at][tile], 0),
  );
}

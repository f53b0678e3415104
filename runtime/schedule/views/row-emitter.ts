import { beginIn, endIn, type AxisRelation } from './axis-relation.ts';
import {
  multiplyRows,
  RowProduct,
  SOME,
  WHOLE_FULL,
  wholeRows,
  type PushRun,
  type RunList,
  type RunLists,
} from './multiply-rows.ts';
import type { RunWriter } from './run-writer.ts';
import { shapesOf, type TileShapes } from './tile-shapes.ts';
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

/** The last factors of a product, and the row that a tile has in them. */
type InnerRows = { readonly rowOf: Int32Array } & (
  | { readonly kind: 'relation'; readonly relation: AxisRelation; readonly whole: Uint8Array }
  | { readonly kind: 'lists'; readonly lists: RunLists }
);

/**
 * Writes the runs of the tiles of a region of queries in a region of keys: the product of the runs of the factors.
 *
 * The rows of the last factors are multiplied once where several tiles have them, and copied behind one another for each
 * column of the first ones: a tile of a video has the same runs in every frame that it looks at.
 */
export class RowEmitter {
  /** What tiles have in common, see ./tile-shapes.ts; null where it is not known, or where runs are corrected. */
  readonly shapes: () => TileShapes | null;
  /** The first factors; all where there are no inner ones. */
  private readonly relations: readonly AxisRelation[];
  private readonly outer: RowProduct;
  /** By factor of it: the row of a tile. */
  private readonly rowsOf: readonly Int32Array[];
  private readonly inner: InnerRows | null;
  /** Columns of the inner factors. */
  private readonly stride: number;
  private readonly current: Int32Array;
  private readonly firstTile: number;
  private readonly writer: RunWriter;
  private readonly push: PushRun;
  private innerRow = 0;

  constructor(
    { factors }: ViewProduct,
    queries: TiledSpace,
    keys: TiledSpace,
    { writer, fills, correct }: RunTarget,
  ) {
    const relations = factors.map(({ relation }) => relation);
    const rowsOf = factors.map(({ queryAxes }) => rowNumbers(queries, queryAxes));
    const cut = correct === null ? innerFrom(relations, queries.tiles) : relations.length;
    this.shapes = () => (correct === null ? shapesOf(relations, rowsOf) : null);
    this.relations = relations.slice(0, cut);
    this.outer = new RowProduct(this.relations);
    this.rowsOf = rowsOf.slice(0, cut);
    this.inner = innerRows(relations.slice(cut), rowsOf.slice(cut));
    this.stride = relations.slice(cut).reduce((count, relation) => count * relation.columns, 1);
    this.current = new Int32Array(cut);
    this.firstTile = keys.firstTile;
    this.writer = writer;
    this.push =
      this.inner === null
        ? (correct ?? ((begin, end, full) => writer.push(begin, end, full & fills)))
        : (begin, end, full) => this.copy(begin, end, full & fills);
  }

  /** The runs of tile `tile` of the region. */
  emit(tile: number): void {
    const { rowsOf, current, inner } = this;
    for (let at = 0; at < rowsOf.length; at++) current[at] = rowsOf[at][tile];
    if (inner !== null) this.innerRow = inner.rowOf[tile];
    this.outer.emit(current, inner === null ? this.firstTile : 0, this.push);
  }

  /** At least as many runs as all tiles have. */
  countRuns(): number {
    const { relations, rowsOf, inner } = this;
    const columns = relations.map(columnsOf);
    const tiles = (inner?.rowOf ?? rowsOf[0]).length;
    let runs = 0;
    for (let tile = 0; tile < tiles; tile++) {
      const own = inner === null ? 0 : runsOf(inner, inner.rowOf[tile]);
      let count = Math.max(1, own);
      for (let at = 0; at < relations.length; at++) {
        const row = rowsOf[at][tile];
        const isLast = at === relations.length - 1 && own <= 1;
        count *= isLast ? relations[at].last[row] - relations[at].first[row] : columns[at][row];
      }
      runs += count;
    }
    return runs;
  }

  /** The rows of the inner factors in columns of the outer ones. */
  private copy(outerBegin: number, outerEnd: number, own: number): void {
    const { stride, firstTile, writer, innerRow: row } = this;
    const inner = this.inner!;
    const begin = firstTile + outerBegin * stride;
    const end = firstTile + outerEnd * stride;
    if (inner.kind === 'relation') {
      const { relation, whole } = inner;
      if (whole[row] !== SOME) return writer.push(begin, end, whole[row] === WHOLE_FULL ? own : 0);
      for (let base = begin; base < end; base += stride) writer.pushRow(relation, row, base, own);
      return;
    }
    const { partial, full, visited } = inner.lists;
    const isWhole = this.takesAll(visited, row);
    const isFull = this.takesAll(full, row);
    const isPartial = this.takesAll(partial, row);
    if (isWhole && (own === 0 || isFull || isPartial)) return writer.push(begin, end, isFull ? own : 0);
    const places = { base: begin, end, stride };
    if (own === 0) writer.pushRepeated(visited.words, rangeOf(visited, row), places, 0);
    else {
      writer.pushRepeated(partial.words, rangeOf(partial, row), places, 0);
      writer.pushRepeated(full.words, rangeOf(full, row), places, 1);
    }
  }

  /** Is a row of a list one run over all columns of the inner factors? */
  private takesAll({ starts, words }: RunList, row: number): boolean {
    const at = starts[row];
    return starts[row + 1] === at + 2 && words[at] === 0 && words[at + 1] === this.stride;
  }
}

/**
 * The number of the first inner factor: behind the first that has more than one column a row, and all like those before.
 * As many as there are where several inner ones would have to be multiplied for hardly any tile to share them.
 */
function innerFrom(relations: readonly AxisRelation[], tiles: number): number {
  const last = relations.length - 1;
  let cut = 0;
  while (cut < last && isThin(relations[cut])) cut++;
  if (cut < last) cut++;
  while (cut < last && isThin(relations[cut])) cut++;
  const rows = relations.slice(cut).reduce((count, relation) => count * relation.rows, 1);
  return cut === last || 2 * rows <= tiles ? cut : relations.length;
}

function innerRows(relations: readonly AxisRelation[], rowsOf: readonly Int32Array[]): InnerRows | null {
  if (relations.length === 0) return null;
  const rowOf = joinRows(relations, rowsOf);
  const [relation] = relations;
  return relations.length === 1
    ? { kind: 'relation', relation, whole: wholeRows(relation), rowOf }
    : { kind: 'lists', lists: multiplyRows(relations), rowOf };
}

/** Runs of a row of the inner factors. */
function runsOf(inner: InnerRows, row: number): number {
  if (inner.kind === 'relation') return inner.relation.last[row] - inner.relation.first[row];
  const { partial, full } = inner.lists;
  return (partial.starts[row + 1] - partial.starts[row] + full.starts[row + 1] - full.starts[row]) / 2;
}

/** Has every row one column at most? */
function isThin(relation: AxisRelation): boolean {
  for (let row = 0; row < relation.rows; row++) {
    const { first, last } = relation;
    if (last[row] - first[row] > 1) return false;
    if (first[row] < last[row] && endIn(relation, row, first[row]) - beginIn(relation, row, first[row]) > 1)
      return false;
  }
  return true;
}

/** By row: the columns of its runs. */
function columnsOf(relation: AxisRelation): Int32Array {
  const columns = new Int32Array(relation.rows);
  for (let row = 0; row < relation.rows; row++) {
    for (let run = relation.first[row]; run < relation.last[row]; run++)
      columns[row] += endIn(relation, row, run) - beginIn(relation, row, run);
  }
  return columns;
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
    // Every part of the axis is one of `inner` tiles.
    for (let tile = 0, part = 0; tile < tiles; part = part + 1 === parts ? 0 : part + 1) {
      const end = tile + inner;
      for (; tile < end; tile++) rows[tile] = rows[tile] * parts + part;
    }
  }
  return rows;
}

/** By tile: its row in the product of some relations. */
function joinRows(relations: readonly AxisRelation[], rowsOf: readonly Int32Array[]): Int32Array {
  const rows = rowsOf[0].slice();
  for (let at = 1; at < relations.length; at++) {
    const [own, count] = [rowsOf[at], relations[at].rows];
    for (let tile = 0; tile < rows.length; tile++) rows[tile] = rows[tile] * count + own[tile];
  }
  return rows;
}

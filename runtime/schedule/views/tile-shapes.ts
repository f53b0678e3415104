import { beginIn, endIn, type AxisRelation } from './axis-relation.ts';

/** Rows of a product that are alike but for a move. */
export interface TileShapes {
  /** Equal numbers, below `count`: equal rows, but for a move. */
  readonly shapeOf: Int32Array;
  readonly count: number;
  /** Columns from that of one tile to that of another are how far the row is moved. */
  readonly placeOf: Int32Array;
}

/** Runs of all factors that are compared, and shapes that are told apart. */
const MOST_RUNS = 2 ** 16;
const MOST_SHAPES = 2 ** 20;

/**
 * The shapes of the tiles of a region: those of their rows in every factor. A tile inside a video has the runs of its
 * neighbour, moved by one frame. Null where rows have too many runs or shapes to compare.
 */
export function shapesOf(
  relations: readonly AxisRelation[],
  rowsOf: readonly Int32Array[],
): TileShapes | null {
  if (relations.reduce((runs, relation) => runs + countRuns(relation), 0) > MOST_RUNS) return null;
  const shapeOf = new Int32Array(rowsOf[0].length);
  const placeOf = new Int32Array(rowsOf[0].length);
  let [count, stride] = [1, 1];
  for (let at = relations.length - 1; at >= 0; at--) {
    const { shapes, firsts, found } = rowShapes(relations[at]);
    const rows = rowsOf[at];
    for (let tile = 0; tile < rows.length; tile++) {
      shapeOf[tile] += count * shapes[rows[tile]];
      placeOf[tile] += stride * firsts[rows[tile]];
    }
    count *= found;
    stride *= relations[at].columns;
    if (count > MOST_SHAPES) return null;
  }
  return { shapeOf, count, placeOf };
}

function countRuns({ rows, first, last }: AxisRelation): number {
  let runs = 0;
  for (let row = 0; row < rows && runs <= MOST_RUNS; row++) runs += last[row] - first[row];
  return runs;
}

/** By row: a number of its shape, below `found`, and its first column. */
function rowShapes(relation: AxisRelation): {
  readonly shapes: Int32Array;
  readonly firsts: Int32Array;
  readonly found: number;
} {
  const { rows, first, last, full } = relation;
  const known = new Map<string, number>();
  const [shapes, firsts] = [new Int32Array(rows), new Int32Array(rows)];
  for (let row = 0; row < rows; row++) {
    const base = first[row] < last[row] ? beginIn(relation, row, first[row]) : 0;
    let text = '';
    for (let run = first[row]; run < last[row]; run++)
      text += `${beginIn(relation, row, run) - base} ${endIn(relation, row, run) - base} ${full[run]},`;
    const shape = known.get(text) ?? known.size;
    known.set(text, shape);
    shapes[row] = shape;
    firsts[row] = base;
  }
  return { shapes, firsts, found: Math.max(1, known.size) };
}

import { lowerBound } from '../../mask/exact/evaluate.ts';
import { plainRelation, type AxisRelation } from './axis-relation.ts';

/** The parts of one side of a relation around the axis that moves: of the axes before it, its own, of those after it. */
export interface MovingSide {
  readonly outer: number;
  /** Parts that do not hang over the axis. */
  readonly parts: number;
  readonly inner: number;
}

/**
 * A relation that answers alike where rows and columns are moved along an axis each, by `rowStep` parts of the one and
 * `columnStep` of the other.
 */
export interface Repetition {
  /**
   * Of the first `rowStep` parts of the row axis; its columns reach columnStep * (times - 1) parts farther down, so that
   * they hold those of all repetitions, moved back.
   */
  readonly base: AxisRelation;
  readonly queries: MovingSide;
  readonly keys: MovingSide;
  readonly rowStep: number;
  readonly columnStep: number;
  /** Repetitions, the last one may be cut. */
  readonly times: number;
  /** Where a last part of the row axis hangs over, its rows, over all columns. */
  readonly edge: AxisRelation | null;
  /** Where a last part of the column axis hangs over, what the other rows have there. */
  readonly rim: AxisRelation | null;
}

/** All rows of a relation, from those of the first repetition. */
export function repeatRows(repetition: Repetition): AxisRelation {
  const isSlice = repetition.keys.outer === 1 && repetition.rim === null;
  return isSlice ? sliceRows(repetition) : copyRows(repetition);
}

/** Visits the rows: where a row is one of the edge, or of the base, and by how much its columns are moved there. */
function forEachRow(
  { queries, keys, rowStep, columnStep, times, edge }: Repetition,
  onEdge: (row: number, edgeRow: number) => void,
  onBase: (row: number, baseRow: number, part: number, low: number) => void,
): number {
  const parts = queries.parts + (edge === null ? 0 : 1);
  let row = 0;
  for (let outer = 0; outer < queries.outer; outer++) {
    for (let part = 0; part < parts; part++) {
      const time = Math.floor(part / rowStep);
      const base = (outer * rowStep + (part - time * rowStep)) * queries.inner;
      const rim = (outer * queries.parts + part) * queries.inner;
      for (let inner = 0; inner < queries.inner; inner++, row++) {
        if (part === queries.parts) onEdge(row, outer * queries.inner + inner);
        else onBase(row, base + inner, rim + inner, columnStep * (times - 1 - time) * keys.inner);
      }
    }
  }
  return row;
}

function rowsOf({ queries, edge }: Repetition): number {
  return queries.outer * (queries.parts + (edge === null ? 0 : 1)) * queries.inner;
}

/** Columns are those of the base, moved: rows share its runs. */
function sliceRows(repetition: Repetition): AxisRelation {
  const { base, keys, edge } = repetition;
  const rows = rowsOf(repetition);
  const columns = keys.parts * keys.inner;
  const [first, last, shift] = [new Int32Array(rows), new Int32Array(rows), new Int32Array(rows)];
  const before = base.begin.length;
  forEachRow(
    repetition,
    (row, edgeRow) => {
      first[row] = edge!.first[edgeRow] + before;
      last[row] = edge!.last[edgeRow] + before;
      shift[row] = edge!.shift[edgeRow];
    },
    (row, baseRow, _, low) => {
      const moved = low - base.shift[baseRow];
      const from = lowerBound(base.end, moved + 1, base.first[baseRow], base.last[baseRow]);
      first[row] = from;
      last[row] = lowerBound(base.begin, moved + columns, from, base.last[baseRow]);
      shift[row] = -moved;
    },
  );
  const { begin, end, full } = edge === null ? base : joinLists(base, edge);
  return { rows, columns, first, last, shift, begin, end, full, visits: 0 };
}

function joinLists(one: AxisRelation, other: AxisRelation): Pick<AxisRelation, 'begin' | 'end' | 'full'> {
  const count = one.begin.length + other.begin.length;
  const [begin, end, full] = [new Int32Array(count), new Int32Array(count), new Uint8Array(count)];
  for (const [all, own, more] of [
    [begin, one.begin, other.begin],
    [end, one.end, other.end],
    [full, one.full, other.full],
  ] as const) {
    all.set(own);
    all.set(more, own.length);
  }
  return { begin, end, full };
}

/** Where columns of other axes lie between, or some come from the rim, every row gets runs of its own. */
function copyRows(repetition: Repetition): AxisRelation {
  const { base, keys, columnStep, times, edge, rim } = repetition;
  const length = keys.parts * keys.inner;
  const width = length + (rim === null ? 0 : keys.inner);
  /** Columns of the base for one part of the axes before the column axis. */
  const baseWidth = length + columnStep * (times - 1) * keys.inner;
  const target = new GrowingRows(rowsOf(repetition), base.begin.length * times);
  forEachRow(
    repetition,
    (_, edgeRow) => {
      target.copy(edge!, edgeRow, 0, keys.outer * width, 0);
      target.endRow();
    },
    (_, baseRow, rimRow, moved) => {
      for (let at = 0; at < keys.outer; at++) {
        const low = at * baseWidth + moved;
        target.copy(base, baseRow, low, low + length, at * width - low);
        if (rim === null) continue;
        const rimLow = at * keys.inner;
        target.copy(rim, rimRow, rimLow, rimLow + keys.inner, at * width + length - rimLow);
      }
      target.endRow();
    },
  );
  return target.finish(keys.outer * width);
}

/** Rows of runs, filled one after another. */
class GrowingRows {
  private readonly starts: Int32Array;
  private begin: Int32Array;
  private end: Int32Array;
  private full: Uint8Array;
  private count = 0;
  private row = 0;

  constructor(rows: number, capacity: number) {
    this.starts = new Int32Array(rows + 1);
    this.begin = new Int32Array(capacity);
    this.end = new Int32Array(capacity);
    this.full = new Uint8Array(capacity);
  }

  /** What a row of a relation has in the columns low .. high - 1, moved by `by`, behind what was copied before. */
  copy(source: AxisRelation, row: number, low: number, high: number, by: number): void {
    const own = source.shift[row];
    const shift = by + own;
    const first = lowerBound(source.end, low - own + 1, source.first[row], source.last[row]);
    const last = lowerBound(source.begin, high - own, first, source.last[row]);
    if (first === last) return;
    const at = this.count;
    if (at + last - first > this.begin.length) this.grow(last - first);
    const { begin, end, full } = this;
    let next = at;
    for (let run = first; run < last; run++) {
      begin[next] = source.begin[run] + shift;
      end[next] = source.end[run] + shift;
      full[next++] = source.full[run];
    }
    if (begin[at] < low + by) begin[at] = low + by;
    if (end[next - 1] > high + by) end[next - 1] = high + by;
    this.count = next;
    if (at === this.starts[this.row] || end[at - 1] !== begin[at] || full[at - 1] !== full[at]) return;
    // The first run goes on with what stands before it.
    end[at - 1] = end[at];
    begin.copyWithin(at, at + 1, next);
    end.copyWithin(at, at + 1, next);
    full.copyWithin(at, at + 1, next);
    this.count--;
  }

  endRow(): void {
    this.starts[++this.row] = this.count;
  }

  finish(columns: number): AxisRelation {
    const { starts, count, begin, end, full } = this;
    return plainRelation(columns, starts, {
      begin: begin.subarray(0, count),
      end: end.subarray(0, count),
      full: full.subarray(0, count),
    });
  }

  private grow(more: number): void {
    const length = Math.max(2 * this.begin.length, this.count + more);
    const grown = [new Int32Array(length), new Int32Array(length)];
    grown[0].set(this.begin.subarray(0, this.count));
    grown[1].set(this.end.subarray(0, this.count));
    [this.begin, this.end] = grown;
    const full = new Uint8Array(length);
    full.set(this.full.subarray(0, this.count));
    this.full = full;
  }
}

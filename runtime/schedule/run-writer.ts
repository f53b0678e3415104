import { longestFirst } from './order-rows.ts';
import type { RunTable } from './run-table.ts';

interface WrittenShape {
  readonly queryTile: number;
  readonly granularity: number;
  readonly rows: number;
  /** Slots of the keys: the last tile may end before its last slot. */
  readonly slots: number;
  /** By tile: slots with a query, with a key. */
  readonly queries: Int32Array;
  readonly keys: Int32Array;
}

/** Writes a run table row by row. Tiles of a row come in ascending order; those of one class that touch become one run. */
export class RunWriter {
  private readonly shape: WrittenShape;
  private readonly starts: Uint32Array;
  private runs = new Uint32Array(2 ** 12);
  private written = 0;
  /** Begin and end of the full runs of the row, in tiles; the partial ones are written at once. */
  private full = new Uint32Array(2 ** 10);
  private fullWords = 0;
  private row = 0;
  private rowBegin = 0;
  private readonly keysOfRow: Float64Array;
  /** Keys of the tiles before each. */
  private readonly keysBefore: Float64Array;
  /** Is every slot of every tile a key? */
  private readonly isUniform: boolean;
  private partialTiles = 0;
  private fullTiles = 0;
  private partialRuns = 0;
  private visitedPairs = 0;

  constructor(shape: WrittenShape) {
    this.shape = shape;
    this.starts = new Uint32Array(2 * shape.rows + 1);
    this.keysOfRow = new Float64Array(shape.rows);
    this.keysBefore = new Float64Array(shape.keys.length + 1);
    shape.keys.forEach((keys, tile) => (this.keysBefore[tile + 1] = this.keysBefore[tile] + keys));
    this.isUniform =
      shape.slots === shape.keys.length * shape.granularity &&
      this.keysBefore[shape.keys.length] === shape.slots;
  }

  /** Tiles begin to end - 1 of the row. */
  push(begin: number, end: number, isFull: number): void {
    if (isFull === 0) {
      if (this.written > this.rowBegin && this.runs[this.written - 1] === begin) {
        this.runs[this.written - 1] = end;
        return;
      }
      if (this.written === this.runs.length) this.grow(2);
      this.runs[this.written] = begin;
      this.runs[this.written + 1] = end;
      this.written += 2;
      return;
    }
    if (this.fullWords > 0 && this.full[this.fullWords - 1] === begin) {
      this.full[this.fullWords - 1] = end;
      return;
    }
    if (this.fullWords === this.full.length) this.full = doubled(this.full);
    this.full[this.fullWords] = begin;
    this.full[this.fullWords + 1] = end;
    this.fullWords += 2;
  }

  /**
   * The runs words[from] .. words[to - 1], all of one class, moved by base, base + stride … below `end`. They lie in
   * 0 .. stride - 1.
   */
  pushRepeated(
    words: Int32Array,
    [from, to]: readonly [number, number],
    { base, end, stride }: { readonly base: number; readonly end: number; readonly stride: number },
    isFull: number,
  ): void {
    if (from === to) return;
    // The first run may touch what stands before it.
    this.push(base + words[from], base + words[from + 1], isFull);
    if (words[to - 1] - stride === words[from]) {
      for (let by = base; by < end; by += stride) {
        const first = by === base ? from + 2 : from;
        for (let at = first; at < to; at += 2) this.push(by + words[at], by + words[at + 1], isFull);
      }
      return;
    }
    const more = ((end - base) / stride) * (to - from) - 2;
    let target: Uint32Array;
    let next: number;
    if (isFull === 0) {
      if (this.written + more > this.runs.length) this.grow(more);
      [target, next] = [this.runs, this.written];
      this.written += more;
    } else {
      while (this.fullWords + more > this.full.length) this.full = doubled(this.full);
      [target, next] = [this.full, this.fullWords];
      this.fullWords += more;
    }
    let at = from + 2;
    for (let by = base; by < end; by += stride) {
      for (; at < to; at++) target[next++] = by + words[at];
      at = from;
    }
  }

  /** Makes room for more words; by what the rows so far have taken, for all of them. */
  private grow(words: number): void {
    const expected = (1.1 * this.written * this.shape.rows) / Math.max(1, this.row);
    const least = Math.max(2 * this.runs.length, this.written + words);
    const length = this.row < this.shape.rows / 32 ? least : Math.max(least, Math.ceil(expected / 2) * 2);
    const grown = new Uint32Array(length);
    grown.set(this.runs.subarray(0, this.written));
    this.runs = grown;
  }

  endRow(): void {
    const { granularity, slots, queries } = this.shape;
    const middle = this.written;
    if (this.written + this.fullWords > this.runs.length) this.grow(this.fullWords);
    this.runs.set(this.full.subarray(0, this.fullWords), middle);
    this.written += this.fullWords;
    this.fullWords = 0;
    const { runs, keysBefore, written } = this;
    let keys = 0;
    let pairs = 0;
    let tiles = 0;
    let partialTiles = 0;
    if (this.isUniform) {
      for (let word = this.rowBegin; word < written; word += 2) {
        if (word === middle) partialTiles = tiles;
        tiles += runs[word + 1] - runs[word];
        runs[word] *= granularity;
        runs[word + 1] *= granularity;
      }
      keys = pairs = tiles * granularity;
    }
    for (let word = this.isUniform ? written : this.rowBegin; word < written; word += 2) {
      if (word === middle) partialTiles = tiles;
      const begin = runs[word];
      const end = runs[word + 1];
      tiles += end - begin;
      pairs += keysBefore[end] - keysBefore[begin];
      const last = Math.min(slots, end * granularity);
      runs[word] = begin * granularity;
      runs[word + 1] = last;
      keys += last - begin * granularity;
    }
    if (middle === written) partialTiles = tiles;
    this.partialTiles += partialTiles;
    this.fullTiles += tiles - partialTiles;
    this.partialRuns += (middle - this.rowBegin) / 2;
    this.visitedPairs += pairs * queries[this.row];
    this.keysOfRow[this.row] = keys;
    this.starts[2 * this.row + 1] = middle / 2;
    this.starts[2 * this.row + 2] = this.written / 2;
    this.rowBegin = this.written;
    this.row++;
  }

  finish(visits: number): RunTable {
    const { queryTile, granularity, rows } = this.shape;
    const { partialRuns, partialTiles, fullTiles, visitedPairs } = this;
    const fullRuns = this.written / 2 - partialRuns;
    return {
      queryTile,
      granularity,
      rows,
      order: longestFirst(this.keysOfRow),
      starts: this.starts,
      runs: this.runs.subarray(0, this.written),
      statistics: { visits, partialRuns, fullRuns, partialTiles, fullTiles, visitedPairs },
    };
  }
}

function doubled(words: Uint32Array): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(2 * words.length);
  grown.set(words);
  return grown;
}

import { beginIn, endIn, type AxisRelation } from './axis-relation.ts';
import { longestFirst } from '../table/order-rows.ts';
import type { RunTable } from '../table/run-table.ts';

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

/** Room that is made for runs in advance, in words, at most. */
const MOST_RESERVED = 2 ** 26;

/** Writes a run table row by row. Tiles of a row come in ascending order; those of one class that touch become one run. */
export class RunWriter {
  private readonly shape: WrittenShape;
  private readonly starts: Uint32Array;
  private readonly sources: Int32Array;
  private runs = new Uint32Array(2 ** 12);
  private written = 0;
  /** The full runs of the row; the partial ones are written at once. */
  private full = new Uint32Array(2 ** 10);
  private fullWords = 0;
  private row = 0;
  private rowBegin = 0;
  private tilesBefore = 0;
  /** Keys of the row so far, where tiles differ. */
  private keysInRow = 0;
  private readonly keysOfRow: Float64Array;
  /** By row that owns its runs. */
  private readonly partialTilesOf: Int32Array;
  /** Keys of the tiles before each. */
  private readonly keysBefore: Float64Array;
  /** Is every slot of every tile a key? */
  private readonly isUniform: boolean;
  private partialTiles = 0;
  private fullTiles = 0;
  private partialRuns = 0;
  private fullRuns = 0;
  private partialBefore = 0;
  private visitedPairs = 0;

  constructor(shape: WrittenShape) {
    this.shape = shape;
    this.starts = new Uint32Array(2 * shape.rows + 1);
    this.sources = new Int32Array(2 * shape.rows);
    this.partialTilesOf = new Int32Array(shape.rows);
    this.keysOfRow = new Float64Array(shape.rows);
    const { keys, slots, granularity } = shape;
    this.keysBefore = new Float64Array(keys.length + 1);
    for (let tile = 0; tile < keys.length; tile++)
      this.keysBefore[tile + 1] = this.keysBefore[tile] + keys[tile];
    this.isUniform = slots === keys.length * granularity && this.keysBefore[keys.length] === slots;
  }

  /** Makes room for so many more runs at once; room that is not used costs nothing. */
  reserve(runs: number): void {
    const words = Math.min(MOST_RESERVED, this.written + 2 * runs);
    if (words > this.runs.length) this.resize(words);
  }

  /** Tiles begin to end - 1 of the row. */
  push(begin: number, end: number, isFull: number): void {
    const { granularity } = this.shape;
    if (!this.isUniform) this.keysInRow += this.keysBefore[end] - this.keysBefore[begin];
    const from = begin * granularity;
    const to = end * granularity;
    if (isFull === 0) {
      this.partialTiles += end - begin;
      if (this.written > this.rowBegin && this.runs[this.written - 1] === from) {
        this.runs[this.written - 1] = to;
        return;
      }
      if (this.written === this.runs.length) this.grow(2);
      this.runs[this.written] = from;
      this.runs[this.written + 1] = to;
      this.written += 2;
      return;
    }
    this.fullTiles += end - begin;
    if (this.fullWords > 0 && this.full[this.fullWords - 1] === from) {
      this.full[this.fullWords - 1] = to;
      return;
    }
    this.growFull(2);
    this.full[this.fullWords] = from;
    this.full[this.fullWords + 1] = to;
    this.fullWords += 2;
  }

  /** The runs of a row of a relation, its columns counted from `base`; none is full where `isFull` is 0. */
  pushRow(relation: AxisRelation, row: number, base: number, isFull: number): void {
    const from = relation.first[row];
    const to = relation.last[row];
    if (from === to) return;
    this.push(
      base + beginIn(relation, row, from),
      base + endIn(relation, row, from),
      relation.full[from] & isFull,
    );
    if (isFull === 0) {
      for (let run = from + 1; run < to; run++)
        this.push(base + beginIn(relation, row, run), base + endIn(relation, row, run), 0);
      return;
    }
    if (to - from === 1) return;
    // Neighbours of one class do not touch, and only the first run and the last one are cut.
    this.copyRuns(relation, from + 1, to - 1, base + relation.shift[row]);
    const last = to - 1;
    this.push(base + beginIn(relation, row, last), base + endIn(relation, row, last), relation.full[last]);
  }

  private copyRuns(relation: AxisRelation, from: number, to: number, by: number): void {
    const words = 2 * (to - from);
    if (this.written + words > this.runs.length) this.grow(words);
    this.growFull(words);
    const { runs, full } = this;
    const { granularity } = this.shape;
    const { begin, end, full: classes } = relation;
    let next = this.written;
    let nextFull = this.fullWords;
    let partialTiles = 0;
    let fullTiles = 0;
    for (let run = from; run < to; run++) {
      const low = begin[run];
      const high = end[run];
      if (classes[run] === 0) {
        runs[next] = (low + by) * granularity;
        runs[next + 1] = (high + by) * granularity;
        next += 2;
        partialTiles += high - low;
      } else {
        full[nextFull] = (low + by) * granularity;
        full[nextFull + 1] = (high + by) * granularity;
        nextFull += 2;
        fullTiles += high - low;
      }
    }
    this.written = next;
    this.fullWords = nextFull;
    this.partialTiles += partialTiles;
    this.fullTiles += fullTiles;
    if (this.isUniform) return;
    const isWhole = this.areWhole(begin[from] + by, end[to - 1] + by);
    this.keysInRow += isWhole
      ? (partialTiles + fullTiles) * granularity
      : this.countKeys(begin, end, from, to, by);
  }

  /** Is every slot of the tiles begin .. end - 1 a key? */
  private areWhole(begin: number, end: number): boolean {
    return this.keysBefore[end] - this.keysBefore[begin] === (end - begin) * this.shape.granularity;
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
    const times = (end - base) / stride;
    const more = times * (to - from) - 2;
    let target: Uint32Array;
    let next: number;
    if (isFull === 0) {
      if (this.written + more > this.runs.length) this.grow(more);
      [target, next] = [this.runs, this.written];
      this.written += more;
    } else {
      this.growFull(more);
      [target, next] = [this.full, this.fullWords];
      this.fullWords += more;
    }
    const { granularity } = this.shape;
    let at = from + 2;
    for (let by = base; by < end; by += stride) {
      for (; at < to; at++) target[next++] = (by + words[at]) * granularity;
      at = from;
    }
    if (!this.isUniform) this.keysInRow += this.countWords(target, next - more, next, 0);
    let tiles = 0;
    for (at = from; at < to; at += 2) tiles += words[at + 1] - words[at];
    tiles = tiles * times - (words[from + 1] - words[from]);
    if (isFull === 0) this.partialTiles += tiles;
    else this.fullTiles += tiles;
  }

  private grow(words: number): void {
    this.resize(Math.max(2 * this.runs.length, this.written + words));
  }

  private resize(words: number): void {
    const grown = new Uint32Array(words);
    grown.set(this.runs.subarray(0, this.written));
    this.runs = grown;
  }

  private growFull(words: number): void {
    if (this.fullWords + words <= this.full.length) return;
    const grown = new Uint32Array(Math.max(2 * this.full.length, this.fullWords + words));
    grown.set(this.full.subarray(0, this.fullWords));
    this.full = grown;
  }

  endRow(): void {
    const middle = this.written;
    if (middle + this.fullWords > this.runs.length) this.grow(this.fullWords);
    const { runs, full, fullWords } = this;
    for (let word = 0; word < fullWords; word++) runs[middle + word] = full[word];
    this.written += fullWords;
    this.fullWords = 0;
    this.closeRow(middle);
  }

  /** Can rows be repeated: does the last tile end with the last slot? */
  get isRepeatable(): boolean {
    const { slots, keys, granularity } = this.shape;
    return slots === keys.length * granularity;
  }

  /** Ends a row for which nothing was pushed: it has the runs of an earlier one that owns its own, moved by `by` tiles. */
  repeatRow(source: number, by: number): void {
    const { starts, row, keysOfRow, sources } = this;
    const { granularity, queries } = this.shape;
    const shift = by * granularity;
    sources[2 * row] = source;
    sources[2 * row + 1] = shift;
    const [from, middle, to] = [starts[2 * source], starts[2 * source + 1], starts[2 * source + 2]];
    const keys = keysOfRow[source];
    const partialTiles = this.partialTilesOf[source];
    keysOfRow[row] = keys;
    this.partialTiles += partialTiles;
    this.fullTiles += keys / granularity - partialTiles;
    this.tilesBefore += keys / granularity;
    this.partialBefore += partialTiles;
    this.partialRuns += middle - from;
    this.fullRuns += to - middle;
    const held = this.isUniform ? keys : this.countWords(this.runs, 2 * from, 2 * to, shift);
    this.visitedPairs += held * queries[row];
    starts[2 * row + 1] = starts[2 * row + 2] = this.written / 2;
    this.row++;
  }

  private closeRow(middle: number): void {
    const { row } = this;
    const { granularity, queries } = this.shape;
    const tiles = this.partialTiles + this.fullTiles;
    const keys = (tiles - this.tilesBefore) * granularity;
    this.tilesBefore = tiles;
    this.partialTilesOf[row] = this.partialTiles - this.partialBefore;
    this.partialBefore = this.partialTiles;
    this.partialRuns += (middle - this.rowBegin) / 2;
    this.fullRuns += (this.written - middle) / 2;
    this.keysOfRow[row] = this.isUniform ? keys : keys - this.cutLast(middle) - this.cutLast(this.written);
    this.visitedPairs += (this.isUniform ? keys : this.keysInRow) * queries[row];
    this.keysInRow = 0;
    this.sources[2 * row] = row;
    this.starts[2 * row + 1] = middle / 2;
    this.starts[2 * row + 2] = this.written / 2;
    this.rowBegin = this.written;
    this.row++;
  }

  /** Cuts the run of the row before a word to the slots that there are; how many it had too many. */
  private cutLast(word: number): number {
    if (word === this.rowBegin) return 0;
    const beyond = Math.max(0, this.runs[word - 1] - this.shape.slots);
    this.runs[word - 1] -= beyond;
    return beyond;
  }

  /** Keys in some runs of a relation, moved by `by` tiles. */
  private countKeys(begin: Int32Array, end: Int32Array, from: number, to: number, by: number): number {
    const { keysBefore } = this;
    let keys = 0;
    for (let run = from; run < to; run++) keys += keysBefore[end[run] + by] - keysBefore[begin[run] + by];
    return keys;
  }

  /** Keys in some runs that were written, moved by `shift` slots. */
  private countWords(runs: Uint32Array, from: number, to: number, shift: number): number {
    const { keysBefore } = this;
    const { granularity } = this.shape;
    let keys = 0;
    for (let word = from; word < to; word += 2)
      keys +=
        keysBefore[(runs[word + 1] + shift) / granularity] - keysBefore[(runs[word] + shift) / granularity];
    return keys;
  }

  /** The runs without the room behind them, where that is much. */
  private trimmed(): Uint32Array {
    const { runs, written } = this;
    return 4 * written < 3 * runs.length ? runs.slice(0, written) : runs.subarray(0, written);
  }

  finish(visits: number): RunTable {
    const { queryTile, granularity, rows } = this.shape;
    const { partialRuns, fullRuns, partialTiles, fullTiles, visitedPairs } = this;
    return {
      queryTile,
      granularity,
      rows,
      order: longestFirst(this.keysOfRow),
      sources: this.sources,
      starts: this.starts,
      runs: this.trimmed(),
      statistics: { visits, partialRuns, fullRuns, partialTiles, fullTiles, visitedPairs },
    };
  }
}

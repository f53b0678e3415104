import { wordsPerRow, type HostArray } from '../../arrays.ts';
import type { BlockRule } from '../../declarations.ts';
import { AbstractMask } from '../abstract/abstract.ts';
import type { BoundMask } from '../bound/bound-mask.ts';
import { RowEvaluator } from '../exact/evaluate-row.ts';
import { ALL, countMembers, intervalEnds, NONE, type IntSet } from '../sets/int-set.ts';
import type { SinglePredicate } from '../abstract/single-predicate.ts';
import type { StepList } from '../abstract/step-list.ts';

/** What a block mask is made of, sizes known. */
export interface BlockMaskRequest {
  /** A small number for the set of two parts, given by their numbers: equal for equal sets. */
  readonly signatureOf: (rowPart: number, columnPart: number) => number;
  /** The set over the places 0 .. length - 1 inside two parts; asked for once a signature. */
  readonly bind: (rowPart: number, columnPart: number) => BoundMask;
  readonly positions: number;
  readonly block: number;
  readonly rule: BlockRule;
  /** The positions are cut into parts of `length` from `start`: each pair of parts has blocks of its own. */
  readonly canvas: { readonly start: number; readonly length: number; readonly count: number };
}

/** Places of two parts: rows i0 .. i1, keys j0 .. j1, ends included. */
interface Box {
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

/** The blocks of a canvas that are kept for a pair of parts, as words of 32 neighbours: those that are not all clear. */
interface KeptBlocks {
  readonly count: number;
  /** By word: its row, its place in the row, its bits. */
  readonly rows: Int32Array;
  readonly places: Int32Array;
  readonly words: Uint32Array;
}

/**
 * Which blocks of a set are kept whole: [rows, columns] of ceil(positions / block) each.
 *
 * A part that begins at position p lies at offset p mod b of a canvas of ceil(length / b) blocks; what hangs over the
 * canvas is cut. Its blocks count from block p div b on, and a block is kept if any pair of parts keeps it. (Radial
 * Attention, mit-han-lab/radial-attention radial_attn/attn_mask.py, shrinks frame by frame in this way.)
 *
 * Cost: pairs of parts with one set and equal offsets on the canvas are looked at once. Boxes that the abstract reading
 * decides are free, a block on a border along a diagonal is counted column by column, once for each diagonal, and a block
 * on any other border is read pair by pair.
 */
export function blockMask({
  signatureOf,
  bind,
  positions,
  block,
  rule,
  canvas,
}: BlockMaskRequest): HostArray & { kind: 'bits' } {
  const side = Math.ceil(positions / block);
  const words = new Uint32Array(side * wordsPerRow(side));
  const blocks = Math.ceil(canvas.length / block);
  const stride = wordsPerRow(side);
  /** By signature. */
  const readers: (CanvasReader | undefined)[] = [];
  const placements = new Map<string, number>();
  const parts = Array.from({ length: canvas.count }, (_, part) => {
    const start = canvas.start + part * canvas.length;
    const length = Math.max(0, Math.min(canvas.length, positions - start));
    const offset = start % block;
    const placement = placements.get(`${offset} ${length}`) ?? placements.size;
    placements.set(`${offset} ${length}`, placement);
    return { first: Math.floor(start / block), offset, length, placement };
  });
  const find = (signature: number, rowPart: number, columnPart: number): KeptBlocks => {
    const reader = (readers[signature] ??= new CanvasReader(bind(rowPart, columnPart), block, blocks, rule));
    return reader.find(parts[rowPart], parts[columnPart]);
  };
  /** By signature, and by the placements of both. */
  const known: (KeptBlocks | undefined)[] = [];
  const firsts = Int32Array.from(parts, ({ first }) => first);
  const placed = Int32Array.from(parts, ({ placement }) => placement);
  for (let rowPart = 0; rowPart < parts.length; rowPart++) {
    for (let columnPart = 0; columnPart < parts.length; columnPart++) {
      const signature = signatureOf(rowPart, columnPart);
      const at = (signature * placements.size + placed[rowPart]) * placements.size + placed[columnPart];
      const kept = (known[at] ??= find(signature, rowPart, columnPart));
      if (kept.count > 0) stampBlocks(words, stride, firsts[rowPart], firsts[columnPart], kept);
    }
  }
  return { kind: 'bits', dims: [side, side], words };
}

/** Adds the kept blocks of a canvas whose first block is (top, left) to a matrix of rows of `stride` words. */
function stampBlocks(
  words: Uint32Array,
  stride: number,
  top: number,
  left: number,
  { count, rows, places, words: kept }: KeptBlocks,
): void {
  const shift = left & 31;
  const first = top * stride + (left >>> 5);
  if (shift === 0) {
    for (let at = 0; at < count; at++) words[first + rows[at] * stride + places[at]] |= kept[at];
    return;
  }
  const back = 32 - shift;
  for (let at = 0; at < count; at++) {
    const target = first + rows[at] * stride + places[at];
    const word = kept[at];
    const rest = word >>> back;
    words[target] |= word << shift;
    // Kept blocks lie inside the matrix, so a word follows where a bit goes into it.
    if (rest !== 0) words[target + 1] |= rest;
  }
}

/** The words of rows of `width` words that are not all clear. */
function keptWords(words: Uint32Array, width: number): KeptBlocks {
  let count = 0;
  for (let at = 0; at < words.length; at++) if (words[at] !== 0) count++;
  const kept = {
    count,
    rows: new Int32Array(count),
    places: new Int32Array(count),
    words: new Uint32Array(count),
  };
  for (let at = 0, next = 0; at < words.length; at++) {
    if (words[at] === 0) continue;
    kept.rows[next] = Math.floor(at / width);
    kept.places[next] = at % width;
    kept.words[next++] = words[at];
  }
  return kept;
}

/** A part on the canvas: its first place lies `offset` behind the canvas's first, and it has `length` places. */
interface PlacedPart {
  readonly offset: number;
  readonly length: number;
  /** A number for both. */
  readonly placement: number;
}

/** Finds the kept blocks of one set. */
class CanvasReader {
  /** By what is open in a block and by its distance: what is known of whole blocks of sets over distances. */
  private readonly byDistance = new Map<StepList, Map<number, boolean>>();
  private readonly density: DensityReader;
  private readonly block: number;
  private readonly blocks: number;
  private readonly rule: BlockRule;
  /** Room for a block whose columns are all in the set. */
  private readonly full: Float64Array;
  /** Is a whole block kept, all of whose pairs are in the set? */
  private readonly keepsFull: boolean;

  constructor(bound: BoundMask, block: number, blocks: number, rule: BlockRule) {
    this.density = new DensityReader(bound, block);
    this.block = block;
    this.blocks = blocks;
    this.rule = rule;
    this.full = new Float64Array(block);
    this.keepsFull = isKept(rule, this.full.fill(block), block, block);
  }

  /** The blocks that are kept for two parts. */
  find(row: PlacedPart, column: PlacedPart): KeptBlocks {
    const { block, blocks } = this;
    const { mask } = this.density;
    const width = wordsPerRow(blocks);
    const words = new Uint32Array(blocks * width);
    const keep = (top: number, bottom: number, left: number, right: number): void => {
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) words[y * width + (x >>> 5)] |= 1 << (x & 31);
    };
    const descend = (top: number, bottom: number, left: number, right: number, known: StepList): void => {
      const i0 = Math.max(0, top * block - row.offset);
      const i1 = Math.min(row.length, bottom * block - row.offset) - 1;
      const j0 = Math.max(0, left * block - column.offset);
      const j1 = Math.min(column.length, right * block - column.offset) - 1;
      if (i0 > i1 || j0 > j1) return;
      const verdict = mask.read(i0, i1, j0, j1, known);
      if (verdict === NONE) return;
      const [height, breadth] = [bottom - top, right - left];
      // A block that is cut may be left out although all its pairs are in the set.
      const isWhole = i1 - i0 + 1 === height * block && j1 - j0 + 1 === breadth * block;
      if (verdict === ALL && isWhole) {
        if (this.keepsFull) keep(top, bottom, left, right);
        return;
      }
      const open = mask.open(known);
      if (height === 1 && breadth === 1) {
        if (this.isBlockKept({ i0, i1, j0, j1 }, verdict === ALL, isWhole, open))
          keep(top, bottom, left, right);
      } else if (breadth >= height) {
        const middle = (left + right) >> 1;
        descend(top, bottom, left, middle, open);
        descend(top, bottom, middle, right, open);
      } else {
        const middle = (top + bottom) >> 1;
        descend(top, middle, left, right, open);
        descend(middle, bottom, left, right, open);
      }
    };
    descend(0, blocks, 0, blocks, mask.everything);
    return keptWords(words, width);
  }

  private isBlockKept(box: Box, isAll: boolean, isWhole: boolean, open: StepList): boolean {
    const [rows, columns] = [box.i1 - box.i0 + 1, box.j1 - box.j0 + 1];
    if (isAll)
      return isKept(this.rule, this.full.fill(rows, 0, columns).subarray(0, columns), rows, this.block);
    const single = this.density.mask.singlePredicate(open);
    if (!isWhole || single === null || single.query !== -single.key)
      return isKept(this.rule, this.density.columns(box, single), rows, this.block);
    const distances = this.byDistance.get(open) ?? new Map<number, boolean>();
    this.byDistance.set(open, distances);
    const kept =
      distances.get(box.j0 - box.i0) ??
      isKept(this.rule, this.density.columns(box, single), rows, this.block);
    distances.set(box.j0 - box.i0, kept);
    return kept;
  }
}

/** `columns` counts the pairs of each column of a box of so many rows. */
function isKept(rule: BlockRule, columns: Float64Array, rows: number, block: number): boolean {
  let [live, all, dense] = [0, 0, 0];
  const threshold = rule.kind === 'columns' ? rule.denser : 0;
  for (let at = 0; at < columns.length; at++) {
    const pairs = columns[at];
    if (pairs > 0) live++;
    if (pairs === rows) all++;
    if (pairs / block > threshold) dense++;
  }
  switch (rule.kind) {
    case 'any':
      return live > 0;
    case 'all':
      return all === columns.length;
    case 'columns':
      return live > 0 && dense / (live + 1e-9) > rule.share;
  }
}

/** Counts the pairs of boxes column by column. */
class DensityReader {
  readonly mask: AbstractMask;
  private readonly rows: RowEvaluator;
  private readonly counts: Float64Array;
  /** First and last member of sets that are one interval. */
  private readonly ends = new Map<IntSet, readonly [number, number] | null>();

  constructor(bound: BoundMask, block: number) {
    this.mask = new AbstractMask(bound, { queries: block, keys: block });
    this.rows = new RowEvaluator(bound, block);
    this.counts = new Float64Array(block);
  }

  /** The pairs of each column of a box in which `single` is all that is open; until the next call. */
  columns({ i0, i1, j0, j1 }: Box, single: SinglePredicate | null): Float64Array {
    const counts = this.counts.subarray(0, j1 - j0 + 1).fill(0);
    if (single !== null && single.query !== 0) {
      const { set, query, key } = single;
      const ends = this.endsOf(set);
      for (let at = 0; at < counts.length; at++) {
        const shift = key * (j0 + at);
        const [low, high] = query > 0 ? [i0 + shift, i1 + shift] : [shift - i1, shift - i0];
        counts[at] =
          ends === null
            ? countMembers(set, low, high)
            : Math.max(0, Math.min(high, ends[1]) - Math.max(low, ends[0]) + 1);
      }
      return counts;
    }
    for (let i = i0; i <= i1; i++) {
      const row = this.rows.row(i, j0);
      for (let at = 0; at < counts.length; at++) if (row[at] !== 0) counts[at]++;
    }
    return counts;
  }

  private endsOf(set: IntSet): readonly [number, number] | null {
    const known = this.ends.get(set);
    if (known !== undefined) return known;
    const ends = intervalEnds(set);
    this.ends.set(set, ends);
    return ends;
  }
}

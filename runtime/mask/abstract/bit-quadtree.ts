import { wordsPerRow, type HostArray } from '../../arrays.ts';
import { ALL, MIXED, NONE, type Verdict } from '../sets/int-set.ts';

/** Rows of a lowest cell; its columns are the 32 of a word. */
const CELL_ROWS = 8;
const CELL_COLUMNS = 32;
/** Words that are looked at before the tree is built, evenly over a rectangle (Roberts, 2018). */
const PROBES = 64;
const [ROW_STEP, COLUMN_STEP] = [0.7548776662466927, 0.5698402909980532];

interface Level {
  readonly rows: number;
  readonly columns: number;
  readonly cells: Uint8Array;
}

const known = new WeakMap<Uint32Array, BitQuadtree>();

/** The tree over a packed boolean matrix (leading dimensions taken together as rows), built at the first call. */
export function bitQuadtree(array: HostArray & { kind: 'bits' }): BitQuadtree {
  const found = known.get(array.words) ?? new BitQuadtree(array);
  known.set(array.words, found);
  return found;
}

/**
 * Whether the bits of a rectangle are all set, all clear or neither: a pyramid of cells that each hold this answer for
 * their own rectangle. Cells of level l have 8 * 2^l rows and 32 * 2^l columns. Answers are exact.
 */
export class BitQuadtree {
  private readonly words: Uint32Array;
  private readonly stride: number;
  private readonly rowCount: number;
  private readonly columnCount: number;
  /** Null until probes do not tell. */
  private tree: readonly Level[] | null = null;

  constructor({ dims, words }: HostArray & { kind: 'bits' }) {
    this.words = words;
    this.columnCount = dims[dims.length - 1];
    this.stride = wordsPerRow(this.columnCount);
    this.rowCount = this.stride === 0 ? 0 : words.length / this.stride;
  }

  private get levels(): readonly Level[] {
    return (this.tree ??= this.buildLevels());
  }

  private buildLevels(): readonly Level[] {
    const levels = [this.lowestLevel()];
    for (let level = levels[0]; level.rows > 1 || level.columns > 1;) {
      level = halve(level);
      levels.push(level);
    }
    return levels;
  }

  /** Rows and columns are inside the matrix, ends included. */
  verdict(rowLow: number, rowHigh: number, columnLow: number, columnHigh: number): Verdict {
    if (this.tree === null && this.isMixed(rowLow, rowHigh, columnLow, columnHigh)) return MIXED;
    // Start where the rectangle meets at most two cells a side.
    const least = Math.max(
      levelOf(Math.floor((rowHigh - rowLow) / CELL_ROWS)),
      levelOf(Math.floor((columnHigh - columnLow) / CELL_COLUMNS)),
    );
    const level = Math.min(this.levels.length - 1, least);
    const [height, width] = [CELL_ROWS * 2 ** level, CELL_COLUMNS * 2 ** level];
    let verdict: Verdict | -1 = -1;
    for (let row = Math.floor(rowLow / height); row * height <= rowHigh; row++) {
      for (let column = Math.floor(columnLow / width); column * width <= columnHigh; column++) {
        const part = this.cellVerdict(level, row, column, rowLow, rowHigh, columnLow, columnHigh);
        if (part === MIXED || (verdict >= 0 && verdict !== part)) return MIXED;
        verdict = part;
      }
    }
    return verdict < 0 ? NONE : (verdict as Verdict);
  }

  /** Do some words of a rectangle hold a set and a clear bit? A matrix that is read row by row then needs no tree. */
  private isMixed(rowLow: number, rowHigh: number, columnLow: number, columnHigh: number): boolean {
    const { words, stride } = this;
    const [first, last] = [columnLow >>> 5, columnHigh >>> 5];
    let [isSet, isClear] = [false, false];
    for (let probe = 0; probe < PROBES; probe++) {
      const row = rowLow + Math.floor(((probe * ROW_STEP) % 1) * (rowHigh - rowLow + 1));
      const word = first + Math.floor(((probe * COLUMN_STEP) % 1) * (last - first + 1));
      const low = word === first ? columnLow & 31 : 0;
      const high = word === last ? columnHigh & 31 : 31;
      const wanted = (-1 >>> (31 - high)) & (-1 << low);
      const own = words[row * stride + word] & wanted;
      isSet ||= own !== 0;
      isClear ||= own !== wanted;
      if (isSet && isClear) return true;
    }
    return false;
  }

  /** The part of the rectangle inside a cell that it meets. */
  private cellVerdict(
    level: number,
    row: number,
    column: number,
    rowLow: number,
    rowHigh: number,
    columnLow: number,
    columnHigh: number,
  ): Verdict {
    const { columns, cells } = this.levels[level];
    const state = cells[row * columns + column];
    if (state !== MIXED) return state as Verdict;
    const height = CELL_ROWS << level;
    const width = CELL_COLUMNS << level;
    const [top, left] = [row * height, column * width];
    const bottom = Math.min(this.rowCount, top + height) - 1;
    const right = Math.min(this.columnCount, left + width) - 1;
    if (rowLow <= top && rowHigh >= bottom && columnLow <= left && columnHigh >= right) return MIXED;
    if (level === 0) {
      return this.wordsVerdict(
        Math.max(top, rowLow),
        Math.min(bottom, rowHigh),
        column,
        columnLow - left,
        columnHigh - left,
      );
    }
    const below = this.levels[level - 1];
    let verdict: Verdict | -1 = -1;
    for (let y = 2 * row; y <= 2 * row + 1 && y < below.rows; y++) {
      if (y * (height >> 1) > rowHigh || (y + 1) * (height >> 1) <= rowLow) continue;
      for (let x = 2 * column; x <= 2 * column + 1 && x < below.columns; x++) {
        if (x * (width >> 1) > columnHigh || (x + 1) * (width >> 1) <= columnLow) continue;
        const part = this.cellVerdict(level - 1, y, x, rowLow, rowHigh, columnLow, columnHigh);
        if (part === MIXED || (verdict >= 0 && verdict !== part)) return MIXED;
        verdict = part;
      }
    }
    return verdict < 0 ? NONE : (verdict as Verdict);
  }

  private wordsVerdict(rowLow: number, rowHigh: number, column: number, from: number, to: number): Verdict {
    const first = Math.max(0, from);
    const last = Math.min(CELL_COLUMNS - 1, to);
    const wanted = ((0xffffffff >>> (31 - last)) & (0xffffffff << first)) >>> 0;
    let [any, all] = [0, wanted];
    for (let row = rowLow; row <= rowHigh; row++) {
      const word = this.words[row * this.stride + column] & wanted;
      any |= word;
      all &= word;
    }
    if (any === 0) return NONE;
    return all >>> 0 === wanted ? ALL : MIXED;
  }

  private lowestLevel(): Level {
    const rows = Math.ceil(this.rowCount / CELL_ROWS);
    const { words, stride } = this;
    const cells = new Uint8Array(rows * stride);
    // Bits of the last word that are columns.
    const last = (0xffffffff >>> (31 - ((this.columnCount - 1) & 31))) | 0;
    for (let row = 0; row < rows; row++) {
      const begin = row * CELL_ROWS * stride;
      const lowest = Math.min(CELL_ROWS, this.rowCount - row * CELL_ROWS) - 1;
      // Rows behind the last one are that one again.
      const steps = Array.from({ length: CELL_ROWS }, (_, at) => stride * Math.min(at, lowest));
      writeCells(words, begin, steps, last, cells.subarray(row * stride, (row + 1) * stride));
    }
    return { rows, columns: stride, cells };
  }
}

/**
 * What cells of eight words are, that begin at `begin` + 0, 1 … and go on at `steps` from there; of the last one only the
 * bits `last` count. Written out: a matrix has up to 2^23 words.
 */
function writeCells(
  words: Uint32Array,
  begin: number,
  [, step1, step2, step3, step4, step5, step6, step7]: readonly number[],
  last: number,
  cells: Uint8Array,
): void {
  for (let column = 0; column < cells.length; column++) {
    const wanted = column === cells.length - 1 ? last : -1;
    const at = begin + column;
    const word0 = words[at];
    const word1 = words[at + step1];
    const word2 = words[at + step2];
    const word3 = words[at + step3];
    const word4 = words[at + step4];
    const word5 = words[at + step5];
    const word6 = words[at + step6];
    const word7 = words[at + step7];
    const any = (word0 | word1 | word2 | word3 | word4 | word5 | word6 | word7) & wanted;
    const all = word0 & word1 & word2 & word3 & word4 & word5 & word6 & word7 & wanted;
    cells[column] = any === 0 ? NONE : all === wanted ? ALL : MIXED;
  }
}

/** The least level at which a cell covers so many cells of the lowest level. */
function levelOf(cells: number): number {
  return 32 - Math.clz32(cells);
}

function halve({ rows, columns, cells }: Level): Level {
  const [height, width] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
  const halved = new Uint8Array(height * width);
  for (let row = 0; row < height; row++) {
    const upper = 2 * row * columns;
    // What hangs over stands for its neighbour inside.
    const lower = 2 * row + 1 < rows ? upper + columns : upper;
    for (let column = 0; column < width; column++) {
      const left = 2 * column;
      const right = left + 1 < columns ? left + 1 : left;
      const state = cells[upper + left];
      const isUniform =
        state === cells[upper + right] && state === cells[lower + left] && state === cells[lower + right];
      halved[row * width + column] = isUniform ? state : MIXED;
    }
  }
  return { rows: height, columns: width, cells: halved };
}

import { wordsPerRow, type HostArray } from '../arrays.ts';
import { ALL, MIXED, NONE, type Verdict } from './int-set.ts';

/** Rows of a lowest cell; its columns are the 32 of a word. */
const CELL_ROWS = 8;
const CELL_COLUMNS = 32;

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
  private readonly levels: Level[] = [];

  constructor({ dims, words }: HostArray & { kind: 'bits' }) {
    this.words = words;
    this.columnCount = dims[dims.length - 1];
    this.stride = wordsPerRow(this.columnCount);
    this.rowCount = this.stride === 0 ? 0 : words.length / this.stride;
    this.levels.push(this.lowestLevel());
    for (let level = this.levels[0]; level.rows > 1 || level.columns > 1;) {
      level = halve(level);
      this.levels.push(level);
    }
  }

  /** Rows and columns are inside the matrix, ends included. */
  verdict(rowLow: number, rowHigh: number, columnLow: number, columnHigh: number): Verdict {
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
    const last = 0xffffffff >>> (31 - ((this.columnCount - 1) & 31));
    for (let row = 0; row < rows; row++) {
      const begin = row * CELL_ROWS * stride;
      const end = Math.min(this.rowCount, (row + 1) * CELL_ROWS) * stride;
      for (let column = 0; column < stride; column++) {
        const wanted = column === stride - 1 ? last | 0 : -1;
        let any = 0;
        let all = wanted;
        for (let at = begin + column; at < end; at += stride) {
          any |= words[at];
          all &= words[at];
        }
        cells[row * stride + column] = (any & wanted) === 0 ? NONE : all === wanted ? ALL : MIXED;
      }
    }
    return { rows, columns: this.stride, cells };
  }
}

/** The least level at which a cell covers so many cells of the lowest level. */
function levelOf(cells: number): number {
  return 32 - Math.clz32(cells);
}

function halve(level: Level): Level {
  const rows = Math.ceil(level.rows / 2);
  const columns = Math.ceil(level.columns / 2);
  const cells = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let state = -1;
      for (let y = 2 * row; y < Math.min(level.rows, 2 * row + 2); y++) {
        for (let x = 2 * column; x < Math.min(level.columns, 2 * column + 2); x++) {
          const part = level.cells[y * level.columns + x];
          state = state < 0 || state === part ? part : MIXED;
        }
      }
      cells[row * columns + column] = state;
    }
  }
  return { rows, columns, cells };
}

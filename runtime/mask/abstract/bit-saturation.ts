import { wordsPerRow, type HostArray } from '../../arrays.ts';

/** A smaller cell often holds equal bits alone. */
const LEAST_BITS = 8;
const MOST_CELLS = 2 ** 22;

const known = new WeakMap<Uint32Array, Map<string, BitSaturation | null>>();

/**
 * Where every rectangle of at least so many neighbouring rows and columns of a matrix of bits holds set and clear bits.
 * Null where the rectangles are too small, or the matrix too large, to say.
 */
export function bitSaturation(
  array: HostArray & { kind: 'bits' },
  rows: number,
  columns: number,
): BitSaturation | null {
  const ofArray = known.get(array.words) ?? new Map<string, BitSaturation | null>();
  known.set(array.words, ofArray);
  const [height, width] = [cellInside(rows), Math.min(32, cellInside(columns))];
  const key = `${height} ${width}`;
  const found = ofArray.get(key);
  if (found !== undefined) return found;
  const cells = (array.words.length * 32) / (height * width);
  const isUseful = height * width >= LEAST_BITS && cells <= MOST_CELLS;
  const made = isUseful ? new BitSaturation(array, height, width) : null;
  ofArray.set(key, made);
  return made;
}

/** The largest power of two so that any `stretch` neighbours hold a whole cell of that size. */
function cellInside(stretch: number): number {
  return 1 << (31 - Math.clz32(Math.max(1, Math.floor((stretch + 1) / 2))));
}

/** Cells along each side of a rectangle that are looked at before all cells of the matrix are counted. */
const PROBES = 4;
/** Of all cells, one in so many is looked at by itself. */
const PROBED_SHARE = 16;

/** Cells of `height` x `width` bits, a power of two each, width at most 32, that hold set and clear bits; as sums. */
export class BitSaturation {
  private readonly height: number;
  private readonly width: number;
  private readonly words: Uint32Array;
  /** Words of a row of bits. */
  private readonly stride: number;
  /** Rows and columns of cells. */
  private readonly rows: number;
  private readonly columns: number;
  /** Cells above and to the left of each corner that hold equal bits alone; null until probes do not find any. */
  private sums: Int32Array | null = null;
  /** Cells that probes have looked at. */
  private probed = 0;

  constructor({ dims, words }: HostArray & { kind: 'bits' }, height: number, width: number) {
    this.height = height;
    this.width = width;
    this.words = words;
    const bitColumns = dims[dims.length - 1];
    this.stride = wordsPerRow(bitColumns);
    this.rows = Math.floor((this.stride === 0 ? 0 : words.length / this.stride) / height);
    this.columns = Math.floor(bitColumns / width);
  }

  /** Does every rectangle of the size asked for hold set and clear bits, inside of these rows and columns? */
  holds(rowLow: number, rowHigh: number, columnLow: number, columnHigh: number): boolean {
    const { height, width } = this;
    const [top, bottom] = [Math.ceil(rowLow / height), Math.floor((rowHigh + 1) / height)];
    const [left, right] = [Math.ceil(columnLow / width), Math.floor((columnHigh + 1) / width)];
    if (this.sums === null) {
      const answer = this.probe(top, bottom, left, right);
      if (answer !== null) return answer;
    }
    const sums = (this.sums ??= this.sumCells());
    const stride = this.columns + 1;
    return (
      sums[bottom * stride + right] -
        sums[top * stride + right] -
        sums[bottom * stride + left] +
        sums[top * stride + left] ===
      0
    );
  }

  /**
   * The answer from a few cells, spread over a rectangle of cells, or from all cells of a small one: a matrix that is equal
   * nearly everywhere is never summed up. Null where that does not tell, or as much was looked at as the sums cost.
   */
  private probe(top: number, bottom: number, left: number, right: number): boolean | null {
    if (bottom <= top || right <= left || this.probed > (this.rows * this.columns) / PROBED_SHARE)
      return null;
    const height = Math.min(PROBES, bottom - top);
    const width = Math.min(PROBES, right - left);
    for (let y = 0; y < height; y++) {
      const row = top + Math.floor((y * (bottom - top)) / height);
      for (let x = 0; x < width; x++) {
        this.probed++;
        if (this.isEqual(row, left + Math.floor((x * (right - left)) / width))) return false;
      }
    }
    return height === bottom - top && width === right - left ? true : null;
  }

  private isEqual(row: number, column: number): boolean {
    const { height, width, words, stride } = this;
    const own = cellBits(column, width);
    const first = row * height * stride + ((column * width) >>> 5);
    let [any, all] = [0, own];
    for (let at = 0; at < height; at++) {
      const word = words[first + at * stride] & own;
      any |= word;
      all &= word;
    }
    return any === 0 || all === own;
  }

  private sumCells(): Int32Array {
    const { height, width, words, stride, rows, columns } = this;
    const sums = new Int32Array((rows + 1) * (columns + 1));
    const [any, all] = [new Int32Array(stride), new Int32Array(stride)];
    for (let row = 0; row < rows; row++) {
      any.fill(0);
      all.fill(-1);
      for (let from = row * height * stride; from < (row + 1) * height * stride; from += stride) {
        for (let word = 0; word < stride; word++) {
          any[word] |= words[from + word];
          all[word] &= words[from + word];
        }
      }
      let inRow = 0;
      const above = row * (columns + 1);
      for (let column = 0; column < columns; column++) {
        const at = (column * width) >>> 5;
        const own = cellBits(column, width);
        if ((any[at] & own) === 0 || (all[at] & own) === own) inRow++;
        sums[above + columns + 1 + column + 1] = sums[above + column + 1] + inRow;
      }
    }
    return sums;
  }
}

/** The bits of a cell of `width` columns in their word. */
function cellBits(column: number, width: number): number {
  return (width === 32 ? -1 : (1 << width) - 1) << ((column * width) & 31);
}

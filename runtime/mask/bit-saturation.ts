import { wordsPerRow, type HostArray } from '../arrays.ts';

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

/** Cells of `height` x `width` bits, a power of two each, width at most 32, that hold set and clear bits; as sums. */
export class BitSaturation {
  private readonly height: number;
  private readonly width: number;
  private readonly columns: number;
  /** Cells above and to the left of each corner that hold equal bits alone. */
  private readonly sums: Int32Array;

  constructor({ dims, words }: HostArray & { kind: 'bits' }, height: number, width: number) {
    this.height = height;
    this.width = width;
    const bitColumns = dims[dims.length - 1];
    const stride = wordsPerRow(bitColumns);
    const bitRows = stride === 0 ? 0 : words.length / stride;
    const rows = Math.floor(bitRows / height);
    const columns = Math.floor(bitColumns / width);
    this.columns = columns;
    this.sums = new Int32Array((rows + 1) * (columns + 1));
    const [any, all] = [new Int32Array(stride), new Int32Array(stride)];
    const cell = width === 32 ? -1 : (1 << width) - 1;
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
        const bit = column * width;
        const own = cell << (bit & 31);
        if ((any[bit >>> 5] & own) === 0 || (all[bit >>> 5] & own) === own) inRow++;
        this.sums[above + columns + 1 + column + 1] = this.sums[above + column + 1] + inRow;
      }
    }
  }

  /** Does every rectangle of the size asked for hold set and clear bits, inside of these rows and columns? */
  holds(rowLow: number, rowHigh: number, columnLow: number, columnHigh: number): boolean {
    const { height, width, sums } = this;
    const [top, bottom] = [Math.ceil(rowLow / height), Math.floor((rowHigh + 1) / height)];
    const [left, right] = [Math.ceil(columnLow / width), Math.floor((columnHigh + 1) / width)];
    const stride = this.columns + 1;
    return (
      sums[bottom * stride + right] -
        sums[top * stride + right] -
        sums[bottom * stride + left] +
        sums[top * stride + left] ===
      0
    );
  }
}

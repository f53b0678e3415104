import { lowerBound } from '../../mask/exact/evaluate.ts';
import type { SingleMember } from '../../mask/abstract/single-predicate.ts';

/** Members a row up to which reading a list is cheaper than splitting boxes. */
const MAX_PER_ROW = 16;

/** Are the list rows of the positions i0 .. i1 short? */
export function isSparse({ list, rowBy }: SingleMember, i0: number, i1: number): boolean {
  const [from, to] = rowRange(list.starts.length - 1, rowBy, i0, i1);
  return from <= to && list.starts[to + 1] - list.starts[from] <= MAX_PER_ROW * (to - from + 1);
}

/** So many columns are sorted by insertion: most calls find a handful. */
const FEW = 32;

/** Finds the tiles of a row of tiles that hold a listed key, where one list decides. */
export class ListScanner {
  private readonly single: SingleMember;
  private found = new Int32Array(FEW);

  constructor(single: SingleMember) {
    this.single = single;
  }

  /**
   * Calls `push` for each column of `granularity` keys, ascending, that holds a listed key of the positions i0 .. i1 and of
   * the keys j0 .. j1, and says whether all of its pairs are.
   */
  scan(
    [i0, i1]: readonly [number, number],
    [j0, j1]: readonly [number, number],
    granularity: number,
    push: (column: number, isFull: boolean) => void,
  ): void {
    const { rowBy, valueBy } = this.single;
    const count = this.find(i0, i1, j0, j1, granularity);
    if (count === 0) return;
    const rows = Math.floor(i1 / rowBy) - Math.floor(i0 / rowBy) + 1;
    const columns = this.sorted(count);
    for (let at = 0; at < count;) {
      const column = columns[at];
      const first = at;
      while (at < count && columns[at] === column) at++;
      const low = Math.max(j0, column * granularity);
      const high = Math.min(j1, (column + 1) * granularity - 1);
      const blocks = Math.floor(high / valueBy) - Math.floor(low / valueBy) + 1;
      push(column, at - first === rows * blocks);
    }
  }

  /** Writes the column of every listed block of a row into `found`, once for each column that it reaches into. */
  private find(i0: number, i1: number, j0: number, j1: number, granularity: number): number {
    const { list, rowBy, valueBy } = this.single;
    const { starts, values } = list;
    const [from, to] = rowRange(starts.length - 1, rowBy, i0, i1);
    const first = Math.floor(j0 / valueBy);
    const last = Math.floor(j1 / valueBy);
    let count = 0;
    for (let row = from; row <= to; row++) {
      const begin = starts[row];
      const end = starts[row + 1];
      // Most calls find nothing: the rows are short and the boxes many.
      if (begin === end || values[begin] > last || values[end - 1] < first) continue;
      for (let at = lowerBound(values, first, begin, end); at < end && values[at] <= last; at++) {
        const next = Math.floor(Math.max(j0, values[at] * valueBy) / granularity);
        const stop = Math.floor(Math.min(j1, (values[at] + 1) * valueBy - 1) / granularity);
        this.reserve(count + stop - next + 1);
        for (let column = next; column <= stop; column++) this.found[count++] = column;
      }
    }
    return count;
  }

  private reserve(size: number): void {
    if (size <= this.found.length) return;
    const { found } = this;
    this.found = new Int32Array(2 * size);
    this.found.set(found);
  }

  private sorted(count: number): Int32Array {
    const { found } = this;
    if (count > FEW) return found.subarray(0, count).sort();
    for (let next = 1; next < count; next++) {
      const column = found[next];
      let at = next;
      for (; at > 0 && found[at - 1] > column; at--) found[at] = found[at - 1];
      found[at] = column;
    }
    return found;
  }
}

/** Do positions `i` and `after` read the same row of the list? */
export function isSameRow({ rowBy }: SingleMember, i: number, after: number): boolean {
  return Math.floor(i / rowBy) === Math.floor(after / rowBy);
}

/** The rows of the list that positions i0 .. i1 read, inside the list. */
function rowRange(rows: number, rowBy: number, i0: number, i1: number): [number, number] {
  return [Math.max(0, Math.floor(i0 / rowBy)), Math.min(rows - 1, Math.floor(i1 / rowBy))];
}

import { wordsPerRow } from '../arrays.ts';
import { boundOperands } from './bound-arena.ts';
import type { BoundMask, BoundNode } from './bound-mask.ts';
import { dependsOn } from './conjuncts.ts';
import { evaluateNode } from './evaluate.ts';
import { contains, intervalEnds } from './int-set.ts';
import { applyArithmetic } from './integer-math.ts';
import type { NodeId } from './nodes.ts';

/**
 * The exact reading of a bound mask a row of keys at a time: the same values as `evaluateBound`, many times faster, as
 * what a row has in common is computed once. For dense masks, counts and references; memory is O(nodes * count).
 */
export class RowEvaluator {
  private readonly bound: BoundMask;
  private readonly count: number;
  /** Nodes by what they depend on; a column has a value for every key. */
  private readonly onQuery: readonly boolean[];
  private readonly columns: (Float64Array | null)[];
  private readonly scalars: Float64Array;
  private readonly tables = new Map<BoundNode, RowTable>();
  private readonly repeated: (Float64Array | undefined)[] = [undefined, undefined];
  private from: number | null = null;

  /** Rows of `count` keys. */
  constructor(bound: BoundMask, count: number) {
    this.bound = bound;
    this.count = count;
    this.onQuery = dependsOn(bound, 'query');
    this.columns = dependsOn(bound, 'key').map((depends) => (depends ? new Float64Array(count) : null));
    this.scalars = new Float64Array(bound.nodes.length);
  }

  /**
   * Liveness of the keys from .. from + count - 1 for the query at position i, as 1 and 0. The array is reused by the
   * next call.
   */
  row(i: number, from = 0): Float64Array {
    const { nodes, root, arrays } = this.bound;
    const sameKeys = this.from === from;
    for (let id = 0; id <= root; id++) {
      const column = this.columns[id];
      if (sameKeys && !this.onQuery[id]) continue;
      if (column) this.fill(nodes[id], column, i, from);
      else this.scalars[id] = evaluateNode(nodes[id], this.scalars, { query: i, arrays });
    }
    this.from = from;
    return this.columns[root] ?? new Float64Array(this.count).fill(this.scalars[root]);
  }

  private fill(node: BoundNode, column: Float64Array, i: number, from: number): void {
    switch (node.kind) {
      case 'key':
        for (let at = 0; at < column.length; at++) column[at] = from + at;
        return;
      case 'arithmetic':
        if (node.op === 'add' || node.op === 'sub')
          return this.sum(column, node.left, node.right, node.op === 'add' ? 1 : -1);
        return this.zip(column, node.left, node.right, (a, b) => applyArithmetic(node.op, a, b));
      case 'compare':
        return compare(column, node.op, this.valuesOf(node.left, 0), this.valuesOf(node.right, 1));
      case 'and': {
        const [a, b] = [this.valuesOf(node.left, 0), this.valuesOf(node.right, 1)];
        for (let at = 0; at < column.length; at++) column[at] = a[at] * b[at];
        return;
      }
      case 'or': {
        const [a, b] = [this.valuesOf(node.left, 0), this.valuesOf(node.right, 1)];
        for (let at = 0; at < column.length; at++) column[at] = a[at] !== 0 || b[at] !== 0 ? 1 : 0;
        return;
      }
      case 'in-set': {
        const operand = this.columns[node.operand]!;
        const ends = intervalEnds(node.set);
        const [low, high] = ends ?? [0, 0];
        if (ends)
          for (let at = 0; at < column.length; at++)
            column[at] = operand[at] >= low && operand[at] <= high ? 1 : 0;
        else for (let at = 0; at < column.length; at++) column[at] = contains(node.set, operand[at]) ? 1 : 0;
        return;
      }
      case 'lookup':
      case 'bit':
        if (!this.read(node, column)) this.general(node, column, i);
        return;
      case 'member':
        if (!this.readMember(node, column)) this.general(node, column, i);
        return;
      default:
        return this.general(node, column, i);
    }
  }

  /** Reads an array where only one index varies with the key; false where several do, or the array is a list. */
  private read(node: BoundNode & { kind: 'lookup' | 'bit' }, column: Float64Array): boolean {
    const varying = node.indices.findIndex((index) => this.columns[index]);
    if (node.indices.some((index, axis) => axis !== varying && this.columns[index])) return false;
    const array = this.bound.arrays[node.array];
    const { dims } = array;
    const index = this.columns[node.indices[varying]]!;
    const size = dims[varying];
    const isBits = array.kind === 'bits';
    const last = dims.length - 1;
    let [base, inside] = [0, true];
    dims.forEach((dim, axis) => {
      if (axis === varying) return;
      const at = this.scalars[node.indices[axis]];
      inside &&= at >= 0 && at < dim;
      // The last index of bits is a place inside a word, and is read with the word.
      if (!isBits || axis !== last) base += at * stepsOf(dims, axis, isBits);
    });
    const step = stepsOf(dims, varying, isBits);
    if (array.kind === 'int') {
      for (let at = 0; at < column.length; at++) {
        const x = index[at];
        column[at] = inside && x >= 0 && x < size ? array.data[base + x * step] : -1;
      }
    } else if (array.kind === 'bits') {
      const bit = this.scalars[node.indices[last]];
      if (!inside) column.fill(0);
      else if (varying === last) readWord(column, index, size, array.words, base);
      else readWords(column, index, size, array.words, { base: base + (bit >>> 5), step, shift: bit & 31 });
    }
    return array.kind === 'int' || isBits;
  }

  /** Membership in one row of a list: a table of the row, kept until another row is asked. */
  private readMember(node: BoundNode & { kind: 'member' }, column: Float64Array): boolean {
    const array = this.bound.arrays[node.array];
    const values = this.columns[node.value];
    if (array.kind !== 'list' || this.columns[node.row] || !values) return false;
    const row = this.scalars[node.row];
    const [from, to] =
      row >= 0 && row < array.starts.length - 1 ? [array.starts[row], array.starts[row + 1]] : [0, 0];
    const known = this.tables.get(node) ?? { row: -1, from: 0, to: 0, marks: new Uint8Array(0) };
    if (known.row !== row) {
      for (let at = known.from; at < known.to; at++) known.marks[array.values[at]] = 0;
      const largest = to > from ? array.values[to - 1] : -1;
      if (largest >= known.marks.length) known.marks = new Uint8Array(2 * largest + 1);
      for (let at = from; at < to; at++) known.marks[array.values[at]] = 1;
      [known.row, known.from, known.to] = [row, from, to];
      this.tables.set(node, known);
    }
    const { marks } = known;
    for (let at = 0; at < column.length; at++) {
      const value = values[at];
      column[at] = value >= 0 && value < marks.length ? marks[value] : 0;
    }
    return true;
  }

  /** The values of an operand, those of one without a column repeated in the scratch column `side`. */
  private valuesOf(id: NodeId, side: 0 | 1): Float64Array {
    const column = this.columns[id];
    if (column) return column;
    this.repeated[side] ??= new Float64Array(this.count);
    return this.repeated[side].fill(this.scalars[id]);
  }

  /** left + sign * right. */
  private sum(column: Float64Array, left: NodeId, right: NodeId, sign: number): void {
    const [a, b] = [this.columns[left], this.columns[right]];
    const [x, y] = [this.scalars[left], sign * this.scalars[right]];
    if (a && b) for (let at = 0; at < column.length; at++) column[at] = a[at] + sign * b[at];
    else if (a) for (let at = 0; at < column.length; at++) column[at] = a[at] + y;
    else if (b) for (let at = 0; at < column.length; at++) column[at] = x + sign * b[at];
  }

  private zip(
    column: Float64Array,
    left: NodeId,
    right: NodeId,
    apply: (a: number, b: number) => number,
  ): void {
    const [a, b] = [this.columns[left], this.columns[right]];
    if (a && b) for (let at = 0; at < column.length; at++) column[at] = apply(a[at], b[at]);
    else if (a)
      for (let at = 0, y = this.scalars[right]; at < column.length; at++) column[at] = apply(a[at], y);
    else if (b)
      for (let at = 0, x = this.scalars[left]; at < column.length; at++) column[at] = apply(x, b[at]);
  }

  /** Any node: its operands at one key are put where `evaluateNode` looks for them. */
  private general(node: BoundNode, column: Float64Array, i: number): void {
    const operands = boundOperands(node).filter((operand) => this.columns[operand] !== null);
    const environment = { query: i, arrays: this.bound.arrays };
    for (let at = 0; at < column.length; at++) {
      for (const operand of operands) this.scalars[operand] = this.columns[operand]![at];
      column[at] = evaluateNode(node, this.scalars, environment);
    }
  }
}

/** A loop for each operator: one that calls a function for every key takes several times as long. */
function compare(
  column: Float64Array,
  op: (BoundNode & { kind: 'compare' })['op'],
  a: Float64Array,
  b: Float64Array,
): void {
  switch (op) {
    case 'lt':
      for (let at = 0; at < column.length; at++) column[at] = a[at] < b[at] ? 1 : 0;
      return;
    case 'le':
      for (let at = 0; at < column.length; at++) column[at] = a[at] <= b[at] ? 1 : 0;
      return;
    case 'eq':
      for (let at = 0; at < column.length; at++) column[at] = a[at] === b[at] ? 1 : 0;
      return;
    case 'ne':
      for (let at = 0; at < column.length; at++) column[at] = a[at] !== b[at] ? 1 : 0;
      return;
  }
}

/** The bits of one row at the places in `index`. */
function readWord(
  column: Float64Array,
  index: Float64Array,
  size: number,
  words: Uint32Array,
  base: number,
): void {
  for (let at = 0; at < column.length; at++) {
    const x = index[at];
    column[at] = x >= 0 && x < size ? (words[base + (x >>> 5)] >>> (x & 31)) & 1 : 0;
  }
}

/** One bit of each of the rows in `index`. */
function readWords(
  column: Float64Array,
  index: Float64Array,
  size: number,
  words: Uint32Array,
  { base, step, shift }: { readonly base: number; readonly step: number; readonly shift: number },
): void {
  for (let at = 0; at < column.length; at++) {
    const x = index[at];
    column[at] = x >= 0 && x < size ? (words[base + x * step] >>> shift) & 1 : 0;
  }
}

/** Which values are in one row of a list. */
interface RowTable {
  row: number;
  from: number;
  to: number;
  marks: Uint8Array;
}

/** Elements between neighbours along an axis; of bits, words, for all axes but the last. */
function stepsOf(dims: readonly number[], axis: number, isBits: boolean): number {
  let steps = 1;
  for (let inner = axis + 1; inner < dims.length; inner++) {
    steps *= isBits && inner === dims.length - 1 ? wordsPerRow(dims[inner]) : dims[inner];
  }
  return steps;
}

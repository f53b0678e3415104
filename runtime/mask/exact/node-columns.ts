import { wordsPerRow } from '../../arrays.ts';
import { boundOperands } from '../bound/bound-arena.ts';
import type { BoundNode } from '../bound/bound-mask.ts';
import { evaluateNode, type Environment } from './evaluate.ts';
import { contains, intervalEnds } from '../sets/int-set.ts';
import { applyArithmetic } from '../program/integer-math.ts';
import type { MaskNode, NodeId } from '../program/nodes.ts';

export type ColumnNode = MaskNode | BoundNode;

/**
 * The exact reading of nodes at many values of one leaf at a time: nodes that depend on it have a column with a value for
 * each, the others one value. The same values as `evaluateNode` gives, many times faster. Memory is O(nodes * count).
 */
export class NodeColumns {
  readonly count: number;
  /** By node: null where it does not vary. */
  readonly columns: readonly (Float64Array | null)[];
  /** By node: the value of one that does not vary. */
  readonly scalars: Float64Array;
  private readonly nodes: readonly ColumnNode[];
  private readonly tables = new Map<ColumnNode, RowTable>();
  private readonly repeated: (Float64Array | undefined)[] = [undefined, undefined];

  constructor(nodes: readonly ColumnNode[], varies: readonly boolean[], count: number) {
    this.nodes = nodes;
    this.count = count;
    this.columns = varies.map((own) => (own ? new Float64Array(count) : null));
    this.scalars = new Float64Array(nodes.length);
  }

  /** Evaluates a node whose operands are evaluated: the column of one that varies, else its value. */
  evaluate(id: NodeId, environment: Environment): void {
    const column = this.columns[id];
    if (column !== null) this.fill(this.nodes[id], column, environment);
    else this.scalars[id] = evaluateNode(this.nodes[id], this.scalars, environment);
  }

  /** The column of the leaf that varies: from, from + 1 and so on. */
  enumerate(id: NodeId, from: number): void {
    const column = this.columns[id]!;
    for (let at = 0; at < column.length; at++) column[at] = from + at;
  }

  private fill(node: ColumnNode, column: Float64Array, environment: Environment): void {
    switch (node.kind) {
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
      case 'real-lookup':
      case 'bit':
        if (!this.read(node, column, environment)) this.general(node, column, environment);
        return;
      case 'member':
        if (!this.readMember(node, column, environment)) this.general(node, column, environment);
        return;
      case 'select':
      case 'real-select':
        return this.select(column, node);
      case 'to-real':
        return void column.set(this.columns[node.operand]!);
      default:
        return this.general(node, column, environment);
    }
  }

  /** Reads an array where only one index varies with the key; false where several do, or the array is a list. */
  private read(
    node: ColumnNode & { kind: 'lookup' | 'real-lookup' | 'bit' },
    column: Float64Array,
    { arrays }: Environment,
  ): boolean {
    const varying = node.indices.findIndex((index) => this.columns[index]);
    if (node.indices.some((index, axis) => axis !== varying && this.columns[index])) return false;
    const array = arrays?.[node.array];
    if (array === undefined) return false;
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
    if (array.kind === 'int' || array.kind === 'real') {
      const { data } = array;
      const outside = array.kind === 'int' ? -1 : NaN;
      for (let at = 0; at < column.length; at++) {
        const x = index[at];
        column[at] = inside && x >= 0 && x < size ? data[base + x * step] : outside;
      }
    } else if (array.kind === 'bits') {
      const bit = this.scalars[node.indices[last]];
      if (!inside) column.fill(0);
      else if (varying === last) readWord(column, index, size, array.words, base);
      else readWords(column, index, size, array.words, { base: base + (bit >>> 5), step, shift: bit & 31 });
    }
    return array.kind !== 'list';
  }

  /** Membership in one row of a list: a table of the row, kept until another row is asked. */
  private readMember(
    node: ColumnNode & { kind: 'member' },
    column: Float64Array,
    { arrays }: Environment,
  ): boolean {
    const array = arrays?.[node.array];
    const values = this.columns[node.value];
    if (array?.kind !== 'list' || this.columns[node.row] || !values) return false;
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

  private select(
    column: Float64Array,
    { condition, then, else: otherwise }: ColumnNode & { kind: 'select' | 'real-select' },
  ): void {
    const [a, b] = [this.valuesOf(then, 0), this.valuesOf(otherwise, 1)];
    const holds = this.columns[condition];
    if (holds === null) column.set(this.scalars[condition] ? a : b);
    else for (let at = 0; at < column.length; at++) column[at] = holds[at] !== 0 ? a[at] : b[at];
  }

  /** Any node: its operands at one place are put where `evaluateNode` looks for them. */
  private general(node: ColumnNode, column: Float64Array, environment: Environment): void {
    const operands = boundOperands(node).filter((operand) => this.columns[operand] !== null);
    for (let at = 0; at < column.length; at++) {
      for (const operand of operands) this.scalars[operand] = this.columns[operand]![at];
      column[at] = evaluateNode(node, this.scalars, environment);
    }
  }
}

/** A loop for each operator: one that calls a function for every key takes several times as long. */
function compare(
  column: Float64Array,
  op: (ColumnNode & { kind: 'compare' })['op'],
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

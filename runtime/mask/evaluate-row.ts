import { wordsPerRow } from '../arrays.ts';
import type { BoundMask, BoundNode } from './bound-mask.ts';
import { evaluateNode } from './evaluate.ts';
import { contains, intervalEnds } from './int-set.ts';
import { applyArithmetic, applyCompare } from './integer-math.ts';
import { operandsOf, type NodeId } from './nodes.ts';

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
  private from: number | null = null;

  /** Rows of `count` keys. */
  constructor(bound: BoundMask, count: number) {
    this.bound = bound;
    this.count = count;
    const dependsOn = (kind: 'key' | 'query'): boolean[] => {
      const depends: boolean[] = [];
      for (const node of bound.nodes) {
        depends.push(node.kind === kind || operandsOfBound(node).some((operand) => depends[operand]));
      }
      return depends;
    };
    this.onQuery = dependsOn('query');
    this.columns = dependsOn('key').map((depends) => (depends ? new Float64Array(count) : null));
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
        return this.zip(column, node.left, node.right, (a, b) => (applyCompare(node.op, a, b) ? 1 : 0));
      case 'and':
        return this.zip(column, node.left, node.right, (a, b) => a * b);
      case 'or':
        return this.zip(column, node.left, node.right, (a, b) => a || b);
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
      default:
        return this.general(node, column, i);
    }
  }

  /** Reads an array where only the last index varies with the key; false where others do too. */
  private read(node: BoundNode & { kind: 'lookup' | 'bit' }, column: Float64Array): boolean {
    const last = node.indices.length - 1;
    if (node.indices.some((index, axis) => axis < last && this.columns[index])) return false;
    const array = this.bound.arrays[node.array];
    const index = this.columns[node.indices[last]]!;
    const width = array.dims[last];
    let row = 0;
    let inside = true;
    for (let axis = 0; axis < last; axis++) {
      const at = this.scalars[node.indices[axis]];
      inside &&= at >= 0 && at < array.dims[axis];
      row = row * array.dims[axis] + at;
    }
    if (array.kind === 'int') {
      const from = row * width;
      for (let at = 0; at < column.length; at++) {
        const x = index[at];
        column[at] = inside && x >= 0 && x < width ? array.data[from + x] : -1;
      }
    } else if (array.kind === 'bits') {
      const from = row * wordsPerRow(width);
      for (let at = 0; at < column.length; at++) {
        const x = index[at];
        column[at] = inside && x >= 0 && x < width ? (array.words[from + (x >>> 5)] >>> (x & 31)) & 1 : 0;
      }
    }
    return array.kind === 'int' || array.kind === 'bits';
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
    const operands = operandsOfBound(node).filter((operand) => this.columns[operand] !== null);
    const environment = { query: i, arrays: this.bound.arrays };
    for (let at = 0; at < column.length; at++) {
      for (const operand of operands) this.scalars[operand] = this.columns[operand]![at];
      column[at] = evaluateNode(node, this.scalars, environment);
    }
  }
}

function operandsOfBound(node: BoundNode): readonly NodeId[] {
  return node.kind === 'in-set' ? [node.operand] : operandsOf(node);
}

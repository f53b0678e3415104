import { AbstractMask } from '../../mask/abstract/abstract.ts';
import { boundOperands } from '../../mask/bound/bound-arena.ts';
import type { BoundMask, BoundNode } from '../../mask/bound/bound-mask.ts';
import { conjunctsOf, onlyConjuncts } from '../../mask/bound/conjuncts.ts';
import { evaluateBound } from '../../mask/exact/evaluate.ts';
import { ALL, NONE } from '../../mask/sets/int-set.ts';
import type { NodeId } from '../../mask/program/nodes.ts';
import type { StepList } from '../../mask/abstract/step-list.ts';
import { countByDescent } from './count-by-descent.ts';

/** Boxes that may be looked at for one factor before the count is given up. */
const MAX_VISITS = 2 ** 19;
/** Factors that unions may be taken apart into. */
const MAX_FACTORS = 256;

/** The axes that the coordinates of a mask run along. */
export interface CountedAxes {
  /** Cells of each axis: those of the query first, then those of the key. */
  readonly sizes: readonly number[];
  /** How many of them are the query's. */
  readonly queryAxes: number;
}

/**
 * The number of points of the box of some coordinates where a mask over coordinates holds; null where it is too large to
 * be counted. Conjuncts that share no coordinate are counted by themselves and multiplied. A union whose sides are made
 * of smaller such parts is taken apart: |A or B| = |A| + |B| - |A and B|, so that a cross of a grid is counted by its
 * axes. What is left over one axis of the query and one of the key is a plane, for ./count-by-descent.ts; the rest is
 * halved along its axes.
 */
export function countCoordinates(mask: BoundMask, coordinates: number, axes: CountedAxes): number | null {
  return new CoordinateCounter(mask, axes).count(conjunctsOf(mask), coordinates);
}

class CoordinateCounter {
  private readonly nodes: readonly BoundNode[];
  /** By node: a bit for each coordinate that it depends on. */
  private readonly leaves: readonly number[];
  private factors = 0;

  constructor(
    private readonly mask: BoundMask,
    private readonly axes: CountedAxes,
  ) {
    this.nodes = mask.nodes;
    const leaves: number[] = [];
    for (const node of mask.nodes) {
      const own = node.kind === 'coordinate' ? 1 << node.index : 0;
      leaves.push(boundOperands(node).reduce((bits, operand) => bits | leaves[operand], own));
    }
    this.leaves = leaves;
  }

  /** Points of the box of `coordinates` (a bit each) where all conjuncts hold. */
  count(conjuncts: readonly NodeId[], coordinates: number): number | null {
    let [product, left] = [1, coordinates];
    for (const group of this.groupsOf(conjuncts)) {
      const counted = this.countGroup(group);
      if (counted === null) return null;
      if (counted === 0) return 0;
      product *= counted;
      left &= ~this.leavesOf(group);
    }
    return product * this.areaOf(left);
  }

  private countGroup(group: readonly NodeId[]): number | null {
    if (++this.factors > MAX_FACTORS) return null;
    const leaves = this.leavesOf(group);
    if (leaves === 0) return evaluateBound(onlyConjuncts(this.mask, group)!, 0, 0) ? 1 : 0;
    const { queryAxes, sizes } = this.axes;
    const own = sizes.map((_, axis) => axis).filter((axis) => leaves & (1 << axis));
    const [rows, columns] = [own.filter((axis) => axis < queryAxes), own.filter((axis) => axis >= queryAxes)];
    if (rows.length <= 1 && columns.length <= 1) return this.countPlane(group, rows[0], columns[0]);
    for (const union of group) {
      const node = this.nodes[union];
      if (node.kind !== 'or') continue;
      const rest = group.filter((other) => other !== union);
      const [left, right] = [node.left, node.right].map((side) => this.conjunctsAt(side));
      const terms = [
        [...rest, ...left],
        [...rest, ...right],
        [...rest, ...left, ...right],
      ];
      const isSmaller = (part: readonly NodeId[]) => this.leavesOf(part) !== leaves;
      if (!terms.every((term) => this.groupsOf(term).every(isSmaller))) continue;
      const counts = terms.map((term) => this.count(term, leaves));
      if (counts.every((count) => count !== null)) return counts[0]! + counts[1]! - counts[2]!;
      return null;
    }
    return this.countBox(group, own);
  }

  /** Conjuncts by the coordinates that they share. */
  private groupsOf(conjuncts: readonly NodeId[]): readonly (readonly NodeId[])[] {
    let groups: { leaves: number; parts: NodeId[] }[] = [];
    for (const part of new Set(conjuncts)) {
      const own = { leaves: this.leaves[part], parts: [part] };
      const touched = groups.filter(({ leaves }) => (leaves & own.leaves) !== 0);
      for (const { leaves, parts } of touched) {
        own.leaves |= leaves;
        own.parts.push(...parts);
      }
      groups = [...groups.filter((group) => !touched.includes(group)), own];
    }
    return groups.map(({ parts }) => parts);
  }

  private conjunctsAt(root: NodeId): readonly NodeId[] {
    return conjunctsOf({ ...this.mask, root });
  }

  private leavesOf(group: readonly NodeId[]): number {
    return group.reduce((bits, part) => bits | this.leaves[part], 0);
  }

  private areaOf(leaves: number): number {
    return this.axes.sizes.reduce((area, size, axis) => (leaves & (1 << axis) ? area * size : area), 1);
  }

  /** A mask over at most one axis of the query and one of the key: pairs of a plane. */
  private countPlane(
    group: readonly NodeId[],
    row: number | undefined,
    column: number | undefined,
  ): number | null {
    const mask = onlyConjuncts(this.mask, group)!;
    const nodes = mask.nodes.map((node): BoundNode => {
      if (node.kind !== 'coordinate') return node;
      return { kind: node.index === row ? 'query' : 'key' };
    });
    const size = (axis: number | undefined) => (axis === undefined ? 1 : this.axes.sizes[axis]);
    const counted = countByDescent({ ...mask, nodes }, { nq: size(row), nk: size(column), offset: 0 });
    return counted.exact ? counted.pairs : null;
  }

  /** Live points of the box of some axes; null where it takes too long. */
  private countBox(group: readonly NodeId[], axes: readonly number[]): number | null {
    const { sizes } = this.axes;
    const mask = new AbstractMask(onlyConjuncts(this.mask, group)!, new Array<number>(sizes.length).fill(1));
    const weights = mask.weights();
    const box = new Float64Array(2 * sizes.length);
    for (const axis of axes) box[2 * axis + 1] = sizes[axis] - 1;
    let visits = 0;
    const area = () => axes.reduce((product, axis) => product * (box[2 * axis + 1] - box[2 * axis] + 1), 1);
    const descend = (known: StepList): number => {
      if (visits++ > MAX_VISITS) return 0;
      const verdict = mask.readBox(box, known);
      if (verdict === NONE) return 0;
      if (verdict === ALL) return area();
      const open = mask.open(known);
      let [side, largest] = [-1, -1];
      for (const axis of axes) {
        const length = box[2 * axis + 1] - box[2 * axis];
        if (length === 0 || (open.leaves & (1 << axis)) === 0 || length * weights[axis] <= largest) continue;
        [side, largest] = [axis, length * weights[axis]];
      }
      if (side < 0) throw new Error('a single pair is not decided');
      const [low, high] = [box[2 * side], box[2 * side + 1]];
      const middle = low + (1 << (31 - Math.clz32(high - low)));
      box[2 * side + 1] = middle - 1;
      const first = descend(open);
      box[2 * side] = middle;
      box[2 * side + 1] = high;
      const second = descend(open);
      box[2 * side] = low;
      return first + second;
    };
    const pairs = descend(mask.everything);
    return visits > MAX_VISITS ? null : pairs;
  }
}

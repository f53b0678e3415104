import { AbstractMask } from '../mask/abstract.ts';
import type { BoundMask } from '../mask/bound-mask.ts';
import { ALL, MIXED, NONE, SATURATED } from '../mask/int-set.ts';
import type { StepList } from '../mask/step-list.ts';
import { RelationRuns, type AxisRelation, type LeafAxis } from './axis-relation.ts';
import { BoxRefiner } from './refine-box.ts';

/** Looks inside tiles are bounded by twice the visits of the descent and this many more. */
const FREE_REFINEMENTS = 2 ** 18;

/**
 * Derives a relation by interval descent over boxes of parts: ask the abstract reading about a box, split the side that
 * moves the open predicates most, stop where the answer is known or saturated. Without a mask every pair is live.
 */
export function deriveRelation(
  mask: BoundMask | null,
  queries: readonly LeafAxis[],
  keys: readonly LeafAxis[],
): AxisRelation {
  return new RelationDescent(mask, queries, keys).run();
}

class RelationDescent {
  private readonly sides: readonly LeafAxis[];
  private readonly queryCount: number;
  private readonly mask: AbstractMask | null;
  private readonly refiner: BoxRefiner | null;
  private readonly weights: Float64Array;
  private readonly box: Float64Array;
  /** First and one past the last part of the box on every side. */
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private readonly runs = new RelationRuns();
  private visits = 0;

  constructor(mask: BoundMask | null, queries: readonly LeafAxis[], keys: readonly LeafAxis[]) {
    this.sides = [...queries, ...keys];
    this.queryCount = queries.length;
    const leaves = Math.max(0, ...this.sides.map(({ leaf }) => leaf + 1));
    const extents = new Array<number>(leaves).fill(1);
    for (const { leaf, axis } of this.sides) extents[leaf] = axis.extent;
    this.mask = mask && new AbstractMask(mask, extents);
    this.refiner = this.mask && new BoxRefiner(this.mask, leaves);
    this.weights = this.mask?.weights() ?? new Float64Array(leaves);
    this.box = new Float64Array(2 * leaves);
  }

  run(): AxisRelation {
    this.sides.forEach(({ axis }, side) => {
      this.from[side] = 0;
      this.to[side] = axis.parts;
    });
    this.startAt(this.queryCount);
    const count = (sides: readonly LeafAxis[]) =>
      sides.reduce((product, { axis }) => product * axis.parts, 1);
    const [rows, columns] = [
      count(this.sides.slice(0, this.queryCount)),
      count(this.sides.slice(this.queryCount)),
    ];
    return this.runs.finish(rows, columns, this.visits + (this.refiner?.visits ?? 0));
  }

  /** Parts of a key axis that hang over its size are asked on their own. */
  private startAt(side: number): void {
    if (side === this.sides.length) {
      this.descend(this.mask?.everything ?? null);
      return;
    }
    const { size, extent, parts } = this.sides[side].axis;
    const whole = Math.floor(size / extent);
    for (const [from, to] of [
      [0, whole],
      [whole, parts],
    ]) {
      if (from >= to) continue;
      [this.from[side], this.to[side]] = [from, to];
      this.startAt(side + 1);
    }
  }

  private descend(known: StepList | null): void {
    this.visits++;
    const { box, sides, from, to, mask } = this;
    for (let side = 0; side < sides.length; side++) {
      const { leaf, axis } = sides[side];
      box[2 * leaf] = from[side] * axis.extent;
      box[2 * leaf + 1] = Math.min(axis.size, to[side] * axis.extent) - 1;
    }
    if (mask === null || known === null) return this.emit(true);
    let verdict = mask.readBox(box, known);
    if (verdict === NONE) return;
    if (verdict === ALL) return this.emit(true);
    const open = mask.open(known);
    const side = this.sideToSplit(open);
    if (side < 0) {
      const refiner = this.refiner!;
      if (verdict === MIXED && refiner.visits <= FREE_REFINEMENTS + 2 * this.visits)
        verdict = refiner.refine(box, open);
      if (verdict !== NONE) this.emit(verdict === ALL);
      return;
    }
    if (verdict === SATURATED && this.isWhole()) return this.emit(false);
    const [begin, end] = [from[side], to[side]];
    const middle = begin + halfOf(end - begin);
    to[side] = middle;
    this.descend(open);
    [from[side], to[side]] = [middle, end];
    this.descend(open);
    from[side] = begin;
  }

  /** The side of more than one part that moves what is open most; -1 where there is none. */
  private sideToSplit({ leaves }: StepList): number {
    const { sides, from, to, weights } = this;
    let [found, largest] = [-1, -1];
    for (let side = 0; side < sides.length; side++) {
      const { leaf, axis } = sides[side];
      const parts = to[side] - from[side];
      if (parts < 2 || (leaves & (1 << leaf)) === 0) continue;
      const weight = parts * axis.extent * weights[leaf];
      if (weight > largest) [found, largest] = [side, weight];
    }
    return found;
  }

  private isWhole(): boolean {
    return this.sides.every(({ axis }, side) => this.to[side] * axis.extent <= axis.size);
  }

  private emit(full: boolean): void {
    const { sides, queryCount, to } = this;
    const isRagged =
      !full || sides.some(({ axis }, side) => side >= queryCount && to[side] * axis.extent > axis.size);
    this.emitRows(0, 0, !isRagged);
  }

  private emitRows(side: number, row: number, full: boolean): void {
    if (side === this.queryCount) return this.emitColumns(side, row, 0, full);
    const { parts } = this.sides[side].axis;
    for (let part = this.from[side]; part < this.to[side]; part++)
      this.emitRows(side + 1, row * parts + part, full);
  }

  private emitColumns(side: number, row: number, column: number, full: boolean): void {
    const last = this.sides.length - 1;
    if (side > last) return this.runs.push(row, 0, 1, full);
    const { parts } = this.sides[side].axis;
    const [from, to] = [column * parts + this.from[side], column * parts + this.to[side]];
    if (side === last) return this.runs.push(row, from, to, full);
    for (let at = from; at < to; at++) this.emitColumns(side + 1, row, at, full);
  }
}

/** The largest power of two below `size`: borders stay aligned, so that patterns of blocks are decided early. */
function halfOf(size: number): number {
  return 1 << (31 - Math.clz32(size - 1));
}

import { AbstractMask } from '../../mask/abstract/abstract.ts';
import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { ALL, MIXED, NONE, SATURATED } from '../../mask/sets/int-set.ts';
import { greatestCommonDivisor } from '../../mask/sets/residue-pattern.ts';
import type { StepList } from '../../mask/abstract/step-list.ts';
import type { AxisRelation, LeafAxis } from './axis-relation.ts';
import { PartFrame, type PartBox } from './part-frame.ts';
import { BoxRefiner } from './refine-box.ts';
import { repeatRows, type MovingSide } from './repeat-rows.ts';

/** Looks inside tiles are bounded by twice the visits of the descent and this many more. */
const FREE_REFINEMENTS = 2 ** 18;
/** Boxes of fewer pairs of parts along two axes are not looked at for repetitions. */
const LEAST_REPEATED = 64;

/** A box answers alike where both sides are moved, the one by `queryStep` parts, the other by `keyStep`. */
interface Movement {
  readonly query: number;
  readonly key: number;
  readonly queryStep: number;
  readonly keyStep: number;
}

/**
 * Derives a relation by interval descent over boxes of parts: ask the abstract reading about a box, split the side that
 * moves the open predicates most, stop where the answer is known or saturated. Without a mask every pair is live.
 *
 * Where all that is open stays the same when a query axis and a key axis are moved together, as the difference of two
 * frames or of two rows does, the rows of one period are derived and copied to the others.
 */
export function deriveRelation(
  mask: BoundMask | null,
  queries: readonly LeafAxis[],
  keys: readonly LeafAxis[],
): AxisRelation {
  return new RelationDescent(mask, queries, keys).run();
}

/** See {@link deriveRelation}: for all rows, or for those of one part after another. */
export class RelationDescent {
  private readonly sides: readonly LeafAxis[];
  private readonly queryCount: number;
  private readonly mask: AbstractMask | null;
  private readonly refiner: BoxRefiner | null;
  private readonly weights: Float64Array;
  private readonly box: Float64Array;
  /** First and one past the last part of the box on every side. */
  private readonly from: number[];
  private readonly to: number[];
  /** The same as a box. */
  private readonly place: PartBox;
  /** By side: coordinates, and one past the last part that does not hang over them. No end where parts are moved ones. */
  private readonly sizes: number[];
  private readonly wholes: number[];
  private readonly movements = new Map<StepList, readonly Movement[]>();
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
    this.from = this.sides.map(() => 0);
    this.to = this.sides.map(({ axis }) => axis.parts);
    this.place = { from: this.from, to: this.to };
    this.sizes = this.sides.map(({ axis }) => axis.size);
    this.wholes = this.sides.map(({ axis }) => Math.floor(axis.size / axis.extent));
  }

  run(): AxisRelation {
    const before = this.allVisits();
    const relation = this.derive(this.mask?.everything ?? null);
    return { ...relation, visits: this.allVisits() - before };
  }

  /** The row of one part of every query axis. */
  runOne(parts: readonly number[]): AxisRelation {
    for (let side = 0; side < this.queryCount; side++) {
      this.from[side] = parts[side];
      this.to[side] = parts[side] + 1;
    }
    return this.run();
  }

  private allVisits(): number {
    return this.visits + (this.refiner?.visits ?? 0);
  }

  /** The relation of the box, as far as the steps `known` go. */
  private derive(known: StepList | null): AxisRelation {
    const frame = new PartFrame(this.place, this.queryCount);
    if (this.from.every((from, side) => from < this.to[side])) this.descend(known, frame);
    return frame.finish();
  }

  private descend(known: StepList | null, frame: PartFrame): void {
    this.visits++;
    const { box, sides, from, to, mask } = this;
    for (let side = 0; side < sides.length; side++) {
      const { leaf, axis } = sides[side];
      box[2 * leaf] = from[side] * axis.extent;
      box[2 * leaf + 1] = Math.min(this.sizes[side], to[side] * axis.extent) - 1;
    }
    if (mask === null || known === null) return frame.push(this.place, this.wholes, true);
    let verdict = mask.readBox(box, known);
    if (verdict === NONE) return;
    if (verdict === ALL) return frame.push(this.place, this.wholes, true);
    const open = mask.open(known);
    const side = this.sideToSplit(open);
    if (side < 0) {
      const refiner = this.refiner!;
      if (verdict === MIXED && refiner.visits <= FREE_REFINEMENTS + 2 * this.visits)
        verdict = refiner.refine(box, open);
      if (verdict !== NONE) frame.push(this.place, this.wholes, verdict === ALL);
      return;
    }
    if (verdict === SATURATED) {
      const hanging = this.sides.findIndex((_, at) => from[at] < this.wholes[at] && to[at] > this.wholes[at]);
      if (hanging >= 0) return this.split(hanging, this.wholes[hanging], open, frame);
      if (this.isWhole()) return frame.push(this.place, this.wholes, false);
    }
    const movement = this.findMovement(mask, open);
    if (movement !== null) {
      frame.pour(this.repeat(movement, open), this.place);
      return;
    }
    this.split(side, from[side] + halfOf(to[side] - from[side]), open, frame);
  }

  private split(side: number, middle: number, open: StepList, frame: PartFrame): void {
    const { from, to } = this;
    const [begin, end] = [from[side], to[side]];
    to[side] = middle;
    this.descend(open, frame);
    [from[side], to[side]] = [middle, end];
    this.descend(open, frame);
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
    return this.sides.every((_, side) => this.to[side] <= this.wholes[side]);
  }

  /** How the box repeats along the first key axis where that saves half of the work or more. */
  private findMovement(mask: AbstractMask, open: StepList): Movement | null {
    for (const movement of this.movementsOf(mask, open)) {
      const queries = this.wholeParts(movement.query);
      const keys = this.wholeParts(movement.key);
      if (queries * keys < LEAST_REPEATED) continue;
      const { queryStep, keyStep } = movement;
      const reach = keys + keyStep * (Math.ceil(queries / queryStep) - 1);
      if (2 * queryStep * reach <= queries * keys) return movement;
    }
    return null;
  }

  /** The movements that change nothing of what is open, those along the first key axes first. */
  private movementsOf(mask: AbstractMask, open: StepList): readonly Movement[] {
    const known = this.movements.get(open);
    if (known !== undefined) return known;
    const { sides, queryCount } = this;
    const found: Movement[] = [];
    for (let key = queryCount; key < sides.length; key++) {
      for (let query = 0; query < queryCount; query++) {
        const [x, y] = [sides[query].leaf, sides[key].leaf];
        const leaves = (1 << x) | (1 << y);
        if ((open.leaves & leaves) !== leaves) continue;
        for (const [byQuery, byKey] of mask.movements(x, y, open)) {
          const [own, other] = [sides[query].axis.extent, sides[key].axis.extent];
          // As often as it takes to move whole parts on both sides.
          const times = leastCommonMultiple(stepsToMultiple(byQuery, own), stepsToMultiple(byKey, other));
          found.push({ query, key, queryStep: (times * byQuery) / own, keyStep: (times * byKey) / other });
        }
      }
    }
    this.movements.set(open, found);
    return found;
  }

  /** Parts of the box along a side that do not hang over. */
  private wholeParts(side: number): number {
    return Math.max(0, Math.min(this.to[side], this.wholes[side]) - this.from[side]);
  }

  private repeat({ query, key, queryStep, keyStep }: Movement, open: StepList): AxisRelation {
    const { from, to } = this;
    const [queries, keys] = [this.movingSide(query), this.movingSide(key)];
    const times = Math.ceil(queries.parts / queryStep);
    const [row, column] = [from[query], from[key]];
    const [rowEnd, columnEnd] = [row + queries.parts, column + keys.parts];
    const size = this.sizes[key];
    const whole = this.wholes[key];
    this.sizes[key] = this.wholes[key] = Infinity;
    const base = this.within(query, row, row + queryStep, () =>
      this.within(key, column - keyStep * (times - 1), columnEnd, () => this.derive(open)),
    );
    this.sizes[key] = size;
    this.wholes[key] = whole;
    const edge = rowEnd < to[query] ? this.within(query, rowEnd, to[query], () => this.derive(open)) : null;
    const rim =
      columnEnd < to[key]
        ? this.within(query, row, rowEnd, () => this.within(key, columnEnd, to[key], () => this.derive(open)))
        : null;
    return repeatRows({ base, queries, keys, rowStep: queryStep, columnStep: keyStep, times, edge, rim });
  }

  /** What `action` returns while a side of the box is cut to some parts. */
  private within<T>(side: number, from: number, to: number, action: () => T): T {
    const [begin, end] = [this.from[side], this.to[side]];
    [this.from[side], this.to[side]] = [from, to];
    const result = action();
    [this.from[side], this.to[side]] = [begin, end];
    return result;
  }

  private movingSide(side: number): MovingSide {
    const isQuery = side < this.queryCount;
    const [first, last] = isQuery ? [0, this.queryCount] : [this.queryCount, this.sides.length];
    const product = (begin: number, end: number): number => {
      let parts = 1;
      for (let at = begin; at < end; at++) parts *= this.to[at] - this.from[at];
      return parts;
    };
    return { outer: product(first, side), parts: this.wholeParts(side), inner: product(side + 1, last) };
  }
}

/** The largest power of two below `size`: borders stay aligned, so that patterns of blocks are decided early. */
function halfOf(size: number): number {
  return 1 << (31 - Math.clz32(size - 1));
}

/** How many steps it takes until they are a multiple of `size` together. */
function stepsToMultiple(step: number, size: number): number {
  return size / greatestCommonDivisor(step, size);
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}

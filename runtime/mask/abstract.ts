import type { HostArray } from '../arrays.ts';
import { bitsVerdict, lookupHull, memberVerdict, type MutableInterval } from './abstract-lookups.ts';
import type { BoundMask } from './bound-mask.ts';
import { flattenMask, leafDependencies, Op, type FlatMask } from './flat-mask.ts';
import { ALL, MIXED, NONE, SATURATED, setVerdict, type Verdict } from './int-set.ts';
import { bitLength } from './integer-math.ts';
import { leafWeights } from './leaf-weights.ts';
import {
  isExactPredicate,
  singleBits,
  singleMember,
  singlePredicate,
  type SingleBits,
  type SingleMember,
  type SinglePredicate,
} from './single-predicate.ts';
import { commonMultiple, isPredicate, shiftPeriods } from './shift-period.ts';
import { allSteps, narrowSteps, type StepList } from './step-list.ts';
import { stretchesOver, type TileShape } from './tile-stretch.ts';

/**
 * The abstract reading: what a bound mask says about all pairs of a box [i0, i1] x [j0, j1] at once.
 *
 * - NONE, ALL: no pair, every pair of the box attends. Sound: always true.
 * - MIXED: not decided.
 * - SATURATED: not decided, and no whole tile inside the box can be decided either, so that splitting is useless.
 *
 * Every integer node holds an interval that contains all its values over the box, every boolean one of the verdicts.
 * The nodes are run in post-order over flat arrays; no code is generated. Inside a box, what was decided for the box
 * stays decided: `read` takes the list of steps that are still open, and `open` gives the list for the parts of the
 * box that was read last.
 */
export class AbstractMask {
  readonly everything: StepList;
  private readonly flat: FlatMask;
  /** The box that is read: low and high end of every leaf. */
  private readonly box: Float64Array;
  private readonly low: Float64Array;
  private readonly high: Float64Array;
  private readonly verdicts: Uint8Array;
  /** Least number of neighbouring values that a node takes over a tile; 1 where they may have gaps. */
  private readonly stretch: Float64Array;
  private readonly singles = new Map<StepList, SinglePredicate | null>();
  private readonly bits = new Map<StepList, SingleBits | null>();
  private readonly exact = new Map<StepList, boolean>();
  private readonly members = new Map<StepList, SingleMember | null>();
  /** By node: a bit for each leaf that it depends on. */
  private readonly leavesOf: Int32Array;
  private readonly repeats = new Map<StepList, { readonly shift: number; readonly answer: boolean }>();
  private readonly hull: MutableInterval = { low: 0, high: 0 };

  /** `tile` is the smallest box that will be asked about: its extent along every leaf, or those of pairs. */
  constructor(bound: BoundMask, tile: TileShape | readonly number[]) {
    const extents = 'queries' in tile ? [tile.queries, tile.keys] : tile;
    this.box = new Float64Array(2 * extents.length);
    this.flat = flattenMask(bound);
    const { size, op, first } = this.flat;
    this.low = new Float64Array(size);
    this.high = new Float64Array(size);
    this.verdicts = new Uint8Array(size);
    this.stretch = stretchesOver(this.flat, extents);
    this.leavesOf = leafDependencies(this.flat);
    for (let id = 0; id < size; id++) {
      if (op[id] === Op.constant) this.low[id] = this.high[id] = first[id];
      if (op[id] === Op.bool) this.verdicts[id] = first[id] === 1 ? ALL : NONE;
    }
    this.everything = allSteps(this.flat);
  }

  /** The verdict over positions i0 .. i1 and keys j0 .. j1, ends included. */
  read(i0: number, i1: number, j0: number, j1: number, open: StepList = this.everything): Verdict {
    const { box } = this;
    box[0] = i0;
    box[1] = i1;
    box[2] = j0;
    box[3] = j1;
    return this.readBox(box, open);
  }

  /** The verdict over a box of coordinates: low and high end of each, ends included. */
  readBox(box: Float64Array, open: StepList = this.everything): Verdict {
    const { low, high, verdicts, stretch } = this;
    const { op, a, b, first, last, sets, root } = this.flat;
    const { steps } = open;
    for (let at = 0; at < steps.length; at++) {
      const id = steps[at];
      const x = a[id];
      const y = b[id];
      switch (op[id]) {
        case Op.leaf:
          low[id] = box[2 * x];
          high[id] = box[2 * x + 1];
          break;
        case Op.add:
          low[id] = low[x] + low[y];
          high[id] = high[x] + high[y];
          break;
        case Op.sub:
          low[id] = low[x] - high[y];
          high[id] = high[x] - low[y];
          break;
        case Op.scale: {
          const factor = first[id];
          low[id] = factor * (factor < 0 ? high[x] : low[x]);
          high[id] = factor * (factor < 0 ? low[x] : high[x]);
          break;
        }
        case Op.divConstant:
          low[id] = Math.floor(low[x] / first[id]);
          high[id] = Math.floor(high[x] / first[id]);
          break;
        case Op.modConstant:
          this.writeResidue(id, x, first[id]);
          break;
        case Op.interval:
          verdicts[id] =
            low[x] > last[id] || high[x] < first[id]
              ? NONE
              : low[x] >= first[id] && high[x] <= last[id]
                ? ALL
                : MIXED;
          break;
        case Op.inSet:
          verdicts[id] = setVerdict(sets[id]!, low[x], high[x], stretch[x]);
          break;
        case Op.and:
          verdicts[id] = conjunction(verdicts[x], verdicts[y]);
          break;
        case Op.or:
          verdicts[id] = disjunction(verdicts[x], verdicts[y]);
          break;
        default:
          this.readRare(id, x, y);
      }
    }
    return verdicts[root] as Verdict;
  }

  /**
   * A bit for each leaf of the predicates that were MIXED over the box that was read last: splitting another one decides
   * nothing, because a SATURATED predicate stays as it is.
   */
  mixedLeaves({ watched }: StepList): number {
    let leaves = 0;
    for (let at = 0; at < watched.length; at++) {
      const id = watched[at];
      if (this.verdicts[id] === MIXED && isPredicate(this.flat.op[id])) leaves |= this.leavesOf[id];
    }
    return leaves;
  }

  /** The steps that are open for parts of the box that was read last, with `open` as it was given there. */
  open(open: StepList): StepList {
    return narrowSteps(open, this.flat, this.verdicts);
  }

  /** What some nodes were over the box that was read last, as a text: equal for boxes that are alike to these nodes. */
  valuesOf(nodes: readonly number[]): string {
    return nodes.map((id) => `${this.low[id]}:${this.high[id]}:${this.verdicts[id]}`).join(' ');
  }

  /** The one predicate that a box comes down to where these steps are open inside it; or null. */
  singlePredicate(open: StepList): SinglePredicate | null {
    const known = this.singles.get(open);
    if (known !== undefined) return known;
    const single = singlePredicate(this.flat, open);
    this.singles.set(open, single);
    return single;
  }

  /** Is a verdict with these steps open exact for every box? */
  isExact(open: StepList): boolean {
    const known = this.exact.get(open) ?? isExactPredicate(this.flat, open);
    this.exact.set(open, known);
    return known;
  }

  /** A common period of all predicates that have one at most `limit`, see ./shift-period.ts; null where none has. */
  commonPeriod(limit: number): number | null {
    let common = 0;
    for (const decided of [null, ALL, NONE]) {
      for (const own of shiftPeriods(this.flat, () => decided)) {
        if (own === 0) continue;
        const both = commonMultiple(Math.max(1, common), own);
        if (both <= limit) common = both;
      }
    }
    return common === 0 ? null : common;
  }

  /** Does what is open inside the box that was read last answer alike where a box is moved by `shift` along all leaves? */
  repeatsBy(shift: number, open: StepList): boolean {
    const known = this.repeats.get(open);
    if (known?.shift === shift) return known.answer;
    const { verdicts, flat } = this;
    const isOpen = new Set(open.steps);
    const periods = shiftPeriods(flat, (id) => (isOpen.has(id) ? null : (verdicts[id] as Verdict)));
    const answer = open.steps.every(
      (id) => !isPredicate(flat.op[id]) || (periods[id] > 0 && shift % periods[id] === 0),
    );
    this.repeats.set(open, { shift, answer });
    return answer;
  }

  /** How much a unit of each leaf moves the predicates: see ./leaf-weights.ts. */
  weights(): Float64Array {
    return leafWeights(this.flat, this.box.length / 2);
  }

  /** The one matrix of bits that a box comes down to where these steps are open inside it; or null. */
  singleBits(open: StepList): SingleBits | null {
    const known = this.bits.get(open);
    if (known !== undefined) return known;
    const single = singleBits(this.flat, open);
    this.bits.set(open, single);
    return single;
  }

  /** The one list that a box comes down to where these steps are open inside it; or null. */
  singleMember(open: StepList): SingleMember | null {
    const known = this.members.get(open);
    if (known !== undefined) return known;
    const single = singleMember(this.flat, open);
    this.members.set(open, single);
    return single;
  }

  private readRare(id: number, x: number, y: number): void {
    const { low, high, verdicts } = this;
    const { op, c, arrays, operands } = this.flat;
    switch (op[id]) {
      case Op.mul: {
        const [p, q, r, s] = [low[x] * low[y], low[x] * high[y], high[x] * low[y], high[x] * high[y]];
        return this.write(id, Math.min(p, q, r, s), Math.max(p, q, r, s));
      }
      case Op.div: {
        const [least, most] = [Math.max(1, low[y]), Math.max(1, high[y])];
        const bottom = Math.floor(low[x] / (low[x] < 0 ? least : most));
        return this.write(id, bottom, Math.floor(high[x] / (high[x] < 0 ? most : least)));
      }
      case Op.mod: {
        const [least, most] = [Math.max(1, low[y]), Math.max(1, high[y])];
        if (least === most) return this.writeResidue(id, x, least);
        if (low[x] >= 0 && high[x] < least) return this.write(id, low[x], high[x]);
        return this.write(id, 0, low[x] >= 0 ? Math.min(high[x], most - 1) : most - 1);
      }
      case Op.min:
        return this.write(id, Math.min(low[x], low[y]), Math.min(high[x], high[y]));
      case Op.max:
        return this.write(id, Math.max(low[x], low[y]), Math.max(high[x], high[y]));
      case Op.shl:
      case Op.shr: {
        const sign = op[id] === Op.shl ? 1 : -1;
        const least = 2 ** (sign * Math.min(31, Math.max(0, low[y])));
        const most = 2 ** (sign * Math.min(31, Math.max(0, high[y])));
        const bottom = Math.floor(Math.min(low[x] * least, low[x] * most));
        return this.write(id, bottom, Math.floor(Math.max(high[x] * least, high[x] * most)));
      }
      case Op.neg:
        return this.write(id, -high[x], -low[x]);
      case Op.abs:
        return this.write(id, distanceFromZero(low[x], high[x]), Math.max(-low[x], high[x]));
      case Op.bitLength:
        return this.write(
          id,
          bitLength(distanceFromZero(low[x], high[x])),
          bitLength(Math.max(-low[x], high[x])),
        );
      case Op.select: {
        const choice = verdicts[x];
        const otherwise = c[id];
        if (choice === ALL) return this.write(id, low[y], high[y]);
        if (choice === NONE) return this.write(id, low[otherwise], high[otherwise]);
        return this.write(id, Math.min(low[y], low[otherwise]), Math.max(high[y], high[otherwise]));
      }
      case Op.lookup: {
        lookupHull(arrays[id] as HostArray & { kind: 'int' }, operands[id], low, high, this.hull);
        return this.write(id, this.hull.low, this.hull.high);
      }
      default:
        verdicts[id] = this.readRareBoolean(id, x, y);
    }
  }

  private readRareBoolean(id: number, x: number, y: number): Verdict {
    const { low, high, verdicts } = this;
    const { op, arrays, operands } = this.flat;
    switch (op[id]) {
      case Op.lt:
        return high[x] < low[y] ? ALL : low[x] >= high[y] ? NONE : MIXED;
      case Op.le:
        return high[x] <= low[y] ? ALL : low[x] > high[y] ? NONE : MIXED;
      case Op.eq:
        return this.equality(x, y);
      case Op.ne:
        return complement(this.equality(x, y));
      case Op.not:
        return complement(verdicts[x]);
      case Op.bit:
        return bitsVerdict(arrays[id] as HostArray & { kind: 'bits' }, operands[id], low, high);
      case Op.member:
        return memberVerdict(
          arrays[id] as HostArray & { kind: 'list' },
          low[x],
          high[x],
          low[y],
          high[y],
          this.stretch[y],
        );
      default:
        throw new Error(`the abstract reading has no operation ${op[id]}`);
    }
  }

  private equality(x: number, y: number): Verdict {
    const { low, high } = this;
    if (high[x] < low[y] || low[x] > high[y]) return NONE;
    return low[x] === high[x] && low[y] === high[y] ? ALL : MIXED;
  }

  /** x mod modulus: an interval that does not wrap around, else all residues. */
  private writeResidue(id: number, x: number, modulus: number): void {
    const residue = this.low[x] - modulus * Math.floor(this.low[x] / modulus);
    const top = residue + (this.high[x] - this.low[x]);
    this.low[id] = top < modulus ? residue : 0;
    this.high[id] = top < modulus ? top : modulus - 1;
  }

  private write(id: number, low: number, high: number): void {
    this.low[id] = low;
    this.high[id] = high;
  }
}

function conjunction(x: number, y: number): Verdict {
  if (x === NONE || y === NONE) return NONE;
  if (x === ALL) return y as Verdict;
  if (y === ALL) return x as Verdict;
  return x === SATURATED && y === SATURATED ? SATURATED : MIXED;
}

function disjunction(x: number, y: number): Verdict {
  if (x === ALL || y === ALL) return ALL;
  if (x === NONE) return y as Verdict;
  if (y === NONE) return x as Verdict;
  return x === SATURATED && y === SATURATED ? SATURATED : MIXED;
}

function complement(x: number): Verdict {
  return x === NONE ? ALL : x === ALL ? NONE : (x as Verdict);
}

/** Least |x| over an interval. */
function distanceFromZero(low: number, high: number): number {
  return low > 0 ? low : high < 0 ? -high : 0;
}

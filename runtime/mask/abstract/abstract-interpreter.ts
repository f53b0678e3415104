import type { HostArray } from '../../arrays.ts';
import {
  bitsVerdict,
  lookupHull,
  memberVerdict,
  type BitsReader,
  type MutableInterval,
} from './abstract-lookups.ts';
import { bitQuadtree } from './bit-quadtree.ts';
import { bitSaturation } from './bit-saturation.ts';
import { extremeGaps } from './extreme-gaps.ts';
import { leafDependencies, Op, type FlatMask } from './flat-mask.ts';
import { ALL, MIXED, NONE, SATURATED, setVerdict, type Verdict } from '../sets/int-set.ts';
import { bitLength } from '../program/integer-math.ts';
import { listSummary, type ListSummary } from './list-summary.ts';
import { rangeExtremes, type RangeExtremes } from './range-extremes.ts';
import type { StepList } from './step-list.ts';
import { answersBothWays, tableSum, type TableSum } from './table-sums.ts';
import { stretchesOver } from './tile-stretch.ts';

/**
 * Runs the nodes of a flat mask over a box of its leaves: every integer node gets an interval that contains all its values
 * over the box, every boolean one a verdict. What the nodes were over the box that was read last stays readable.
 */
export class AbstractInterpreter {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly verdicts: Uint8Array;
  private readonly flat: FlatMask;
  /** Least number of neighbouring values that a node takes over a tile; 1 where they may have gaps. */
  private readonly stretch: Float64Array;
  /** By node: a bit for each leaf that it depends on. */
  readonly leavesOf: Int32Array;
  /** By node that reads an array: what answers for ranges of it, found at the first read. */
  private readonly extremes: (RangeExtremes | undefined)[];
  private readonly bits: (BitsReader | undefined)[];
  private readonly summaries: (ListSummary | undefined)[];
  /** By node: the elements of arrays that a predicate asks about, where no other predicate may be saturated; else null. */
  private readonly tableSums: readonly (TableSum | null)[];
  /** By predicate that was MIXED over the box: the leaves by which splitting it may decide it. */
  readonly openLeaves: Int32Array;
  private readonly hull: MutableInterval = { low: 0, high: 0 };

  /** `extents` is the smallest box that will be asked about, along every leaf. */
  constructor(flat: FlatMask, extents: readonly number[]) {
    const { size, op, first } = flat;
    this.flat = flat;
    this.low = new Float64Array(size);
    this.high = new Float64Array(size);
    this.verdicts = new Uint8Array(size);
    this.stretch = stretchesOver(flat, extents);
    this.leavesOf = leafDependencies(flat);
    this.openLeaves = this.leavesOf.slice();
    // What several predicates leave saturated may be dead together in some tile: that is left to a look inside of tiles.
    const sums = Array.from(op, (_, id) => tableSum(flat, id, this.leavesOf));
    const saturable = sums.filter((sum, id) => sum !== null || maySaturate(op[id])).length;
    this.tableSums = saturable === 1 ? sums : sums.map(() => null);
    this.extremes = new Array<undefined>(size);
    this.bits = new Array<undefined>(size);
    this.summaries = new Array<undefined>(size);
    for (let id = 0; id < size; id++) {
      if (op[id] === Op.constant) this.low[id] = this.high[id] = first[id];
      if (op[id] === Op.bool) this.verdicts[id] = first[id] === 1 ? ALL : NONE;
    }
  }

  /** The verdict of the root over a box, low and high end of every leaf, ends included. Runs no other steps. */
  readBox(box: Float64Array, { steps }: StepList): Verdict {
    const { low, high, verdicts, stretch, tableSums } = this;
    const { op, a, b, first, last, sets, root } = this.flat;
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
          if (verdicts[id] === MIXED && tableSums[id] !== null)
            verdicts[id] = this.mixedTables(id, tableSums[id]);
          break;
        case Op.inSet:
          verdicts[id] = setVerdict(sets[id]!, low[x], high[x], stretch[x]);
          if (verdicts[id] === MIXED && tableSums[id] !== null)
            verdicts[id] = this.mixedTables(id, tableSums[id]);
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
   * SATURATED where every tile of the box takes the extremes that the elements have over the box, and they answer both ways.
   * Else MIXED, and open by the leaves of elements whose extremes may differ from tile to tile.
   */
  private mixedTables(id: number, sum: TableSum): Verdict {
    const { low, high, stretch, leavesOf } = this;
    let open = 0;
    for (const { data, index, lookup } of sum.terms) {
      const [from, to] = [low[index], high[index]];
      const length = stretch[index];
      const isInside = from >= 0 && to < data.length;
      // A single tile takes its own.
      const isTaken = isInside && (to - from < length || extremeGaps(data, length).none(from, to));
      if (!isTaken) open |= leavesOf[lookup];
    }
    const isSaturated = open === 0 && answersBothWays(this.flat, id, sum, low, high);
    this.openLeaves[id] = open === 0 ? leavesOf[id] : open;
    return isSaturated ? SATURATED : MIXED;
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
        const array = arrays[id] as HostArray & { kind: 'int' };
        const extremes = (this.extremes[id] ??= rangeExtremes(array.data));
        lookupHull(array.dims, extremes, operands[id], low, high, this.hull);
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
      case Op.bit: {
        const array = arrays[id] as HostArray & { kind: 'bits' };
        const reader = (this.bits[id] ??= this.bitsReader(array, operands[id]));
        return bitsVerdict(reader, operands[id], low, high);
      }
      case Op.member: {
        const array = arrays[id] as HostArray & { kind: 'list' };
        const summary = (this.summaries[id] ??= listSummary(array));
        return memberVerdict(summary, low[x], high[x], low[y], high[y], this.stretch[y]);
      }
      default:
        throw new Error(`the abstract reading has no operation ${op[id]}`);
    }
  }

  /** A tile reads a rectangle of bits where the row and the column depend on different leaves. */
  private bitsReader(array: HostArray & { kind: 'bits' }, indices: readonly number[]): BitsReader {
    const [row, column] = indices.length === 1 ? [-1, indices[0]] : indices;
    const tileRows = row < 0 ? 1 : this.stretch[row];
    const tileColumns = this.stretch[column];
    const isRectangle =
      indices.length <= 2 && (row < 0 || (this.leavesOf[row] & this.leavesOf[column]) === 0);
    const saturation = isRectangle ? bitSaturation(array, tileRows, tileColumns) : null;
    return { dims: array.dims, tree: bitQuadtree(array), saturation, tileRows, tileColumns };
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

function maySaturate(op: number): boolean {
  return op === Op.inSet || op === Op.bit || op === Op.member;
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

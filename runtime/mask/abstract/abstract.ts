import { AbstractInterpreter } from './abstract-interpreter.ts';
import type { BoundMask } from '../bound/bound-mask.ts';
import { flattenMask, type FlatMask } from './flat-mask.ts';
import { ALL, MIXED, NONE, type Verdict } from '../sets/int-set.ts';
import { keyBands, keysOfRanks, type KeyBand } from './key-bands.ts';
import { leafWeights } from './leaf-weights.ts';
import { bitRows, narrowToBits, type BitRow } from './live-ends.ts';
import {
  bitsOver,
  isExactPredicate,
  singleBits,
  singleMember,
  singlePredicate,
  type SingleBits,
  type SingleMember,
  type SinglePredicate,
} from './single-predicate.ts';
import { commonMultiple, isPredicate, movementRatio, shiftPeriods } from './shift-period.ts';
import { allSteps, narrowSteps, type StepList } from './step-list.ts';
import type { TileShape } from './tile-stretch.ts';

/**
 * The abstract reading: what a bound mask says about all pairs of a box [i0, i1] x [j0, j1] at once.
 *
 * - NONE, ALL: no pair, every pair of the box attends. Sound: always true.
 * - MIXED: not decided.
 * - SATURATED: not decided, and no whole tile inside the box can be decided either, so that splitting is useless.
 *
 * The nodes are run in post-order over flat arrays (./abstract-interpreter.ts); no code is generated. Inside a box, what
 * was decided for the box stays decided: `read` takes the list of steps that are still open, and `open` gives the list for
 * the parts of the box that was read last.
 */
export class AbstractMask {
  readonly everything: StepList;
  private readonly flat: FlatMask;
  /** The box that is read: low and high end of every leaf. */
  private readonly box: Float64Array;
  private readonly interpreter: AbstractInterpreter;
  private readonly singles = new Map<StepList, SinglePredicate | null>();
  private readonly bits = new Map<StepList, SingleBits | null>();
  private readonly bands = new Map<StepList, readonly KeyBand[]>();
  private allBitRows: readonly BitRow[] | null = null;
  private readonly bitRows = new Map<StepList, readonly BitRow[]>();
  private readonly exact = new Map<StepList, boolean>();
  private readonly members = new Map<StepList, SingleMember | null>();
  /** By node: is it a matrix of bits over blocks of queries and keys? */
  private readonly isScanned: readonly boolean[];
  private readonly repeats = new Map<StepList, { readonly shift: number; readonly answer: boolean }>();

  /** `tile` is the smallest box that will be asked about: its extent along every leaf, or those of pairs. */
  constructor(bound: BoundMask, tile: TileShape | readonly number[]) {
    const extents = 'queries' in tile ? [tile.queries, tile.keys] : tile;
    this.box = new Float64Array(2 * extents.length);
    this.flat = flattenMask(bound);
    this.interpreter = new AbstractInterpreter(this.flat, extents);
    this.isScanned = Array.from(this.flat.op, (_, id) => bitsOver(this.flat, id) !== null);
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
    return this.interpreter.readBox(box, open);
  }

  /**
   * A bit for each leaf of the predicates that were MIXED over the box that was read last: splitting another one decides
   * nothing, because a SATURATED predicate stays as it is. Of `others`, only those of predicates that are no matrix of bits
   * over blocks of queries and keys: such a matrix is read row by row where nothing else is open.
   */
  mixedLeaves({ watched }: StepList, of: 'all' | 'others'): number {
    const { verdicts, openLeaves } = this.interpreter;
    let leaves = 0;
    for (let at = 0; at < watched.length; at++) {
      const id = watched[at];
      if (verdicts[id] !== MIXED || !isPredicate(this.flat.op[id])) continue;
      if (of === 'all' || !this.isScanned[id]) leaves |= openLeaves[id];
    }
    return leaves;
  }

  /** The steps that are open for parts of the box that was read last, with `open` as it was given there. */
  open(open: StepList): StepList {
    return narrowSteps(open, this.flat, this.interpreter.verdicts);
  }

  /** What some nodes were over the box that was read last, as a text: equal for boxes that are alike to these nodes. */
  valuesOf(nodes: readonly number[]): string {
    const { low, high, verdicts } = this.interpreter;
    return nodes.map((id) => `${low[id]}:${high[id]}:${verdicts[id]}`).join(' ');
  }

  /**
   * The keys that can be live in the box that was read last, as far as an open conjunct bounds them by the queries of the
   * box: see ./key-bands.ts. Null where none does.
   */
  liveKeys(open: StepList): readonly [low: number, high: number] | null {
    let bands = this.bands.get(open);
    if (bands === undefined) {
      const isOpen = new Set(open.steps);
      this.bands.set(open, (bands = keyBands(this.flat).filter(({ node }) => isOpen.has(node))));
    }
    if (bands.length === 0) return null;
    const { low: lows, high: highs } = this.interpreter;
    let [from, to] = [-Infinity, Infinity];
    for (const { ranks, keySign, rest, first, last } of bands) {
      let [least, most] = [0, 0];
      for (const { node, sign } of rest) {
        least += sign > 0 ? lows[node] : -highs[node];
        most += sign > 0 ? highs[node] : -lows[node];
      }
      let low = keySign > 0 ? first - most : least - last;
      let high = keySign > 0 ? last - least : most - first;
      if (ranks !== null) [low, high] = keysOfRanks(ranks, low, high);
      from = Math.max(from, low);
      to = Math.min(to, high);
    }
    return [from, to];
  }

  /**
   * Brings a box of coordinates to the ends that open conjuncts leave of it which are one row of bits, see ./live-ends.ts.
   * False where no pair of it is live.
   */
  narrow(box: Float64Array, open: StepList): boolean {
    const all = (this.allBitRows ??= bitRows(this.flat));
    if (all.length === 0) return true;
    let rows = this.bitRows.get(open);
    if (rows === undefined) {
      const isOpen = new Set(open.steps);
      this.bitRows.set(open, (rows = all.filter(({ node }) => isOpen.has(node))));
    }
    return narrowToBits(rows, box);
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
    const { flat } = this;
    const { verdicts } = this.interpreter;
    const isOpen = new Set(open.steps);
    const periods = shiftPeriods(flat, (id) => (isOpen.has(id) ? null : (verdicts[id] as Verdict)));
    const answer = open.steps.every(
      (id) => !isPredicate(flat.op[id]) || (periods[id] > 0 && shift % periods[id] === 0),
    );
    this.repeats.set(open, { shift, answer });
    return answer;
  }

  /**
   * How far two leaves, each by a whole number, may be moved together while what is open inside the box that was read last
   * answers alike: the least that is known of movements by equal steps, and of those by steps that keep a difference of
   * multiples of the two.
   */
  movements(x: number, y: number, open: StepList): readonly (readonly [x: number, y: number])[] {
    const { flat } = this;
    const { verdicts } = this.interpreter;
    const isOpen = new Set(open.steps);
    const decided = (id: number) => (isOpen.has(id) ? null : (verdicts[id] as Verdict));
    const unequal = movementRatio(flat, open.steps, decided, x, y);
    const ratios = unequal === null || unequal[0] === unequal[1] ? [] : [unequal];
    return [[1, 1] as const, ...ratios].flatMap(([own, other]) => {
      const rates = (leaf: number) => (leaf === x ? own : leaf === y ? other : 0);
      const periods = shiftPeriods(flat, decided, rates);
      let period = 1;
      for (const id of open.steps) {
        if (!isPredicate(flat.op[id])) continue;
        period = periods[id] === 0 ? Infinity : commonMultiple(period, periods[id]);
        if (period === Infinity) return [];
      }
      return [[own * period, other * period] as const];
    });
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
}

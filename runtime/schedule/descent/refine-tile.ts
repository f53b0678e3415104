import type { AbstractMask } from '../../mask/abstract/abstract.ts';
import { ALL, MIXED, NONE, type Verdict } from '../../mask/sets/int-set.ts';
import type { StepList } from '../../mask/abstract/step-list.ts';
import { RefinementRate } from './refinement-rate.ts';

/** Boxes that are looked at inside one tile, in each order of splitting. */
const VISITS_PER_TILE = 64;

/** Which side of a part of a tile is split: the longer one, or one side as long as it can be. */
type SplitOrder = 'longer' | 'rows' | 'keys';

/**
 * Decides tiles that the abstract reading leaves open as a whole, because it looks at predicates over different forms
 * one by one: a tile may be full by the union of a window and global keys. What rows of bits leave out at
 * the sides is cut off, then corners are probed, as most tiles on a border differ there; then the tile is split until a live and a dead part are found or the visits are used up. Rows or
 * keys that differ from the rest of their tile (the last of a document, the first of the other half) are few parts where
 * one side is split to the end, and many where the sides take turns: each order has its visits.
 */
export class TileRefiner {
  private readonly mask: AbstractMask;
  private order: SplitOrder = 'longer';
  private left = 0;
  private live = false;
  private dead = false;
  private readonly rate = new RefinementRate();
  private readonly box = new Float64Array(4);
  /** Boxes looked at so far. */
  visits = 0;

  constructor(mask: AbstractMask) {
    this.mask = mask;
  }

  /** The verdict over a tile that was MIXED and left the steps `open`. */
  refine(i0: number, i1: number, j0: number, j1: number, open: StepList): Verdict {
    if (this.mask.singlePredicate(open) || !this.rate.isWorthwhile()) return MIXED;
    const before = this.visits;
    const verdict = this.decide(i0, i1, j0, j1, open);
    this.rate.note(verdict !== MIXED, this.visits - before);
    return verdict;
  }

  private decide(first: number, last: number, left: number, right: number, open: StepList): Verdict {
    const { box } = this;
    box[0] = first;
    box[1] = last;
    box[2] = left;
    box[3] = right;
    if (!this.mask.narrow(box, open)) return NONE;
    const i0 = box[0];
    const i1 = box[1];
    const j0 = box[2];
    const j1 = box[3];
    this.left = VISITS_PER_TILE;
    this.live = false;
    const isCut = i0 !== first || i1 !== last || j0 !== left || j1 !== right;
    this.dead = isCut;
    this.look(i0, i0, j1, j1, open);
    if (this.isOpen()) this.look(i1, i1, j0, j0, open);
    if (this.isOpen()) this.look(i0, i0, j0, j0, open);
    if (this.isOpen()) this.look(i1, i1, j1, j1, open);
    if (!this.isOpen()) return MIXED;
    // What was cut off is dead: the rest has not been asked about as a whole.
    if (isCut && this.look(i0, i1, j0, j1, open)) return this.live ? MIXED : NONE;
    for (const order of ['longer', 'rows', 'keys'] as const) {
      this.left = VISITS_PER_TILE;
      this.order = order;
      this.split(i0, i1, j0, j1, open);
      if (this.live && this.dead) return MIXED;
      if (this.left > 0) return this.live ? ALL : NONE;
    }
    return MIXED;
  }

  private isOpen(): boolean {
    return this.left > 0 && !(this.live && this.dead);
  }

  private split(i0: number, i1: number, j0: number, j1: number, open: StepList): void {
    if (!this.isOpen()) return;
    const [rows, keys] = [i1 - i0, j1 - j0];
    const splitsKeys = this.order === 'longer' ? keys >= rows : this.order === 'keys' ? keys > 0 : rows === 0;
    if (splitsKeys) {
      const middle = (j0 + j1) >> 1;
      this.visit(i0, i1, j0, middle, open);
      this.visit(i0, i1, middle + 1, j1, open);
    } else {
      const middle = (i0 + i1) >> 1;
      this.visit(i0, middle, j0, j1, open);
      this.visit(middle + 1, i1, j0, j1, open);
    }
  }

  private visit(i0: number, i1: number, j0: number, j1: number, open: StepList): void {
    if (this.isOpen() && !this.look(i0, i1, j0, j1, open)) this.split(i0, i1, j0, j1, this.mask.open(open));
  }

  /** Is a box decided? */
  private look(i0: number, i1: number, j0: number, j1: number, open: StepList): boolean {
    this.left--;
    this.visits++;
    const verdict = this.mask.read(i0, i1, j0, j1, open);
    if (verdict === ALL) this.live = true;
    if (verdict === NONE) this.dead = true;
    return verdict === ALL || verdict === NONE;
  }
}

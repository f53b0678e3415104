import type { AbstractMask } from '../mask/abstract.ts';
import { ALL, MIXED, NONE, type Verdict } from '../mask/int-set.ts';
import type { StepList } from '../mask/step-list.ts';

/** Boxes that are looked at inside one tile. */
const VISITS_PER_TILE = 64;

/**
 * Decides tiles that the abstract reading leaves open as a whole, because it looks at predicates over different forms
 * one by one: a tile may be full by the union of a window and global keys. Corners are probed first, as most tiles on a
 * border differ there; then the tile is split until a live and a dead part are found or the visits are used up.
 */
export class TileRefiner {
  private readonly mask: AbstractMask;
  private left = 0;
  private live = false;
  private dead = false;
  /** Boxes looked at so far. */
  visits = 0;

  constructor(mask: AbstractMask) {
    this.mask = mask;
  }

  /** The verdict over a tile that was MIXED and left the steps `open`. */
  refine(i0: number, i1: number, j0: number, j1: number, open: StepList): Verdict {
    if (this.mask.singlePredicate(open)) return MIXED;
    this.left = VISITS_PER_TILE;
    this.live = false;
    this.dead = false;
    this.look(i0, i0, j1, j1, open);
    this.look(i1, i1, j0, j0, open);
    if (this.isOpen()) this.look(i0, i0, j0, j0, open);
    if (this.isOpen()) this.look(i1, i1, j1, j1, open);
    if (!this.isOpen()) return MIXED;
    this.split(i0, i1, j0, j1, open);
    if (this.left <= 0 || this.live === this.dead) return MIXED;
    return this.live ? ALL : NONE;
  }

  private isOpen(): boolean {
    return this.left > 0 && !(this.live && this.dead);
  }

  private split(i0: number, i1: number, j0: number, j1: number, open: StepList): void {
    if (!this.isOpen()) return;
    if (j1 - j0 >= i1 - i0) {
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

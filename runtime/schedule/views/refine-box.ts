import type { AbstractMask } from '../../mask/abstract/abstract.ts';
import { ALL, MIXED, NONE, type Verdict } from '../../mask/sets/int-set.ts';
import type { StepList } from '../../mask/abstract/step-list.ts';

/** Boxes that are looked at inside one tile. */
const VISITS_PER_TILE = 256;

/**
 * Decides boxes of coordinates that the abstract reading leaves open as a whole, by splitting them until a live and a
 * dead part are found, or the visits are used up. Corners are probed first: most boxes on a border differ there.
 */
export class BoxRefiner {
  private readonly mask: AbstractMask;
  private readonly box: Float64Array;
  private readonly weights: Float64Array;
  private left = 0;
  private live = false;
  private dead = false;
  /** Boxes looked at so far. */
  visits = 0;

  constructor(mask: AbstractMask, leaves: number) {
    this.mask = mask;
    this.box = new Float64Array(2 * leaves);
    this.weights = mask.weights();
  }

  /** The verdict over a box that was MIXED and left the steps `open`. */
  refine(box: Float64Array, open: StepList): Verdict {
    if (this.mask.isExact(open)) return MIXED;
    this.left = VISITS_PER_TILE;
    this.live = false;
    this.dead = false;
    const half = this.box.length >> 1;
    // The corners where one half of the coordinates is low and the other high, and the two where all are alike.
    for (let corner = 0; corner < 4 && this.isOpen(); corner++) {
      for (let leaf = 0; leaf < half; leaf++) {
        const isFirst = 2 * leaf < half;
        const end = corner === 0 ? isFirst : corner === 1 ? !isFirst : corner === 2;
        this.box[2 * leaf] = this.box[2 * leaf + 1] = box[2 * leaf + (end ? 1 : 0)];
      }
      this.look(open);
    }
    this.box.set(box);
    this.split(open);
    if (this.left <= 0 || this.live === this.dead) return MIXED;
    return this.live ? ALL : NONE;
  }

  private isOpen(): boolean {
    return this.left > 0 && !(this.live && this.dead);
  }

  private split(open: StepList): void {
    if (!this.isOpen()) return;
    const { box, weights } = this;
    let [side, largest] = [-1, -1];
    for (let leaf = 0; leaf < weights.length; leaf++) {
      const length = box[2 * leaf + 1] - box[2 * leaf];
      if (length === 0 || (open.leaves & (1 << leaf)) === 0 || length * weights[leaf] <= largest) continue;
      [side, largest] = [leaf, length * weights[leaf]];
    }
    if (side < 0) {
      // A single point that stays open cannot be: every operator is exact there.
      this.left = 0;
      return;
    }
    const [low, high] = [box[2 * side], box[2 * side + 1]];
    const middle = Math.floor((low + high) / 2);
    box[2 * side + 1] = middle;
    this.visit(open);
    box[2 * side] = middle + 1;
    box[2 * side + 1] = high;
    this.visit(open);
    box[2 * side] = low;
  }

  private visit(open: StepList): void {
    if (this.isOpen() && !this.look(open)) this.split(this.mask.open(open));
  }

  /** Is the box decided? */
  private look(open: StepList): boolean {
    this.left--;
    this.visits++;
    const verdict = this.mask.readBox(this.box, open);
    if (verdict === ALL) this.live = true;
    if (verdict === NONE) this.dead = true;
    return verdict === ALL || verdict === NONE;
  }
}

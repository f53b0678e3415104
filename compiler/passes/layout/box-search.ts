import type { Extents } from '../../../runtime/view.ts';
import type { TileCounter, TileCounts } from './count-products.ts';

/** A partial tile against a full one, roughly, on every target. */
const PARTIAL = 1.5;
/** Boxes of pairs that descents may look at before the search is content. */
const MOST_VISITS = 2 ** 16;

/** A pair of boxes and its work, in full tiles. */
export interface Attempt {
  readonly own: Extents;
  readonly other: Extents;
  readonly counts: TileCounts;
  readonly work: number;
}

/** The pair of boxes with the least work so far. */
export class BoxSearch {
  private best: Attempt | null = null;
  private mostVisits: number;

  constructor(
    private readonly counter: TileCounter,
    private readonly visitsAtOnce = MOST_VISITS,
  ) {
    this.mostVisits = visitsAtOnce;
  }

  get found(): Attempt {
    return this.best!;
  }

  /** Has it looked at too many boxes of pairs? */
  get isCut(): boolean {
    return this.counter.visits > this.mostVisits;
  }

  /** Allows as many visits again. */
  goOn(): void {
    this.mostVisits = this.counter.visits + this.visitsAtOnce;
  }

  tryPairs(ownBoxes: readonly Extents[], otherBoxes: readonly Extents[]): void {
    for (const own of ownBoxes) for (const other of otherBoxes) this.attempt(own, other);
  }

  /** One side at a time, the other as it is best so far. */
  trySides(ownBoxes: readonly Extents[], otherBoxes: readonly Extents[]): void {
    const seed = this.best?.other ?? otherBoxes[0];
    for (const own of ownBoxes) this.attempt(own, seed);
    const { own } = this.found;
    for (const other of otherBoxes) this.attempt(own, other);
  }

  private attempt(own: Extents, other: Extents): void {
    if (this.best !== null && this.isCut) return;
    const counts = this.counter.count(own, other);
    const work = workOf(counts);
    if (this.best === null || work < this.best.work) this.best = { own, other, counts, work };
  }
}

/** In full tiles. */
export function workOf({ queryTiles, fullTiles, partialTiles }: TileCounts): number {
  return queryTiles + fullTiles + PARTIAL * partialTiles;
}

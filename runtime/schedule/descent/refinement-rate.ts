/** So many looks in a row that decide no tile say that others will not. */
const PATIENCE = 2 ** 13;
/** One tile of so many is looked into from then on. */
const SAMPLED = 16;

/**
 * Whether to look inside tiles that the abstract reading leaves open. In most masks a tile that is open is partial, and
 * looking into it decides nothing: where that was so for many in a row, only a sample is looked into, until one of them
 * is decided. What is missed is rare, so that it costs a kernel little.
 */
export class RefinementRate {
  private looks = 0;
  private asked = 0;

  isWorthwhile(): boolean {
    return this.looks < PATIENCE || ++this.asked % SAMPLED === 0;
  }

  /** Tells what became of a tile that was looked into, and how many looks that took. */
  note(isDecided: boolean, looks: number): void {
    this.looks = isDecided ? 0 : this.looks + looks;
  }
}

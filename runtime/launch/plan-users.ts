/** The launches that hold a plan: one that falls out of a cache is destroyed when none does any more. */
export class PlanUsers {
  private users = 0;
  private dropped = false;

  constructor(private readonly destroy: () => void) {}

  /** A launch holds the plan until it calls what it gets. */
  hold(): () => void {
    this.users++;
    return () => {
      this.users--;
      if (this.dropped) this.drop();
    };
  }

  /** Destroys the plan as soon as no launch holds it. */
  drop(): void {
    this.dropped = true;
    if (this.users === 0) this.destroy();
  }
}

import type { LaunchRequest } from './launch-request.ts';

/** Plans kept at once; the longest unused one is dropped. */
const CAPACITY = 16;

/**
 * Plans that `forward` makes by itself, by sizes, scalars and layout. A plan that falls out is not destroyed here: a
 * launch may hold it.
 */
export class PlanCache<Plan> {
  private readonly plans = new Map<string, Promise<Plan>>();
  private readonly dropped: (plan: Plan) => void;

  /** `dropped` hears of every plan that falls out. */
  constructor(dropped: (plan: Plan) => void) {
    this.dropped = dropped;
  }

  get(key: string, make: () => Promise<Plan>): Promise<Plan> {
    const plan = this.plans.get(key) ?? make();
    this.plans.delete(key);
    this.plans.set(key, plan);
    plan.catch(() => this.plans.delete(key));
    for (const [oldest, falling] of this.plans) {
      if (this.plans.size <= CAPACITY) break;
      this.plans.delete(oldest);
      falling.then(this.dropped, () => undefined);
    }
    return plan;
  }

  clear(): void {
    this.plans.clear();
  }
}

/** Equal for requests that give equal plans, provided that the attention has no host arrays. */
export function planKey(request: LaunchRequest): string {
  // As texts: JSON has neither NaN nor infinity, and what would be refused must not find a plan.
  const launch = Object.entries(request.launch ?? {})
    .map(([name, value]) => [name, typeof value, String(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const strides = (['q', 'k', 'v', 'out'] as const).map((name) => {
    const given = request.strides?.[name];
    return given ? [given.batch, given.head, given.row] : null;
  });
  return JSON.stringify([
    request.batch ?? 1,
    request.nq,
    request.nk,
    request.layer ?? 0,
    launch,
    Object.keys(request.arrays ?? {}),
    request.layout ?? null,
    strides,
  ]);
}

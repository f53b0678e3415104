import type { HostArray } from '../arrays.ts';
import { SparsecError } from '../errors.ts';
import type { LayoutOptions, Sizes } from './tensor-layout.ts';

/** Nested arrays, a flat array or typed array in row-major order, or an array that was read before. */
export type ArrayOf<Element> = HostArray | ArrayLike<Element> | readonly ArrayOf<Element>[];

/** What one launch is asked for. */
export interface LaunchRequest extends Sizes, LayoutOptions {
  /** The symbol `layer`, 0 by default. */
  readonly layer?: number;
  /** Launch parameters by name; those with a default may be left out. */
  readonly launch?: Readonly<Record<string, number | undefined>>;
  /** Host arrays by name. */
  readonly arrays?: Readonly<Record<string, ArrayOf<number | boolean> | undefined>>;
}

/** A plan fixes these; another value beside it would be ignored. */
const FIXED_BY_PLAN = ['batch', 'nq', 'nk', 'layer', 'layout', 'strides', 'launch', 'arrays'] as const;

/** @throws {SparsecError} where a caller gives a plan and something that the plan has fixed. */
export function refuseBesidePlan(options: Partial<LaunchRequest>): void {
  const given = FIXED_BY_PLAN.find((name) => options[name] !== undefined);
  if (given) throw new SparsecError('unknown', given, `${given} is given beside a plan, which has fixed it`);
}

import type { HostArray } from '../arrays.ts';
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

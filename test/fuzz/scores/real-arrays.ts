import type { FuzzArray } from '../forms/arrays.ts';
import type { ArraySizes, Nested } from '../term.ts';

/** A size of an array: as the declaration writes it, and what it is. */
type Size = readonly [text: string, value: (sizes: ArraySizes) => number];

const batch: Size = ['batch', (sizes) => sizes.batch];
const heads: Size = ['heads', (sizes) => sizes.heads];
const n: Size = ['n', (sizes) => sizes.nk];
const nq: Size = ['nq', (sizes) => sizes.nq];
const fixed = (text: string, value: number): Size => [text, () => value];

/** A float array of the size that its dimensions say, filled from low to high. */
function realArray(name: string, dims: readonly Size[], low = -1, high = 1): FuzzArray {
  return {
    name,
    declaration: `input ${name}: float[${dims.map(([text]) => text).join(', ')}]`,
    fill(sizes, random) {
      const level = (at: number): Nested =>
        at === dims.length
          ? low + (high - low) * random.unit()
          : Array.from({ length: dims[at][1](sizes) }, () => level(at + 1));
      return level(0);
    },
  };
}

/** Elements of a relative bias of one axis: differences of -4 to 4. */
export const reach = 4;
/** And of two axes: -1 to 1 down, -2 to 2 to the right. */
export const gridReach = [1, 2] as const;

/** The inputs that fields of scores read. */
export const realArrays: readonly FuzzArray[] = [
  realArray('slopes', [heads], 0, 0.5),
  realArray('sinks', [heads], -2, 2),
  realArray('key_bias', [n]),
  realArray('key_bias_of_heads', [heads, n]),
  realArray('key_bias_of_all', [batch, heads, n]),
  realArray('pair_bias', [n, n]),
  realArray('pair_bias_of_rows', [batch, nq, n]),
  realArray('pair_bias_of_heads', [batch, heads, n, n]),
  realArray('looked_up', [heads, fixed('7', 7), fixed('5', 5)]),
  realArray('distance_bias', [fixed(`2 * ${reach} + 1`, 2 * reach + 1)]),
  realArray('distance_bias_of_heads', [batch, heads, fixed(`${2 * reach + 1}`, 2 * reach + 1)]),
  realArray('grid_bias', [heads, ...gridReach.map((m) => fixed(`${2 * m + 1}`, 2 * m + 1))]),
  realArray('row_weight', [nq], 0.5, 2),
  realArray('row_weight_of_heads', [batch, heads, n], 0.5, 2),
];

/** The element that indices name in nested arrays; 0 outside. */
export function elementOf(array: Nested, indices: readonly number[]): number {
  let at: Nested | undefined = array;
  for (const index of indices) at = (at as readonly Nested[] | undefined)?.[index];
  return typeof at === 'number' ? at : 0;
}

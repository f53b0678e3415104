import type { MaskProgram } from './mask/program/nodes.ts';

export interface ArrayDeclaration {
  readonly name: string;
  /** `bits` covers boolean masks over tokens and over blocks; `list` holds ascending integers per row. */
  readonly kind: 'int' | 'bits' | 'list' | 'real';
  /** One program a dimension, over symbols (`batch`, `heads`, `nq`, `nk`, parameters). A list's dims are its rows. */
  readonly dims: readonly MaskProgram[];
  /** The source text of each dimension, for messages: `batch`, `n`, `n div 16`. */
  readonly dimNames: readonly string[];
  /** Checked promise: ascending along the last dimension. */
  readonly sorted: boolean;
  /** What `run`, the fuzzer and benchmarks feed when the user gives nothing; null where a value must be given. */
  readonly feed: ArrayFeed | null;
  readonly doc: string;
}

/**
 * Default contents of an input. `documents`: ids of documents of about `length` tokens; `full`: every value is nk;
 * `shuffled`: the indices of a row in a random order.
 */
export type ArrayFeed =
  | { readonly kind: 'documents'; readonly length: number }
  | { readonly kind: 'full' }
  | { readonly kind: 'constant'; readonly value: number }
  /** Integers are below `below`, or below nk where it is left out. */
  | { readonly kind: 'random'; readonly seed: number; readonly density: number; readonly below?: number }
  | { readonly kind: 'shuffled'; readonly seed: number }
  | { readonly kind: 'values'; readonly values: readonly unknown[] };

export interface LaunchParameter {
  readonly name: string;
  readonly type: 'int' | 'real';
  readonly min: number;
  readonly max: number;
  readonly default: number | null;
  readonly doc: string;
}

/**
 * A value that the host computes in float64 when a plan is made.
 * - `scalar`: `program` over symbols; becomes the symbol `name`.
 * - `table`: `program` evaluated with the index `over` running over 0 <= index < `size`; becomes the array `name`.
 *   Over `query` the index is the position i, over `key` the position j.
 * - `random-list`: row r of 0 <= r < rows holds min(perRow, columns) distinct columns, by ./mask/launch/random-list.ts.
 * - `constant`: an array that the specification spells out (a table file, a list), row-major, all of `values`; becomes
 *   the array `name` with the shape `dims`.
 * - `segments`: an int array of the same shape as the int input `of` (which is `sorted`). Along the last dimension a
 *   segment is a maximal run of equal values; at position p stands the first position of p's segment (`edge` start) or
 *   one past its last position (`edge` end). Example: of = [4, 4, 9] gives start [0, 0, 2] and end [2, 2, 3].
 * - `curve`: an int array of as many elements as a box of these sizes (two or three) has cells: their row-major numbers in
 *   the order of ./mask/launch/hilbert-curve.ts.
 * - `ranks`: an int array of the shape of the bit input `of`, one longer along the last dimension. At position p stands the
 *   number of set bits before p, and behind the last position their number. Example: of = 1011 gives [0, 1, 1, 2, 3].
 * - `block-mask`: which blocks of `block` x `block` pairs of a set over `positions` queries and keys are kept whole, by
 *   ./mask/launch/block-mask.ts; becomes a bit array of ceil(positions / block) rows and columns, after a dimension of heads where
 *   each head has blocks of its own. In `set`, query and key are
 *   places inside two parts of the canvas, whose numbers are the symbols of {@link partSymbols}.
 */
export type DerivedDeclaration =
  | {
      readonly kind: 'scalar';
      readonly name: string;
      /** What was written, for messages at launch; left out where no single place wrote it. */
      readonly text?: string;
      readonly type: 'int' | 'real';
      readonly program: MaskProgram;
    }
  | {
      readonly kind: 'table';
      readonly name: string;
      /** As of a scalar. */
      readonly text?: string;
      readonly type: 'int' | 'real';
      readonly over: 'query' | 'key' | 'head' | 'batch';
      readonly size: MaskProgram;
      readonly program: MaskProgram;
    }
  | {
      readonly kind: 'random-list';
      readonly name: string;
      readonly rows: MaskProgram;
      readonly columns: MaskProgram;
      readonly perRow: MaskProgram;
      readonly seed: MaskProgram;
    }
  | {
      readonly kind: 'constant';
      readonly name: string;
      readonly type: 'int' | 'real';
      readonly dims: readonly number[];
      readonly values: readonly number[];
    }
  | { readonly kind: 'segments'; readonly name: string; readonly of: string; readonly edge: 'start' | 'end' }
  | { readonly kind: 'ranks'; readonly name: string; readonly of: string }
  | { readonly kind: 'curve'; readonly name: string; readonly sizes: readonly MaskProgram[] }
  | {
      readonly kind: 'block-mask';
      readonly name: string;
      readonly positions: MaskProgram;
      readonly block: MaskProgram;
      /** Over query and key, and over head where `perHead`. */
      readonly set: MaskProgram;
      readonly perHead: boolean;
      readonly rule: BlockRule;
      /** Parts of `length` positions, `count` of them from `start`; each pair of parts has blocks of its own. */
      readonly canvas: {
        readonly start: MaskProgram;
        readonly length: MaskProgram;
        readonly count: MaskProgram;
      };
    };

/** The numbers of the parts of a canvas in the set of a block mask; no name that can be written is one of them. */
export const partSymbols = { row: 'row part', column: 'column part' } as const;

/**
 * When a block is kept: `any` pair of it is in the set, `all` are, or (`columns`) more than `share` of its columns with a
 * pair have more than `denser` of their `block` pairs.
 */
export type BlockRule =
  | { readonly kind: 'any' | 'all' }
  | { readonly kind: 'columns'; readonly denser: number; readonly share: number };

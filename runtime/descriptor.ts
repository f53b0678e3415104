import type { MaskProgram, NodeId } from './mask/nodes.ts';

/**
 * What a generated module hands to the runtime: everything that is known at compile time about one `attention`.
 * Plain data, so that it can be printed into the module, into NAME.json and into goldens.
 */
export interface AttentionDescriptor {
  readonly name: string;
  readonly heads: number;
  /** Query head h reads key and value head h div (heads / kvHeads). */
  readonly kvHeads: number;
  /** Head dimension of q and k. */
  readonly dim: number;
  /** Head dimension of v and of the output. */
  readonly dimV: number;
  /** Storage type of q, k, v and out. Scores and accumulators are f32; lse is f32. */
  readonly dtype: 'f32' | 'f16';
  /** Default order of the axes of q, k, v and out: [batch, heads, n, dim] or [batch, n, heads, dim]. */
  readonly layout: 'bhnd' | 'bnhd';
  readonly outputs: readonly ('out' | 'lse')[];
  readonly inputs: readonly ArrayDeclaration[];
  readonly launch: readonly LaunchParameter[];
  /** Values that the host computes when a plan is made, in this order; later ones may use earlier ones. */
  readonly derived: readonly DerivedDeclaration[];
  /** Position of query row 0, over the symbols nq, nk and the launch parameters. */
  readonly offset: MaskProgram;
  /** The mask over query, key, head, batch, symbols and arrays: integers and booleans only. */
  readonly mask: MaskProgram;
  readonly score: ScoreDescriptor;
  readonly kernels: readonly KernelDescriptor[];
  readonly wgsl: WgslModule;
}

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

/** Default contents of an input. `documents`: ids of documents of about `length` tokens; `full`: every value is nk. */
export type ArrayFeed =
  | { readonly kind: 'documents'; readonly length: number }
  | { readonly kind: 'full' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'random'; readonly seed: number; readonly density: number }
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
 * - `random-list`: row r of 0 <= r < rows holds min(perRow, columns) distinct columns, by ./mask/random-list.ts.
 * - `constant`: an array that the specification spells out (a table file, a list), row-major, all of `values`; becomes
 *   the array `name` with the shape `dims`.
 * - `segments`: an int array of the same shape as the int input `of` (which is `sorted`). Along the last dimension a
 *   segment is a maximal run of equal values; at position p stands the first position of p's segment (`edge` start) or
 *   one past its last position (`edge` end). Example: of = [4, 4, 9] gives start [0, 0, 2] and end [2, 2, 3].
 * - `block-mask`: which blocks of `block` x `block` pairs of a set over `positions` queries and keys are kept whole, by
 *   ./mask/block-mask.ts; becomes a bit array of ceil(positions / block) rows and columns. In `set`, query and key are
 *   places inside two parts of the canvas, whose numbers are the symbols of {@link partSymbols}.
 */
export type DerivedDeclaration =
  | {
      readonly kind: 'scalar';
      readonly name: string;
      readonly type: 'int' | 'real';
      readonly program: MaskProgram;
    }
  | {
      readonly kind: 'table';
      readonly name: string;
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
  | {
      readonly kind: 'block-mask';
      readonly name: string;
      readonly positions: MaskProgram;
      readonly block: MaskProgram;
      readonly set: MaskProgram;
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

/**
 * From q.k to the logit, in this order:
 *   s = (q.k) * scale * rowScale[i];  s = softcap * tanh(s / softcap);  s += -slope[head] * |i - j| + keyBias[..., j].
 * Then softmax over the live keys; `sink` adds exp(sink[head]) to the denominator only.
 * Null leaves a step out.
 */
export interface ScoreDescriptor {
  /** A number (default 1 / sqrt(dim)) or the name of a launch parameter of type real. */
  readonly scale: number | string;
  readonly softcap: number | null;
  /** Name of a real array over heads, declared as input or derived. */
  readonly slopes: string | null;
  /** Name of a real array over [batch?, heads?, nk]. */
  readonly keyBias: string | null;
  /** Name of a derived real table over `query`. */
  readonly rowScale: string | null;
  /** Name of a real array over heads: a logit that joins the denominator. */
  readonly sink: string | null;
}

/** One entry point of the WGSL module and how its work is laid out. */
export interface KernelDescriptor {
  /** The entry point. */
  readonly name: string;
  /** `small-query` serves nq <= tile.queries of that kernel (decode); `tiled` serves everything. */
  readonly purpose: 'tiled' | 'small-query';
  /** The adapter class that the tile was chosen for. */
  readonly target: 'software' | 'gpu';
  readonly tile: { readonly queries: number; readonly keys: number };
  readonly workgroupSize: number;
  /** Bytes of workgroup storage. */
  readonly workgroupBytes: number;
  readonly features: readonly ('shader-f16' | 'subgroups')[];
  readonly schedule: KernelSchedule;
}

/**
 * Where a kernel's key tiles come from. Either way a partial tile evaluates `residual`, a full tile no mask at all.
 * - `ranges`: no table. For fixed i the live keys are exactly low(i) <= j < high(i), both non-decreasing in i; roots
 *   of programs over `query`, symbols and lookups. The kernel derives partial and full ranges of its query tile.
 * - `table`: the run table of ./schedule/run-table.ts, in the arena.
 */
export type KernelSchedule =
  | { readonly kind: 'ranges'; readonly low: MaskProgram; readonly high: MaskProgram }
  | { readonly kind: 'table'; readonly residual: MaskProgram };

export interface WgslModule {
  readonly code: string;
  /** The fields of the uniform block in order; each is 4 bytes, the block is padded to 16. */
  readonly uniforms: readonly UniformField[];
  readonly bindings: readonly BufferBinding[];
  /** Sections of the integer arena that kernels read, in order. */
  readonly arena: readonly ArenaSection[];
  /** Sections of the float arena (f32), in order: names of real arrays and tables. */
  readonly floats: readonly string[];
  /** WGSL line (1-based) to source offset, for messages from the shader compiler. */
  readonly lineMap: readonly (readonly [line: number, offset: number])[];
}

export interface UniformField {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
  readonly source:
    /** nq, nk, offset, heads, batch, layer, a launch parameter or a derived scalar. */
    | { readonly kind: 'symbol'; readonly name: string }
    | { readonly kind: 'scale' }
    /** Elements between neighbours along an axis of a tensor. */
    | {
        readonly kind: 'stride';
        readonly tensor: 'q' | 'k' | 'v' | 'out';
        readonly axis: 'batch' | 'head' | 'row';
      }
    /** First element of an arena section, in 32-bit words. */
    | { readonly kind: 'section'; readonly section: string }
    /** Length of a dimension of an array. */
    | { readonly kind: 'dim'; readonly array: string; readonly dim: number }
    /** Query tiles of the chosen kernel: ceil(nq / tile.queries). */
    | { readonly kind: 'query-tiles' };
}

export interface BufferBinding {
  readonly binding: number;
  readonly role: 'q' | 'k' | 'v' | 'out' | 'lse' | 'params' | 'arena' | 'floats';
  readonly access: 'uniform' | 'read' | 'read-write';
}

/**
 * A part of the integer arena. `tables` holds, for every grid index batch * heads + head, the word offset of its run
 * table; `array` an int array (row-major), packed bits (row-major, 32 a word along the last dimension, least
 * significant first, rows padded to whole words) or a list (row starts, then values, see ./arrays.ts).
 */
export type ArenaSection =
  | { readonly kind: 'tables'; readonly name: string }
  | { readonly kind: 'array'; readonly name: string; readonly array: string };

export type { MaskProgram, NodeId };

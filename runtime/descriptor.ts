import type { MaskProgram, NodeId } from './mask/program/nodes.ts';
import type { Extents, View } from './view.ts';

/** What is known at compile time about one `attention`, whatever its kernels are written in. Plain data. */
export interface AttentionModel {
  readonly name: string;
  readonly heads: number;
  /** Query head h reads key and value head h div (heads / kvHeads). */
  readonly kvHeads: number;
  /** Head dimension of q and k. */
  readonly dim: number;
  /** Head dimension of v. */
  readonly dimV: number;
  /** Head dimension of the output: dimV for each branch that is concatenated, else dimV. */
  readonly dimOut: number;
  /** Storage type of q, k, v and out. Scores and accumulators are f32; lse is f32. */
  readonly dtype: 'f32' | 'f16' | 'bf16';
  /** Default order of the axes of q, k, v and out: [batch, heads, n, dim] or [batch, n, heads, dim]. */
  readonly layout: 'bhnd' | 'bnhd';
  readonly outputs: readonly ('out' | 'lse')[];
  readonly inputs: readonly ArrayDeclaration[];
  readonly launch: readonly LaunchParameter[];
  /** Values that the host computes when a plan is made, in this order; later ones may use earlier ones. */
  readonly derived: readonly DerivedDeclaration[];
  /** Position of query row 0, over the symbols nq, nk and the launch parameters. */
  readonly offset: MaskProgram;
  /** The pairs that some branch attends, over query, key, head, batch, symbols and arrays: integers and booleans only. */
  readonly mask: MaskProgram;
  /**
   * How branches become the output: `merge` in one softmax, where a pair counts once for every branch that holds it;
   * `concat` each in a softmax of its own, their outputs side by side and no lse.
   */
  readonly combine: 'single' | 'merge' | 'concat';
  /** The pairs of each attend; one, equal to `mask`, where there is one. The passes of a branch compute its pairs. */
  readonly branches: readonly MaskProgram[];
  readonly score: ScoreDescriptor;
}

/**
 * What a generated module hands to the runtime: everything that is known at compile time about one `attention`.
 * Plain data, so that it can be printed into the module, into NAME.json and into goldens.
 */
export interface AttentionDescriptor extends AttentionModel {
  readonly dtype: 'f32' | 'f16';
  /** What is launched one after the other; together the passes compute every live pair of `mask`. */
  readonly passes: readonly PassDescriptor[];
  readonly wgsl: WgslModule;
}

/**
 * One sweep over the queries: a part of the mask, in tiles of its own.
 *
 * Passes that hand the state on share one softmax: each takes up the running maximum, sum and accumulators (the *state*)
 * where the one before has left them, so that their parts may be computed in any tiles. Parts of one `attend` are
 * disjoint; where branches of a `merge` overlap, a pair counts once for each. Every pass visits every query row, be it
 * without keys.
 */
export interface PassDescriptor {
  /** `all` where there is one pass, else what tells it apart: `local`, `stride`. Part of its kernels' names. */
  readonly name: string;
  /** The pairs that this pass computes. */
  readonly mask: MaskProgram;
  readonly queries: View;
  readonly keys: View;
  readonly strategy: Strategy;
  readonly state: {
    /** Takes up the state; a pass that does not starts from nothing. */
    readonly reads: boolean;
    /** Leaves the state for the next pass; a pass that does not finishes its rows and stores out (and lse). */
    readonly writes: boolean;
  };
  /** First column of `out` that the pass stores: branches that are concatenated stand side by side. */
  readonly column: number;
  readonly kernels: readonly KernelDescriptor[];
}

/**
 * How the pairs of a run are computed.
 * - `dense`: whole tiles of queries x keys by matrix products; keys by `positions` or `boxes`.
 * - `gathered`: the same, over the packed keys of a `list` view.
 * - `diagonal`: row by row. A tile holds, for each query i, the keys i + d of up to tile.keys distances d; what is read is
 *   used once, but no pair is computed in vain.
 */
export type Strategy = 'dense' | 'gathered' | 'diagonal';

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

/**
 * From q.k to the logit, in this order:
 *   s = (q.k) * scale * rowScale[i];  s = softcap * tanh(s / softcap);  s += -slope[head] * |i - j| + keyBias[..., j];
 *   s += every one of `biases`;  s = `change` of s.
 * Then softmax over the live keys; `sink` adds exp(sink[head]) to the denominator only, and `denominatorScale` multiplies
 * the denominator, sink included; lse is that of the scores alone.
 * Null, or no entry, leaves a step out.
 *
 * With `weights` there is no softmax: out_i = sum over live j of p(s_ij) v_j, without a denominator, and so without sink,
 * denominatorScale, lse and `merge`.
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
  /** Over query, key, head and batch. */
  readonly biases: readonly RealReading[];
  /** Over query, head and batch. */
  readonly denominatorScale: RealReading | null;
  /**
   * What the field `score` makes of s: a real program over query, key, head, batch, the leaf `score` and symbols. An element
   * outside of a real array is 0. A result of {@link noScore} or less weighs nothing.
   */
  readonly change?: MaskProgram;
  /** How a score becomes a weight; left out for softmax. */
  readonly weights?: WeightFunction;
}

/**
 * The weight p of a pair from its score s alone:
 * - `relu` max(s, 0); `relu2` max(s, 0)^2 (Primer, arXiv:2109.08668);
 * - `laplace` (1 + erf((s - mu) / (sigma sqrt 2))) / 2 with mu = sqrt(1/2), sigma = sqrt(1/(4 pi)): relu2 in a smooth form
 *   that is at most 1 (Mega, arXiv:2209.10655, section 3.4);
 * - `sigmoid` 1 / (1 + e^-s) (arXiv:2409.04431);
 * - `none` s, so that out is linear in the scores.
 */
export type WeightFunction = 'relu' | 'relu2' | 'laplace' | 'sigmoid' | 'none';

/**
 * A changed score at or below this counts as -infinity: its pair weighs nothing, and a row of such scores is one without
 * keys. It is below all sums of scores that mean something, and -1e38 in units of log 2, where kernels begin a maximum.
 */
export const noScore = -1e38 * Math.LN2;

/** An element of a real array, 0 outside of it; each index is an integer program of the mask language. */
export interface RealReading {
  readonly array: string;
  readonly indices: readonly MaskProgram[];
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
  /** The box of a tile in views of boxes; empty for other views. */
  readonly extents: { readonly queries: Extents; readonly keys: Extents };
  readonly schedule: KernelSchedule;
}

/**
 * Where a kernel's key tiles come from. Either way a partial tile evaluates `residual`, a full tile no mask at all.
 * - `ranges`: no table. For fixed i the live keys are exactly low(i) <= j < high(i), both non-decreasing in i; roots
 *   of programs over `query`, symbols and lookups. The kernel derives partial and full ranges of its query tile.
 *   Only where both views are `positions`.
 * - `table`: the run table of ./schedule/table/run-table.ts, in the arena.
 * - `diagonals` (strategy `diagonal`): a list of distances j - i, in the arena: their count, then the distances,
 *   ascending. A pair is live where its key exists and `residual` holds; null where nothing is left to ask.
 */
export type KernelSchedule =
  | { readonly kind: 'ranges'; readonly low: MaskProgram; readonly high: MaskProgram }
  | { readonly kind: 'table'; readonly residual: MaskProgram }
  | { readonly kind: 'diagonals'; readonly residual: MaskProgram | null };

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
    /** Query tiles of the pass under the chosen kernel: rows of its table. On CUDA a tile counts once for each of its parts. */
    | { readonly kind: 'query-tiles' }
    /** A number of a bound view (see ./view.ts): of one axis its size, stride or parts, of one region its base or tiles. */
    | {
        readonly kind: 'view';
        readonly pass: number;
        readonly side: 'queries' | 'keys';
        readonly region: number;
        readonly axis: number | null;
        readonly value: 'size' | 'stride' | 'parts' | 'base' | 'tiles';
      };
}

export interface BufferBinding {
  readonly binding: number;
  /**
   * `state` (f32, in units of four elements): for every grid index and query row dimV accumulators, then the running
   * maximum (of logits in units of log 2), the running sum and two words of nothing; without a softmax the accumulators
   * alone.
   */
  readonly role: 'q' | 'k' | 'v' | 'out' | 'lse' | 'params' | 'arena' | 'floats' | 'state';
  readonly access: 'uniform' | 'read' | 'read-write';
}

/**
 * A part of the integer arena. `tables` holds, for every grid index batch * heads + head, the word offset of the run
 * table (or list of distances) of pass `pass`; `array` an int array (row-major), packed bits (row-major, 32 a word along the last dimension, least
 * significant first, rows padded to whole words) or a list (row starts, then values, see ./arrays.ts).
 */
export type ArenaSection =
  | { readonly kind: 'tables'; readonly name: string; readonly pass: number }
  | { readonly kind: 'array'; readonly name: string; readonly array: string };

export type { MaskProgram, NodeId };

import type { ArrayDeclaration, DerivedDeclaration, LaunchParameter } from './declarations.ts';
import type { KernelDescriptor, WgslModule } from './kernel-descriptor.ts';
import type { MaskProgram } from './mask/program/nodes.ts';
import type { ScoreDescriptor } from './score.ts';
import type { View } from './view.ts';

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

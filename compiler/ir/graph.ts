import type { Span } from '../diagnostics/diagnostic.ts';
import type { ArrayDeclaration, DerivedDeclaration, LaunchParameter } from '../../runtime/declarations.ts';
import type { ScoreDescriptor } from '../../runtime/score.ts';
import type { MaskProgram } from '../../runtime/mask/program/nodes.ts';

/**
 * The graph: operations on tensors with symbolic shapes, one graph an `attention`.
 *
 * Tensors are q [batch, heads, nq, dim], k [batch, kvHeads, nk, dim], v [batch, kvHeads, nk, dimV], out [batch, heads,
 * nq, dimV] and lse [batch, heads, nq]; the axes here are logical, the memory order is `layout`. Sizes batch, nq and nk
 * are launch-time values. A plain pattern is a graph of one `attend`; Select, Pool, Permute and Mix join this
 * union when they are compiled. Several attends, over the same q, k and v, are brought together by `combine`.
 */
export interface Graph {
  readonly kind: 'graph';
  readonly name: string;
  /** The `///` text of the attention, or of the pattern where a file has no attention. */
  readonly doc: string;
  readonly span: Span;
  readonly heads: number;
  readonly kvHeads: number;
  readonly dim: number;
  readonly dimV: number;
  readonly dtype: 'f32' | 'f16' | 'bf16';
  readonly layout: 'bhnd' | 'bnhd';
  readonly outputs: readonly ('out' | 'lse')[];
  readonly inputs: readonly ArrayDeclaration[];
  readonly launch: readonly LaunchParameter[];
  readonly derived: readonly DerivedDeclaration[];
  /** Position of query row 0. */
  readonly offset: MaskProgram;
  /** What the positions stand for; null for a plain sequence. Layouts may follow its axes. */
  readonly space: GraphSpace | null;
  /** Whether the position `query` is a cell of that space, for warnings; null without a space, or where it rounds reals. */
  readonly cells?: MaskProgram | null;
  /** Neighborhoods as they were written, for advice; nothing is computed from them. */
  readonly neighborhoods?: readonly Neighborhood[];
  readonly nodes: readonly GraphNode[];
  readonly combine: Combine;
}

/** Windows that slide inward at the ends of undilated axes. */
export interface Neighborhood {
  readonly axes: readonly {
    readonly name: string;
    /** Positions, over symbols. */
    readonly length: MaskProgram;
    readonly kernel: number;
    readonly stride: number;
  }[];
}

/**
 * How the attends become the output.
 * - `single`: there is one.
 * - `merge`: one softmax over all of them, by log-sum-exp: sum of e^lse_b out_b over sum of e^lse_b. A pair that several
 *   attends hold counts once for each (LongNet, equation 10).
 * - `concat`: a softmax of its own for each; their outputs side by side, `out` being nodes.length * dimV wide. There is
 *   no lse then.
 */
export type Combine = 'single' | 'merge' | 'concat';

/**
 * Regions of positions, one after another from position 0 (the queries' and the keys'). Only what layouts can follow:
 * a region numbered in another order than row-major has no axes here.
 */
export interface GraphSpace {
  readonly regions: readonly GraphRegion[];
}

/** Programs over symbols. */
export interface GraphRegion {
  readonly name: string | null;
  readonly start: MaskProgram;
  readonly length: MaskProgram;
  /** Row-major, the last runs fastest; empty for a plain stretch. */
  readonly axes: readonly { readonly name: string; readonly size: MaskProgram }[];
}

export type GraphNode = Attend;

/** out[i] = sum over live j of softmax_j(score(q_i . k_j)) v_j; rows without keys give out 0 and lse -infinity. */
export interface Attend {
  readonly kind: 'attend';
  /** The name it was bound to, `''` where there is one. */
  readonly name: string;
  readonly span: Span;
  readonly mask: MaskProgram;
  readonly score: ScoreDescriptor;
  /** Where a node of the mask came from, for messages; nodes that no single place wrote are absent. */
  readonly spans: ReadonlyMap<number, Span>;
  /** The same of `score.change`. */
  readonly scoreSpans?: ReadonlyMap<number, Span>;
}

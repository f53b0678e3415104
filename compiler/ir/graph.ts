import type { Span } from '../diagnostics/diagnostic.ts';
import type {
  ArrayDeclaration,
  DerivedDeclaration,
  LaunchParameter,
  ScoreDescriptor,
} from '../../runtime/descriptor.ts';
import type { MaskProgram } from '../../runtime/mask/nodes.ts';

/**
 * The graph: operations on tensors with symbolic shapes, one graph an `attention`.
 *
 * Tensors are q [batch, heads, nq, dim], k [batch, kvHeads, nk, dim], v [batch, kvHeads, nk, dimV], out [batch, heads,
 * nq, dimV] and lse [batch, heads, nq]; the axes here are logical, the memory order is `layout`. Sizes batch, nq and nk
 * are launch-time values. A plain pattern is a graph of one `attend`; Score, Select, Pool, Permute, Mix and Merge join
 * this union when they are compiled.
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
  readonly dtype: 'f32' | 'f16';
  readonly layout: 'bhnd' | 'bnhd';
  readonly outputs: readonly ('out' | 'lse')[];
  readonly inputs: readonly ArrayDeclaration[];
  readonly launch: readonly LaunchParameter[];
  readonly derived: readonly DerivedDeclaration[];
  /** Position of query row 0. */
  readonly offset: MaskProgram;
  readonly nodes: readonly GraphNode[];
}

export type GraphNode = Attend;

/** out[i] = sum over live j of softmax_j(score(q_i . k_j)) v_j; rows without keys give out 0 and lse -infinity. */
export interface Attend {
  readonly kind: 'attend';
  readonly span: Span;
  readonly mask: MaskProgram;
  readonly score: ScoreDescriptor;
  /** Where a node of the mask came from, for messages; nodes that no single place wrote are absent. */
  readonly spans: ReadonlyMap<number, Span>;
}

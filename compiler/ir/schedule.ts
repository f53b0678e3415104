import type { PassDescriptor, Strategy } from '../../runtime/descriptor.ts';
import type { MaskProgram } from '../../runtime/mask/program/nodes.ts';
import type { Extents, View } from '../../runtime/view.ts';
import type { Graph } from './graph.ts';

/**
 * The schedule of a graph: into which passes its attends are split, and in which views, with which strategy each pass
 * computes its part. It is decided once, at compile time, from the shape of the predicates and from counts at nominal
 * sizes; which tiles are visited is found at launch, for the sizes of the launch.
 *
 * Meaning: the passes of one branch, one after the other, compute the pairs of that branch's mask, each pair once. A pass
 * visits every query row. See PassDescriptor in runtime/descriptor.ts for how passes carry the softmax on.
 */
export interface Schedule {
  readonly kind: 'schedule';
  readonly graph: Graph;
  readonly passes: readonly ScheduledPass[];
  /** What was considered, the chosen one first: for `explain` and `--print-after`. */
  readonly alternatives: readonly Alternative[];
}

export interface ScheduledPass {
  readonly name: string;
  /** Which of the graph's attends it belongs to. */
  readonly branch: number;
  readonly mask: MaskProgram;
  readonly queries: View;
  readonly keys: View;
  readonly strategy: Strategy;
  readonly state: PassDescriptor['state'];
  readonly column: number;
  /** For views of boxes: the extents for every size of tile that some kernel has. */
  readonly shapes: readonly TileBoxes[];
}

/** The boxes of a tile of `queries` x `keys` slots. */
export interface TileBoxes {
  readonly queries: number;
  readonly keys: number;
  readonly extents: { readonly queries: Extents; readonly keys: Extents };
}

/** One way to schedule the graph, and what it costs at the sizes that were looked at. */
export interface Alternative {
  /** `plain`, `residues of 4`, `boxes over t, h, w`, `local + diagonals` … */
  readonly name: string;
  /** Sizes that the counts are for. */
  readonly sizes: { readonly nq: number; readonly nk: number };
  readonly passes: readonly PassCost[];
  /** In full tiles' worth of work of the calibrated target, summed over passes; comparable between alternatives. */
  readonly cost: number;
  /** One sentence: why it was chosen, or why not. */
  readonly reason: string;
}

export interface PassCost {
  readonly name: string;
  readonly strategy: Strategy;
  /** Box of a query tile and of a key tile, `32` or `(2, 4, 4)`. */
  readonly tile: { readonly queries: string; readonly keys: string };
  /** Pairs of the mask; null where they were not counted. */
  readonly livePairs: number | null;
  readonly visitedPairs: number;
  readonly fullTiles: number;
  readonly partialTiles: number;
}

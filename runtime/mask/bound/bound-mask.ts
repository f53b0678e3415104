import type { HostArrays } from '../../arrays.ts';
import type { IntSet } from '../sets/int-set.ts';
import type { BoolNode, IntNode, NodeId } from '../program/nodes.ts';

/** `operand` is one of the integers of `set`: every predicate over one integer, merged. */
export interface InSetNode {
  readonly kind: 'in-set';
  readonly operand: NodeId;
  readonly set: IntSet;
}

/** Coordinate `index` of a box, in a mask whose positions were replaced by coordinates: see ../views/substitute-positions.ts. */
export interface CoordinateNode {
  readonly kind: 'coordinate';
  readonly index: number;
}

/** Nodes of a bound mask: no head, batch, symbol or real is left. */
export type BoundNode = IntNode | BoolNode | InSetNode | CoordinateNode;

/**
 * A mask with every scalar and array known: a predicate over query and key positions only. Nodes are in post-order and
 * the root is boolean. Two bound masks of one launch that are equal are the same object.
 */
export interface BoundMask {
  readonly nodes: readonly BoundNode[];
  readonly root: NodeId;
  /** The arrays that the nodes name, without the dimensions that are read at constant indices: see ../normal-form/cut-array.ts. */
  readonly arrays: HostArrays;
}

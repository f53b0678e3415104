import type { HostArrays } from '../../arrays.ts';
import type { BoundMask, BoundNode } from './bound-mask.ts';
import { keyOf } from '../program/builder.ts';
import { setKey } from '../sets/int-set.ts';
import type { LinearForm } from '../sets/linear-form.ts';
import { operandsOf, withOperands, type ArithmeticOp, type MaskNode, type NodeId } from '../program/nodes.ts';

/** Stores bound nodes, equal ones once, operands before their users. */
export class BoundArena {
  readonly nodes: BoundNode[] = [];
  private readonly ids = new Map<string, NodeId>();

  add(node: BoundNode): NodeId {
    const key = boundNodeKey(node);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.nodes.length);
    return this.nodes.push(node) - 1;
  }

  int(value: number): NodeId {
    return this.add({ kind: 'int', value });
  }

  /** The node of a linear form: positive terms first, then the negative ones, then the constant. */
  addForm(form: LinearForm): NodeId {
    const positive = form.terms.filter((term) => term.coefficient > 0);
    const negative = form.terms.filter((term) => term.coefficient < 0);
    let sum: NodeId | null = null;
    for (const { atom, coefficient } of positive)
      sum = this.join('add', sum, this.multiple(atom, coefficient));
    for (const { atom, coefficient } of negative) {
      sum = this.join('sub', sum ?? this.int(0), this.multiple(atom, -coefficient));
    }
    if (sum === null) return this.int(form.constant);
    return form.constant === 0 ? sum : this.join('add', sum, this.int(form.constant));
  }

  /** The part of the arena that `root` needs. */
  finish(root: NodeId, arrays: HostArrays): BoundMask {
    const live = new Uint8Array(this.nodes.length);
    live[root] = 1;
    for (let id = root; id >= 0; id--) {
      if (live[id]) for (const operand of boundOperands(this.nodes[id])) live[operand] = 1;
    }
    const moved: NodeId[] = [];
    const nodes: BoundNode[] = [];
    const used: Record<string, HostArrays[string]> = {};
    this.nodes.forEach((node, id) => {
      if (!live[id]) return;
      moved[id] = nodes.length;
      nodes.push(withBoundOperands(node, (operand) => moved[operand]));
      if ('array' in node) used[node.array] = arrays[node.array];
    });
    return { nodes, root: moved[root], arrays: used };
  }

  private multiple(atom: NodeId, coefficient: number): NodeId {
    return coefficient === 1 ? atom : this.join('mul', atom, this.int(coefficient));
  }

  private join(op: ArithmeticOp, left: NodeId | null, right: NodeId): NodeId {
    return left === null ? right : this.add({ kind: 'arithmetic', op, left, right });
  }
}

/** A text that is equal for equal bound masks of one launch. */
export function boundMaskKey(bound: BoundMask): string {
  return `${bound.root};${bound.nodes.map(boundNodeKey).join(';')}`;
}

function boundNodeKey(node: BoundNode): string {
  if (node.kind === 'coordinate') return `coordinate ${node.index}`;
  return node.kind === 'in-set' ? `in-set ${node.operand} ${setKey(node.set)}` : keyOf(node);
}

/** The operands of a node, in order. */
export function boundOperands(node: BoundNode | MaskNode): readonly NodeId[] {
  if (node.kind === 'coordinate') return [];
  return node.kind === 'in-set' ? [node.operand] : operandsOf(node);
}

/** The node with its operands moved. */
export function withBoundOperands(node: BoundNode, move: (operand: NodeId) => NodeId): BoundNode {
  if (node.kind === 'coordinate') return node;
  if (node.kind === 'in-set') return { ...node, operand: move(node.operand) };
  return withOperands(node, operandsOf(node).map(move)) as BoundNode;
}

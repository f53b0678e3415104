import { nodeType, operandsOf, withOperands } from './nodes.ts';
import type { ArithmeticOp, CompareOp, MaskNode, MaskProgram, NodeId, NodeType } from './nodes.ts';
import { foldNode } from './fold.ts';

/**
 * Builds mask programs. Equal nodes get equal ids, and local identities are folded as nodes are added (./fold.ts), so a
 * rewriting is: walk the old nodes in order, `add` each over the mapped operands.
 */
export class MaskBuilder {
  readonly nodes: MaskNode[] = [];
  private readonly ids = new Map<string, NodeId>();

  /** Adds a node after folding; returns the id of the node that stands for it. */
  add(node: MaskNode): NodeId {
    const folded = foldNode(node, this);
    return typeof folded === 'number' ? folded : this.intern(folded);
  }

  /** Adds a node exactly as it is, shared with an equal one. */
  intern(node: MaskNode): NodeId {
    const key = keyOf(node);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.nodes.length;
    this.nodes.push(node);
    this.ids.set(key, id);
    return id;
  }

  node(id: NodeId): MaskNode {
    return this.nodes[id];
  }

  typeOf(id: NodeId): NodeType {
    return nodeType(this.nodes[id]);
  }

  int(value: number): NodeId {
    return this.intern({ kind: 'int', value });
  }

  bool(value: boolean): NodeId {
    return this.intern({ kind: 'bool', value });
  }

  real(value: number): NodeId {
    return this.intern({ kind: 'real', value });
  }

  symbol(name: string): NodeId {
    return this.intern({ kind: 'symbol', name });
  }

  arithmetic(op: ArithmeticOp, left: NodeId, right: NodeId): NodeId {
    return this.add({ kind: 'arithmetic', op, left, right });
  }

  compare(op: CompareOp, left: NodeId, right: NodeId): NodeId {
    return this.add({ kind: 'compare', op, left, right });
  }

  and(...operands: readonly NodeId[]): NodeId {
    return operands.reduce((left, right) => this.add({ kind: 'and', left, right }), this.bool(true));
  }

  or(...operands: readonly NodeId[]): NodeId {
    return operands.reduce((left, right) => this.add({ kind: 'or', left, right }), this.bool(false));
  }

  not(operand: NodeId): NodeId {
    return this.add({ kind: 'not', operand });
  }

  /** low <= x < high. */
  between(low: NodeId, x: NodeId, high: NodeId): NodeId {
    return this.and(this.compare('le', low, x), this.compare('lt', x, high));
  }

  /** The program that ends in `root`, with the nodes that `root` does not need left out. */
  finish(root: NodeId): MaskProgram {
    const live = new Uint8Array(this.nodes.length);
    live[root] = 1;
    for (let id = root; id >= 0; id--) {
      if (live[id]) for (const operand of operandsOf(this.nodes[id])) live[operand] = 1;
    }
    const nodes: MaskNode[] = [];
    const moved = new Int32Array(this.nodes.length);
    this.nodes.forEach((node, id) => {
      if (!live[id]) return;
      moved[id] = nodes.length;
      nodes.push(
        withOperands(
          node,
          operandsOf(node).map((operand) => moved[operand]),
        ),
      );
    });
    return { nodes, root: moved[root] };
  }
}

/** Copies a program into `builder`, every node passed through `replace` first (return undefined to keep it). */
export function rewriteInto(
  builder: MaskBuilder,
  program: MaskProgram,
  replace: (node: MaskNode, id: NodeId) => NodeId | undefined = () => undefined,
): NodeId {
  const mapped: NodeId[] = [];
  program.nodes.forEach((node, id) => {
    const moved = withOperands(
      node,
      operandsOf(node).map((operand) => mapped[operand]),
    );
    mapped.push(replace(moved, id) ?? builder.add(moved));
  });
  return mapped[program.root];
}

/** A text that is equal for equal nodes only. Fields are listed by hand: this is the hot path of every rewriting. */
export function keyOf(node: MaskNode): string {
  switch (node.kind) {
    case 'query':
    case 'key':
    case 'head':
    case 'batch':
    case 'score':
      return node.kind;
    case 'int':
    case 'bool':
      return `${node.kind} ${node.value}`;
    case 'real':
      return Object.is(node.value, -0) ? 'real -0' : `real ${node.value}`;
    case 'symbol':
      return `symbol ${node.name}`;
    case 'arithmetic':
    case 'compare':
    case 'real-binary':
      return `${node.kind} ${node.op} ${node.left} ${node.right}`;
    case 'real-unary':
      return `${node.kind} ${node.op} ${node.operand}`;
    case 'round':
      return `round ${node.mode} ${node.operand}`;
    case 'lookup':
    case 'bit':
    case 'real-lookup':
      return `${node.kind} ${node.indices.join(',')} ${node.array}`;
    case 'member':
      return `member ${node.row} ${node.value} ${node.array}`;
    default:
      return `${node.kind} ${operandsOf(node).join(' ')}`;
  }
}

import { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import { operandsOf, withOperands } from '../../../runtime/mask/program/nodes.ts';
import type { CompareOp, MaskNode, MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';
import type { RangeContext } from '../../ir/find-ranges.ts';
import { isExact } from '../../ir/interval.ts';
import { renumberingOf } from '../../ir/renumbering.ts';
import { KnownValues } from './known-values.ts';
import { simplifyComparison } from './simplify-comparison.ts';
import { simplifyConnective } from './simplify-connective.ts';
import { canonical, simplifyAbsolute, simplifyArithmetic } from './simplify-integer.ts';
import type { Workspace } from './workspace.ts';

export interface Simplified {
  readonly program: MaskProgram;
  /** For every node of the old program that the root needs: what it became (a constant, or an id of the new program). */
  readonly mapped: ReadonlyMap<NodeId, boolean | NodeId | null>;
}

/** An equal program in canonical form, for leaves within `context`. */
export function simplifyProgram(
  program: MaskProgram,
  context: RangeContext,
  hasDefaultOffset: boolean,
): Simplified {
  const done = new Simplification(program, context, hasDefaultOffset);
  const finished = done.work.builder.finish(done.positive(program.root));
  return { program: finished, mapped: done.mapping(finished) };
}

/** What every node of a program is equal to, in canonical form; each is worked out when it is first asked for. */
export class Simplification {
  readonly work: Workspace;
  /** By sign: negations are pushed down to the comparisons and reads. */
  private readonly memo: [Map<NodeId, NodeId>, Map<NodeId, NodeId>] = [new Map(), new Map()];

  constructor(
    private readonly old: MaskProgram,
    context: RangeContext,
    hasDefaultOffset: boolean,
  ) {
    const builder = new MaskBuilder();
    this.work = { builder, known: new KnownValues(builder, context, hasDefaultOffset) };
  }

  /** The canonical node of a node of the program, in the builder of {@link work}. */
  positive(id: NodeId): NodeId {
    return this.visit(id, false);
  }

  mapping(finished: MaskProgram): Map<NodeId, boolean | NodeId | null> {
    const { builder } = this.work;
    const renumbered = renumberingOf(builder, finished);
    const mapped = new Map<NodeId, boolean | NodeId | null>();
    for (const [id, now] of this.memo[0]) {
      const node = builder.node(now);
      mapped.set(id, node.kind === 'bool' ? node.value : renumbered[now]);
    }
    return mapped;
  }

  private visit(id: NodeId, negated: boolean): NodeId {
    const memo = this.memo[negated ? 1 : 0];
    const known = memo.get(id);
    if (known !== undefined) return known;
    const node = this.old.nodes[id];
    const done = this.decided(this.rebuild(node, negated));
    memo.set(id, done);
    return done;
  }

  private rebuild(node: MaskNode, negated: boolean): NodeId {
    const { work } = this;
    const { builder } = work;
    switch (node.kind) {
      case 'and':
      case 'or': {
        const kind = (node.kind === 'and') === negated ? 'or' : 'and';
        return simplifyConnective(
          work,
          kind,
          this.chainOf(node).map((operand) => this.visit(operand, negated)),
        );
      }
      case 'not':
        return this.visit(node.operand, !negated);
      case 'bool':
        return builder.bool(node.value !== negated);
      case 'compare': {
        const [left, right] = [this.positive(node.left), this.positive(node.right)];
        if (negated && builder.typeOf(left) !== 'real')
          return this.joined(this.compareNegated(node.op, left, right));
        const positive = simplifyComparison(work, node.op, left, right);
        return negated ? builder.not(positive) : this.joined(positive);
      }
      case 'arithmetic':
        return simplifyArithmetic(work, node.op, this.positive(node.left), this.positive(node.right));
      case 'neg':
        return canonical(work, builder.add({ kind: 'neg', operand: this.positive(node.operand) }));
      case 'abs':
        return simplifyAbsolute(work, this.positive(node.operand));
      default: {
        const moved = builder.add(
          withOperands(
            node,
            operandsOf(node).map((operand) => this.positive(operand)),
          ),
        );
        return negated ? builder.not(moved) : moved;
      }
    }
  }

  /** A comparison may have been opened into several. */
  private joined(id: NodeId): NodeId {
    const { kind } = this.work.builder.node(id);
    return kind === 'and' || kind === 'or' ? simplifyConnective(this.work, kind, [id]) : id;
  }

  private compareNegated(op: CompareOp, left: NodeId, right: NodeId): NodeId {
    switch (op) {
      case 'lt':
        return simplifyComparison(this.work, 'le', right, left);
      case 'le':
        return simplifyComparison(this.work, 'lt', right, left);
      case 'eq':
        return simplifyComparison(this.work, 'ne', left, right);
      case 'ne':
        return simplifyComparison(this.work, 'eq', left, right);
    }
  }

  /** The operands of a chain of one connective, without recursion: tables make chains of thousands. */
  private chainOf(root: MaskNode & { kind: 'and' | 'or' }): NodeId[] {
    const operands: NodeId[] = [];
    const pending = [root.right, root.left];
    while (pending.length > 0) {
      const id = pending.pop()!;
      const node = this.old.nodes[id];
      if (node.kind === root.kind) pending.push(node.right, node.left);
      else operands.push(id);
    }
    return operands;
  }

  /** A node whose range is one value is that value. */
  private decided(id: NodeId): NodeId {
    const { builder, known } = this.work;
    const type = builder.typeOf(id);
    const range = known.range(id);
    if (type === 'real' || !isExact(range) || !Number.isSafeInteger(range.low)) return id;
    return type === 'bool' ? builder.bool(range.low === 1) : builder.int(range.low);
  }
}

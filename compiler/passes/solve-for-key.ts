import { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import { operandsOf } from '../../runtime/mask/program/nodes.ts';
import type { NodeId } from '../../runtime/mask/program/nodes.ts';
import { rangeOfProgram } from '../ir/find-ranges.ts';
import type { RangeContext } from '../ir/find-ranges.ts';
import type { Interval } from '../ir/interval.ts';

/** Bounds as nodes of a builder: key >= every `low`, key < every `high`. */
export interface Bounds {
  readonly low: readonly NodeId[];
  readonly high: readonly NodeId[];
}

/** One range of keys, low <= key < high. */
export interface Range {
  readonly low: NodeId;
  readonly high: NodeId;
}

/** Solves booleans over query and key for the key; what it makes of them stands in its builder. */
export class KeySolver {
  readonly builder = new MaskBuilder();
  private readonly keyed = new Map<NodeId, boolean>();
  private readonly queried = new Map<NodeId, boolean>();

  constructor(private readonly context: RangeContext) {}

  /** Bounds of a boolean node, null where the node is not one range of keys. */
  solve(id: NodeId): Bounds | null {
    const { builder } = this;
    const node = builder.node(id);
    if (!this.readsKey(id)) return this.readsPosition(id) ? null : this.guard(id);
    switch (node.kind) {
      case 'and':
        return both(this.solve(node.left), this.solve(node.right));
      case 'or':
        return this.choose(node.left, node.right);
      case 'compare':
        switch (node.op) {
          case 'lt':
            return this.less(node.left, node.right);
          case 'le':
            return this.less(node.left, this.plus(node.right, 1));
          case 'eq':
            return both(
              this.less(node.left, this.plus(node.right, 1)),
              this.less(node.right, this.plus(node.left, 1)),
            );
          case 'ne':
            return null;
        }
        break;
      case 'not':
        return this.solveNot(node.operand);
      default:
        return null;
    }
    return null;
  }

  private solveNot(id: NodeId): Bounds | null {
    const node = this.builder.node(id);
    if (node.kind !== 'compare') return null;
    if (node.op === 'lt') return this.less(node.right, this.plus(node.left, 1));
    if (node.op === 'le') return this.less(node.right, node.left);
    return null;
  }

  /** left < right, with `key` on one side or, as `a + key < b - key`, nowhere that can be solved. */
  private less(left: NodeId, right: NodeId): Bounds | null {
    if (!this.readsKey(right)) return this.below(left, right);
    if (!this.readsKey(left)) return this.atLeast(right, this.plus(left, 1));
    return null;
  }

  /** value < limit, `limit` free of key. */
  private below(value: NodeId, limit: NodeId): Bounds | null {
    const { builder } = this;
    const node = builder.node(value);
    switch (node.kind) {
      case 'key':
        return { low: [], high: [limit] };
      case 'neg':
        return this.atLeast(node.operand, this.plus(builder.add({ kind: 'neg', operand: limit }), 1));
      case 'abs':
        return both(
          this.below(node.operand, limit),
          this.atLeast(node.operand, this.plus(builder.add({ kind: 'neg', operand: limit }), 1)),
        );
      case 'arithmetic':
        break;
      default:
        return null;
    }
    const { op, left, right } = node;
    const keyLeft = this.readsKey(left);
    if (keyLeft && this.readsKey(right)) {
      return op === 'max' ? both(this.below(left, limit), this.below(right, limit)) : null;
    }
    const [inner, rest] = keyLeft ? [left, right] : [right, left];
    switch (op) {
      case 'add':
        return this.below(inner, builder.arithmetic('sub', limit, rest));
      case 'sub':
        return keyLeft
          ? this.below(inner, builder.arithmetic('add', limit, rest))
          : this.atLeast(inner, this.plus(builder.arithmetic('sub', rest, limit), 1));
      case 'div':
        return keyLeft ? this.below(inner, builder.arithmetic('mul', limit, rest)) : null;
      case 'mul':
        return this.positive(rest) ? this.below(inner, this.ceilDiv(limit, rest)) : null;
      default:
        return null;
    }
  }

  /** value >= limit, `limit` free of key. */
  private atLeast(value: NodeId, limit: NodeId): Bounds | null {
    const { builder } = this;
    const node = builder.node(value);
    if (node.kind === 'key') return { low: [limit], high: [] };
    if (node.kind === 'neg') {
      return this.below(node.operand, this.plus(builder.add({ kind: 'neg', operand: limit }), 1));
    }
    if (node.kind !== 'arithmetic') return null;
    const { op, left, right } = node;
    const keyLeft = this.readsKey(left);
    if (keyLeft && this.readsKey(right)) {
      return op === 'min' ? both(this.atLeast(left, limit), this.atLeast(right, limit)) : null;
    }
    const [inner, rest] = keyLeft ? [left, right] : [right, left];
    switch (op) {
      case 'add':
        return this.atLeast(inner, builder.arithmetic('sub', limit, rest));
      case 'sub':
        return keyLeft
          ? this.atLeast(inner, builder.arithmetic('add', limit, rest))
          : this.below(inner, this.plus(builder.arithmetic('sub', rest, limit), 1));
      case 'div':
        return keyLeft ? this.atLeast(inner, builder.arithmetic('mul', limit, rest)) : null;
      case 'mul':
        return this.positive(rest) ? this.atLeast(inner, this.ceilDiv(limit, rest)) : null;
      default:
        return null;
    }
  }

  /** A condition on head, batch and scalars: false means that no key is live. */
  private guard(condition: NodeId): Bounds {
    const { builder } = this;
    const node = builder.node(condition);
    if (node.kind === 'bool' && node.value) return { low: [], high: [] };
    const high = builder.add({ kind: 'select', condition, then: builder.symbol('nk'), else: builder.int(0) });
    return { low: [], high: [high] };
  }

  /**
   * A disjunction that reads neither query nor key on one side, `c or A`, or that chooses by such a condition,
   * `(c and A) or (not c and B)`: one range or the other.
   */
  private choose(left: NodeId, right: NodeId): Bounds | null {
    const { builder } = this;
    const everything = { low: builder.int(0), high: builder.symbol('nk') };
    if (!this.readsPosition(left)) return this.pick(left, everything, this.rangeOrNull(right));
    if (!this.readsPosition(right)) return this.pick(right, everything, this.rangeOrNull(left));
    for (const condition of this.conjuncts(left)) {
      if (this.readsPosition(condition)) continue;
      const opposite = this.conjuncts(right).find((other) => this.areOpposite(condition, other));
      if (opposite === undefined) continue;
      const then = this.rangeOrNull(this.without(left, condition));
      return this.pick(condition, then, this.rangeOrNull(this.without(right, opposite)));
    }
    return this.unite(this.solve(left), this.solve(right));
  }

  /** The union of two ranges that both start at the first key, or both end at the last. */
  private unite(left: Bounds | null, right: Bounds | null): Bounds | null {
    if (left === null || right === null) return null;
    const { builder } = this;
    const [a, b] = [this.range(left), this.range(right)];
    if (left.low.length + right.low.length === 0) {
      return { low: [], high: [builder.arithmetic('max', a.high, b.high)] };
    }
    if (left.high.length + right.high.length === 0) {
      return { low: [builder.arithmetic('min', a.low, b.low)], high: [] };
    }
    return null;
  }

  private rangeOrNull(id: NodeId): Range | null {
    const bounds = this.solve(id);
    return bounds === null ? null : this.range(bounds);
  }

  private pick(condition: NodeId, then: Range | null, otherwise: Range | null): Bounds | null {
    if (then === null || otherwise === null) return null;
    const select = (a: NodeId, b: NodeId): NodeId =>
      this.builder.add({ kind: 'select', condition, then: a, else: b });
    return { low: [select(then.low, otherwise.low)], high: [select(then.high, otherwise.high)] };
  }

  /** Exactly one of the two holds: a negation, or `x <= 3` and `4 <= x`. */
  private areOpposite(a: NodeId, b: NodeId): boolean {
    if (this.builder.not(a) === b) return true;
    const [first, second] = [this.limitOf(a), this.limitOf(b)];
    if (first === null || second === null || first.value !== second.value) return false;
    if (first.side === second.side) return false;
    return first.side === 'most' ? first.limit + 1 === second.limit : second.limit + 1 === first.limit;
  }

  /** `value <= limit` or `limit <= value`, for a comparison with a constant. */
  private limitOf(id: NodeId): { value: NodeId; side: 'most' | 'least'; limit: number } | null {
    const node = this.builder.node(id);
    if (node.kind !== 'compare' || (node.op !== 'le' && node.op !== 'lt')) return null;
    const strict = node.op === 'lt' ? 1 : 0;
    const left = this.builder.node(node.left);
    const right = this.builder.node(node.right);
    if (right.kind === 'int') return { value: node.left, side: 'most', limit: right.value - strict };
    if (left.kind === 'int') return { value: node.right, side: 'least', limit: left.value + strict };
    return null;
  }

  /** One range in 0 .. nk out of all bounds. */
  range(bounds: Bounds): Range {
    const { builder } = this;
    const most = (a: NodeId, b: NodeId): NodeId => builder.arithmetic('max', a, b);
    const bound = bounds.low.length === 0 ? builder.int(0) : bounds.low.reduce(most);
    return {
      low: this.rangeOf(bound).low >= 0 ? bound : most(bound, builder.int(0)),
      high: bounds.high.reduce((a, b) => builder.arithmetic('min', a, b), builder.symbol('nk')),
    };
  }

  private conjuncts(id: NodeId): NodeId[] {
    const node = this.builder.node(id);
    return node.kind === 'and' ? [...this.conjuncts(node.left), ...this.conjuncts(node.right)] : [id];
  }

  private without(id: NodeId, conjunct: NodeId): NodeId {
    return this.builder.and(...this.conjuncts(id).filter((other) => other !== conjunct));
  }

  private plus(id: NodeId, value: number): NodeId {
    return this.builder.arithmetic('add', id, this.builder.int(value));
  }

  private ceilDiv(dividend: NodeId, divisor: NodeId): NodeId {
    const { builder } = this;
    const raised = builder.arithmetic('add', dividend, this.plus(divisor, -1));
    return builder.arithmetic('div', raised, divisor);
  }

  private positive(id: NodeId): boolean {
    return this.rangeOf(id).low > 0;
  }

  private rangeOf(id: NodeId): Interval {
    return rangeOfProgram(this.builder.finish(id), this.context);
  }

  readsKey(id: NodeId): boolean {
    return this.reads(id, 'key', this.keyed);
  }

  readsQuery(id: NodeId): boolean {
    return this.reads(id, 'query', this.queried);
  }

  private readsPosition(id: NodeId): boolean {
    return this.readsKey(id) || this.readsQuery(id);
  }

  private reads(id: NodeId, kind: 'key' | 'query', known: Map<NodeId, boolean>): boolean {
    let reads = known.get(id);
    if (reads === undefined) {
      const node = this.builder.node(id);
      reads = node.kind === kind || operandsOf(node).some((operand) => this.reads(operand, kind, known));
      known.set(id, reads);
    }
    return reads;
  }
}

function both(left: Bounds | null, right: Bounds | null): Bounds | null {
  if (left === null || right === null) return null;
  return { low: [...left.low, ...right.low], high: [...left.high, ...right.high] };
}

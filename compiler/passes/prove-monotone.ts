import type { MaskNode, NodeId } from '../../runtime/mask/program/nodes.ts';
import type { MaskFacts } from '../ir/mask-facts.ts';

/** How a value moves as `query` grows with everything else fixed. */
type Trend = 'constant' | 'up' | 'down' | 'unknown';

/** True where the integer `id` is proved, by structure, never to fall as `query` grows. */
export function isNonDecreasing(nodes: readonly MaskNode[], id: NodeId, facts: MaskFacts): boolean {
  const trends = new Map<NodeId, Trend>();
  const trend = (node: NodeId): Trend => {
    const known = trends.get(node);
    if (known !== undefined) return known;
    const found = facts.perHead(node) ? 'constant' : trendOf(nodes[node], trend, facts);
    trends.set(node, found);
    return found;
  };
  const found = trend(id);
  return found === 'up' || found === 'constant';
}

function trendOf(node: MaskNode, trend: (id: NodeId) => Trend, facts: MaskFacts): Trend {
  switch (node.kind) {
    case 'query':
      return 'up';
    case 'neg':
      return opposite(trend(node.operand));
    case 'select':
      return facts.perHead(node.condition) ? together(trend(node.then), trend(node.else)) : 'unknown';
    case 'arithmetic':
      break;
    default:
      return 'unknown';
  }
  const left = trend(node.left);
  const right = trend(node.right);
  switch (node.op) {
    case 'add':
    case 'min':
    case 'max':
      return together(left, right);
    case 'sub':
      return together(left, opposite(right));
    case 'mul':
      if (right === 'constant' && facts.nonNegative(node.right)) return left;
      if (left === 'constant' && facts.nonNegative(node.left)) return right;
      return 'unknown';
    case 'div':
    case 'shl':
    case 'shr':
      return right === 'constant' ? left : 'unknown';
    case 'mod':
      return 'unknown';
  }
}

function opposite(trend: Trend): Trend {
  if (trend === 'up') return 'down';
  return trend === 'down' ? 'up' : trend;
}

function together(left: Trend, right: Trend): Trend {
  if (left === right || right === 'constant') return left;
  return left === 'constant' ? right : 'unknown';
}

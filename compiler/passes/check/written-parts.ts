import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Attend, Graph } from '../../ir/graph.ts';
import { nodeType, operandsOf } from '../../../runtime/mask/program/nodes.ts';
import type { NodeId } from '../../../runtime/mask/program/nodes.ts';

/** A set or condition as it was written: the nodes that stand for the whole of it, one for each time it was used. */
export interface WrittenPart {
  readonly span: Span;
  readonly nodes: readonly NodeId[];
}

/**
 * The boolean parts of a mask that were written in the declaration of the graph itself. Parts of patterns that it calls
 * are left out: what is constant there follows from the arguments of this call.
 */
export function writtenParts(attend: Attend, graph: Graph): WrittenPart[] {
  const { mask, spans } = attend;
  const inner = new Set<NodeId>();
  mask.nodes.forEach((node, id) => {
    const around = spans.get(id);
    if (!around) return;
    for (const operand of operandsOf(node)) if (sameSpan(spans.get(operand), around)) inner.add(operand);
  });
  const parts = new Map<string, { span: Span; nodes: NodeId[] }>();
  for (const [id, span] of spans) {
    if (inner.has(id) || nodeType(mask.nodes[id]) !== 'bool' || !isWithin(span, graph.span)) continue;
    const key = `${span.start}:${span.end}`;
    const part = parts.get(key) ?? { span, nodes: [] };
    part.nodes.push(id);
    parts.set(key, part);
  }
  return [...parts.values()].sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
}

export function isWithin(span: Span, outer: Span): boolean {
  return span.file === outer.file && outer.start <= span.start && span.end <= outer.end;
}

function sameSpan(a: Span | undefined, b: Span): boolean {
  return a !== undefined && a.file === b.file && a.start === b.start && a.end === b.end;
}

import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Session } from '../../diagnostics/session.ts';
import type { NodeId } from '../../../runtime/mask/program/nodes.ts';
import type { Attend, Graph } from '../../ir/graph.ts';
import { implies } from '../simplify/implications.ts';
import { flatten } from '../simplify/simplify-connective.ts';
import type { Simplification } from '../simplify/simplify-program.ts';
import { writtenParts } from './written-parts.ts';

const maxParts = 24;

/** Reports parts of the outermost union whose pairs are all in another part. */
export function reportNeedlessParts(
  attend: Attend,
  graph: Graph,
  simple: Simplification,
  session: Session,
): void {
  const { mask } = attend;
  const spans = new Map<NodeId, Span>();
  for (const { span, nodes } of writtenParts(attend, graph)) for (const id of nodes) spans.set(id, span);
  const parts = flatten({ builder: { node: (id: number) => mask.nodes[id] } }, 'or', [mask.root])
    .filter((id) => spans.has(id))
    .map((id) => ({ span: spans.get(id)!, id, set: simple.positive(id) }))
    .filter(({ set }) => simple.work.builder.node(set).kind !== 'bool');
  if (parts.length > maxParts) return;
  const needless = new Set<NodeId>();
  for (const part of [...parts].reverse()) {
    const around = parts.find(
      (other) => other !== part && !needless.has(other.id) && implies(simple.work, part.set, other.set),
    );
    if (!around) continue;
    needless.add(part.id);
    session.report('set-without-effect', {
      message: 'Every pair of this part of the union is already in another part.',
      span: part.span,
      label: 'adds nothing',
      secondary: [{ span: around.span, text: 'holds all of it' }],
    });
  }
}

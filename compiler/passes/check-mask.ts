import type { Span } from '../diagnostics/diagnostic.ts';
import type { Session } from '../diagnostics/session.ts';
import { isDefaultOffset, rangesOfGraph } from '../ir/find-ranges.ts';
import type { Attend, Graph } from '../ir/graph.ts';
import { wholeMask } from '../ir/whole-mask.ts';
import type { MaskProgram } from '../../runtime/mask/program/nodes.ts';
import { findValueProblems, widest } from '../ir/verify-mask.ts';
import { findEmptyRows } from './check/find-empty-rows.ts';
import { reportChange, reportScoreOverflow } from './check/report-score-values.ts';
import { reportConstantParts } from './check/report-constant-parts.ts';
import { reportNeedlessParts } from './check/report-needless-parts.ts';
import { contradicts } from './simplify/implications.ts';
import { Simplification } from './simplify/simplify-program.ts';

/**
 * Reports masks that cannot be meant: values that leave 32 bits and masks without a pair are errors; masks that keep
 * everything, parts that are constant or already in another part, and rows without a key are warnings. The graph is
 * returned as it came. Stands before simplify-mask, which would remove what is to be reported.
 */
export function checkMask(graph: Graph, session: Session): Graph {
  reportScoreOverflow(graph, session);
  reportChange(graph, session);
  let sound = 0;
  for (const attend of graph.nodes) {
    if (reportOverflow(attend, graph, session)) continue;
    const simple = new Simplification(attend.mask, rangesOfGraph(graph), isDefaultOffset(graph.offset));
    const root = simple.work.builder.node(simple.positive(attend.mask.root));
    if (root.kind === 'bool') {
      reportConstantMask(attend, root.value, simple, session);
      continue;
    }
    reportConstantParts(attend, graph, simple, session);
    reportNeedlessParts(attend, graph, simple, session);
    if (graph.combine !== 'merge') reportEmptyRows(attend.mask, attend, graph, session);
    sound++;
  }
  // In one softmax over all attends it is enough that one of them has a key.
  if (graph.combine === 'merge' && sound === graph.nodes.length) {
    reportEmptyRows(wholeMask(graph), null, graph, session);
  }
  return graph;
}

function reportOverflow(attend: Attend, graph: Graph, session: Session): boolean {
  const found = findValueProblems(attend.mask, rangesOfGraph(graph)).filter(
    ({ kind }) => kind === 'overflow',
  );
  for (const { node, range } of found) {
    session.report('value-overflow', {
      message: `This value may reach ${widest(range)}, beyond the 32 bits of a kernel's integers.`,
      span: spanOfNode(attend, node),
      label: `${range.low} to ${range.high}`,
      notes: ['lengths go up to 16777216 (2^24), integers from -2147483648 to 2147483647'],
      help: ['give launch parameters a narrower range, or divide before multiplying'],
    });
  }
  return found.length > 0;
}

function reportConstantMask(attend: Attend, value: boolean, simple: Simplification, session: Session): void {
  const { mask } = attend;
  const span = spanOfNode(attend, mask.root);
  const isWritten = mask.nodes[mask.root].kind === 'bool';
  if (value) {
    if (isWritten) return;
    session.report('mask-always-true', {
      message: 'The mask keeps every pair at every size: attention is dense.',
      span,
      label: 'true for all 0 <= j < n',
      help: ['write `full` where dense attention is meant'],
    });
    return;
  }
  const pair = excludingPair(attend, simple);
  session.report('empty-mask', {
    message: 'The mask is empty: no query attends to any key, whatever the sizes are.',
    span: pair?.second ?? span,
    label: pair ? 'is in this' : 'keeps no pair',
    secondary: pair ? [{ span: pair.first, text: 'no pair of this' }] : [],
  });
}

/** Two written parts of the outermost intersection that exclude each other. */
function excludingPair(attend: Attend, simple: Simplification): { first: Span; second: Span } | null {
  const parts = partsOfIntersection(attend);
  for (const [at, second] of parts.entries()) {
    for (const first of parts.slice(0, at)) {
      const exclude = contradicts(simple.work, simple.positive(first.id), simple.positive(second.id));
      if (exclude) return { first: first.span, second: second.span };
    }
  }
  return null;
}

/** The outermost nodes of the intersection at the root that were written in places of their own. */
function partsOfIntersection({ mask, spans }: Attend): { id: number; span: Span }[] {
  const parts: { id: number; span: Span }[] = [];
  const visit = (id: number, around: Span | undefined): void => {
    const node = mask.nodes[id];
    const span = spans.get(id);
    if (span && (span.start !== around?.start || span.end !== around.end)) parts.push({ id, span });
    if (node.kind !== 'and') return;
    visit(node.left, span ?? around);
    visit(node.right, span ?? around);
  };
  visit(mask.root, spans.get(mask.root));
  return parts;
}

/** `attend` is whose rows these are: null for those of the whole graph. */
function reportEmptyRows(mask: MaskProgram, attend: Attend | null, graph: Graph, session: Session): void {
  const found = findEmptyRows(mask, graph);
  if (!found) return;
  const { size, count, row, head } = found;
  const where = mask.nodes.some((node) => node.kind === 'head') ? ` in head ${head}` : '';
  const rows = count === 1 ? 'one query attends' : `${count} of ${size} queries attend`;
  const whose = attend === null || attend.name === '' ? '' : ` in "${attend.name}"`;
  session.report('empty-rows', {
    message: `At n = ${size}, ${rows} to no key${where}${whose}, the first at i = ${row}.`,
    span: attend === null ? graph.nodes[0].span : spanOfNode(attend, mask.root),
    label: attend === null ? `neither here nor in the others for i = ${row}` : `keeps no key for i = ${row}`,
    notes: [
      graph.combine === 'concat'
        ? 'the part of its output that belongs to this attend is 0'
        : 'the output of such a row is 0 and its lse is minus infinity',
    ],
  });
}

/** Where a node came from; the span of the nearest later node, which is around it or beside it, where it has none. */
function spanOfNode(attend: Attend, id: number): Span {
  for (let at = id; at < attend.mask.nodes.length; at++) {
    const span = attend.spans.get(at);
    if (span) return span;
  }
  return attend.span;
}

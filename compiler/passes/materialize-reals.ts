import type { DerivedDeclaration } from '../../runtime/declarations.ts';
import { MaskBuilder, rewriteInto } from '../../runtime/mask/program/builder.ts';
import { nodeType, operandsOf, withOperands } from '../../runtime/mask/program/nodes.ts';
import type { MaskNode, MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Session } from '../diagnostics/session.ts';
import type { Attend, Graph } from '../ir/graph.ts';
import { renumberingOf } from '../ir/renumbering.ts';

const indexKinds = ['query', 'key', 'head', 'batch'] as const;
type IndexKind = (typeof indexKinds)[number];

const indexNames: Record<IndexKind, string> = { query: 'i', key: 'j', head: 'head', batch: 'batch' };

/**
 * Takes reals out of masks: each outermost `round` becomes a scalar that the host derives at launch, or, where it reads
 * one index, a table over that index and a lookup. A comparison of reals becomes a derived 0 or 1 in the same way.
 * A table over the query has a row for each query row: it is computed at position row + offset and read at i - offset,
 * since positions may be negative. The offset itself stays as it is: only the host evaluates it.
 */
export function materializeReals(graph: Graph, session: Session): Graph {
  const derived = [...graph.derived];
  const names = new Set([...graph.inputs, ...graph.launch, ...graph.derived].map(({ name }) => name));
  const declare = (declaration: Unnamed): string => {
    const content = JSON.stringify({ ...declaration, text: undefined });
    const same = derived.find(
      (other) => JSON.stringify({ ...other, name: undefined, text: undefined }) === content,
    );
    if (same) return same.name;
    let number = 1;
    while (names.has(`rounded_${number}`)) number++;
    const name = `rounded_${number}`;
    names.add(name);
    derived.push({ ...declaration, name });
    return name;
  };
  const nodes = graph.nodes.map((node) => materializeAttend(node, graph, declare, session));
  return { ...graph, nodes, derived };
}

type Unnamed =
  | Omit<DerivedDeclaration & { kind: 'scalar' }, 'name'>
  | Omit<DerivedDeclaration & { kind: 'table' }, 'name'>;

interface Spanned {
  readonly program: MaskProgram;
  readonly spans: ReadonlyMap<NodeId, Span>;
}

/** The mask of an attend, and what of its score is rounded. */
function materializeAttend(
  attend: Attend,
  graph: Graph,
  declare: (declaration: Unnamed) => string,
  session: Session,
): Attend {
  const { score, scoreSpans = new Map<NodeId, Span>() } = attend;
  const materialize = (written: Spanned): Spanned =>
    materializeProgram(written, attend.span, graph, declare, session);
  const mask = materialize({ program: attend.mask, spans: attend.spans });
  const change = score.change && materialize({ program: score.change, spans: scoreSpans });
  if (mask.program === attend.mask && change?.program === score.change) return attend;
  return {
    ...{ ...attend, mask: mask.program, spans: mask.spans },
    ...(change && { score: { ...score, change: change.program }, scoreSpans: change.spans }),
  };
}

function materializeProgram(
  written: Spanned,
  around: Span,
  graph: Graph,
  declare: (declaration: Unnamed) => string,
  session: Session,
): Spanned {
  const { program: mask, spans } = written;
  const isScore = nodeType(mask.nodes[mask.root]) === 'real';
  const rounds = outermostReals(mask, isScore);
  if (rounds.size === 0) return written;
  const builder = new MaskBuilder();
  const mapped: NodeId[] = [];
  mask.nodes.forEach((node, id) => {
    // Real nodes, and what only they use, are left behind; a placeholder keeps the numbering.
    if (rounds.has(id)) mapped.push(materialize(id));
    else if (
      operandsOf(node).some((operand) => mapped[operand] < 0) ||
      (nodeType(node) === 'real' && !isScore)
    )
      mapped.push(-1);
    else
      mapped.push(
        builder.add(
          withOperands(
            node,
            operandsOf(node).map((operand) => mapped[operand]),
          ),
        ),
      );
  });
  const program = builder.finish(mapped[mask.root]);
  return { program, spans: moveSpans(spans, mapped, renumberingOf(builder, program)) };

  function materialize(id: NodeId): NodeId {
    const below = kindsBelow(mask, id);
    const indices = indexKinds.filter((kind) => below.has(kind));
    if (below.has('score')) {
      reportRoundedScore(spanNear(written, id, around), session);
      return builder.int(0);
    }
    if (indices.length > 1) {
      reportTwoIndices(indices, spanNear(written, id, around), session);
      return nodeType(mask.nodes[id]) === 'bool' ? builder.bool(false) : builder.int(0);
    }
    const value = indices.length === 0 ? scalarOf(id) : tableOf(id, indices[0]);
    return nodeType(mask.nodes[id]) === 'bool' ? builder.compare('eq', value, builder.int(1)) : value;
  }

  /** What was written where the value comes from. */
  function textOf(id: NodeId): { readonly text?: string } {
    const span = spans.get(id);
    const text = span === undefined ? null : session.textOf(span);
    return text === null ? {} : { text };
  }

  function scalarOf(id: NodeId): NodeId {
    const program = hostProgram(mask, id, false);
    return builder.symbol(declare({ kind: 'scalar', ...textOf(id), type: 'int', program }));
  }

  function tableOf(id: NodeId, over: IndexKind): NodeId {
    const program = hostProgram(mask, id, over === 'query');
    const array = declare({
      kind: 'table',
      ...textOf(id),
      type: 'int',
      over,
      size: sizeOver(over, graph),
      program,
    });
    const index = builder.intern({ kind: over });
    const row = over === 'query' ? builder.arithmetic('sub', index, builder.symbol('offset')) : index;
    return builder.add({ kind: 'lookup', array, indices: [row] });
  }
}

/**
 * The nodes that bring reals to integers or booleans and stand in no real themselves; in a score, whose kernels compute
 * reals, those that round and stand in nothing that is rounded.
 */
function outermostReals({ nodes, root }: MaskProgram, isScore: boolean): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  const pending = [root];
  const seen = new Set<NodeId>();
  while (pending.length > 0) {
    const id = pending.pop()!;
    if (seen.has(id)) continue;
    seen.add(id);
    const operands = operandsOf(nodes[id]);
    const isTaken = isScore
      ? nodes[id].kind === 'round'
      : operands.some((operand) => nodeType(nodes[operand]) === 'real');
    if (isTaken) found.add(id);
    else pending.push(...operands);
  }
  return found;
}

function kindsBelow({ nodes }: MaskProgram, root: NodeId): ReadonlySet<MaskNode['kind']> {
  const seen = new Set<NodeId>([root]);
  for (const id of seen) for (const operand of operandsOf(nodes[id])) seen.add(operand);
  return new Set([...seen].map((id) => nodes[id].kind));
}

/** The program of a derived value; a boolean becomes 0 or 1, and over rows the query is row + offset. */
function hostProgram(mask: MaskProgram, root: NodeId, overRows: boolean): MaskProgram {
  const builder = new MaskBuilder();
  const value = rewriteInto(builder, { nodes: mask.nodes.slice(0, root + 1), root }, (node) => {
    if (!overRows || node.kind !== 'query') return undefined;
    return builder.arithmetic('add', builder.intern({ kind: 'query' }), builder.symbol('offset'));
  });
  if (builder.typeOf(value) !== 'bool') return builder.finish(value);
  return builder.finish(
    builder.add({ kind: 'select', condition: value, then: builder.int(1), else: builder.int(0) }),
  );
}

function sizeOver(over: IndexKind, graph: Graph): MaskProgram {
  const builder = new MaskBuilder();
  switch (over) {
    case 'query':
      return builder.finish(builder.symbol('nq'));
    case 'key':
      return builder.finish(builder.symbol('nk'));
    case 'head':
      return builder.finish(builder.int(graph.heads));
    case 'batch':
      return builder.finish(builder.symbol('batch'));
  }
}

function reportTwoIndices(indices: readonly IndexKind[], span: Span, session: Session): void {
  const listed = indices.map((index) => indexNames[index]).join(' and ');
  session.report('real-depends-on-two-indices', {
    message: `This real value depends on ${listed}; a real may depend on one of i, j, head and batch.`,
    span,
    label: `reads ${listed}`,
    notes: [
      'reals are computed by the host in float64, once for each value of the index, and reach kernels as integers',
    ],
    help: [
      'take the part that depends on one index into a `floor(…)` of its own, or compute in integers with `div`',
    ],
  });
}

function reportRoundedScore(span: Span, session: Session): void {
  session.report('rounded-score', {
    message: 'This integer depends on `s`, which kernels compute in f32.',
    span,
    label: 'rounds the score',
    help: ['`if s < x then … else …` compares scores'],
  });
}

/** The span of a node, or of the next later node that has one and is therefore around it or near it. */
function spanNear({ program, spans }: Spanned, id: NodeId, around: Span): Span {
  for (let at = id; at < program.nodes.length; at++) {
    const span = spans.get(at);
    if (span) return span;
  }
  return around;
}

function moveSpans(
  spans: ReadonlyMap<NodeId, Span>,
  mapped: readonly NodeId[],
  renumbered: readonly (NodeId | null)[],
): ReadonlyMap<NodeId, Span> {
  const moved = new Map<NodeId, Span>();
  for (const [id, span] of spans) {
    const now = mapped[id] >= 0 ? renumbered[mapped[id]] : null;
    if (now !== null && !moved.has(now)) moved.set(now, span);
  }
  return moved;
}

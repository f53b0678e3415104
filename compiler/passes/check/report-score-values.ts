import type { Session } from '../../diagnostics/session.ts';
import { rangesOfGraph } from '../../ir/find-ranges.ts';
import type { Attend, Graph } from '../../ir/graph.ts';
import { findValueProblems, widest } from '../../ir/verify-mask.ts';

/** Indices of biases are computed by kernels as well. */
export function reportScoreOverflow(graph: Graph, session: Session): void {
  const { biases, denominatorScale } = graph.nodes[0].score;
  const { file, start } = graph.span;
  for (const { array, indices } of denominatorScale === null ? biases : [...biases, denominatorScale]) {
    const found = indices
      .flatMap((index) => findValueProblems(index, rangesOfGraph(graph)))
      .find(({ kind }) => kind === 'overflow');
    if (found === undefined) continue;
    session.report('value-overflow', {
      message: `An index of the bias "${array}" may reach ${widest(found.range)}, beyond the 32 bits of a kernel's integers.`,
      span: { file, start, end: start + 'attention'.length },
      label: `${found.range.low} to ${found.range.high} in its score`,
      notes: ['lengths go up to 16777216 (2^24), integers from -2147483648 to 2147483647'],
      help: ['divide before multiplying'],
    });
  }
}

/** The largest number of f32. */
const maxReal = (2 - 2 ** -23) * 2 ** 127;

/** What the field `score` computes has to fit: its integers in 32 bits, its reals in f32. All attends share it. */
export function reportChange(graph: Graph, session: Session): void {
  const [attend] = graph.nodes;
  const { change } = attend.score;
  if (change === undefined) return;
  for (const { kind, node, range } of findValueProblems(change, rangesOfGraph(graph))) {
    if (kind !== 'overflow') continue;
    session.report('value-overflow', {
      message: `This value may reach ${widest(range)}, beyond the 32 bits of a kernel's integers.`,
      span: spanNear(attend, node),
      label: `${range.low} to ${range.high}`,
      notes: ['lengths go up to 16777216 (2^24), integers from -2147483648 to 2147483647'],
      help: ['`1.0 * x` computes in real numbers from there on'],
    });
  }
  change.nodes.forEach((node, id) => {
    if (node.kind !== 'real' || Math.abs(node.value) <= maxReal) return;
    session.report('score-too-large', {
      message: `${node.value} does not fit in f32, in which kernels compute scores.`,
      span: spanNear(attend, id),
      label: 'beyond 3.4e38',
      help: ['a pair that is not to attend belongs in the mask; a score below -7e37 weighs nothing'],
    });
  });
}

/** Where a node of the score was written, or the next one that has a place. */
function spanNear({ score, scoreSpans, span }: Attend, id: number): Attend['span'] {
  const nodes = score.change?.nodes.length ?? 0;
  for (let at = id; at < nodes; at++) {
    const found = scoreSpans?.get(at);
    if (found !== undefined) return found;
  }
  return span;
}

import type { Graph } from '../../ir/graph.ts';
import { rangesOfGraph } from '../../ir/find-ranges.ts';
import { maskFacts } from '../../ir/mask-facts.ts';
import type { KernelPlan } from '../../ir/kernel.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/nodes.ts';
import { printProgram } from '../expression/print-program.ts';
import type { ModuleNames } from './names.ts';
import { indent } from './text.ts';
import type { Block, Line } from './text.ts';

/** The mask as functions of positions: `is_live` for run tables, `row_begin` and `row_end` for row bounds. */
export function writeMask(plan: KernelPlan, graph: Graph, names: ModuleNames): Block[] {
  const { schedule } = plan;
  if (schedule.kind === 'table') {
    const spans = graph.nodes[0].spans;
    const body = writeBody(schedule.residual, graph, names, (node) => spans.get(node)?.start);
    return [
      [
        '// Whether the query at position i attends to the key at position j.',
        'fn is_live(i: i32, j: i32, head: i32, batch: i32) -> bool {',
        ...body,
        '}',
      ],
    ];
  }
  return [
    [
      '// The live keys of the query at position i are row_begin(i) <= j < row_end(i); both never fall as i grows.',
      'fn row_begin(i: i32, head: i32, batch: i32) -> i32 {',
      ...writeBody(schedule.low, graph, names, () => undefined),
      '}',
    ],
    [
      'fn row_end(i: i32, head: i32, batch: i32) -> i32 {',
      ...writeBody(schedule.high, graph, names, () => undefined),
      '}',
    ],
  ];
}

function writeBody(
  program: MaskProgram,
  graph: Graph,
  names: ModuleNames,
  spanOf: (node: NodeId) => number | undefined,
): Line[] {
  const origin = graph.nodes[0].span.start;
  const { lets, result } = printProgram(
    program,
    {
      query: 'i',
      key: 'j',
      head: 'head',
      batch: 'batch',
      symbol: names.scalar,
      reader: names.reader,
    },
    maskFacts(program.nodes, rangesOfGraph(graph)),
    names.namer.scope(),
  );
  return indent([
    ...lets.map(({ node, text }) => ({ text, origin: spanOf(node) ?? origin })),
    { text: `return ${result};`, origin: spanOf(program.root) ?? origin },
  ]);
}

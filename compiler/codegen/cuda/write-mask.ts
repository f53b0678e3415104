import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import { rangesOfGraph } from '../../ir/find-ranges.ts';
import type { Graph } from '../../ir/graph.ts';
import { maskFacts } from '../../ir/mask-facts.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/nodes.ts';
import { cudaDialect } from '../expression/cuda-dialect.ts';
import { printProgram } from '../expression/print-program.ts';
import { indent } from '../wgsl/text.ts';
import type { Block, Line } from '../wgsl/text.ts';
import type { CudaNames } from './names.ts';

/** The mask as functions of positions: `is_live` for run tables, `row_begin` and `row_end` for row bounds. */
export function writeCudaMask(plan: CudaKernelPlan, graph: Graph, names: CudaNames): Block[] {
  const { schedule } = plan;
  if (schedule.kind === 'table') {
    const spans = graph.nodes[0].spans;
    const body = writeBody(schedule.residual, graph, names, (node) => spans.get(node)?.start);
    return [
      [
        '// Whether the query at position i attends to the key at position j.',
        'SP_DEVICE bool is_live(const SpParams &p, int i, int j, int head, int batch) {',
        ...body,
        '}',
      ],
    ];
  }
  return [
    [
      '// The live keys of the query at position i are row_begin(i) <= j < row_end(i); both never fall as i grows.',
      'SP_DEVICE int row_begin(const SpParams &p, int i, int head, int batch) {',
      ...writeBody(schedule.low, graph, names, () => undefined),
      '}',
    ],
    [
      'SP_DEVICE int row_end(const SpParams &p, int i, int head, int batch) {',
      ...writeBody(schedule.high, graph, names, () => undefined),
      '}',
    ],
  ];
}

function writeBody(
  program: MaskProgram,
  graph: Graph,
  names: CudaNames,
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
      readerArguments: ['p'],
    },
    maskFacts(program.nodes, rangesOfGraph(graph)),
    names.namer.scope(),
    cudaDialect,
  );
  return indent([
    ...lets.map(({ node, text }) => ({ text, origin: spanOf(node) ?? origin })),
    { text: `return ${result};`, origin: spanOf(program.root) ?? origin },
  ]);
}

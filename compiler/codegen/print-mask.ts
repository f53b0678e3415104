import { rangesOfGraph } from '../ir/find-ranges.ts';
import type { Graph } from '../ir/graph.ts';
import { maskFacts } from '../ir/mask-facts.ts';
import type { MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import type { Namer } from './expression/namer.ts';
import type { Dialect } from './expression/operators.ts';
import { printProgram } from './expression/print-program.ts';
import type { ExpressionScope } from './expression/print-program.ts';
import { indent, returnLines } from './text.ts';
import type { Line } from './text.ts';

/** The names of a module that a mask speaks of. */
export interface MaskNames {
  readonly namer: Namer;
  readonly scalar: (symbol: string) => string;
  readonly reader: (array: string) => string;
}

/** The scope of functions with the parameters i, j, head and batch. `first` is what every reader takes before its indices. */
export function pairScope({ scalar, reader }: MaskNames, first: readonly string[] = []): ExpressionScope {
  return {
    query: 'i',
    key: 'j',
    head: 'head',
    batch: 'batch',
    symbol: scalar,
    reader,
    readerArguments: first,
  };
}

/**
 * The body of a function that returns a program of a pair. Nodes are known by their place in the text where the program
 * is the mask as it was written.
 */
export function printMaskBody(
  program: MaskProgram,
  graph: Graph,
  names: MaskNames,
  scope: ExpressionScope,
  dialect: Dialect,
): Line[] {
  const written = graph.nodes.find(({ mask }) => mask === program);
  const { start } = (written ?? graph.nodes[0]).span;
  const originOf = (node: NodeId): number => written?.spans.get(node)?.start ?? start;
  const facts = maskFacts(program.nodes, rangesOfGraph(graph));
  const { lets, result } = printProgram(program, scope, facts, names.namer.scope(), dialect);
  return indent([
    ...lets.map(({ node, text }) => ({ text, origin: originOf(node) })),
    ...returnLines(result).map((text) => ({ text, origin: originOf(program.root) })),
  ]);
}

import type { Graph } from '../../ir/graph.ts';
import { rangesOfGraph } from '../../ir/find-ranges.ts';
import { maskFacts } from '../../ir/mask-facts.ts';
import type { KeyBounds } from '../../ir/kernel.ts';
import type { NodeId } from '../../../runtime/mask/program/nodes.ts';
import type { Printed } from '../expression/operators.ts';
import { printRoots } from '../expression/print-program.ts';
import type { ExpressionScope } from '../expression/print-program.ts';
import { wgslDialect } from '../expression/wgsl-dialect.ts';
import { pairScope } from '../print-mask.ts';
import { evaluateBounds, nameLeaves } from '../key-bounds.ts';
import type { Leaf } from '../key-bounds.ts';
import type { FactsFunction, SpecialisedFunctions } from './mask-functions.ts';
import type { ModuleNames } from './names.ts';
import { indent, returnLines } from '../text.ts';
import type { Block } from '../text.ts';

/** The functions of a mask that is specialised to tiles: facts, what bounds decide, and what is left to ask of a pair. */
export function writeVariant(functions: SpecialisedFunctions, graph: Graph, names: ModuleNames): Block[] {
  const writer = new VariantWriter(functions, graph, names);
  const { queryFacts, keyFacts } = functions;
  return [
    ...(queryFacts === null ? [] : writer.facts(queryFacts, 'a query', 'i')),
    ...(keyFacts === null ? [] : writer.facts(keyFacts, 'a key', 'j')),
    ...(functions.keysOf === null ? [] : [writer.keys(functions.keysOf)]),
    ...(functions.isLive === null ? [] : [writer.open(functions.isLive)]),
  ];
}

class VariantWriter {
  private readonly scope: ExpressionScope;

  constructor(
    private readonly functions: SpecialisedFunctions,
    private readonly graph: Graph,
    private readonly names: ModuleNames,
  ) {
    this.scope = pairScope(names);
  }

  /** A structure and the function that fills it. */
  facts({ structure, compute, facts }: FactsFunction, whom: string, position: string): Block[] {
    const { lets, results } = this.print(facts.map(({ node }) => node));
    const values = facts.map(({ isBoolean }, at) =>
      isBoolean ? `select(0, 1, ${results[at].text})` : results[at].text,
    );
    return [
      [
        `// What the mask asks of ${whom} alone.`,
        `struct ${structure} {`,
        ...facts.map(({ field }) => `  ${field}: i32,`),
        '}',
      ],
      [
        `fn ${compute}(${position}: i32, head: i32, batch: i32) -> ${structure} {`,
        ...lets,
        `  return ${structure}(${values.join(', ')});`,
        '}',
      ],
    ];
  }

  /** The predicate of the pairs that are open, over facts. */
  open(isLive: string): Block {
    const { variant, queryFacts, keyFacts, keysOf } = this.functions;
    const known = new Map([...factNames(queryFacts, 'query'), ...factNames(keyFacts, 'key')]);
    const { lets, results } = this.print([variant.open as NodeId], known);
    const parameters = [
      'i: i32',
      'j: i32',
      ...(queryFacts === null ? [] : [`query: ${queryFacts.structure}`]),
      ...(keyFacts === null ? [] : [`key: ${keyFacts.structure}`]),
      'head: i32',
      'batch: i32',
    ];
    return [
      keysOf === null
        ? '// Whether the query at position i attends to the key at position j.'
        : '// Whether the query at position i attends to the key at position j, where bounds have not decided it.',
      `fn ${isLive}(${parameters.join(', ')}) -> bool {`,
      ...lets,
      ...indent(returnLines(results[0].text)),
      '}',
    ];
  }

  /** Sets of neighbouring keys as words. */
  keys(keysOf: string): Block {
    const { bounds, open } = this.functions.variant;
    const { named, words } = nameLeaves(bounds as KeyBounds);
    const [sure, possible] = evaluateBounds(bounds as KeyBounds, words);
    const roots = named.flatMap(({ nodes }) => nodes);
    const { lets, results } = this.print(roots);
    const text = new Map(roots.map((node, at) => [node, results[at]]));
    const sets = named.map(
      ({ name, leaf }) => `  let ${name} = ${leafText(leaf, (node) => text.get(node) as Printed)};`,
    );
    const head = `fn ${keysOf}(i: i32, key0: i32, head: i32, batch: i32)`;
    return open === null
      ? [
          '// The keys from key0 on that the query at position i attends to: bit n is key0 + n.',
          `${head} -> u32 {`,
          ...lets,
          ...sets,
          `  return ${sure.text};`,
          '}',
        ]
      : [
          '// The keys from key0 on, bit n being key0 + n, that the query at position i surely attends to, and those that it',
          '// possibly does: the difference is left to ask.',
          `${head} -> vec2<u32> {`,
          ...lets,
          ...sets,
          `  return vec2<u32>(${sure.text}, ${possible.text});`,
          '}',
        ];
  }

  private print(roots: readonly NodeId[], known?: ReadonlyMap<NodeId, string>) {
    const { nodes } = this.functions.variant;
    const local = this.names.namer.scope();
    const facts = maskFacts(nodes, rangesOfGraph(this.graph));
    const { lets, results } = printRoots(nodes, roots, this.scope, facts, local, wgslDialect, known);
    const origin = this.graph.nodes[0].span.start;
    return { lets: lets.map(({ text }) => ({ text: `  ${text}`, origin })), results };
  }
}

function factNames(facts: FactsFunction | null, variable: string): (readonly [NodeId, string])[] {
  return (facts?.facts ?? []).map(({ node, field, isBoolean }) => [
    node,
    isBoolean ? `(${variable}.${field} != 0)` : `${variable}.${field}`,
  ]);
}

function leafText(leaf: Leaf, text: (node: NodeId) => Printed): string {
  if (leaf.kind === 'key') throw new Error('Internal error: WGSL kernels make no words of keys alone.');
  if (leaf.kind === 'row') return `select(0u, 0xffffffffu, ${text(leaf.condition).text})`;
  const from = (node: NodeId): string => {
    const { text: end, binding } = text(node);
    const plain = binding === 'atom' || binding === 'unary' || binding === 'product' || binding === 'sum';
    return `${plain ? end : `(${end})`} - key0`;
  };
  const sets = [
    ...(leaf.high === null ? [] : [`bits_below(${from(leaf.high)})`]),
    ...(leaf.low === null ? [] : [`~bits_below(${from(leaf.low)})`]),
  ];
  return sets.join(' & ');
}

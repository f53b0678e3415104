import type { Graph } from '../../ir/graph.ts';
import { rangesOfGraph } from '../../ir/find-ranges.ts';
import { maskFacts } from '../../ir/mask-facts.ts';
import type { KeyBounds } from '../../ir/kernel.ts';
import type { NodeId } from '../../../runtime/mask/nodes.ts';
import type { Printed } from '../expression/operators.ts';
import { printRoots } from '../expression/print-program.ts';
import type { ExpressionScope } from '../expression/print-program.ts';
import { wgslDialect } from '../expression/wgsl-dialect.ts';
import type { FactsFunction, SpecialisedFunctions } from './mask-functions.ts';
import type { ModuleNames } from './names.ts';
import { andWords, EVERY, NONE, notWord, orWords } from './key-words.ts';
import type { Word } from './key-words.ts';
import { indent, returnLines } from './text.ts';
import type { Block } from './text.ts';

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
    this.scope = {
      query: 'i',
      key: 'j',
      head: 'head',
      batch: 'batch',
      symbol: names.scalar,
      reader: names.reader,
    };
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
    const [sure, possible] = evaluate(bounds as KeyBounds, words);
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

type Leaf = Extract<KeyBounds, { kind: 'range' | 'row' }>;

interface ValuedLeaf {
  readonly leaf: Leaf;
  /** The values that it needs. */
  readonly nodes: readonly NodeId[];
}

type NamedLeaf = ValuedLeaf & { readonly name: string };

/** The leaves that name something. */
function leavesOf(bounds: KeyBounds): ValuedLeaf[] {
  switch (bounds.kind) {
    case 'range':
      return [{ leaf: bounds, nodes: [bounds.low, bounds.high].filter((end) => end !== null) }];
    case 'row':
      return [{ leaf: bounds, nodes: [bounds.condition] }];
    case 'and':
    case 'or':
      return [...leavesOf(bounds.left), ...leavesOf(bounds.right)];
    case 'not':
      return leavesOf(bounds.operand);
    case 'open':
      return [];
  }
}

/** Leaves in use are numbered; the value of the others never shows (`0 & word`), so it may be anything. */
function nameLeaves(bounds: KeyBounds): {
  readonly named: NamedLeaf[];
  readonly words: ReadonlyMap<KeyBounds, Word>;
} {
  const leaves = leavesOf(bounds);
  const trial = new Map(
    leaves.map(({ leaf }, at) => [leaf as KeyBounds, { text: `leaf${at}`, operator: null } as Word]),
  );
  const text = evaluate(bounds, trial)
    .map((word) => word.text)
    .join(' ');
  const used = leaves.filter(({ leaf }) => new RegExp(`\\b${trial.get(leaf)?.text}\\b`).test(text));
  const words = new Map<KeyBounds, Word>(leaves.map(({ leaf }) => [leaf, NONE]));
  const named = used.map((leaf, at) => {
    const name = `${leaf.leaf.kind === 'range' ? 'span' : 'whole'}${at}`;
    words.set(leaf.leaf, { text: name, operator: null });
    return { ...leaf, name };
  });
  return { named, words };
}

function leafText(leaf: Leaf, text: (node: NodeId) => Printed): string {
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

/** The sets of keys that surely and that possibly satisfy `bounds`. */
function evaluate(bounds: KeyBounds, words: ReadonlyMap<KeyBounds, Word>): readonly [Word, Word] {
  switch (bounds.kind) {
    case 'range':
    case 'row': {
      const word = words.get(bounds) as Word;
      return [word, word];
    }
    case 'open':
      return [NONE, EVERY];
    case 'not': {
      const [sure, possible] = evaluate(bounds.operand, words);
      return [notWord(possible), notWord(sure)];
    }
    case 'and':
    case 'or': {
      const join = bounds.kind === 'and' ? andWords : orWords;
      const [left, right] = [evaluate(bounds.left, words), evaluate(bounds.right, words)];
      return [join(left[0], right[0]), join(left[1], right[1])];
    }
  }
}

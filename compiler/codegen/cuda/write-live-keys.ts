import type { PlannedCudaPass } from '../../ir/cuda-kernel.ts';
import { rangesOfGraph } from '../../ir/find-ranges.ts';
import type { Graph } from '../../ir/graph.ts';
import type { KeyBounds, MaskVariant } from '../../ir/kernel.ts';
import { maskFacts } from '../../ir/mask-facts.ts';
import { isBooleanKind, operandsOf } from '../../../runtime/mask/program/nodes.ts';
import type { MaskNode, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { cudaDialect } from '../expression/cuda-dialect.ts';
import type { Namer } from '../expression/namer.ts';
import type { Printed } from '../expression/operators.ts';
import { nameHint, printRoots } from '../expression/print-program.ts';
import { evaluateBounds, nameLeaves } from '../key-bounds.ts';
import type { NamedLeaf } from '../key-bounds.ts';
import { andWords } from '../key-words.ts';
import type { Word } from '../key-words.ts';
import { indent, returnLines } from '../text.ts';
import type { Block, Line } from '../text.ts';
import type { CudaNames } from './names.ts';

/**
 * `live_keys` of a pass: of a partial tile the keys that are live for each row of a lane. What is decided without looking
 * at single pairs is a word: ranges of keys, conditions on the row, conditions on the key, which the lanes of a warp
 * evaluate for one another. Only pairs that stay open are asked, over facts of the row that are computed once.
 */
export function writeLiveKeys(pass: PlannedCudaPass, graph: Graph, names: CudaNames): Block {
  const body = ((): Block => {
    if (pass.schedule.kind === 'ranges') return betweenBounds();
    if (pass.variant === null) return byPredicate(pass);
    return new VariantWriter(pass, pass.variant, graph, names).body();
  })();
  return [
    "// The keys of a tile that are live for each of a lane's rows, a bit for each lane_key. Empty slots see nothing.",
    'template <int M, int KEYS, class Queries, class Keys>',
    'SP_DEVICE void live_keys(const SpParams &p, u32 (&live)[2 * M], const Queries &queries, int slot0,',
    '                         const Keys &keys, int head, int batch) {',
    ...indentCode(body),
    '}',
  ];
}

function betweenBounds(): Block {
  return [
    '#pragma unroll',
    'for (int r = 0; r < 2 * M; r++) {',
    '  const int row = queries.row(p, slot0 + r * 8), i = row + p.offset;',
    '  const int begin = row_begin(p, i, head, batch) - keys.first, end = row_end(p, i, head, batch) - keys.first;',
    '  live[r] = row < 0 ? 0 : lane_keys_below(end) & ~lane_keys_below(begin);',
    '}',
  ];
}

function byPredicate({ schedule }: PlannedCudaPass): Block {
  const nodes = schedule.kind === 'table' ? schedule.residual.nodes : [];
  return [
    '#pragma unroll',
    'for (int r = 0; r < 2 * M; r++) live[r] = 0;',
    `#pragma unroll ${copies(nodes)}`,
    'for (int t = 0; t < KEYS / 4; t++) {',
    '  const int j = keys.key(p, lane_key(t));',
    '  if (j < 0) continue;',
    '#pragma unroll',
    '  for (int r = 0; r < 2 * M; r++) {',
    '    const int row = queries.row(p, slot0 + r * 8);',
    '    if (row >= 0 && is_live(p, row + p.offset, j, head, batch)) live[r] |= 1u << t;',
    '  }',
    '}',
  ];
}

/** A loop over keys is unrolled only as far as what it asks is small: a copy of it stands in the code for each key. */
function copies(nodes: readonly MaskNode[]): number {
  return nodes.length <= 40 && nodes.every(({ kind }) => kind !== 'member') ? 4 : 1;
}

class VariantWriter {
  private readonly namer: Namer;
  private readonly words: ReadonlyMap<KeyBounds, Word>;
  private readonly leaves: readonly NamedLeaf[];
  private readonly bounds: KeyBounds;

  constructor(
    private readonly pass: PlannedCudaPass,
    private readonly variant: MaskVariant,
    private readonly graph: Graph,
    private readonly names: CudaNames,
  ) {
    this.namer = names.namer.scope();
    this.bounds = variant.bounds ?? { kind: 'open' };
    const { named, words } = nameLeaves(this.bounds);
    this.leaves = named;
    this.words = words;
  }

  body(): Block {
    const { open } = this.variant;
    const facts = this.variant.queryFacts.map((node) => ({ node, name: this.nameOf(node) }));
    const ofRows = this.leaves.filter(({ leaf }) => leaf.kind !== 'key');
    const { lets, results } = this.print([
      ...facts.map(({ node }) => node),
      ...ofRows.flatMap(({ nodes }) => nodes),
    ]);
    const text = new Map(
      ofRows.flatMap(({ nodes }) => nodes).map((node, at) => [node, results[facts.length + at]]),
    );
    const exists: Word = { text: 'exists', operator: null };
    const [sure, possible] = evaluateBounds(this.bounds, this.words).map(
      (word) => andWords(exists, word).text,
    );
    const ofRow: Block = [
      ...lets,
      ...facts.map(({ name }, at) => `${name}[r] = ${results[at].text};`),
      ...ofRows.map(
        ({ name, leaf }) => `const u32 ${name} = ${leafText(leaf, (node) => text.get(node) as Printed)};`,
      ),
    ];
    return [
      ...this.existing(),
      ...this.leaves.filter(({ leaf }) => leaf.kind === 'key').flatMap((leaf): Block => this.keyWord(leaf)),
      ...(open === null ? [] : ['u32 open[2 * M], any = 0; // keys that are left to ask']),
      ...facts.map(({ node, name }) => `${this.typeOf(node)} ${name}[2 * M];`),
      '#pragma unroll',
      'for (int r = 0; r < 2 * M; r++) {',
      `  const int row = queries.row(p, slot0 + r * 8)${readsQuery(ofRow) ? ', i = row + p.offset' : ''};`,
      ...indent(ofRow),
      ...(open === null
        ? [`  live[r] = row < 0 ? 0 : ${sure};`]
        : [
            `  live[r] = ${sure === '0u' ? '0' : `row < 0 ? 0 : ${sure}`};`,
            `  open[r] = row < 0 ? 0 : ${possible}${sure === '0u' ? '' : ' & ~live[r]'};`,
            '  any |= open[r];',
          ]),
      '}',
      ...(open === null ? [] : this.ask(open, facts)),
    ];
  }

  /** The slots that hold a key. */
  private existing(): Block {
    return this.pass.keys.kind === 'positions'
      ? ['const u32 exists = lane_keys_below(p.nk - keys.first);']
      : ['const u32 exists = lane_keys<KEYS>([&](int slot) { return keys.key(p, slot) >= 0; });'];
  }

  private keyWord({ name, nodes }: NamedLeaf): Block {
    const { lets, results } = this.print(nodes);
    const value = results[0].binding === 'or' ? `(${results[0].text})` : results[0].text;
    return [
      `const u32 ${name} = lane_keys<KEYS>([&](int slot) {`,
      '  const int j = keys.key(p, slot);',
      ...indent(lets),
      `  return j >= 0 && ${value};`,
      '});',
    ];
  }

  /** The loop over the keys that are open for some row. */
  private ask(open: NodeId, ofRows: readonly { readonly node: NodeId; readonly name: string }[]): Block {
    const { keyFacts, nodes } = this.variant;
    const ofKeys = keyFacts.map((node) => ({ node, name: this.nameOf(node) }));
    const keys = this.print(keyFacts);
    const known = new Map([
      ...ofRows.map(({ node, name }) => [node, `${name}[r]`] as const),
      ...ofKeys.map(({ node, name }) => [node, name] as const),
    ]);
    const { lets, results } = this.print([open], known);
    const [condition] = results;
    const asked = [
      ...reachable(nodes, open, known),
      ...keyFacts.flatMap((fact) => reachable(nodes, fact, new Map())),
    ];
    return [
      `#pragma unroll ${copies(asked)}`,
      'for (int t = 0; t < KEYS / 4; t++) {',
      '  if ((any >> t & 1) == 0) continue;',
      '  const int j = keys.key(p, lane_key(t));',
      ...indent(keys.lets),
      ...ofKeys.map(
        ({ node, name }, at) => `  const ${this.typeOf(node)} ${name} = ${keys.results[at].text};`,
      ),
      '#pragma unroll',
      '  for (int r = 0; r < 2 * M; r++) {',
      ...(readsQuery([...lets, condition.text])
        ? ['    const int i = queries.row(p, slot0 + r * 8) + p.offset;']
        : []),
      ...indent(lets, 2),
      ...indent(takeWhere(condition), 2),
      '  }',
      '}',
    ];
  }

  private nameOf(node: NodeId): string {
    return this.namer.name(nameHint(this.variant.nodes[node]));
  }

  private typeOf(node: NodeId): string {
    return isBooleanKind(this.variant.nodes[node].kind) ? 'bool' : 'int';
  }

  private print(roots: readonly NodeId[], known?: ReadonlyMap<NodeId, string>) {
    const { nodes } = this.variant;
    const scope = {
      query: 'i',
      key: 'j',
      head: 'head',
      batch: 'batch',
      symbol: this.names.scalar,
      reader: this.names.reader,
      readerArguments: ['p'],
    };
    const facts = maskFacts(nodes, rangesOfGraph(this.graph));
    const { lets, results } = printRoots(nodes, roots, scope, facts, this.namer, cudaDialect, known);
    const origin = this.graph.nodes[0].span.start;
    return { lets: lets.map(({ text }): Line => ({ text, origin })), results };
  }
}

/** The statement that takes an open key in; a long condition stands on lines of its own. */
function takeWhere({ text, binding }: Printed): Block {
  const condition = binding === 'or' ? `(${text})` : text;
  const statement = `if ((open[r] >> t & 1) != 0 && ${condition}) live[r] |= 1u << t;`;
  if (statement.length <= 112) return [statement];
  const [first, ...others] = returnLines(text);
  const isLive = [first.replace('return', 'const bool is_live ='), ...others];
  return [...isLive, 'if ((open[r] >> t & 1) != 0 && is_live) live[r] |= 1u << t;'];
}

/** Whether a text names the position of the query: what is declared and not used, nvcc warns of. */
function readsQuery(block: Block): boolean {
  return block.some((line) => /\bi\b/.test(typeof line === 'string' ? line : line.text));
}

/** The nodes under a value, without what is known. */
function reachable(
  nodes: readonly MaskNode[],
  root: NodeId,
  known: ReadonlyMap<NodeId, unknown>,
): MaskNode[] {
  const found = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    if (found.has(id) || known.has(id)) return;
    found.add(id);
    operandsOf(nodes[id]).forEach(visit);
  };
  visit(root);
  return [...found].map((id) => nodes[id]);
}

function leafText(leaf: NamedLeaf['leaf'], text: (node: NodeId) => Printed): string {
  if (leaf.kind !== 'range') return `${text(leaf.condition).text} ? ~0u : 0u`;
  const from = (node: NodeId): string => {
    const { text: end, binding } = text(node);
    const plain = binding === 'atom' || binding === 'unary' || binding === 'product' || binding === 'sum';
    return `${plain ? end : `(${end})`} - keys.first`;
  };
  const sets = [
    ...(leaf.high === null ? [] : [`lane_keys_below(${from(leaf.high)})`]),
    ...(leaf.low === null ? [] : [`~lane_keys_below(${from(leaf.low)})`]),
  ];
  return sets.join(' & ');
}

/** Directives stand at the beginning of a line. */
export function indentCode(block: Block): Block {
  return block.flatMap((line): Block =>
    typeof line === 'string' && line.startsWith('#') ? [line] : indent([line]),
  );
}

/** Words that one lane holds of the keys of a tile, a bit for each lane_key. */
export const LANE_KEYS: Block = String.raw`
// The keys that a lane holds of every row of a tile, t of KEYS / 4: two neighbours of every eight.
SP_DEVICE int lane_key(int t) { return (t >> 1) * 8 + (sp_thread() & 3) * 2 + (t & 1); }
// Those below \`end\`, a bit each.
SP_DEVICE u32 lane_keys_below(int end) {
  const int own = end - (sp_thread() & 3) * 2, count = (own >> 3) * 2 + min(own & 7, 2);
  return count <= 0 ? 0u : count >= 32 ? ~0u : (1u << count) - 1;
}
// Those of which a condition holds, a bit each. Every lane asks KEYS / 32 slots for all lanes of the warp.
template <int KEYS, class Condition> SP_DEVICE u32 lane_keys(Condition holds) {
  const int lane = sp_thread() & 31;
  u32 found = 0;
#pragma unroll
  for (int first = 0; first < KEYS; first += 32) {
    const u32 all = sp_ballot(first + lane < KEYS && holds(first + lane));
    const u32 own = all >> (lane & 3) * 2 & 0x03030303u; // two bits of each byte
    found |= ((own | own >> 6 | own >> 12 | own >> 18) & 0xff) << first / 4;
  }
  return found;
}
`
  .replaceAll('\\`', '`')
  .trim()
  .split('\n');

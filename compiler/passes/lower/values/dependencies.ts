import type { MaskBuilder } from '../../../../runtime/mask/program/builder.ts';
import { operandsOf } from '../../../../runtime/mask/program/nodes.ts';
import type { MaskNode, NodeId } from '../../../../runtime/mask/program/nodes.ts';

export type IndexName = 'query' | 'key' | 'head' | 'batch';

/** How the language writes an index. */
export const indexText: Readonly<Record<IndexName, string>> = {
  query: 'i',
  key: 'j',
  head: 'head',
  batch: 'batch',
};

/** The indices of the pair and of the launch grid that a node reads, in a fixed order. */
export function indicesOf(builder: MaskBuilder, root: NodeId): readonly IndexName[] {
  const found = new Set<string>();
  forEachNode(builder, root, (node) => found.add(node.kind));
  return (['query', 'key', 'head', 'batch'] as const).filter((index) => found.has(index));
}

/** Whether a node reads the score of the pair, or a real array. */
export function readsPairReals(builder: MaskBuilder, root: NodeId): boolean {
  let found = false;
  forEachNode(builder, root, ({ kind }) => {
    found ||= kind === 'score' || kind === 'real-lookup';
  });
  return found;
}

/** The run-time arrays that a node reads. */
export function arraysOf(builder: MaskBuilder, root: NodeId): readonly string[] {
  const found = new Set<string>();
  forEachNode(builder, root, (node) => {
    if ('array' in node) found.add(node.array);
  });
  return [...found];
}

/**
 * Whether an expression speaks of the position of the query, of that of the key, or of both, in a scope: inside of a part
 * either position may be counted from a start that the other index has looked up.
 */
export function sideOf(
  builder: MaskBuilder,
  { query, key }: { readonly query: NodeId; readonly key: NodeId },
  root: NodeId,
): 'query' | 'key' | 'both' | 'none' {
  const found = new Set<NodeId>();
  forEachNode(
    builder,
    root,
    (_, id) => found.add(id),
    (id) => id === query || id === key,
  );
  const [ofQuery, ofKey] = [found.has(query), found.has(key)];
  return ofQuery ? (ofKey ? 'both' : 'query') : ofKey ? 'key' : 'none';
}

function forEachNode(
  builder: MaskBuilder,
  root: NodeId,
  visit: (node: MaskNode, id: NodeId) => void,
  stopsAt: (id: NodeId) => boolean = () => false,
): void {
  const seen = new Set<NodeId>();
  const pending = [root];
  while (pending.length > 0) {
    const id = pending.pop()!;
    if (seen.has(id)) continue;
    seen.add(id);
    const node = builder.node(id);
    visit(node, id);
    if (!stopsAt(id)) pending.push(...operandsOf(node));
  }
}

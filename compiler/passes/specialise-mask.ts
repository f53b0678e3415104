import { maxInteger, maxLength, minInteger } from '../../runtime/limits.ts';
import { rewriteInto } from '../../runtime/mask/program/builder.ts';
import { operandsOf } from '../../runtime/mask/program/nodes.ts';
import type { MaskNode, MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import { rangesOfGraph, rangesOfNodes } from '../ir/find-ranges.ts';
import type { Graph } from '../ir/graph.ts';
import type { KeyBounds, MaskVariant } from '../ir/kernel.ts';
import { KeySolver } from './solve-for-key.ts';

/** Facts of a key that are kept in workgroup storage: four words a key are 512 bytes of a tile. */
export const MAX_KEY_FACTS = 4;
/** From this cost on (see costOf) a value is worth a word. */
const WORTH_A_FACT = 3;

/**
 * Specialises a residual to the tile, or null where nothing is gained.
 *
 * Comparisons are solved for the key (./solve-for-key.ts), which makes them ranges of neighbouring keys: of a row's word
 * of live keys they decide whole stretches at once. Pairs that stay open evaluate what is left of the predicate, over
 * facts of the query and of the key that are computed beforehand. With `keyWords` conditions on the key alone are words too,
 * in whatever order keys come.
 */
export function specialiseMask(
  residual: MaskProgram,
  graph: Graph,
  { neighbouringKeys, keyWords = false }: KeyOrder,
): MaskVariant | null {
  const solver = new KeySolver(rangesOfGraph(graph));
  const root = rewriteInto(solver.builder, residual);
  const found =
    neighbouringKeys || keyWords
      ? boundsOf(root, solver, graph, { neighbouringKeys, keyWords })
      : ({ kind: 'open' } as const);
  const { live, dead } = tells(found);
  const bounds = live || dead ? found : null;
  const open = hasOpen(found) ? openPart(root, bounds ?? { kind: 'open' }, solver) : null;
  const { nodes } = solver.builder;
  const facts = open === null ? { query: [], key: [] } : factsOf(nodes, open, solver);
  if (bounds === null && facts.query.length + facts.key.length === 0) return null;
  return {
    nodes: [...nodes],
    open,
    queryFacts: facts.query,
    keyFacts: facts.key.slice(0, MAX_KEY_FACTS),
    bounds,
  };
}

/** What is known of the keys of a tile, and what a plan can make of them. */
interface KeyOrder {
  readonly neighbouringKeys: boolean;
  /** Whether words are made of what is asked of keys alone. */
  readonly keyWords?: boolean;
}

function boundsOf(id: NodeId, solver: KeySolver, graph: Graph, order: KeyOrder): KeyBounds {
  const node = solver.builder.node(id);
  if (!solver.readsKey(id)) return { kind: 'row', condition: id };
  if (order.keyWords && !solver.readsQuery(id)) {
    const bounds = boundsOf(id, solver, graph, { ...order, keyWords: false });
    return hasOpen(bounds) ? { kind: 'key', condition: id } : bounds;
  }
  switch (node.kind) {
    case 'and':
    case 'or': {
      const left = boundsOf(node.left, solver, graph, order);
      const right = boundsOf(node.right, solver, graph, order);
      if (left.kind === 'open' && right.kind === 'open') return left;
      const both = node.kind === 'and' ? intersect(left, right, solver) : null;
      return both ?? { kind: node.kind, left, right };
    }
    case 'not': {
      const operand = boundsOf(node.operand, solver, graph, order);
      return operand.kind === 'open' ? operand : { kind: 'not', operand };
    }
    case 'compare':
      return order.neighbouringKeys ? rangeOf(id, solver, graph) : { kind: 'open' };
    default:
      return { kind: 'open' };
  }
}

/** Two ranges that bound one another from two sides are one. */
function intersect(left: KeyBounds, right: KeyBounds, { builder }: KeySolver): KeyBounds | null {
  if (left.kind !== 'range' || right.kind !== 'range') return null;
  const pick = (a: NodeId | null, b: NodeId | null, op: 'max' | 'min'): NodeId | null =>
    a === null || b === null ? (a ?? b) : builder.arithmetic(op, a, b);
  return {
    kind: 'range',
    low: pick(left.low, right.low, 'max'),
    high: pick(left.high, right.high, 'min'),
  };
}

/** A comparison as a range of keys, where it is one and its ends stay in 32 bits when a key is taken off. */
function rangeOf(id: NodeId, solver: KeySolver, graph: Graph): KeyBounds {
  const node = solver.builder.node(id);
  const unequal = node.kind === 'compare' && node.op === 'ne';
  const asked = unequal ? solver.builder.add({ ...node, op: 'eq' }) : id;
  const bounds = solver.solve(asked);
  if (bounds === null) return { kind: 'open' };
  const { builder } = solver;
  const join = (ids: readonly NodeId[], op: 'max' | 'min'): NodeId | null =>
    ids.length === 0 ? null : ids.reduce((a, b) => builder.arithmetic(op, a, b));
  const range = { kind: 'range', low: join(bounds.low, 'max'), high: join(bounds.high, 'min') } as const;
  for (const end of [range.low, range.high]) {
    if (end !== null && !staysInteger(builder.finish(end), graph)) return { kind: 'open' };
  }
  return unequal ? { kind: 'not', operand: range } : range;
}

function staysInteger({ nodes, root }: MaskProgram, graph: Graph): boolean {
  const ranges = rangesOfNodes(nodes, rangesOfGraph(graph));
  return (
    ranges.every(({ low, high }) => low >= minInteger && high <= maxInteger) &&
    ranges[root].low >= minInteger + maxLength
  );
}

function hasOpen(bounds: KeyBounds): boolean {
  switch (bounds.kind) {
    case 'open':
      return true;
    case 'and':
    case 'or':
      return hasOpen(bounds.left) || hasOpen(bounds.right);
    case 'not':
      return hasOpen(bounds.operand);
    case 'range':
    case 'row':
    case 'key':
      return false;
  }
}

/** Whether bounds ever say of a key that it surely is live, and that it surely is not. */
function tells(bounds: KeyBounds): { readonly live: boolean; readonly dead: boolean } {
  switch (bounds.kind) {
    case 'open':
      return { live: false, dead: false };
    case 'and':
    case 'or': {
      const [left, right] = [tells(bounds.left), tells(bounds.right)];
      return bounds.kind === 'and'
        ? { live: left.live && right.live, dead: left.dead || right.dead }
        : { live: left.live || right.live, dead: left.dead && right.dead };
    }
    case 'not': {
      const { live, dead } = tells(bounds.operand);
      return { live: dead, dead: live };
    }
    case 'range':
    case 'row':
    case 'key':
      return { live: true, dead: true };
  }
}

/**
 * What is left to ask of a pair that is open. Of a conjunction it is open because the parts that are decided hold, of a
 * disjunction because they do not: they are left out, and so on in the only part that is left, where it is one.
 */
function openPart(id: NodeId, bounds: KeyBounds, solver: KeySolver): NodeId {
  const { builder } = solver;
  const node = builder.node(id);
  if (bounds.kind === 'not' && node.kind === 'not') {
    return builder.not(openPart(node.operand, bounds.operand, solver));
  }
  if (bounds.kind !== 'and' && bounds.kind !== 'or') return id;
  const { kind } = bounds;
  const open = operandsOfChain(id, bounds, kind, solver).filter((part) => hasOpen(part.bounds));
  if (open.length === 1) return openPart(open[0].id, open[0].bounds, solver);
  return builder[kind](...open.map((part) => part.id));
}

interface Part {
  readonly id: NodeId;
  readonly bounds: KeyBounds;
}

/** The operands of a chain of one connective, each with its bounds. */
function operandsOfChain(id: NodeId, bounds: KeyBounds, kind: 'and' | 'or', solver: KeySolver): Part[] {
  const node = solver.builder.node(id);
  if (bounds.kind !== kind || node.kind !== kind) return [{ id, bounds }];
  return [
    ...operandsOfChain(node.left, bounds.left, kind, solver),
    ...operandsOfChain(node.right, bounds.right, kind, solver),
  ];
}

/** The largest costly values under `root` that read the query alone, and those that read the key alone. */
function factsOf(
  nodes: readonly MaskNode[],
  root: NodeId,
  solver: KeySolver,
): { readonly query: NodeId[]; readonly key: NodeId[] } {
  const facts = { query: new Set<NodeId>(), key: new Set<NodeId>() };
  const visited = new Set<NodeId>();
  const costs = new Map<NodeId, number>();
  const visit = (id: NodeId): void => {
    if (visited.has(id)) return;
    visited.add(id);
    const [query, key] = [solver.readsQuery(id), solver.readsKey(id)];
    if (query !== key) {
      if (costOf(nodes, id, costs) >= WORTH_A_FACT) facts[query ? 'query' : 'key'].add(id);
      return;
    }
    if (query && key) operandsOf(nodes[id]).forEach(visit);
  };
  visit(root);
  return { query: [...facts.query], key: [...facts.key] };
}

/** Operations of a value, roughly: reads of memory and divisions weigh more. */
function costOf(nodes: readonly MaskNode[], id: NodeId, known: Map<NodeId, number>): number {
  const before = known.get(id);
  if (before !== undefined) return before;
  const node = nodes[id];
  const own = ((): number => {
    switch (node.kind) {
      case 'lookup':
      case 'bit':
      case 'member':
        return 8;
      case 'arithmetic':
        return node.op === 'div' || node.op === 'mod' ? 3 : 1;
      default:
        return operandsOf(node).length > 0 ? 1 : 0;
    }
  })();
  const cost = operandsOf(node).reduce((sum, operand) => sum + costOf(nodes, operand, known), own);
  known.set(id, cost);
  return cost;
}

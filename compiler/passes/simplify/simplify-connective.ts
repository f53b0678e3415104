import type { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../../runtime/mask/program/nodes.ts';
import { contradicts, covers, implies } from './implications.ts';
import type { Workspace } from './workspace.ts';

/** Operands are compared in pairs up to this many: a table of a hundred heads is joined as it stands. */
const maxPairs = 24;

/** Connectives inside connectives are trimmed this deep. */
const maxDepth = 4;

/**
 * The simplest conjunction or disjunction of simplified operands, in their order: constants, repetitions and operands
 * that another one implies are dropped; what contradicts decides the whole; operands of an inner connective that the
 * outer ones decide are dropped; what all branches of a disjunction share stands once.
 */
export function simplifyConnective(work: Workspace, kind: 'and' | 'or', operands: readonly NodeId[]): NodeId {
  const { builder } = work;
  const neutral = kind === 'and';
  const flat = flatten(work, kind, operands).filter((id) => !isBool(work, id, neutral));
  if (flat.some((id) => isBool(work, id, !neutral))) return builder.bool(!neutral);
  if (flat.length > maxPairs) return chain(work, kind, flat);

  const decided = neutral ? contradicts : covers;
  for (const [at, one] of flat.entries()) {
    if (flat.slice(0, at).some((other) => decided(work, one, other))) return builder.bool(!neutral);
  }
  const kept = dropImplied(work, kind, flat);
  const trimmed = kept.map((id) => trimInner(work, kind, id, kept));
  if (trimmed.some((id, at) => id !== kept[at])) return simplifyConnective(work, kind, trimmed);
  return shareCommon(work, kind, kept) ?? chain(work, kind, kept);
}

/** The operands of a chain of one connective, each once, in order. */
export function flatten(
  { builder }: { readonly builder: Pick<MaskBuilder, 'node'> },
  kind: 'and' | 'or',
  operands: readonly NodeId[],
): NodeId[] {
  const found = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    const node = builder.node(id);
    if (node.kind === kind) {
      visit(node.left);
      visit(node.right);
    } else found.add(id);
  };
  operands.forEach(visit);
  return [...found];
}

/** Of two operands where one implies the other, a conjunction needs the stronger, a disjunction the weaker. */
function dropImplied(work: Workspace, kind: 'and' | 'or', operands: readonly NodeId[]): NodeId[] {
  const kept = [...operands];
  const isNeedless = (id: NodeId, other: NodeId): boolean =>
    kind === 'and' ? implies(work, other, id) : implies(work, id, other);
  for (let at = kept.length - 1; at >= 0; at--) {
    if (kept.some((other, place) => place !== at && isNeedless(kept[at], other))) kept.splice(at, 1);
  }
  return kept;
}

/**
 * A connective inside another one, with what the outer operands decide taken out: in `a and (b or c)`, b is left out
 * where a excludes it; in `a and (b or (c and d))`, d where a implies it. The same with the signs exchanged.
 */
function trimInner(work: Workspace, kind: 'and' | 'or', id: NodeId, siblings: readonly NodeId[]): NodeId {
  const others = siblings.filter((other) => other !== id && isLiteral(work, other));
  return others.length === 0 ? id : trimUnder(work, kind, id, others, maxDepth);
}

/** `id` where every fact holds (`and`) or none does (`or`). */
function trimUnder(
  work: Workspace,
  kind: 'and' | 'or',
  id: NodeId,
  facts: readonly NodeId[],
  depth: number,
): NodeId {
  const { builder } = work;
  const node = builder.node(id);
  if (depth === 0 || (node.kind !== 'and' && node.kind !== 'or')) return id;
  const parts = flatten(work, node.kind, [id]);
  if (parts.length > maxPairs) return id;
  const isTrue = (part: NodeId): boolean =>
    facts.some((fact) => (kind === 'and' ? implies(work, fact, part, 0) : covers(work, fact, part, 0)));
  const isFalse = (part: NodeId): boolean =>
    facts.some((fact) => (kind === 'and' ? contradicts(work, fact, part, 0) : implies(work, part, fact, 0)));
  const trimmed = parts.map((part) => {
    if (!isLiteral(work, part)) return trimUnder(work, kind, part, facts, depth - 1);
    return isTrue(part) ? builder.bool(true) : isFalse(part) ? builder.bool(false) : part;
  });
  return trimmed.every((part, at) => part === parts[at]) ? id : simplifyConnective(work, node.kind, trimmed);
}

function isLiteral({ builder }: Workspace, id: NodeId): boolean {
  const { kind } = builder.node(id);
  return kind !== 'and' && kind !== 'or';
}

/** (a and b) or (a and c) is a and (b or c). */
function shareCommon(work: Workspace, kind: 'and' | 'or', operands: readonly NodeId[]): NodeId | null {
  if (kind === 'and' || operands.length < 2) return null;
  const branches = operands.map((id) => flatten(work, 'and', [id]));
  const common = branches[0].filter((part) => branches.every((branch) => branch.includes(part)));
  if (common.length === 0) return null;
  const rest = branches.map((branch) =>
    chain(
      work,
      'and',
      branch.filter((part) => !common.includes(part)),
    ),
  );
  return simplifyConnective(work, 'and', [...common, simplifyConnective(work, 'or', rest)]);
}

function chain({ builder }: Workspace, kind: 'and' | 'or', operands: readonly NodeId[]): NodeId {
  return kind === 'and' ? builder.and(...operands) : builder.or(...operands);
}

function isBool({ builder }: Workspace, id: NodeId, value: boolean): boolean {
  const node = builder.node(id);
  return node.kind === 'bool' && node.value === value;
}

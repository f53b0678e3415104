import type { HostArray, HostArrays } from '../../arrays.ts';
import { ArrayPool } from './array-pool.ts';
import { boundMaskKey } from '../bound/bound-arena.ts';
import type { BoundMask } from '../bound/bound-mask.ts';
import { MaskBuilder, rewriteInto } from '../program/builder.ts';
import { evaluateNode } from '../exact/evaluate.ts';
import { operandsOf, type MaskProgram, type NodeId } from '../program/nodes.ts';
import { normaliseMask } from './normalise-mask.ts';

/**
 * Partial evaluation of a mask for every grid index. The work is done once for each distinct pair of the indices that
 * the mask mentions, and equal results are shared.
 */
export function createBinder(
  mask: MaskProgram,
  scalars: Readonly<Record<string, number>>,
  arrays: HostArrays,
): (batch: number, head: number) => BoundMask {
  const mentions = (kind: 'head' | 'batch') => mask.nodes.some((node) => node.kind === kind);
  const [usesHead, usesBatch] = [mentions('head'), mentions('batch')];
  const pool = new ArrayPool();
  const byIndex = new Map<string, BoundMask>();
  const byKey = new Map<string, BoundMask>();
  return (batch, head) => {
    const index = `${usesBatch ? batch : ''} ${usesHead ? head : ''}`;
    const known = byIndex.get(index);
    if (known) return known;
    const bound = bindMask(mask, { batch, head, scalars, arrays }, pool);
    const key = boundMaskKey(bound);
    const shared = byKey.get(key) ?? bound;
    byKey.set(key, shared);
    byIndex.set(index, shared);
    return shared;
  };
}

interface BindValues {
  readonly batch: number;
  readonly head: number;
  readonly scalars: Readonly<Record<string, number>>;
  readonly arrays: HostArrays;
}

function bindMask(
  mask: MaskProgram,
  { batch, head, scalars, arrays }: BindValues,
  pool: ArrayPool,
): BoundMask {
  const builder = new MaskBuilder();
  const used: Record<string, HostArray> = {};
  const root = rewriteInto(builder, mask, (node) => {
    if (node.kind === 'head') return builder.int(head);
    if (node.kind === 'batch') return builder.int(batch);
    if (node.kind === 'symbol') return builder.int(symbolValue(node.name, scalars));
    if (node.kind !== 'lookup' && node.kind !== 'bit' && node.kind !== 'member') return undefined;
    const constants = operandsOf(node).map((id) => constantOf(builder, id));
    if (constants.every((value) => value !== null)) {
      const values: number[] = [];
      operandsOf(node).forEach((id, at) => (values[id] = constants[at] ?? 0));
      const value = evaluateNode(node, values, { arrays });
      return node.kind === 'lookup' ? builder.int(value) : builder.bool(value === 1);
    }
    if (node.kind === 'member') {
      used[node.array] = arrays[node.array];
      return undefined;
    }
    // What is found out about an array (its extremes over a range) then regards the elements that are read, and no others.
    const begin = constants.findIndex((value) => value === null);
    const end = node.kind === 'lookup' ? 1 + constants.findLastIndex((value) => value === null) : undefined;
    const cut = pool.part(arrays[node.array], node.array, {
      leading: constants.slice(0, begin) as number[],
      trailing: end === undefined ? [] : (constants.slice(end) as number[]),
    });
    if (cut === null) return node.kind === 'lookup' ? builder.int(-1) : builder.bool(false);
    used[cut.name] = cut.array;
    return builder.add({ ...node, array: cut.name, indices: node.indices.slice(begin, end) });
  });
  return normaliseMask(builder.finish(root), used);
}

function constantOf(builder: MaskBuilder, id: NodeId): number | null {
  const node = builder.node(id);
  return node.kind === 'int' ? node.value : null;
}

function symbolValue(name: string, scalars: Readonly<Record<string, number>>): number {
  const value = scalars[name];
  if (value === undefined) throw new Error(`the symbol "${name}" has no value`);
  return value;
}

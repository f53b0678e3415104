import type { MaskBuilder } from '../../../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import type { LinkedFile } from '../../link-files.ts';
import type { Scope, Value } from './value.ts';

export type { Scope } from './value.ts';

/** The scope of a whole attention: i, j are positions, sizes are launch-time symbols. */
export function tokenScope(builder: MaskBuilder, file: LinkedFile, names: ReadonlyMap<string, Value>): Scope {
  const query = builder.intern({ kind: 'query' });
  const key = builder.intern({ kind: 'key' });
  const nk = builder.symbol('nk');
  const nq = builder.symbol('nq');
  const last = builder.arithmetic('add', builder.symbol('offset'), nq);
  const positions = builder.arithmetic('max', last, builder.int(0));
  return { ...betweenIndices(builder, query, key), nk, nq, positions, space: null, file, names };
}

/** The scope of block(size) { … }: indices of blocks, sizes rounded up to whole blocks. */
export function blockScope(builder: MaskBuilder, scope: Scope, size: NodeId): Scope {
  const down = (node: NodeId) => builder.arithmetic('div', node, size);
  const up = (node: NodeId) =>
    down(builder.arithmetic('add', node, builder.arithmetic('sub', size, builder.int(1))));
  return {
    ...scope,
    ...betweenIndices(builder, down(scope.query), down(scope.key)),
    nk: up(scope.nk),
    nq: up(scope.nq),
    positions: up(scope.positions),
    space: null,
  };
}

/**
 * The scope of a part that holds `length` positions, where the query and the key have the places `query` and `key`. In a
 * part of one position both are 0, and yet two nodes: whether `i in rows` asks about queries or keys is known by the node.
 */
export function partScope(
  builder: MaskBuilder,
  scope: Scope,
  part: { readonly query: NodeId; readonly key: NodeId; readonly length: NodeId },
): Scope {
  const only = (position: NodeId): NodeId =>
    builder.intern({ kind: 'arithmetic', op: 'mod', left: position, right: builder.int(1) });
  const isOne = part.query === part.key;
  return {
    ...scope,
    query: isOne ? only(scope.query) : part.query,
    key: isOne ? only(scope.key) : part.key,
    nk: part.length,
    nq: part.length,
    positions: part.length,
    space: null,
  };
}

export function withNames(scope: Scope, names: Iterable<readonly [string, Value]>): Scope {
  return { ...scope, names: new Map([...scope.names, ...names]) };
}

function betweenIndices(builder: MaskBuilder, query: NodeId, key: NodeId) {
  return {
    query,
    key,
    ahead: builder.arithmetic('sub', key, query),
    behind: builder.arithmetic('sub', query, key),
  };
}

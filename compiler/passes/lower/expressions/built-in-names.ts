import type { Lowering } from '../values/lowering.ts';
import type { Scope } from '../values/scope.ts';
import { int } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** Indices and sizes of the language, with their meaning. */
export const indexNames: ReadonlyMap<string, string> = new Map([
  ['i', 'the position of the query: its row plus the offset'],
  ['j', 'the position of the key, 0 <= j < n'],
  ['n', 'the number of keys, as `nk`'],
  ['nq', 'the number of queries'],
  ['nk', 'the number of keys'],
  ['head', 'the query head, 0 <= head < heads'],
  ['heads', 'the number of query heads'],
  ['kv_heads', 'the number of key and value heads'],
  ['batch', 'the index in the batch; in the size of an array the number of batches'],
  ['layer', 'the layer, given at launch'],
]);

/** Tensors: never indices. */
export const tensorNames: ReadonlySet<string> = new Set(['q', 'k', 'v']);

/** The value of an index or a size in a scope, or null for another name. */
export function indexValue(lowering: Lowering, name: string, scope: Scope): Value | null {
  const { builder } = lowering;
  switch (name) {
    case 'i':
      return int(scope.query);
    case 'j':
      return int(scope.key);
    case 'n':
    case 'nk':
      return int(scope.nk);
    case 'nq':
      return int(scope.nq);
    case 'head':
      return int(builder.intern({ kind: 'head' }));
    case 'heads':
      return int(builder.int(lowering.heads));
    case 'kv_heads':
      return int(builder.int(lowering.kvHeads));
    case 'batch':
      return int(builder.intern({ kind: 'batch' }));
    case 'layer':
      return int(builder.symbol('layer'));
    default:
      return null;
  }
}

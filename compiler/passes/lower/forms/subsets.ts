import { lookUp } from '../values/lower-index.ts';
import { partScope } from '../values/scope.ts';
import { describe, poison } from '../values/value.ts';
import type { ArrayValue, Value } from '../values/value.ts';
import { required } from './form.ts';
import type { Form, FormCall } from './form.ts';

/** Positions that are picked at launch, and their numbers among the picked ones. */
export const subsetForms: readonly Form[] = [
  {
    name: 'subset',
    signatures: ['subset(active)'],
    doc:
      'One part: the positions p with active[p], counted among themselves, for a bit array. The others are in no part. ' +
      'Stands in `within`.',
    parameters: [required('active', 'array')],
    block: false,
    result: 'part',
    lower: lowerSubset,
  },
  {
    name: 'rank',
    signatures: ['rank(active)[x]'],
    doc: 'The number of positions before x with active[x], for a bit array; rank(active)[n] is their number.',
    parameters: [required('active', 'array')],
    block: false,
    result: 'array',
    lower: (call) => {
      const active = activeArray(call);
      return active === null ? poison : { kind: 'array', array: ranksOf(call, active) };
    },
  },
];

function lowerSubset(call: FormCall): Value {
  const { builder, lowering, scope } = call;
  const active = activeArray(call);
  if (active === null) return poison;
  const ranks = ranksOf(call, active);
  const span = call.spanOf('active');
  const last = active.dims[active.dims.length - 1];
  const [ofQuery, ofKey] = [scope.query, scope.key].map((index) => lookUp(lowering, active, [index], span));
  const [query, key, length] = [scope.query, scope.key, last].map((index) =>
    lookUp(lowering, ranks, [index], span),
  );
  if (ofQuery.kind !== 'set' || ofKey.kind !== 'set') return poison;
  if (query.kind !== 'int' || key.kind !== 'int' || length.kind !== 'int') return poison;
  const inner = partScope(builder, scope, { query: query.node, key: key.node, length: length.node });
  const ahead = builder.arithmetic('sub', key.node, query.node);
  const behind = builder.arithmetic('sub', query.node, key.node);
  return { kind: 'part', same: builder.and(ofQuery.node, ofKey.node), inner: { ...inner, ahead, behind } };
}

/** The bit array that an argument names; null after a report. */
function activeArray(call: FormCall): ArrayValue | null {
  const value = call.value('active');
  if (value.kind === 'array' && value.array.kind === 'bits') return value.array;
  if (value.kind !== 'error') {
    call.lowering.report(
      'type-mismatch',
      call.spanOf('active'),
      `${call.place('active')} must be a bit array.`,
      {
        label: `this is ${describe(value)}`,
        help: ['`input active: bits[batch, n]` says of each position whether it is picked'],
      },
    );
  }
  return null;
}

function ranksOf(call: FormCall, active: ArrayValue): ArrayValue {
  const { builder, lowering } = call;
  const dims = [...active.dims];
  const dimNames = [...active.dimNames];
  const last = dims.length - 1;
  dims[last] = builder.arithmetic('add', dims[last], builder.int(1));
  dimNames[last] = `${dimNames[last]} + 1`;
  const name = lowering.derive({ kind: 'ranks', name: `${active.name}_rank`, of: active.name });
  return { name, kind: 'int', dims, dimNames };
}

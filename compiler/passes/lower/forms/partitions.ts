import { lookUp } from '../values/lower-index.ts';
import { blockScope, partScope } from '../values/scope.ts';
import { regionHolds } from '../values/space.ts';
import { describe, poison, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { expectSet } from '../values/expect.ts';
import { required } from './form.ts';
import type { Form, FormCall } from './form.ts';

/** `block` and `within`, which lower a set on other indices, and the partitions that `within` takes. */
export const partitionForms: readonly Form[] = [
  {
    name: 'block',
    signatures: ['block(b) { S }'],
    doc: 'S on the block indices i div b and j div b; n counts blocks, the last of which may be short.',
    parameters: [required('size', 'int')],
    block: true,
    result: 'set',
    lower: (call) => {
      const size = call.positive('size');
      return size === null
        ? poison
        : insideSet(call, call.inside(blockScope(call.builder, call.scope, size)));
    },
  },
  {
    name: 'within',
    signatures: [
      'within(chunk(b)) { S }',
      'within(segments(ids)) { S }',
      'within(subset(active)) { S }',
      'within(axis(t)) { S }',
      'within(REGION) { S }',
    ],
    doc: 'i and j lie in the same part, and S holds with i, j and n counted inside the part.',
    parameters: [required('part', 'part')],
    block: true,
    result: 'set',
    lower: (call) => {
      const part = partOf(call, call.value('part'));
      if (part.kind === 'error') return poison;
      if (part.kind !== 'part') {
        return call.lowering.report('part-expected', call.spanOf('part'), '`within` takes a partition.', {
          label: `this is ${describe(part)}`,
          help: [
            '`within(chunk(b)) { … }`, `within(segments(ids)) { … }`, or an axis or region of the space',
          ],
        });
      }
      const inside = insideSet(call, call.inside(part.inner));
      return inside.kind === 'set' ? set(call.builder.and(part.same, inside.node)) : inside;
    },
  },
  {
    name: 'chunk',
    signatures: ['chunk(b)'],
    doc: 'Parts of b positions, the last of which may be short. Stands in `within`.',
    parameters: [required('size', 'int')],
    block: false,
    result: 'part',
    lower: lowerChunk,
  },
  {
    name: 'segments',
    signatures: ['segments(ids)'],
    doc: 'Parts of equal ids, for an int array that is `sorted`. Stands in `within`.',
    parameters: [required('ids', 'array')],
    block: false,
    result: 'part',
    lower: lowerSegments,
  },
];

/** A region is a part by itself: its positions are counted from its start, and its axes stay. */
function partOf(call: FormCall, value: Value): Value {
  if (value.kind !== 'region') return value;
  const { builder, scope } = call;
  const { region } = value;
  if (region.side !== null) {
    return call.lowering.report('two-spaces', call.spanOf('part'), 'Queries and keys share no region.', {
      label: `of the ${region.side === 'query' ? 'queries' : 'keys'} alone`,
      help: [`\`${region.side === 'query' ? 'i' : 'j'} in ${region.name}\` asks for one side`],
    });
  }
  const start = builder.int(0);
  const inner = partScope(builder, scope, {
    query: builder.arithmetic('sub', scope.query, region.start),
    key: builder.arithmetic('sub', scope.key, region.start),
    length: region.length,
  });
  return {
    kind: 'part',
    same: builder.and(regionHolds(builder, region, scope.query), regionHolds(builder, region, scope.key)),
    inner: { ...inner, space: { regions: [{ ...region, start }], length: region.length, keys: null } },
  };
}

function insideSet(call: FormCall, value: Value): Value {
  const block = call.call.block!;
  const node = expectSet(call.lowering, value, block.span, `The body of \`${call.form.name}\``);
  return node === null ? poison : set(node);
}

function lowerChunk(call: FormCall): Value {
  const { builder, scope } = call;
  const size = call.positive('size');
  if (size === null) return poison;
  const ofQuery = builder.arithmetic('div', scope.query, size);
  const rest = builder.arithmetic('sub', scope.nk, builder.arithmetic('mul', ofQuery, size));
  const inner = partScope(builder, scope, {
    query: builder.arithmetic('mod', scope.query, size),
    key: builder.arithmetic('mod', scope.key, size),
    length: builder.arithmetic('min', size, rest),
  });
  return {
    kind: 'part',
    same: builder.compare('eq', ofQuery, builder.arithmetic('div', scope.key, size)),
    inner,
  };
}

function lowerSegments(call: FormCall): Value {
  const { builder, lowering, scope } = call;
  const value = call.value('ids');
  if (value.kind === 'error') return poison;
  if (value.kind !== 'array' || value.array.kind !== 'int') {
    return lowering.report(
      'type-mismatch',
      call.spanOf('ids'),
      `${call.place('ids')} must be an int array.`,
      {
        label: `this is ${describe(value)}`,
      },
    );
  }
  const { array } = value;
  const declared = lowering.inputs.find((input) => input.name === array.name);
  if (declared !== undefined && !declared.sorted) {
    if (!lowering.mayPromiseSorted(array.name)) {
      return lowering.report(
        'segments-need-sorted',
        call.spanOf('ids'),
        `\`segments\` needs "${array.name}" to be sorted.`,
        {
          label: 'not declared `sorted`',
          notes: ['a part is one stretch of equal ids; the promise is checked at launch'],
          help: [`write \`input ${array.name}: int[${array.dimNames.join(', ')}] sorted\``],
        },
      );
    }
    lowering.promiseSorted(array.name);
  }
  const edgeArray = (edge: 'start' | 'end') => ({
    ...array,
    name: lowering.derive({ kind: 'segments', name: `${array.name}_${edge}`, of: array.name, edge }),
  });
  const span = call.spanOf('ids');
  const ofQuery = lookUp(lowering, array, [scope.query], span);
  const ofKey = lookUp(lowering, array, [scope.key], span);
  const start = lookUp(lowering, edgeArray('start'), [scope.query], span);
  const end = lookUp(lowering, edgeArray('end'), [scope.query], span);
  if (ofQuery.kind !== 'int' || ofKey.kind !== 'int' || start.kind !== 'int' || end.kind !== 'int')
    return poison;
  const inner = partScope(builder, scope, {
    query: builder.arithmetic('sub', scope.query, start.node),
    key: builder.arithmetic('sub', scope.key, start.node),
    length: builder.arithmetic('sub', end.node, start.node),
  });
  return { kind: 'part', same: builder.compare('eq', ofQuery.node, ofKey.node), inner };
}

import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { contains } from '../values/contains.ts';
import { poison, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { required } from './form.ts';
import type { Form, FormCall } from './form.ts';

/** Sets that name positions of keys or queries. */
export const positionForms: readonly Form[] = [
  {
    name: 'global',
    signatures: ['global(POSITIONS)'],
    doc: 'i or j is in POSITIONS: a range, a list, or a list input.',
    parameters: [required('positions', 'positions')],
    block: false,
    result: 'set',
    lower: (call) =>
      sideSet(call, (inside) => call.builder.or(inside(call.scope.query), inside(call.scope.key))),
  },
  {
    name: 'keys',
    signatures: ['keys(POSITIONS)'],
    doc: 'j is in POSITIONS.',
    parameters: [required('positions', 'positions')],
    block: false,
    result: 'set',
    lower: (call) => sideSet(call, (inside) => inside(call.scope.key)),
  },
  {
    name: 'queries',
    signatures: ['queries(POSITIONS)'],
    doc: 'i is in POSITIONS.',
    parameters: [required('positions', 'positions')],
    block: false,
    result: 'set',
    lower: (call) => sideSet(call, (inside) => inside(call.scope.query)),
  },
  {
    name: 'sink',
    signatures: ['sink(m)'],
    doc: 'j < m: the first m keys, as keys(0..<m).',
    parameters: [required('m', 'int')],
    block: false,
    result: 'set',
    lower: (call) => {
      const { builder, lowering, scope } = call;
      const count = call.extent('m');
      if (count === null) return poison;
      if (lowering.constant(count) === 0) {
        lowering.warn('keeps-no-key', call.span, '`sink(0)` keeps no key.', { label: 'the first 0 keys' });
      }
      return set(builder.compare('lt', scope.key, count));
    },
  },
  {
    name: 'columns',
    signatures: ['columns(every: s, at: a..<b)'],
    doc: 'j mod s is in a..<b: the same columns of every stretch of s keys.',
    parameters: [
      { name: 'every', type: 'int', required: true, positional: false },
      { name: 'at', type: 'positions', required: true, positional: false },
    ],
    block: false,
    result: 'set',
    lower: lowerColumns,
  },
];

function sideSet(call: FormCall, lower: (inside: (x: NodeId) => NodeId) => NodeId): Value {
  const { lowering, scope } = call;
  const value = call.value('positions');
  const span = call.spanOf('positions');
  if (value.kind === 'error' || contains(lowering, scope, scope.key, value, span) === null) return poison;
  return set(lower((x) => contains(lowering, scope, x, value, span)!));
}

function lowerColumns(call: FormCall): Value {
  const { builder, lowering, scope } = call;
  const every = call.positive('every');
  const at = call.value('at');
  if (every === null || at.kind === 'error') return poison;
  const size = lowering.constant(every);
  if (size !== null && at.kind === 'range') {
    const [low, high] = [lowering.constant(at.low), lowering.constant(at.high)];
    if (low !== null && high !== null && low < high && (low < 0 || high > size)) {
      const outside = low < 0 ? low : high - 1;
      lowering.warn(
        'columns-outside',
        call.spanOf('at'),
        `No column of every ${size} has the number ${outside}.`,
        {
          label: `columns are 0..${size - 1}`,
        },
      );
    }
  }
  const column = builder.arithmetic('mod', scope.key, every);
  const inside = contains(lowering, scope, column, at, call.spanOf('at'));
  return inside === null ? poison : set(inside);
}

import { set, describe, poison } from '../values/value.ts';
import { optional, required } from './form.ts';
import type { Form } from './form.ts';
import { lookUp } from '../values/lower-index.ts';

const constant = (name: string, value: boolean, doc: string): Form => ({
  name,
  signatures: [name],
  doc,
  parameters: [],
  block: false,
  result: 'set',
  lower: ({ builder }) => set(builder.bool(value)),
});

/** Sets without an extent: all, none, the past, one offset class, equal ids. */
export const plainForms: readonly Form[] = [
  constant('full', true, 'All pairs.'),
  constant('empty', false, 'No pair.'),
  constant('skip', false, 'No pair, as `empty`: the output of a skipped head is 0.'),
  {
    name: 'causal',
    signatures: ['causal'],
    doc: 'j <= i.',
    parameters: [],
    block: false,
    result: 'set',
    lower: ({ builder, scope }) => set(builder.compare('le', scope.ahead, builder.int(0))),
  },
  {
    name: 'stride',
    signatures: ['stride(s)'],
    doc: 's divides i - j.',
    parameters: [required('s', 'int')],
    block: false,
    result: 'set',
    lower: (call) => {
      const step = call.positive('s');
      if (step === null) return poison;
      const { builder, scope } = call;
      return set(builder.compare('eq', builder.arithmetic('mod', scope.ahead, step), builder.int(0)));
    },
  },
  {
    name: 'powers_of_two',
    signatures: ['powers_of_two(from: a, to: b)'],
    doc: '|j - i| is 0, 1, 2, 4, 8 …, and a <= |j - i| <= b; a is 0 and b unbounded where they are left out.',
    parameters: [optional('from', 'int'), optional('to', 'int')],
    block: false,
    result: 'set',
    lower: (call) => {
      const { builder, scope, lowering } = call;
      const from = call.extent('from', 0);
      const to = call.has('to') ? call.extent('to') : null;
      if (from === null || (to === null && call.has('to'))) return poison;
      const [low, high] = [lowering.constant(from), to === null ? null : lowering.constant(to)];
      if (low !== null && high !== null && !holdsDistance(low, high)) {
        return lowering.report('no-power-of-two', call.span, `No power of two lies in ${low}..${high}.`, {
          label: high < low ? 'the end lies before the start' : 'keeps no distance',
          notes: ['`powers_of_two` keeps the distances 0, 1, 2, 4, 8 …'],
        });
      }
      const distance = builder.add({ kind: 'abs', operand: scope.ahead });
      const power = builder.add({ kind: 'is-power-of-two', operand: distance });
      const parts = [builder.or(builder.compare('eq', distance, builder.int(0)), power)];
      if (low !== 0) parts.push(builder.compare('le', from, distance));
      if (to !== null) parts.push(builder.compare('le', distance, to));
      return set(builder.and(...parts));
    },
  },
  {
    name: 'same',
    signatures: ['same(ids)'],
    doc: 'ids[i] == ids[j], for an int array over positions.',
    parameters: [required('ids', 'array')],
    block: false,
    result: 'set',
    lower: (call) => {
      const { builder, scope, lowering } = call;
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
      const ofQuery = lookUp(lowering, value.array, [scope.query], call.spanOf('ids'));
      const ofKey = lookUp(lowering, value.array, [scope.key], call.spanOf('ids'));
      if (ofQuery.kind !== 'int' || ofKey.kind !== 'int') return poison;
      return set(builder.compare('eq', ofQuery.node, ofKey.node));
    },
  },
];

/** Whether 0 or a power of two lies in low..high. */
function holdsDistance(low: number, high: number): boolean {
  const first = low <= 1 ? Math.max(low, 0) : 2 ** Math.ceil(Math.log2(low));
  return first <= high;
}

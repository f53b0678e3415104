import { arraysOf, indexText, indicesOf } from '../values/dependencies.ts';
import { poison, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { Form, FormCall } from './form.ts';

/** Keys drawn once, on the host, by a generator that gives the same keys on every device. */
export const randomForm: Form = {
  name: 'random',
  signatures: ['random(per_row: r, seed: s)'],
  doc: 'Row i keeps min(r, n) different keys, drawn from all keys by the seed; in block(b) rows and keys are blocks.',
  parameters: [
    { name: 'per_row', type: 'int', required: true, positional: false },
    { name: 'seed', type: 'int', required: true, positional: false },
  ],
  block: false,
  result: 'set',
  lower: lowerRandom,
};

function lowerRandom(call: FormCall): Value {
  const { builder, lowering, scope } = call;
  const perRow = call.extent('per_row');
  const seed = call.int('seed');
  if (perRow === null || seed === null) return poison;
  for (const [name, node] of [
    ['per_row', perRow],
    ['seed', seed],
  ] as const) {
    const [index] = indicesOf(builder, node).map((found) => indexText[found]);
    const [array] = arraysOf(builder, node);
    if (index === undefined && array === undefined) continue;
    return lowering.report(
      'random-not-fixed',
      call.spanOf(name),
      `${call.place(name)} must be the same for all rows and heads.`,
      {
        label: `depends on \`${index ?? array}\``,
        notes: ['the lists are drawn once, when a plan is made'],
      },
    );
  }
  const indices = indicesOf(builder, scope.nk);
  if (indices.length > 0 && indices.every((index) => index === 'head')) {
    return lowering.report('random-not-fixed', call.span, '`random` needs as many keys for every head.', {
      label: 'the number of blocks depends on `head`',
      notes: ['the lists are drawn once, when a plan is made'],
    });
  }
  if (indices.length > 0 || arraysOf(builder, scope.nk).length > 0) {
    return lowering.report('random-in-part', call.span, '`random` cannot stand inside `within`.', {
      label: 'the number of keys differs from part to part',
      help: ['`within(PART) { full } & random(…)` keeps the random keys that lie in the part'],
    });
  }
  if (lowering.constant(perRow) === 0) {
    lowering.warn('keeps-no-key', call.span, '`random(per_row: 0)` keeps no key.', {
      label: 'every row is empty',
    });
  }
  const array = lowering.derive({
    kind: 'random-list',
    name: 'random',
    rows: builder.finish(scope.positions),
    columns: builder.finish(scope.nk),
    perRow: builder.finish(perRow),
    seed: builder.finish(seed),
  });
  return set(builder.add({ kind: 'member', array, row: scope.query, value: scope.key }));
}

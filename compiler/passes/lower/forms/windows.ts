import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { expectRange } from '../values/expect.ts';
import { poison, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { optional, required } from './form.ts';
import type { Form, FormCall } from './form.ts';

/** A window: `back` steps towards earlier keys and `ahead` steps towards later ones, `step` positions each. */
interface Extent {
  readonly back: NodeId;
  readonly ahead: NodeId;
  readonly step: NodeId;
}

/** Sets of distances. Extents of `offsets` are distances, those of `window` count steps. */
export const windowForms: readonly Form[] = [
  {
    name: 'offsets',
    signatures: ['offsets(a..b)', 'offsets(a..b, step: d)'],
    doc: 'a <= j - i <= b, and d divides j - i. The ends are distances.',
    parameters: [required('range', 'range'), optional('step', 'int')],
    block: false,
    result: 'set',
    lower: lowerOffsets,
  },
  {
    name: 'window',
    signatures: [
      'window(each: w)',
      'window(keys: w)',
      'window(back: a, ahead: b)',
      'window(…, step: d, edge: truncate | clamp | wrap)',
    ],
    doc:
      'each: |i - j| <= w d. keys: 0 <= i - j < w d. back and ahead: -a d <= j - i <= b d. And d divides j - i: extents ' +
      'count steps. At the borders `truncate` drops what lies outside; `clamp` shifts the window back inside, so that ' +
      'every row keeps the same number of keys; `wrap` takes distances modulo n, once around at most.',
    parameters: [
      { ...optional('size', 'int'), positional: true },
      optional('each', 'int'),
      optional('keys', 'int'),
      optional('back', 'int'),
      optional('ahead', 'int'),
      optional('step', 'int'),
      { ...optional('edge', 'word'), words: ['truncate', 'clamp', 'wrap'] },
    ],
    block: false,
    result: 'set',
    lower: lowerWindow,
  },
];

function lowerOffsets(call: FormCall): Value {
  const { builder, scope, lowering } = call;
  const step = call.positive('step', 1);
  const range = expectRange(lowering, call.value('range'), call.spanOf('range'), call.place('range'));
  if (step === null || range === null) return poison;
  return set(
    builder.and(builder.between(range.low, scope.ahead, range.high), divides(call, step, scope.ahead)),
  );
}

function lowerWindow(call: FormCall): Value {
  const extent = windowExtent(call);
  const edge = call.word('edge');
  if (extent === null || edge === null) return poison;
  switch (edge) {
    case 'clamp':
      return set(clampedWindow(call, extent));
    case 'wrap':
      return set(wrappedWindow(call, extent));
    default:
      return set(truncatedWindow(call, extent));
  }
}

function windowExtent(call: FormCall): Extent | null {
  const { builder, lowering } = call;
  const given = ['each', 'keys', 'back', 'ahead'].filter((name) => call.has(name)).join(' ');
  if (call.has('size') || !['each', 'keys', 'back', 'ahead', 'back ahead'].includes(given)) {
    reportConvention(call, given);
    return null;
  }
  const step = call.positive('step', 1);
  if (call.has('keys')) {
    const keys = call.extent('keys');
    if (keys === null || step === null) return null;
    if (lowering.constant(keys) === 0) {
      lowering.warn('keeps-no-key', call.span, '`window(keys: 0)` keeps no key: every row is empty.', {
        label: 'the query itself is the first key',
        help: ['`window(keys: 1)` keeps the query itself'],
      });
    }
    return { back: builder.arithmetic('sub', keys, builder.int(1)), ahead: builder.int(0), step };
  }
  const each = call.has('each') ? call.extent('each') : null;
  const back = call.has('each') ? each : call.extent('back', 0);
  const ahead = call.has('each') ? each : call.extent('ahead', 0);
  return back === null || ahead === null || step === null ? null : { back, ahead, step };
}

/** A bare `window(w)`: the literature has six conventions, so the language asks for one. */
function reportConvention(call: FormCall, given: string): void {
  const written = call.has('size') ? call.lowering.text(call.spanOf('size')) : 'w';
  const mixed = given.includes(' ') && !call.has('size');
  const message = mixed
    ? `\`window\` takes one convention, not ${given
        .split(' ')
        .map((name) => `"${name}"`)
        .join(' and ')}.`
    : '`window` must say how its extent is counted.';
  call.lowering.report('window-needs-convention', call.span, message, {
    label: mixed ? 'more than one convention' : 'no convention',
    notes: ['published windows of the same width differ: some count keys, some distances, some one side'],
    help: [
      `\`window(each: ${written})\` keeps |i - j| <= ${written}`,
      `\`window(keys: ${written})\` keeps ${written} keys that end with the query: 0 <= i - j < ${written}`,
      `\`window(back: ${written}, ahead: 0)\` keeps -${written} <= j - i <= 0`,
    ],
  });
}

function truncatedWindow(call: FormCall, { back, ahead, step }: Extent): NodeId {
  const { builder, scope } = call;
  const lowest = builder.add({ kind: 'neg', operand: builder.arithmetic('mul', back, step) });
  const highest = builder.arithmetic('mul', ahead, step);
  return builder.and(
    builder.compare('le', lowest, scope.ahead),
    builder.compare('le', scope.ahead, highest),
    divides(call, step, scope.ahead),
  );
}

function clampedWindow(call: FormCall, { back, ahead, step }: Extent): NodeId {
  const { builder, scope } = call;
  const group = residueGroup(call, step);
  const count = builder.arithmetic('add', builder.arithmetic('add', back, ahead), builder.int(1));
  const first = clampStart(call, builder.arithmetic('sub', group.query, back), count, group.length);
  const inside = builder.between(first, group.key, builder.arithmetic('add', first, count));
  return builder.and(inside, divides(call, step, scope.ahead));
}

/** Distances modulo n, forwards and backwards, each less than once around. */
function wrappedWindow(call: FormCall, { back, ahead, step }: Extent): NodeId {
  const { builder, scope } = call;
  const ring = builder.arithmetic('max', scope.nk, builder.int(1));
  const side = (difference: NodeId, steps: NodeId) => {
    const distance = builder.arithmetic('mod', difference, ring);
    const reach = builder.arithmetic('mul', steps, step);
    return builder.and(builder.compare('le', distance, reach), divides(call, step, distance));
  };
  return builder.or(side(scope.ahead, ahead), side(scope.behind, back));
}

/** The positions that share a residue modulo `step`, numbered from 0: where i and j stand, and how many there are. */
export function residueGroup(
  call: FormCall,
  step: NodeId,
): { readonly query: NodeId; readonly key: NodeId; readonly length: NodeId } {
  const { query, key, nk } = call.scope;
  return residuesOf(call, { query, key, length: nk }, step);
}

/** The same for the positions of any axis. */
export function residuesOf(
  call: FormCall,
  axis: { readonly query: NodeId; readonly key: NodeId; readonly length: NodeId },
  step: NodeId,
): { readonly query: NodeId; readonly key: NodeId; readonly length: NodeId } {
  const { builder } = call;
  const residue = builder.arithmetic('mod', axis.query, step);
  const missing = builder.arithmetic('sub', axis.length, residue);
  const rounded = builder.arithmetic('add', missing, builder.arithmetic('sub', step, builder.int(1)));
  return {
    query: builder.arithmetic('div', axis.query, step),
    key: builder.arithmetic('div', axis.key, step),
    length: builder.arithmetic('div', rounded, step),
  };
}

/** `start` moved so that `count` positions from it lie in 0..length-1; 0 where they are too many. */
export function clampStart(call: FormCall, start: NodeId, count: NodeId, length: NodeId): NodeId {
  const { builder } = call;
  const last = builder.arithmetic('sub', length, count);
  return builder.arithmetic('max', builder.arithmetic('min', start, last), builder.int(0));
}

export function divides(call: FormCall, step: NodeId, value: NodeId): NodeId {
  const { builder } = call;
  return builder.compare('eq', builder.arithmetic('mod', value, step), builder.int(0));
}

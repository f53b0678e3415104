import type { NodeId } from '../../../../runtime/mask/nodes.ts';
import type { Span } from '../../../diagnostics/diagnostic.ts';
import { expectPositive } from '../expect.ts';
import { notYetCompiled } from '../refuse.ts';
import { describe, poison, set } from '../value.ts';
import type { Value } from '../value.ts';
import { optional, required } from './form.ts';
import type { Form, FormCall } from './form.ts';
import { clampStart, divides, residueGroup } from './windows.ts';

/**
 * NATTEN's neighbourhood in one dimension (SHI-Labs/NATTEN, csrc/include/natten/cuda/reference/mask.hpp): queries in
 * groups of `stride` share the window of their leader, windows move inside 0..n-1, and dilation works on the positions
 * of equal residue.
 */
export const neighborhoodForm: Form = {
  name: 'neighborhood',
  signatures: ['neighborhood(k)', 'neighborhood(k, stride: s, dilation: d, causal: true)'],
  doc:
    'With X = i div d, Y = j div d, d dividing j - i, and L positions of that residue: the leader is min((X div s) s + s ' +
    'div 2, L - 1), the window starts at the leader - k div 2, moved so that its k keys lie in 0..L-1. Causal: the ' +
    'leader is min((X div s) s + s - 1, L - 1), Y <= X and leader - Y < k.',
  parameters: [
    required('k', 'int'),
    optional('stride', 'int'),
    optional('dilation', 'int'),
    optional('causal', 'bool'),
  ],
  block: false,
  result: 'set',
  lower: lowerNeighborhood,
};

function lowerNeighborhood(call: FormCall): Value {
  const k = scalar(call, 'k');
  const stride = scalar(call, 'stride');
  const dilation = scalar(call, 'dilation');
  const causal = flag(call, 'causal');
  if (k === null || stride === null || dilation === null || causal === null) return poison;
  const { lowering, builder, scope } = call;
  const [size, step] = [lowering.constant(k), lowering.constant(stride)];
  if (size !== null && step !== null && step > size) {
    return lowering.report(
      'stride-beyond-kernel',
      call.spanOf('stride'),
      `The stride ${step} is beyond the kernel size ${size}.`,
      {
        label: `must be 1..${size}`,
        secondary: [{ span: call.spanOf('k'), text: `the kernel size is ${size}` }],
        notes: ['queries of a group share one window; a longer group would leave queries without themselves'],
      },
    );
  }
  const group = residueGroup(call, dilation);
  const one = builder.int(1);
  const first = builder.arithmetic('mul', builder.arithmetic('div', group.query, stride), stride);
  const within = causal
    ? builder.arithmetic('sub', stride, one)
    : builder.arithmetic('div', stride, builder.int(2));
  const last = builder.arithmetic('sub', group.length, one);
  const leader = builder.arithmetic('min', builder.arithmetic('add', first, within), last);
  const same = divides(call, dilation, scope.ahead);
  if (causal) {
    const reach = builder.compare('lt', builder.arithmetic('sub', leader, group.key), k);
    return set(builder.and(builder.compare('le', group.key, group.query), reach, same));
  }
  const left = builder.arithmetic('div', k, builder.int(2));
  const start = clampStart(call, builder.arithmetic('sub', leader, left), k, group.length);
  return set(builder.and(builder.between(start, group.key, builder.arithmetic('add', start, k)), same));
}

/** A positive integer, 1 where it was left out; a tuple of several axes belongs to grids. */
function scalar(call: FormCall, name: string): NodeId | null {
  if (!call.has(name)) return call.builder.int(1);
  const value = oneAxis(call, name);
  return value === null ? null : expectPositive(call.lowering, value, call.spanOf(name), call.place(name));
}

function flag(call: FormCall, name: string): boolean | null {
  if (!call.has(name)) return false;
  const value = oneAxis(call, name);
  if (value === null || value.kind === 'error') return null;
  const node = value.kind === 'set' ? call.builder.node(value.node) : null;
  if (node?.kind === 'bool') return node.value;
  call.lowering.report('type-mismatch', call.spanOf(name), `${call.place(name)} must be true or false.`, {
    label: `this is ${describe(value)}`,
  });
  return null;
}

function oneAxis(call: FormCall, name: string): Value | null {
  const value = call.value(name);
  if (value.kind !== 'tuple') return value.kind === 'error' ? null : value;
  if (value.elements.length === 1) return value.elements[0];
  const span: Span = call.spanOf(name);
  notYetCompiled(call.lowering, span, `A neighborhood of ${value.elements.length} axes`, 'grids (`over`)');
  return null;
}

import type { NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { poison, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { optional, required } from './form.ts';
import type { Form, FormCall } from './form.ts';
import { gridOn, gridRegion, perAxis, positiveEach, reportNoGrid } from './grid.ts';
import type { GridAxis } from './grid.ts';
import { clampStart, divides, residuesOf } from './windows.ts';

/**
 * NATTEN's neighbourhood (SHI-Labs/NATTEN, csrc/include/natten/cuda/reference/mask.hpp): queries in groups of `stride`
 * share the window of their leader, windows move inside 0..n-1, and dilation works on the positions of equal residue.
 * On a grid the rule holds on every axis, each with its own window.
 */
export const neighborhoodForm: Form = {
  name: 'neighborhood',
  signatures: [
    'neighborhood(k)',
    'neighborhood(k, stride: s, dilation: d, causal: true)',
    'neighborhood((k, …), stride: (s, …), dilation: (d, …), causal: (c, …), edge: clamp | truncate | wrap)',
  ],
  doc:
    'On each axis, with X = i div d, Y = j div d, d dividing j - i, and L positions of that residue: the leader is ' +
    'min((X div s) s + s div 2, L - 1), the window starts at the leader - k div 2, moved so that its k keys lie in ' +
    '0..L-1. Causal: the leader is min((X div s) s + s - 1, L - 1), Y <= X and leader - Y < k.',
  parameters: [
    required('k', 'int'),
    optional('stride', 'int'),
    optional('dilation', 'int'),
    optional('causal', 'bool'),
    { ...optional('edge', 'word'), words: ['clamp', 'truncate', 'wrap'] },
  ],
  block: false,
  result: 'set',
  lower: lowerNeighborhood,
};

function lowerNeighborhood(call: FormCall): Value {
  const { builder, scope } = call;
  const region = gridRegion(call);
  if (region === 'ambiguous' || region === 'two spaces') {
    reportNoGrid(call, region);
    return poison;
  }
  const plain: GridAxis = { name: 'n', query: scope.query, key: scope.key, length: scope.nk };
  const grid = region === 'plain' ? { axes: [plain], inside: builder.bool(true) } : gridOn(call, region);
  const rank = grid.axes.length;
  const sizes = positiveEach(call, 'k', rank);
  const strides = positiveEach(call, 'stride', rank, 1);
  const dilations = positiveEach(call, 'dilation', rank, 1);
  const causal = flags(call, rank);
  const edge = call.word('edge');
  if (sizes === null || strides === null || dilations === null || causal === null || edge === null) {
    return poison;
  }
  if (edge === 'wrap' && causal.includes(true)) {
    return call.lowering.report(
      'wrap-not-causal',
      call.spanOf('edge'),
      'A causal axis has no ends to join.',
      {
        label: 'wraps around the ends',
        secondary: [{ span: call.spanOf('causal'), text: 'causal' }],
      },
    );
  }
  const windows = grid.axes.map((axis, at): Window => ({
    axis,
    // Inside a part both indices lose the same start, so that the outer difference is the simpler one.
    ahead: region === 'plain' ? scope.ahead : builder.arithmetic('sub', axis.key, axis.query),
    size: sizes[at],
    stride: strides[at],
    dilation: dilations[at],
    causal: causal[at],
  }));
  if (windows.some((window) => isBeyondKernel(call, window))) return poison;
  if (edge === 'clamp' && !causal.includes(true)) rememberWindows(call, windows);
  return set(builder.and(grid.inside, ...windows.map((window) => lowerWindow(call, window, edge))));
}

/** The rule of one axis. */
interface Window {
  readonly axis: GridAxis;
  /** Key minus query. */
  readonly ahead: NodeId;
  readonly size: NodeId;
  readonly stride: NodeId;
  readonly dilation: NodeId;
  readonly causal: boolean;
}

/** Advice is given on windows that slide inward over all positions of undilated axes. */
function rememberWindows({ lowering, builder, scope }: FormCall, windows: readonly Window[]): void {
  const isWhole = builder.node(scope.query).kind === 'query' && builder.node(scope.key).kind === 'key';
  const axes = windows.map(({ axis, size, stride, dilation }) => {
    const [kernel, step] = [lowering.constant(size), lowering.constant(stride)];
    if (kernel === null || step === null || lowering.constant(dilation) !== 1) return null;
    return { name: axis.name, length: builder.finish(axis.length), kernel, stride: step };
  });
  if (isWhole && axes.every((axis) => axis !== null)) lowering.neighborhoods.push({ axes });
}

function isBeyondKernel(call: FormCall, window: Window): boolean {
  const { lowering } = call;
  const [size, step] = [lowering.constant(window.size), lowering.constant(window.stride)];
  if (size === null || step === null || step <= size) return false;
  lowering.report(
    'stride-beyond-kernel',
    call.spanOf('stride'),
    `The stride ${step} is beyond the kernel size ${size}.`,
    {
      label: `must be 1..${size}`,
      secondary: [{ span: call.spanOf('k'), text: `the kernel size is ${size}` }],
      notes: ['queries of a group share one window; a longer group would leave queries without themselves'],
    },
  );
  return true;
}

function lowerWindow(call: FormCall, window: Window, edge: string): NodeId {
  const { builder } = call;
  const { stride, dilation, causal, size } = window;
  const group = residuesOf(call, window.axis, dilation);
  const one = builder.int(1);
  const first = builder.arithmetic('mul', builder.arithmetic('div', group.query, stride), stride);
  const within = causal
    ? builder.arithmetic('sub', stride, one)
    : builder.arithmetic('div', stride, builder.int(2));
  const last = builder.arithmetic('sub', group.length, one);
  const leader = builder.arithmetic('min', builder.arithmetic('add', first, within), last);
  const same = divides(call, dilation, window.ahead);
  if (causal) {
    const reach = builder.compare('lt', builder.arithmetic('sub', leader, group.key), size);
    return builder.and(builder.compare('le', group.key, group.query), reach, same);
  }
  const left = builder.arithmetic('div', size, builder.int(2));
  const wanted = builder.arithmetic('sub', leader, left);
  if (edge === 'wrap') {
    const ring = builder.arithmetic('max', group.length, one);
    const steps = builder.arithmetic('mod', builder.arithmetic('sub', group.key, wanted), ring);
    return builder.and(builder.compare('lt', steps, size), same);
  }
  const start = edge === 'clamp' ? clampStart(call, wanted, size, group.length) : wanted;
  return builder.and(builder.between(start, group.key, builder.arithmetic('add', start, size)), same);
}

/** True or false for every axis; false where `causal` was left out. */
function flags(call: FormCall, rank: number): readonly boolean[] | null {
  if (!call.has('causal')) return new Array<boolean>(rank).fill(false);
  const values = perAxis(call, 'causal', rank);
  if (values === null) return null;
  const found = values.map((value) => call.flagValue('causal', value));
  return found.includes(null) ? null : (found as boolean[]);
}

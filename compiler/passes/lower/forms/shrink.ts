import { partSymbols } from '../../../../runtime/declarations.ts';
import type { BlockRule } from '../../../../runtime/declarations.ts';
import { rewriteInto } from '../../../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../../../runtime/mask/program/nodes.ts';
import type { Expression } from '../../../parser/ast.ts';
import { arraysOf, indexText, indicesOf } from '../values/dependencies.ts';
import { expectReal, expectSet } from '../values/expect.ts';
import { realConstant } from '../values/reals.ts';
import { tokenScope } from '../values/scope.ts';
import type { Scope } from '../values/scope.ts';
import { product } from '../values/space.ts';
import type { Region } from '../values/space.ts';
import { poison, set } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { optional, required } from './form.ts';
import type { Form, FormCall } from './form.ts';
import { axisNamed, gridOf, gridRegion } from './grid.ts';

/** Blocks that are kept whole by how much of them lies in a set; computed on the host when a plan is made. */
export const shrinkForm: Form = {
  name: 'shrink',
  signatures: [
    'shrink(b, any) { S }',
    'shrink(b, all) { S }',
    'shrink(b, columns(denser: x, share: y), canvas: AXIS) { S }',
  ],
  doc:
    'All pairs of the b x b blocks that RULE keeps: any pair of the block is in S; all of its pairs are; or more than the ' +
    'share y of the columns with a pair have more than x b pairs. `canvas: AXIS`, the first axis of its region, cuts the ' +
    'positions into parts of equal AXIS: each pair of parts has ceil(part / b) blocks on each side, from the block in ' +
    'which it begins, and what hangs over is cut; a block stays if any pair of parts keeps it.',
  parameters: [required('b', 'int'), required('rule', 'rule'), optional('canvas', 'axis')],
  block: true,
  result: 'set',
  lower: lowerShrink,
};

function lowerShrink(call: FormCall): Value {
  const { builder, lowering, scope } = call;
  const block = call.positive('b');
  const rule = lowerRule(call, call.written('rule'));
  if (block === null || rule === null) return poison;
  const canvas = canvasOf(call);
  if (canvas === null) return poison;
  for (const size of [block, scope.nk, canvas.start, canvas.length, canvas.count]) {
    if (!isFixed(call, size, 'The grid of blocks')) return poison;
  }
  const written = call.call.block!;
  const inner = partScopeOf(call, canvas);
  const body = expectSet(lowering, call.inside(inner), written.span, 'The body of `shrink`');
  if (body === null || !isFixed(call, body, 'The set of `shrink`', ['query', 'key', 'head'])) return poison;
  const integers = withoutReals(call, builder.finish(body));
  if (integers === null) return poison;
  const perHead = indicesOf(builder, integers).includes('head');
  const name = lowering.derive({
    kind: 'block-mask',
    name: 'blocks',
    positions: builder.finish(scope.nk),
    block: builder.finish(block),
    set: builder.finish(integers),
    perHead,
    rule,
    canvas: {
      start: builder.finish(canvas.start),
      length: builder.finish(canvas.length),
      count: builder.finish(canvas.count),
    },
  });
  const indices = [scope.query, scope.key].map((index) => builder.arithmetic('div', index, block));
  const leading = perHead ? [builder.intern({ kind: 'head' })] : [];
  return set(builder.add({ kind: 'bit', array: name, indices: [...leading, ...indices] }));
}

/**
 * The scope of the set: the nodes `query` and `key` are places inside two parts, whose numbers are the symbols of
 * `partSymbols`. Coordinates are known from these, so that the host reads a plain band where a frame was cut out.
 */
function partScopeOf(call: FormCall, canvas: Canvas): Scope {
  const { builder, scope } = call;
  const sizes = { nk: scope.nk, nq: scope.nk, positions: scope.nk, space: scope.space };
  const plain = { ...tokenScope(builder, scope.file, scope.names), ...sizes };
  const { region, start, length } = canvas;
  if (region === null || scope.space === null) return plain;
  const pinned = [
    { place: plain.query, first: builder.symbol(partSymbols.row) },
    { place: plain.key, first: builder.symbol(partSymbols.column) },
  ].map((at) => {
    const begin = builder.arithmetic('add', start, builder.arithmetic('mul', at.first, length));
    return { ...at, position: builder.arithmetic('add', begin, at.place) };
  });
  const [query, key] = pinned.map(({ position }) => position);
  const ahead = builder.arithmetic('sub', key, query);
  const behind = builder.arithmetic('sub', query, key);
  const regions = scope.space.regions.map((other) => (other === region ? { ...region, pinned } : other));
  return { ...plain, query, key, ahead, behind, space: { ...scope.space, regions } };
}

/** `any`, `all` or `columns(denser: x, share: y)`; null after a report. */
function lowerRule(call: FormCall, written: Expression): BlockRule | null {
  if (written.kind === 'name' && (written.text === 'any' || written.text === 'all'))
    return { kind: written.text };
  if (written.kind === 'call' && written.callee.text === 'columns' && written.block === null) {
    const given = new Map(written.arguments.map(({ name, value }) => [name?.text, value]));
    const [denser, share] = [given.get('denser'), given.get('share')];
    if (given.size === 2 && denser !== undefined && share !== undefined) {
      const [x, y] = [fraction(call, denser), fraction(call, share)];
      return x === null || y === null ? null : { kind: 'columns', denser: x, share: y };
    }
  }
  call.lowering.report('shrink-rule', written.span, '`shrink` needs a rule.', {
    label: 'must be any, all or columns(denser: x, share: y)',
  });
  return null;
}

function fraction(call: FormCall, written: Expression): number | null {
  const { lowering, scope, builder } = call;
  const node = expectReal(lowering, lowering.evaluate(written, scope), written.span, 'A density');
  if (node === null) return null;
  const value = realConstant(builder, node);
  if (value !== null) return value;
  lowering.report('not-constant', written.span, 'A density must be known when the file is compiled.', {
    label: 'known only at launch',
  });
  return null;
}

interface Canvas {
  readonly start: NodeId;
  readonly length: NodeId;
  readonly count: NodeId;
  /** The region that is cut into parts; null for one part of all positions. */
  readonly region: Region | null;
}

/** One part of all positions, or the parts of an axis. */
function canvasOf(call: FormCall): Canvas | null {
  const { builder, scope, lowering } = call;
  if (!call.has('canvas')) {
    return { start: builder.int(0), length: scope.nk, count: builder.int(1), region: null };
  }
  const grid = gridOf(call);
  const axis = grid === null ? null : axisNamed(call, grid, 'canvas');
  const region = gridRegion(call);
  if (grid === null || axis === null || typeof region === 'string') return null;
  if (axis !== grid.axes[0] || region.numbering.kind !== 'row-major') {
    lowering.report('shrink-rule', call.spanOf('canvas'), 'A canvas needs parts that are one stretch each.', {
      label: 'not the first axis of a row-major region',
    });
    return null;
  }
  const rest = grid.axes.slice(1).map(({ length }) => length);
  return { start: region.start, length: product(builder, rest), count: axis.length, region };
}

function isFixed(call: FormCall, node: NodeId, place: string, allowed: readonly string[] = []): boolean {
  const { builder, lowering } = call;
  const index = indicesOf(builder, node).find((found) => !allowed.includes(found));
  const array = allowed.length > 0 ? undefined : arraysOf(builder, node)[0];
  if (index === undefined && array === undefined) return true;
  lowering.report('shrink-not-fixed', call.span, `${place} must be the same for the whole launch.`, {
    label: `depends on \`${index === undefined ? array : indexText[index]}\``,
  });
  return false;
}

/** Reals of sizes and parameters become derived integers; null after a report of one that depends on a position. */
function withoutReals(call: FormCall, program: MaskProgram): NodeId | null {
  const { builder, lowering } = call;
  let failed = false;
  const root = rewriteInto(builder, program, (node) => {
    if (node.kind !== 'round') return undefined;
    const rounded = builder.add(node);
    const [index, ...others] = indicesOf(builder, rounded);
    if (index === 'head' && others.length === 0) {
      const array = lowering.derive({
        kind: 'table',
        name: 'size',
        type: 'int',
        over: 'head',
        size: builder.finish(builder.int(lowering.heads)),
        program: builder.finish(rounded),
      });
      return builder.add({ kind: 'lookup', array, indices: [builder.intern({ kind: 'head' })] });
    }
    if (index !== undefined) {
      failed = true;
      return rounded;
    }
    if (builder.node(rounded).kind === 'int') return rounded;
    const name = lowering.derive({
      kind: 'scalar',
      name: 'size',
      type: 'int',
      program: builder.finish(rounded),
    });
    return builder.symbol(name);
  });
  if (!failed) return root;
  lowering.report('shrink-real', call.call.block!.span, 'The set of `shrink` must be made of integers.', {
    label: 'a real number in it depends on a position',
    help: ['`x <= r / 2^g` is `x * (1 << g) <= r`, which asks for a real number of sizes only'],
  });
  return null;
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Graph } from '../../../compiler/ir/graph.ts';
import type { ScheduledPass } from '../../../compiler/ir/schedule.ts';
import { verifySchedule } from '../../../compiler/ir/verify-schedule.ts';
import type { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../../runtime/mask/program/nodes.ts';
import { layOutTensors } from '../../../runtime/launch/tensor-layout.ts';
import type { TensorLayout } from '../../../runtime/launch/tensor-layout.ts';
import { acquireDevice } from '../../../runtime/node/index.ts';
import { attendBranches } from '../../../runtime/reference/attend-branches.ts';
import type { BranchedProblem } from '../../../runtime/reference/attend-branches.ts';
import { createAttention } from '../../../runtime/webgpu/create-attention.ts';
import { program } from '../../codegen/wgsl/graphs.ts';
import { compileSchedule } from '../../schedules/compile-schedule.ts';
import { branchedGraph } from './branched-graph.ts';
import type { NamedMask } from './branched-graph.ts';
import { gappedStrides, tensorWithGaps, withoutGaps } from './gapped-tensors.ts';
import { smallTiles } from './launch-matrix.ts';
import { maxError } from './window-reference.ts';

let device: GPUDevice;
beforeAll(async () => {
  const found = await acquireDevice({ prefer: 'software', raised: false });
  if (found.kind === 'none') throw new Error(found.reason);
  device = found.device;
});
afterAll(() => device?.destroy());

/** Around the tiles of 8 x 8: no remainder, one, and all but one; more keys than queries and fewer; a prime. */
const sizes: readonly (readonly [nq: number, nk: number])[] = [
  [1, 17],
  [16, 16],
  [17, 17],
  [23, 31],
  [24, 9],
  [61, 61],
];
const batch = 2;

type Test = (b: MaskBuilder, i: NodeId, j: NodeId) => NodeId;
type Live = NamedMask['isLive'];

/** Rows with i mod 5 below head + batch - 1 come first: none, some or all but one in five. */
const first: Test = (b, i) => {
  const grid = b.arithmetic('add', b.add({ kind: 'head' }), b.add({ kind: 'batch' }));
  return b.compare('lt', b.arithmetic('mod', i, b.int(5)), b.arithmetic('sub', grid, b.int(1)));
};
const isFirst = (batch: number, head: number, i: number): boolean => ((i % 5) + 5) % 5 < head + batch - 1;

const everyRow: Test = (b) => b.bool(true);
const near: Test = (b, i, j) => b.between(b.int(-3), b.arithmetic('sub', j, i), b.int(4));
const isNear = (i: number, j: number): boolean => j - i >= -3 && j - i < 4;
const listed: Test = (b, _i, j) => b.compare('eq', b.arithmetic('mod', j, b.int(3)), b.int(1));

const all =
  (...tests: readonly Test[]): Test =>
  (b, i, j) =>
    b.and(...tests.map((test) => test(b, i, j)));
const not =
  (test: Test): Test =>
  (b, i, j) =>
    b.not(test(b, i, j));

const parted = (by: Test = first) => ({ kind: 'parted', first: program(by) }) as const;
const positions = { kind: 'positions' } as const;
const list = { keys: { kind: 'list' }, strategy: 'gathered' } as const;

type Sketch = Pick<ScheduledPass, 'name' | 'queries'> & { readonly test: Test } & Partial<ScheduledPass>;

function passOf({ test, ...rest }: Sketch): ScheduledPass {
  const plain = { branch: 0, keys: positions, strategy: 'dense', column: 0, shapes: [] } as const;
  return { ...plain, state: { reads: false, writes: false }, mask: program(test), ...rest };
}

function relay(sketches: readonly Sketch[]): ScheduledPass[] {
  const last = sketches.length - 1;
  return sketches.map((sketch, at) => ({ ...passOf(sketch), state: { reads: at > 0, writes: at < last } }));
}

/** NaN in the rows of k and v that no query of their batch item sees. */
function spoil(
  values: Float32Array,
  layout: TensorLayout,
  isSeen: (batch: number, j: number) => boolean,
): void {
  const { heads, rows, dim, strides } = layout;
  for (let b = 0; b < batch; b++) {
    for (let j = 0; j < rows; j++) {
      if (isSeen(b, j)) continue;
      for (let head = 0; head < heads; head++) {
        const at = b * strides.batch + head * strides.head + j * strides.row;
        values.fill(NaN, at, at + dim);
      }
    }
  }
}

/** Launches at every size and holds out and lse against float64. */
async function check(
  graph: Graph,
  passes: readonly ScheduledPass[],
  branches: readonly Live[],
): Promise<void> {
  const schedule = { kind: 'schedule', graph, passes, alternatives: [] } as const;
  expect(verifySchedule(schedule)).toEqual([]);
  const descriptor = compileSchedule(schedule, [smallTiles]);
  const attention = createAttention(device, descriptor, { target: 'software' });
  const { heads, kvHeads, dim, dimV, combine } = descriptor;
  for (const [nq, nk] of sizes) {
    const strides = gappedStrides(descriptor, nq, nk);
    const layouts = layOutTensors(descriptor, { batch, nq, nk }, { strides });
    const tensors = {
      q: tensorWithGaps(layouts.q, 1),
      k: tensorWithGaps(layouts.k, 2),
      v: tensorWithGaps(layouts.v, 3),
    };
    const isSeen = (b: number, j: number): boolean =>
      Array.from({ length: heads * nq }).some((_, at) =>
        branches.some((isLive) => isLive(b, at % heads, Math.floor(at / heads) + nk - nq, j)),
      );
    for (const side of ['k', 'v'] as const) spoil(tensors[side], layouts[side], isSeen);
    const { out, lse } = await attention.forward(tensors, { batch, nq, nk, strides });
    const problem: BranchedProblem = {
      ...{ batch, heads, kvHeads, nq, nk, dim, dimV, strides, combine, ...tensors },
      offset: nk - nq,
      branches,
      score: { scale: 0.125 },
    };
    const reference = attendBranches(problem);
    const where = `${nq} x ${nk}`;
    expect(maxError(withoutGaps(layouts.out, out as Float32Array), reference.out), where).toBeLessThan(1e-5);
    if (combine !== 'concat') expect(maxError(lse!, reference.lse), where).toBeLessThan(2e-5);
  }
  attention.destroy();
}

const named = (name: string, test: Test, isLive: Live): NamedMask => ({ name, mask: program(test), isLive });
const single = (test: Test): Graph => branchedGraph([named('all', test, () => true)], 'single');

describe('parted rows', () => {
  test('of which those that come first have keys, the others none', async () => {
    const test = all(first, near);
    const live: Live = (b, head, i, j) => isFirst(b, head, i) && isNear(i, j);
    await check(single(test), [passOf({ name: 'all', test, queries: parted() })], [live]);
  });

  test('of which those that come last have more', async () => {
    const test: Test = (b, i, j) => b.or(near(b, i, j), all(not(first), listed)(b, i, j));
    const live: Live = (b, head, i, j) => isNear(i, j) || (!isFirst(b, head, i) && j % 3 === 1);
    await check(single(test), [passOf({ name: 'all', test, queries: parted() })], [live]);
  });

  test.each([
    ['every row comes first', everyRow],
    ['no row comes first', not(everyRow)],
  ])('where %s', async (_name, by) => {
    const live: Live = (_b, _head, i, j) => isNear(i, j);
    await check(single(near), [passOf({ name: 'all', test: near, queries: parted(by) })], [live]);
  });

  test('over listed keys', async () => {
    const test = all(first, listed);
    const live: Live = (b, head, i, j) => isFirst(b, head, i) && j % 3 === 1;
    await check(single(test), [passOf({ name: 'all', test, queries: parted(), ...list })], [live]);
  });

  test('between passes that hand the state on', async () => {
    const whole: Test = (b, i, j) => b.or(near(b, i, j), listed(b, i, j), first(b, i, j));
    const passes = relay([
      { name: 'near', test: near, queries: positions },
      { name: 'rows', test: all(first, not(near)), queries: parted() },
      { name: 'list', test: all(not(first), listed, not(near)), queries: parted(listedRows), ...list },
    ]);
    const live: Live = (b, head, i, j) => isNear(i, j) || j % 3 === 1 || isFirst(b, head, i);
    await check(single(whole), passes, [live]);
  });

  const rows = all(first, near);
  const isInRows: Live = (b, head, i, j) => isFirst(b, head, i) && isNear(i, j);
  const isListed: Live = (_b, _head, _i, j) => j % 3 === 1;
  const branches = [named('rows', rows, isInRows), named('list', listed, isListed)];
  const sketches: Sketch[] = [
    { name: 'rows', test: rows, queries: parted(), branch: 0 },
    { name: 'list', test: listed, queries: parted(listedRows), branch: 1, ...list },
  ];

  test('of several attends that are merged', async () => {
    await check(branchedGraph(branches, 'merge'), relay(sketches), [isInRows, isListed]);
  });

  test('of several attends side by side', async () => {
    const graph = branchedGraph(branches, 'concat');
    const passes = sketches.map((sketch, at) => passOf({ ...sketch, column: at * graph.dimV }));
    await check(graph, passes, [isInRows, isListed]);
  });
});

/** Every second row, of all heads. */
function listedRows(b: MaskBuilder, i: NodeId): NodeId {
  return b.compare('eq', b.arithmetic('mod', i, b.int(2)), b.int(1));
}

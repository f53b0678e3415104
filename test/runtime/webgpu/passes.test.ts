import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Combine, Graph } from '../../../compiler/ir/graph.ts';
import { schedulePlainly } from '../../../compiler/passes/schedule-plainly.ts';
import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import { layOutTensors } from '../../../runtime/launch/tensor-layout.ts';
import { acquireDevice } from '../../../runtime/node/index.ts';
import { attendBranches } from '../../../runtime/reference/attend-branches.ts';
import { createAttention } from '../../../runtime/webgpu/create-attention.ts';
import { Random } from '../../fuzz/random.ts';
import { compileSchedule } from '../../schedules/compile-schedule.ts';
import { describePass } from '../../schedules/describe-schedule.ts';
import { forceSchedule } from '../../schedules/force-schedule.ts';
import { branchedGraph, namedMasks } from './branched-graph.ts';
import type { NamedMask } from './branched-graph.ts';
import { gappedStrides, tensorWithGaps, withoutGaps } from './gapped-tensors.ts';
import { smallTiles } from './launch-matrix.ts';
import { maxError } from './window-reference.ts';

let device: GPUDevice;
beforeAll(async () => {
  // Default limits suffice for every kernel.
  const found = await acquireDevice({ prefer: 'software', raised: false });
  if (found.kind === 'none') throw new Error(found.reason);
  device = found.device;
});
afterAll(() => device?.destroy());

const { band, strided, firstOfHead } = namedMasks;

/** Around the tiles of 8 x 8: a remainder of one and of all but one, more keys than queries and fewer. */
const sizes: readonly (readonly [nq: number, nk: number])[] = [
  [1, 17],
  [17, 17],
  [23, 31],
  [24, 9],
];

/** Launches at every size on tensors with NaN between the rows, and holds out and lse against float64. */
async function check(descriptor: AttentionDescriptor, masks: readonly NamedMask[]): Promise<void> {
  const attention = createAttention(device, descriptor, { target: 'software' });
  const batch = 2;
  for (const [nq, nk] of sizes) {
    const strides = gappedStrides(descriptor, nq, nk);
    const layouts = layOutTensors(descriptor, { batch, nq, nk }, { strides });
    const tensors = {
      q: tensorWithGaps(layouts.q, 1),
      k: tensorWithGaps(layouts.k, 2),
      v: tensorWithGaps(layouts.v, 3),
    };
    const { out, lse, kernels } = await attention.forward(tensors, { batch, nq, nk, strides });
    const { heads, kvHeads, dim, dimV, combine } = descriptor;
    const reference = attendBranches({
      ...{ batch, heads, kvHeads, nq, nk, dim, dimV, strides, combine, ...tensors },
      offset: nk - nq,
      branches: masks.map(({ isLive }) => isLive),
      score: { scale: 0.125 },
    });
    const where = `${nq} x ${nk}, ${descriptor.passes.map(describePass).join('\n')}`;
    expect(kernels).toHaveLength(descriptor.passes.length);
    const found = withoutGaps(layouts.out, out as Float32Array);
    expect(maxError(found, reference.out), where).toBeLessThan(1e-5);
    if (combine === 'concat') expect(lse).toBeUndefined();
    else expect(maxError(lse!, reference.lse), where).toBeLessThan(2e-5);
  }
  attention.destroy();
}

const named = ([combine, masks]: readonly [Combine, readonly NamedMask[]]) => ({
  combine,
  masks,
  names: masks.map(({ name }) => name).join(', '),
});

const plain = (graph: Graph): AttentionDescriptor => compileSchedule(schedulePlainly(graph), [smallTiles]);

describe('several attends, one pass each', () => {
  const cases: readonly (readonly [Combine, readonly NamedMask[]])[] = [
    ['merge', [band, strided]],
    ['merge', [firstOfHead, band, firstOfHead]],
    ['concat', [strided, firstOfHead]],
    ['concat', [firstOfHead, band, strided]],
  ];
  test.each(cases.map(named))('$combine of $names', async ({ combine, masks }) => {
    await check(plain(branchedGraph(masks, combine)), masks);
  });

  test('merge in the other layout', async () => {
    await check(plain(branchedGraph([strided, band], 'merge', { layout: 'bnhd' })), [strided, band]);
  });
});

describe('forced passes and views', () => {
  const graphs: readonly (readonly [Combine, readonly NamedMask[]])[] = [
    ['single', [band]],
    ['single', [strided]],
    ['single', [firstOfHead]],
    ['merge', [firstOfHead, strided]],
    ['concat', [band, firstOfHead]],
  ];
  const cases = graphs.flatMap((graph) => [1, 2, 3].map((seed) => ({ ...named(graph), seed })));
  test.each(cases)('$combine of $names, seed $seed', async ({ combine, masks, seed }) => {
    const schedule = forceSchedule(branchedGraph(masks, combine), [smallTiles], new Random(seed));
    await check(compileSchedule(schedule, [smallTiles]), masks);
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { schedulePlainly } from '../../../compiler/passes/schedule-plainly.ts';
import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import { SparsecError } from '../../../runtime/errors.ts';
import { DeviceError } from '../../../runtime/launch/device-error.ts';
import { acquireNullDevice } from '../../../runtime/node/index.ts';
import { createAttention } from '../../../runtime/webgpu/create-attention.ts';
import { BufferUsage } from '../../../runtime/webgpu/usage.ts';
import { compileSchedule } from '../../schedules/compile-schedule.ts';
import { branchedGraph, namedMasks } from './branched-graph.ts';
import { smallTiles } from './launch-matrix.ts';

const { band, strided } = namedMasks;

let device: GPUDevice;
beforeEach(async () => {
  device = (await acquireNullDevice({ raised: false })).device;
});
afterEach(() => device.destroy());

function descriptorOf(combine: 'merge' | 'concat', masks = [band, strided]): AttentionDescriptor {
  return compileSchedule(schedulePlainly(branchedGraph(masks, combine)), [smallTiles]);
}

async function refusalOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('plans of several passes', () => {
  test('every pass has its kernel, its block, its dispatch and its statistics', async () => {
    const attention = createAttention(device, descriptorOf('merge'), { target: 'software' });
    const { launch } = await attention.plan({ nq: 20, nk: 30 });
    expect(launch.passes.map(({ kernel }) => kernel.name)).toEqual([
      'attend_band0_software_8x8',
      'attend_strided1_software_8x8',
    ]);
    expect(launch.passes.map(({ workgroups }) => workgroups)).toEqual([
      [3, 4, 1],
      [3, 4, 1],
    ]);
    const [bounds, table] = launch.passes.map(({ statistics }) => statistics);
    expect(bounds).toEqual([]);
    // Queries 10 .. 29 in tiles of 8: the first reaches 3 of the 4 key tiles, the others all. Heads share the table.
    expect(table).toMatchObject([{ kind: 'runs', listedKeys: null, fullTiles: 0, partialTiles: 11 }]);
    // Accumulators, maximum, sum and two words for every row of every head.
    expect(launch.stateBytes).toBe(4 * 20 * (8 + 4) * 4);
    attention.destroy();
  });

  test('no state where every branch has one pass and a softmax of its own', async () => {
    const attention = createAttention(device, descriptorOf('concat'), { target: 'software' });
    const plan = await attention.plan({ nq: 9, nk: 9 });
    expect([plan.launch.stateBytes, plan.state]).toEqual([0, null]);
    expect(plan.launch.layouts.out.dim).toBe(16);
    attention.destroy();
  });

  test('a state over the limit of the device names the limit and both values', async () => {
    const attention = createAttention(device, descriptorOf('merge', [band, band]), { target: 'software' });
    const allowed = device.limits.maxStorageBufferBindingSize;
    const rows = Math.floor(allowed / (4 * 12 * 4)) + 1;
    const error = await refusalOf(attention.plan({ nq: rows, nk: rows }));
    expect(error).toBeInstanceOf(DeviceError);
    expect(error).toMatchObject({
      kind: 'limit',
      subject: 'maxStorageBufferBindingSize',
      message: `test: state between passes needs maxStorageBufferBindingSize ${rows * 192}, this device allows ${allowed}`,
    });
    attention.destroy();
  });

  test('buffers of a plan, the state among them, go with it', async () => {
    const attention = createAttention(device, descriptorOf('merge'), { target: 'software' });
    const alive = new Set<GPUBuffer>();
    const { createBuffer } = device;
    device.createBuffer = (options) => {
      const buffer = createBuffer.call(device, options);
      const { destroy } = buffer;
      buffer.destroy = () => {
        alive.delete(buffer);
        return destroy.call(buffer);
      };
      alive.add(buffer);
      return buffer;
    };
    const plan = await attention.plan({ nq: 9, nk: 9 });
    expect([...alive].map(({ label }) => label)).toEqual([
      'test parameters, pass band0',
      'test parameters, pass strided1',
      'test arrays and tables',
      'test state',
    ]);
    plan.destroy();
    expect(alive.size).toBe(0);
    attention.destroy();
  });
});

describe('lse of branches that stand side by side', () => {
  test('a descriptor that asks for it is refused', () => {
    const descriptor: AttentionDescriptor = { ...descriptorOf('concat'), outputs: ['out', 'lse'] };
    expect(() => createAttention(device, descriptor)).toThrow(
      new SparsecError('unknown', 'lse', 'test has no lse: its branches have a softmax each'),
    );
  });

  test('a buffer for it is refused', async () => {
    const attention = createAttention(device, descriptorOf('concat'), { target: 'software' });
    const storage = (size: number) => device.createBuffer({ size, usage: BufferUsage.STORAGE });
    const tensors = {
      q: storage(512),
      k: storage(256),
      v: storage(128),
      out: storage(512),
      lse: storage(32),
    };
    const error = await refusalOf(attention.forward(tensors, { nq: 2, nk: 2 }));
    expect(error).toMatchObject({
      code: 'unknown',
      argument: 'lse',
      message: 'lse is given, and test has none: its branches have a softmax each',
    });
    attention.destroy();
  });

  test('an out of one branch only is too small', async () => {
    const attention = createAttention(device, descriptorOf('concat'), { target: 'software' });
    const storage = (size: number) => device.createBuffer({ size, usage: BufferUsage.STORAGE });
    const tensors = { q: storage(512), k: storage(256), v: storage(128), out: storage(256) };
    const error = await refusalOf(attention.forward(tensors, { nq: 2, nk: 2 }));
    expect(error).toMatchObject({
      argument: 'out',
      message: 'out has 256 bytes, 1 x 4 x 2 x 16 elements of 4 bytes need 512',
    });
    attention.destroy();
  });
});

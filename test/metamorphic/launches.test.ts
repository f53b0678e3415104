import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireDevice } from '../../runtime/node/index.ts';
import { createAttention, type Attention } from '../../runtime/webgpu/create-attention.ts';
import { BufferUsage, MAP_MODE_READ } from '../../runtime/webgpu/usage.ts';
import { specimens } from '../mutants/specimens.ts';
import { sequence } from '../runtime/webgpu/window-reference.ts';

const { descriptor, nq, nk } = specimens.relay;
const { heads, kvHeads, dim, dimV } = descriptor;
const SIZE = { q: heads * nq * dim, k: kvHeads * nk * dim, v: kvHeads * nk * dimV, out: heads * nq * dimV };

let device: GPUDevice;
let attention: Attention;
beforeAll(async () => {
  const found = await acquireDevice({ prefer: 'software' });
  if (found.kind === 'none') throw new Error(found.reason);
  device = found.device;
  attention = createAttention(device, descriptor, { target: 'software' });
});
afterAll(() => device?.destroy());

const tensorsOf = (batch: number, seed: number) => ({
  q: sequence(batch * SIZE.q, seed),
  k: sequence(batch * SIZE.k, seed + 1),
  v: sequence(batch * SIZE.v, seed + 2),
});

/** Passes add up in a fixed order: results are equal to the bit. */
describe('launches of three passes that hand a state on', () => {
  test('twice the same, and as the sequences of the batch alone', async () => {
    const tensors = tensorsOf(2, 1);
    const first = await attention.forward(tensors, { batch: 2, nq, nk });
    const again = await attention.forward(tensors, { batch: 2, nq, nk });
    expect([again.out, again.lse]).toEqual([first.out, first.lse]);
    for (const b of [0, 1]) {
      const part = (values: Float32Array) =>
        values.slice((b * values.length) / 2, ((b + 1) * values.length) / 2);
      const alone = await attention.forward(
        { q: part(tensors.q), k: part(tensors.k), v: part(tensors.v) },
        { nq, nk },
      );
      expect(alone.out).toEqual(part(first.out as Float32Array));
      expect(alone.lse).toEqual(part(first.lse!));
    }
  });

  test('two launches of one plan in one encoder do not mix their states', async () => {
    const plan = await attention.plan({ nq, nk });
    const encoder = device.createCommandEncoder();
    const buffer = (bytes: number, usage: number) => device.createBuffer({ size: bytes, usage });
    const launches = [10, 20].map((seed) => {
      const tensors = tensorsOf(1, seed);
      const upload = (values: Float32Array) => {
        const target = buffer(values.byteLength, BufferUsage.STORAGE | BufferUsage.COPY_DST);
        device.queue.writeBuffer(target, 0, values as Float32Array<ArrayBuffer>);
        return target;
      };
      const out = buffer(4 * SIZE.out, BufferUsage.STORAGE | BufferUsage.COPY_SRC);
      const lse = buffer(4 * heads * nq, BufferUsage.STORAGE);
      const readable = buffer(4 * SIZE.out, BufferUsage.MAP_READ | BufferUsage.COPY_DST);
      attention.encode(encoder, plan, {
        ...{ q: upload(tensors.q), k: upload(tensors.k), v: upload(tensors.v) },
        ...{ out, lse },
      });
      encoder.copyBufferToBuffer(out, 0, readable, 0, 4 * SIZE.out);
      return { tensors, readable };
    });
    device.queue.submit([encoder.finish()]);
    for (const { tensors, readable } of launches) {
      await readable.mapAsync(MAP_MODE_READ);
      const found = new Float32Array(readable.getMappedRange().slice(0));
      const { out } = await attention.forward(tensors, { plan });
      expect(found).toEqual(out);
    }
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireDevice } from '../../../runtime/node/index.ts';
import { createAttention } from '../../../runtime/webgpu/create-attention.ts';
import { BufferUsage } from '../../../runtime/webgpu/usage.ts';
import { windowFixture } from './window-fixture.ts';
import { maxError, sequence, windowReference } from './window-reference.ts';

let device: GPUDevice;
let close: () => void;

beforeAll(async () => {
  const found = await acquireDevice();
  if (found.kind === 'none') throw new Error(found.reason);
  device = found.device;
  close = () => found.close();
});
afterAll(() => close?.());

describe('forward on typed arrays', () => {
  const descriptor = windowFixture();
  test.each([
    { batch: 1, nq: 1, nk: 1, w: 4 },
    { batch: 2, nq: 17, nk: 17, w: 5 },
    { batch: 1, nq: 9, nk: 31, w: 3 },
    { batch: 3, nq: 31, nk: 7, w: 4 },
  ])('batch $batch, nq $nq, nk $nk, w $w', async (sizes) => {
    const tensors = tensorsFor(sizes);
    const attention = createAttention(device, descriptor);
    const result = await attention.forward(tensors, { batch: sizes.batch, launch: { w: sizes.w } });
    const truth = windowReference(descriptor, sizes, tensors);
    expect(maxError(result.out, truth.out)).toBeLessThan(1e-6);
    expect(maxError(result.lse!, truth.lse)).toBeLessThan(1e-5);
    expect(result.milliseconds).toBeNull();
    expect(result.kernels).toEqual(['attend']);
    attention.destroy();
  });

  test('bnhd gives the same rows in the other order', async () => {
    const sizes = { batch: 2, nq: 12, nk: 12, w: 4 };
    const tensors = tensorsFor(sizes);
    const attention = createAttention(device, descriptor);
    const turned = {
      q: swapAxes(tensors.q, 2, 2, 12, 8),
      k: swapAxes(tensors.k, 2, 1, 12, 8),
      v: swapAxes(tensors.v, 2, 1, 12, 4),
    };
    const result = await attention.forward(turned, { batch: 2, layout: 'bnhd' });
    const truth = windowReference(descriptor, sizes, tensors).out;
    expect(maxError(swapAxes(result.out as Float32Array, 2, 12, 2, 4), truth)).toBeLessThan(1e-6);
    attention.destroy();
  });

  test('more query tiles than a dispatch has in x', async () => {
    const narrow = windowFixture({ heads: 1, dim: 4, lse: false });
    const attention = createAttention(device, narrow);
    const n = 65535 * 8 + 9;
    const tensors = { q: sequence(n * 4, 1), k: sequence(n * 4, 2), v: sequence(n * 4, 3) };
    const plan = await attention.plan({ nq: n, nk: n });
    expect(plan.launch.passes[0].workgroups).toEqual([65535, 1, 2]);
    const { out } = await attention.forward(tensors, { plan });
    const tail = (data: Float32Array): Float32Array => data.subarray((n - 20) * 4);
    const end = { q: tail(tensors.q), k: tail(tensors.k), v: tail(tensors.v) };
    const truth = windowReference(narrow, { batch: 1, nq: 20, nk: 20, w: 4 }, end);
    // The first rows of the part see less than they did in the whole.
    expect(maxError(tail(out as Float32Array).subarray(16), truth.out.subarray(16))).toBeLessThan(1e-6);
    attention.destroy();
  });

  test('time: true measures on the GPU', async () => {
    const attention = createAttention(device, descriptor);
    const { milliseconds } = await attention.forward(tensorsFor({ batch: 1, nq: 64, nk: 64 }), {
      time: true,
    });
    expect(milliseconds).toBeGreaterThan(0);
    attention.destroy();
  });
});

describe('the caller’s buffers', () => {
  const descriptor = windowFixture();
  const sizes = { batch: 1, nq: 20, nk: 20, w: 4 };
  const storage = BufferUsage.STORAGE | BufferUsage.COPY_DST | BufferUsage.COPY_SRC;

  test('encode joins an encoder, honours offsets and writes nothing beside its tensors', async () => {
    const attention = createAttention(device, descriptor);
    const tensors = tensorsFor(sizes);
    const plan = await attention.plan(sizes);
    const buffer = (data: Float32Array): GPUBuffer => upload(device, data, storage);
    const outBytes = 2 * 20 * 4 * 4;
    const marked = new Float32Array(256 / 4 + outBytes / 4 + 64).fill(7);
    const out = buffer(marked);
    const lse = buffer(new Float32Array(2 * 20));
    const encoder = device.createCommandEncoder();
    attention.encode(encoder, plan, {
      q: buffer(tensors.q),
      k: buffer(tensors.k),
      v: buffer(tensors.v),
      out: { buffer: out, offset: 256 },
      lse,
    });
    device.queue.submit([encoder.finish()]);
    const written = await download(device, out);
    const truth = windowReference(descriptor, sizes, tensors);
    expect(maxError(written.subarray(64, 64 + outBytes / 4), truth.out)).toBeLessThan(1e-6);
    expect(
      [...written.subarray(0, 64), ...written.subarray(64 + outBytes / 4)].every((value) => value === 7),
    ).toBe(true);
    expect(maxError(await download(device, lse), truth.lse)).toBeLessThan(1e-5);
    attention.destroy();
  });

  test('rows between the strides of out stay as they are', async () => {
    const attention = createAttention(device, descriptor);
    const tensors = tensorsFor(sizes);
    const wide = { batch: 0, head: 20 * 8, row: 8 };
    const out = upload(device, new Float32Array(2 * 20 * 8).fill(7), storage);
    await attention.forward(
      {
        q: upload(device, tensors.q, storage),
        k: upload(device, tensors.k, storage),
        v: upload(device, tensors.v, storage),
        out,
        lse: upload(device, new Float32Array(40), storage),
      },
      { nq: 20, nk: 20, strides: { out: wide } },
    );
    const written = await download(device, out);
    const truth = windowReference(descriptor, sizes, tensors).out;
    for (let row = 0; row < 40; row++) {
      expect(
        maxError(written.subarray(row * 8, row * 8 + 4), truth.subarray(row * 4, row * 4 + 4)),
      ).toBeLessThan(1e-6);
      expect([...written.subarray(row * 8 + 4, row * 8 + 8)]).toEqual([7, 7, 7, 7]);
    }
    attention.destroy();
  });
});

function tensorsFor({ batch, nq, nk }: { batch: number; nq: number; nk: number }): {
  q: Float32Array;
  k: Float32Array;
  v: Float32Array;
} {
  return {
    q: sequence(batch * 2 * nq * 8, 1),
    k: sequence(batch * nk * 8, 2),
    v: sequence(batch * nk * 4, 3),
  };
}

/** [batch, a, b, dim] to [batch, b, a, dim]. */
function swapAxes(data: Float32Array, batch: number, a: number, b: number, dim: number): Float32Array {
  const turned = new Float32Array(data.length);
  for (let n = 0; n < batch; n++) {
    for (let x = 0; x < a; x++) {
      for (let y = 0; y < b; y++) {
        const from = ((n * a + x) * b + y) * dim;
        turned.set(data.subarray(from, from + dim), ((n * b + y) * a + x) * dim);
      }
    }
  }
  return turned;
}

function upload(onto: GPUDevice, data: Float32Array, usage: number): GPUBuffer {
  const buffer = onto.createBuffer({ size: data.byteLength, usage });
  onto.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
  return buffer;
}

async function download(from: GPUDevice, buffer: GPUBuffer): Promise<Float32Array> {
  const readable = from.createBuffer({
    size: buffer.size,
    usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST,
  });
  const encoder = from.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, readable, 0, buffer.size);
  from.queue.submit([encoder.finish()]);
  await readable.mapAsync(1);
  const copy = new Float32Array(readable.getMappedRange().slice(0));
  readable.destroy();
  return copy;
}

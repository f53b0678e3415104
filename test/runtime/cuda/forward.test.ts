import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCudaAttention, type AcquiredCuda, type CudaBuffer } from '../../../runtime/cuda/index.ts';
import { maxError, windowReference } from '../webgpu/window-reference.ts';
import { BFLOAT_ERROR, bfloatTensors, numbersOf } from './bfloat-tensors.ts';
import { freshDevice, whyNot, type OpenStub } from './stubbed-device.ts';
import { cudaWindowFixture } from './window-fixture.ts';

describe.skipIf(whyNot)(`on the stub driver ${whyNot}`, () => {
  const descriptor = cudaWindowFixture();
  let cuda: AcquiredCuda;
  let stub: OpenStub;
  let alive: number;

  beforeEach(async () => {
    ({ cuda, stub } = await freshDevice());
    alive = stub.alive();
  });
  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    expect({ used: stub.used(), alive: stub.alive() }).toEqual({ used: 0, alive });
    cuda.close();
  });

  test.each([
    { batch: 1, nq: 1, nk: 1, w: 4 },
    { batch: 1, nq: 20, nk: 20, w: 4 },
    { batch: 2, nq: 7, nk: 33, w: 100 },
    { batch: 3, nq: 16, nk: 16, w: 1 },
  ])('typed arrays: %o', async (sizes) => {
    const attention = createCudaAttention(cuda.device, descriptor);
    const { stored, numbers } = bfloatTensors(sizes);
    const options = { batch: sizes.batch, launch: { w: sizes.w }, time: true };
    const { out, lse, milliseconds, kernels } = await attention.forward(stored, options);
    const truth = windowReference(descriptor, sizes, numbers);
    expect(maxError(numbersOf(out), truth.out)).toBeLessThan(BFLOAT_ERROR);
    expect(maxError(lse!, truth.lse)).toBeLessThan(1e-5);
    expect(milliseconds).toBeGreaterThan(0);
    expect(kernels).toEqual(['attend']);
    attention.destroy();
  });

  test('the axes of a request reach the kernel, as do strides between rows', async () => {
    const attention = createCudaAttention(cuda.device, descriptor);
    const sizes = { batch: 1, nq: 9, nk: 9, w: 4 };
    const { stored, numbers } = bfloatTensors(sizes);
    const memory = uploadAll(cuda, stored, { out: 2 * 9 * 24 * 2, lse: 2 * 9 * 4 });
    const strides = { out: { batch: 0, head: 24, row: 48 } };
    await attention.forward(memory, { nq: 9, nk: 9, strides });
    const written = new Uint16Array(2 * 9 * 24);
    await cuda.device.download(memory.out, written);
    const truth = windowReference(descriptor, sizes, numbers).out;
    for (let head = 0; head < 2; head++) {
      for (let row = 0; row < 9; row++) {
        const at = row * 48 + head * 24;
        const expected = truth.subarray((head * 9 + row) * 16, (head * 9 + row + 1) * 16);
        expect(maxError(numbersOf(written.subarray(at, at + 16)), expected)).toBeLessThan(BFLOAT_ERROR);
        expect([...written.subarray(at + 16, at + 24)]).toEqual(Array(8).fill(0xffff));
      }
    }
    freeAll(memory);
    attention.destroy();
  });

  test('enqueue launches into a stream of the caller, onto parts of its memory, and returns at once', async () => {
    const attention = createCudaAttention(cuda.device, descriptor);
    const sizes = { batch: 1, nq: 20, nk: 20, w: 4 };
    const { stored, numbers } = bfloatTensors(sizes);
    const plan = await attention.plan({ nq: 20, nk: 20 });
    const stream = cuda.device.createStream();
    const bytes = 2 * 20 * 16 * 2;
    const memory = uploadAll(cuda, stored, { out: 64 + bytes + 64, lse: 2 * 20 * 4 });
    cuda.device.synchronize();
    const [before, after] = [cuda.device.createEvent(), cuda.device.createEvent()];
    cuda.device.record(before, stream);
    attention.enqueue(stream, plan, { ...memory, out: memory.out.part(64, bytes) });
    cuda.device.record(after, stream);
    expect(stub.calls().at(-2)).toMatch(/^cuLaunchKernel attend 3 2 1 128 1 1 60000$/);
    await cuda.device.passed(after);
    expect(cuda.device.elapsed(before, after)).toBeGreaterThan(0);
    const written = new Uint16Array(32 + bytes / 2 + 32);
    await cuda.device.download(memory.out, written, stream);
    const truth = windowReference(descriptor, sizes, numbers);
    expect(maxError(numbersOf(written.subarray(32, 32 + bytes / 2)), truth.out)).toBeLessThan(BFLOAT_ERROR);
    expect([...written.subarray(0, 32), ...written.subarray(32 + bytes / 2)]).toEqual(Array(64).fill(0xffff));
    for (const event of [before, after]) cuda.device.destroyEvent(event);
    cuda.device.destroyStream(stream);
    freeAll(memory);
    attention.destroy();
  });

  test('code is loaded once, shared memory is asked for once, a plan serves many launches', async () => {
    const attention = createCudaAttention(cuda.device, descriptor);
    const { stored } = bfloatTensors({ batch: 1, nq: 20, nk: 20 });
    const results = await Promise.all([1, 2, 3].map(() => attention.forward(stored)));
    expect(results[1].out).toEqual(results[0].out);
    const plan = await attention.plan({ nq: 20, nk: 20 });
    expect((await attention.forward(stored, { plan })).out).toEqual(results[0].out);
    const count = (name: string) => stub.calls().filter((line) => line.startsWith(name)).length;
    expect(count('cuModuleLoadData')).toBe(1);
    expect(count('cuFuncSetAttribute 8 60000')).toBe(1);
    expect(count('cuLaunchKernel')).toBe(4);
    expect(plan.passes[0].kernel).toMatchObject({
      origin: 'cubin for sm_90a',
      facts: { registers: 128, localBytes: 0 },
    });
    expect(stub.options()).toBe('--gpu-architecture=sm_90a --std=c++17');
    expect(stub.programs()).toBe(0);
    attention.destroy();
  });

  test('a kernel of few shared bytes asks for none', async () => {
    const attention = createCudaAttention(
      cuda.device,
      cudaWindowFixture({ kernels: [{ sharedBytes: 4096 }] }),
    );
    await attention.plan({ nq: 20, nk: 20 });
    expect(stub.calls().filter((line) => line.startsWith('cuFuncSetAttribute'))).toEqual([]);
    attention.destroy();
  });

  test('persistent blocks fill the device and no more', async () => {
    const kernels = [{ grid: { kind: 'persistent', blocksPerUnit: 2 } as const }];
    const attention = createCudaAttention(cuda.device, cudaWindowFixture({ kernels }));
    expect((await attention.plan({ nq: 1, nk: 1 })).passes[0].blocks).toEqual([2, 1]);
    expect((await attention.plan({ nq: 800, nk: 800 })).passes[0].blocks).toEqual([8, 1]);
    attention.destroy();
  });

  test('plans that fall out of the cache give their memory back, those in use at their end', async () => {
    const attention = createCudaAttention(cuda.device, cudaWindowFixture({ lse: false }));
    const sizes = Array.from({ length: 40 }, (_, at) => at + 1);
    const outs = await Promise.all(
      sizes.map(async (n) => (await attention.forward(bfloatTensors({ batch: 1, nq: n, nk: n }).stored)).out),
    );
    outs.forEach((out, at) => {
      const { numbers } = bfloatTensors({ batch: 1, nq: at + 1, nk: at + 1 });
      const truth = windowReference(descriptor, { batch: 1, nq: at + 1, nk: at + 1, w: 4 }, numbers);
      expect(maxError(numbersOf(out), truth.out)).toBeLessThan(BFLOAT_ERROR);
    });
    attention.destroy();
  });
});

type Memory = Record<'q' | 'k' | 'v' | 'out' | 'lse', CudaBuffer>;

function uploadAll(
  { device }: AcquiredCuda,
  stored: Record<'q' | 'k' | 'v', Uint16Array>,
  outputs: { readonly out: number; readonly lse: number },
): Memory {
  const inputs = Object.entries(stored).map(([name, data]) => {
    const buffer = device.allocate(data.byteLength, name);
    device.upload(buffer, data);
    return [name, buffer];
  });
  return {
    ...Object.fromEntries(inputs),
    out: device.allocate(outputs.out),
    lse: device.allocate(outputs.lse),
  };
}

function freeAll(memory: Memory): void {
  for (const buffer of Object.values(memory)) buffer.free();
}

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CudaError,
  SparsecError,
  createCudaAttention,
  type AcquiredCuda,
} from '../../../runtime/cuda/index.ts';
import { prepareCudaLaunch } from '../../../runtime/launch/prepare-cuda-launch.ts';
import { maxError } from '../webgpu/window-reference.ts';
import { BFLOAT_ERROR, numbersOf } from './bfloat-tensors.ts';
import { passesFixture } from './passes-fixture.ts';
import { freshDevice, whyNot, type OpenStub } from './stubbed-device.ts';
import { numberToBfloat } from '../../../cli/formats/bfloat.ts';

const passes = 3;
const descriptor = passesFixture(passes);
const first = descriptor.passes.map((pass) => pass.kernels[0]);

describe('prepareCudaLaunch', () => {
  test('counts blocks and packs parameters for every pass', () => {
    const launch = prepareCudaLaunch(descriptor, first, { batch: 3, nq: 33, nk: 33 });
    expect(launch.passes.map(({ work }) => work)).toEqual([
      { queryTiles: 5, grid: 6, tiles: null },
      { queryTiles: 3, grid: 6, tiles: null },
      { queryTiles: 2, grid: 6, tiles: null },
    ]);
    const at = launch.paramsLayout.fields.find(({ field }) => field.name === 'tiles')!.offset;
    const tiles = launch.passes.map(({ params }) => new DataView(params.buffer).getInt32(at, true));
    expect(tiles).toEqual([5, 3, 2]);
    // 16 accumulators and four more numbers for each of 6 x 33 rows.
    expect(launch.stateBytes).toBe(6 * 33 * 20 * 4);
    const single = passesFixture(1);
    expect(prepareCudaLaunch(single, [single.passes[0].kernels[0]], { nq: 33, nk: 33 }).stateBytes).toBe(0);
  });

  test('refuses a state that kernels cannot index', () => {
    const long = { batch: 4096, nq: 16384, nk: 16384 };
    const refusal = () => prepareCudaLaunch(descriptor, first, long);
    expect(refusal).toThrow(SparsecError);
    expect(refusal).toThrow('the state of 134217728 rows has 2684354560 words, kernels index 2147483647');
  });
});

describe.skipIf(whyNot)(`on the stub driver ${whyNot}`, () => {
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

  const tensorsOf = (nq: number, nk: number) => {
    const v = Uint16Array.from({ length: 2 * nk * 16 }, (_, at) => numberToBfloat(((at * 37) % 64) / 64));
    return { q: new Uint16Array(2 * nq * 64), k: new Uint16Array(2 * nk * 64), v };
  };
  /** The mean of the first rows of v: every pass takes another one of them. */
  const meanOf = (v: Uint16Array, nq: number, nk: number) => {
    const numbers = numbersOf(v);
    return Float64Array.from({ length: 2 * nq * 16 }, (_, at) => {
      const [head, c] = [Math.floor(at / (nq * 16)), at % 16];
      const rows = Array.from({ length: passes }, (_, row) => numbers[(head * nk + row) * 16 + c]);
      return rows.reduce((sum, value) => sum + value, 0) / passes;
    });
  };
  const launches = () => stub.calls().filter((line) => line.startsWith('cuLaunchKernel'));

  test('kernels of all passes run in order and hand their state on', async () => {
    const attention = createCudaAttention(cuda.device, descriptor);
    for (const n of [passes, 8, 33]) {
      const tensors = tensorsOf(n, n);
      const { out, kernels, milliseconds } = await attention.forward(tensors, { time: true });
      expect(kernels).toEqual(['attend_part0', 'attend_part1', 'attend_part2']);
      expect(milliseconds).toBeGreaterThan(0);
      expect(maxError(numbersOf(out), meanOf(tensors.v, n, n))).toBeLessThan(BFLOAT_ERROR);
    }
    const shape = '2 1 128 1 1 60000';
    expect(launches().slice(-3)).toEqual([
      `cuLaunchKernel attend_part0 5 ${shape}`,
      `cuLaunchKernel attend_part1 3 ${shape}`,
      `cuLaunchKernel attend_part2 2 ${shape}`,
    ]);
    const plan = await attention.plan({ nq: 33, nk: 33 });
    expect(plan.passes.map(({ blocks }) => blocks)).toEqual([
      [5, 2],
      [3, 2],
      [2, 2],
    ]);
    attention.destroy();
  });

  test('one plan in two streams: a launch waits until the state is free', async () => {
    const attention = createCudaAttention(cuda.device, descriptor);
    const { device } = cuda;
    const other = device.createStream();
    const plan = await attention.plan({ nq: 9, nk: 9 });
    const tensors = tensorsOf(9, 9);
    const memory = (['q', 'k', 'v'] as const).map((name) => {
      const buffer = device.allocate(tensors[name].byteLength);
      device.upload(buffer, tensors[name]);
      return [name, buffer] as const;
    });
    device.synchronize();
    const outs = [0, 1, 2].map(() => device.allocate(2 * 9 * 16 * 2));
    const waits = () => stub.calls().filter((line) => line.startsWith('cuStreamWaitEvent')).length;
    const named = Object.fromEntries(memory) as Record<'q' | 'k' | 'v', (typeof outs)[number]>;
    const counts = [device.stream, device.stream, other].map((stream, at) => {
      attention.enqueue(stream, plan, { ...named, out: outs[at] });
      return waits();
    });
    expect(counts).toEqual([0, 0, 1]);
    // What waits is asked for first.
    for (const at of [2, 1, 0]) {
      const written = new Uint16Array(2 * 9 * 16);
      await device.download(outs[at], written, at === 2 ? other : device.stream);
      expect(maxError(numbersOf(written), meanOf(tensors.v, 9, 9))).toBeLessThan(BFLOAT_ERROR);
    }
    for (const buffer of [...outs, ...memory.map(([, buffer]) => buffer)]) buffer.free();
    device.destroyStream(other);
    attention.destroy();
  });

  test('says what there is no memory for, and leaves nothing behind', async () => {
    const attention = createCudaAttention(cuda.device, descriptor);
    stub.device({ bytes: 100_000 });
    const failure = attention.plan({ nq: 4096, nk: 4096 });
    await expect(failure).rejects.toBeInstanceOf(CudaError);
    await expect(failure).rejects.toThrow(
      'cuMemAlloc failed for the state between passes (655360 bytes): CUDA_ERROR_OUT_OF_MEMORY (2): out of memory',
    );
    attention.destroy();
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CudaError,
  DeviceError,
  SparsecError,
  acquireCuda,
  createCudaAttention,
  type AcquiredCuda,
  type CudaAttention,
} from '../../../runtime/cuda/index.ts';
import { bfloatTensors } from './bfloat-tensors.ts';
import { freshDevice, stub as opened, whyNot, type OpenStub } from './stubbed-device.ts';
import { cudaWindowFixture } from './window-fixture.ts';

describe('no CUDA', () => {
  test('says what was looked for and what to do', async () => {
    const env = { SPARSEC_CUDA_DRIVER: '/nowhere/libcuda.so' };
    const found = await acquireCuda({ machine: { platform: 'linux', env } });
    expect(found).toEqual({
      kind: 'none',
      reason: expect.stringMatching(
        /^no CUDA driver was found \(\/nowhere\/libcuda\.so: .+\); install the NVIDIA driver, or name its library in SPARSEC_CUDA_DRIVER$/,
      ),
    });
    expect(await acquireCuda({ machine: { platform: 'darwin', env: {} } })).toEqual({
      kind: 'none',
      reason: 'there is no CUDA on darwin: it needs Linux or Windows',
    });
  });

  test('a library that is no driver is named', async () => {
    const env = { SPARSEC_CUDA_DRIVER: process.platform === 'linux' ? 'libc.so.6' : process.execPath };
    const found = await acquireCuda({ machine: { platform: process.platform, env } });
    expect(found).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('no CUDA driver was found'),
    });
  });
});

describe.skipIf(whyNot)(`on the stub driver ${whyNot}`, () => {
  let cuda: AcquiredCuda;
  let stub: OpenStub;
  let attention: CudaAttention;

  beforeEach(async () => {
    ({ cuda, stub } = await freshDevice());
    attention = createCudaAttention(cuda.device, cudaWindowFixture());
  });
  afterEach(() => {
    attention.destroy();
    cuda.close();
  });

  const tensors = bfloatTensors({ batch: 1, nq: 20, nk: 20 }).stored;
  const refusalOf = (action: Promise<unknown>): Promise<unknown> =>
    action.then(
      () => null,
      (error) => error,
    );

  describe('acquireCuda', () => {
    const reasonOf = async (ordinal = 0): Promise<string> => {
      const found = await acquireCuda({ machine: stub.machine, ordinal });
      return found.kind === 'none' ? found.reason : 'found';
    };

    test('a GPU that is not there, one that is too old', async () => {
      expect(await reasonOf(1)).toBe('there is no GPU 1: the driver sees 1 GPUs');
      stub.device({ count: 0 });
      expect(await reasonOf()).toBe('there is no GPU 0: the driver sees no GPU');
      stub.device({ capability: 75 });
      expect(await reasonOf()).toBe(
        'Stub GPU has compute capability 7.5, kernels need 8.0 (Ampere) or newer',
      );
    });

    test('calls that fail', async () => {
      stub.fail('cuInit', 100);
      expect(await reasonOf()).toBe(
        'cuInit failed for the driver: CUDA_ERROR_NO_DEVICE (100): an error of the stub',
      );
      stub.fail('cuDevicePrimaryCtxRetain', 2);
      expect(await reasonOf()).toBe(
        'cuDevicePrimaryCtxRetain failed for Stub GPU: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory',
      );
      stub.fail('cuDeviceGetName', 9999);
      expect(await reasonOf()).toBe('cuDeviceGetName failed for GPU 0: an unknown CUresult (9999)');
    });
  });

  describe('code', () => {
    test('an image that the GPU cannot run is named with the call', async () => {
      stub.fail('cuModuleLoadData', 209);
      const error = await refusalOf(attention.forward(tensors));
      expect(error).toBeInstanceOf(CudaError);
      expect(error).toMatchObject({ kind: 'shader', call: 'cuModuleLoadData', code: 209 });
      expect((error as Error).message).toMatch(
        /^cuModuleLoadData failed for windowed \(cubin for sm_90a, \d+ bytes\): CUDA_ERROR_NO_BINARY_FOR_GPU \(209\): no kernel image is available for execution on the device$/,
      );
      // The failure is not kept.
      expect(await attention.forward(tensors)).toMatchObject({ kernels: ['attend'] });
    });

    test('text that does not compile, with the log', async () => {
      const broken = createCudaAttention(
        cuda.device,
        cudaWindowFixture({ code: 'struct SpParams { nonsense x; };' }),
      );
      const error = await refusalOf(broken.forward(tensors));
      expect(error).toMatchObject({ kind: 'shader', call: 'nvrtcCompileProgram', code: 6 });
      expect((error as Error).message).toMatch(
        /^nvrtcCompileProgram failed for windowed \(--gpu-architecture=sm_90a\): NVRTC_ERROR_COMPILATION \(6\):\n[^]*nonsense/,
      );
      expect(stub.programs()).toBe(0);
      broken.destroy();
    });

    test('an entry point that is not there', async () => {
      const other = createCudaAttention(cuda.device, cudaWindowFixture({ kernels: [{ name: 'missing' }] }));
      expect(await refusalOf(other.forward(tensors))).toMatchObject({
        kind: 'shader',
        message: 'cuModuleGetFunction failed for missing: CUDA_ERROR_NOT_FOUND (500): an error of the stub',
      });
      other.destroy();
    });

    test('PTX that the driver refuses, with its log', async () => {
      stub.device({ capability: 120 });
      const machine = { ...stub.machine, env: { ...stub.machine.env, SPARSEC_NVRTC: '/nowhere' } };
      const newer = await acquireCuda({ machine });
      if (newer.kind === 'none') throw new Error(newer.reason);
      const images = { sm_90a: new Uint8Array(4), compute_80: new TextEncoder().encode('.version 9.9') };
      const brought = createCudaAttention(newer.device, cudaWindowFixture(), { images });
      const error = await refusalOf(brought.forward(tensors));
      expect(error).toMatchObject({ call: 'cuModuleLoadData', code: 218 });
      expect((error as Error).message).toMatch(
        /^cuModuleLoadData failed for windowed \(ptx for compute_80, 13 bytes\): CUDA_ERROR_INVALID_PTX \(218\): an error of the stub\nptxas .*syntax error$/,
      );
      brought.destroy();
      newer.close();
    });

    test('neither code nor compiler', async () => {
      const machine = {
        ...stub.machine,
        env: { ...stub.machine.env, SPARSEC_NVRTC: '/nowhere/libnvrtc.so' },
      };
      const bare = await acquireCuda({ machine });
      if (bare.kind === 'none') throw new Error(bare.reason);
      const images = { sm_80: new Uint8Array(4) };
      const brought = createCudaAttention(bare.device, cudaWindowFixture(), { images });
      expect(await refusalOf(brought.forward(tensors))).toMatchObject({
        kind: 'shader',
        message: expect.stringMatching(
          /^windowed brings no code for sm_90 \(sm_80\), and no NVRTC was found \(\/nowhere\/libnvrtc\.so: .+\): install the CUDA toolkit or `pip install nvidia-cuda-nvrtc`, name its library in SPARSEC_NVRTC, or compile with `sparsec compile --target cuda --cubin` where there is nvcc$/,
        ),
      });
      brought.destroy();
      bare.close();
    });

    test('an image for no architecture', () => {
      const images = { hopper: new Uint8Array(1) };
      expect(() => createCudaAttention(cuda.device, cudaWindowFixture(), { images })).toThrow(
        '"hopper" is no architecture that kernels are made for',
      );
    });
  });

  describe('limits of the device', () => {
    const planFor = (changes: object): Promise<unknown> => {
      const limited = createCudaAttention(cuda.device, cudaWindowFixture({ kernels: [changes] }));
      return refusalOf(limited.plan({ nq: 20, nk: 20 })).finally(() => limited.destroy());
    };

    test('shared memory, threads, architecture', async () => {
      expect(await planFor({ sharedBytes: 250_000 })).toMatchObject({
        kind: 'limit',
        message: 'attend needs shared memory a block 250000, this device allows 232448',
      });
      expect(await planFor({ threads: 2048 })).toMatchObject({
        message: 'attend needs threads a block 2048, this device allows 1024',
      });
      stub.architectures(89);
      const error = await planFor({ family: 'sm_90a' });
      expect(error).toBeInstanceOf(DeviceError);
      expect(error).toMatchObject({ message: 'attend needs sm_90a, this is code for compute_89 on sm_90' });
    });

    test('a compiler older than the device gives PTX, which the driver translates', async () => {
      stub.architectures(89);
      const { out } = await attention.forward(tensors);
      expect(stub.options()).toBe('--gpu-architecture=compute_89 --std=c++17');
      expect(out.some((value) => value !== 0)).toBe(true);
    });

    test('memory', async () => {
      await attention.plan({ nq: 20, nk: 20 });
      stub.device({ bytes: 4096 });
      const error = await refusalOf(attention.forward(tensors));
      expect(error).toMatchObject({ kind: 'out-of-memory', call: 'cuMemAlloc', code: 2 });
      expect((error as Error).message).toBe(
        'cuMemAlloc failed for q (5120 bytes): CUDA_ERROR_OUT_OF_MEMORY (2): out of memory',
      );
      expect(stub.used()).toBe(0);
    });
  });

  describe('launches', () => {
    test('a launch that the driver refuses is named with its shape', async () => {
      stub.fail('cuLaunchKernel', 1);
      const error = await refusalOf(attention.forward(tensors));
      expect((error as Error).message).toBe(
        'cuLaunchKernel failed for attend (3 x 2 blocks of 128 threads, 60000 bytes of shared memory): ' +
          'CUDA_ERROR_INVALID_VALUE (1): invalid argument',
      );
      expect(stub.used()).toBe(0);
    });

    test('what a kernel dies of is heard', async () => {
      stub.fail('cuEventQuery', 700, 1);
      expect(await refusalOf(attention.forward(tensors))).toMatchObject({ kind: 'device-lost', code: 700 });
    });

    test('too many heads for a grid', async () => {
      expect(await refusalOf(attention.plan({ batch: 40_000, nq: 1, nk: 1 }))).toMatchObject({
        code: 'limit',
        message: 'batch x heads = 40000 x 2 = 80000 is over 65535: launch in parts',
      });
    });
  });

  describe('memory of the caller', () => {
    const bytes = { q: 5120, k: 2560, v: 640, out: 1280, lse: 160 };
    const at = (name: keyof typeof bytes, changes: object = {}) => ({
      pointer: BigInt(0x100000 * (1 + Object.keys(bytes).indexOf(name))),
      size: bytes[name],
      ...changes,
    });
    const all = (changes: object = {}) => ({
      ...Object.fromEntries(Object.keys(bytes).map((name) => [name, at(name as 'q')])),
      ...changes,
    });

    test.each([
      ['q', { q: undefined }, 'q is missing: windowed needs device memory for it'],
      ['k', { k: new ArrayBuffer(8) }, 'k is no device memory: give { pointer: bigint, size: number }'],
      ['v', { v: at('v', { pointer: 0x100008n }) }, 'v is at 0x100008, tensors start at multiples of 16'],
      ['k', { k: at('k', { pointer: 0n }) }, 'k is at 0x0, tensors start at multiples of 16'],
      [
        'q',
        { q: at('q', { size: 5118 }) },
        'q has 5118 bytes, 1 x 2 x 20 x 64 elements of 2 bytes need 5120',
      ],
      ['lse', { lse: undefined }, 'lse is missing: windowed needs device memory for it'],
      ['out', { out: at('out', { pointer: at('k').pointer + 2544n }) }, 'out must not overlap k'],
    ])('%s: %#', async (argument, changes, message) => {
      const error = await refusalOf(attention.forward(all(changes) as never, { nq: 20, nk: 20 }));
      expect(error).toBeInstanceOf(SparsecError);
      expect(error).toMatchObject({ argument, message });
    });

    test('sizes cannot be told from addresses; strides are multiples of eight', async () => {
      expect(await refusalOf(attention.forward(all() as never, {}))).toMatchObject({
        message: 'nq and nk are needed, or a plan: addresses do not tell the sizes of windowed',
      });
      const strides = { q: { batch: 0, head: 64, row: 132 } };
      expect(await refusalOf(attention.plan({ nq: 20, nk: 20, strides }))).toMatchObject({
        message: 'strides.q.row is 132, it must be a multiple of 8, not negative',
      });
    });

    test('plans of others, destroyed plans, options beside a plan', async () => {
      const plan = await attention.plan({ nq: 20, nk: 20 });
      const enqueue = (of: CudaAttention, given: unknown) => () =>
        of.enqueue(0n, given as typeof plan, all() as never);
      const other = createCudaAttention(cuda.device, { ...cudaWindowFixture(), name: 'other' });
      expect(enqueue(other, plan)).toThrow('the plan belongs to windowed, this is other');
      expect(enqueue(attention, {})).toThrow('plan is no plan: make one with `plan`');
      expect(await refusalOf(attention.forward(tensors, { plan, nq: 20 }))).toMatchObject({
        message: 'nq is given beside a plan, which has fixed it',
      });
      plan.destroy();
      expect(enqueue(attention, plan)).toThrow('the plan was destroyed');
      other.destroy();
      expect(await refusalOf(other.plan({ nq: 1, nk: 1 }))).toMatchObject({ message: 'other was destroyed' });
    });

    test('typed arrays of the wrong kind', async () => {
      const wrong = { ...tensors, q: new Float32Array(2560) };
      expect(await refusalOf(attention.forward(wrong))).toMatchObject({
        message: 'q is a Float32Array, windowed stores bf16: give a Uint16Array of bf16 bit patterns',
      });
    });

    test('a device that is none, a device that was closed', async () => {
      expect(() => createCudaAttention({} as never, cudaWindowFixture())).toThrow(
        'windowed needs a CudaDevice, as acquireCuda gives one',
      );
      const second = await acquireCuda({ machine: stub.machine });
      if (second.kind === 'none') throw new Error(second.reason);
      second.close();
      expect(() => second.device.allocate(16)).toThrow('the CUDA device was closed');
    });
  });

  test('nothing of the stub is left over', () => {
    expect(opened.kind).toBe('stub');
    expect(stub.used()).toBe(0);
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SparsecError } from '../../../runtime/errors.ts';
import { DeviceError } from '../../../runtime/launch/device-error.ts';
import { acquireNullDevice } from '../../../runtime/node/index.ts';
import { createAttention, type Attention } from '../../../runtime/webgpu/create-attention.ts';
import type { GpuTensors } from '../../../runtime/webgpu/gpu-tensors.ts';
import { BufferUsage } from '../../../runtime/webgpu/usage.ts';
import { windowFixture } from './window-fixture.ts';

// heads 2, kvHeads 1, dim 8, dimV 4: q 20 * 2 * 8, k 20 * 8, v 20 * 4, out 20 * 2 * 4, lse 20 * 2 elements.
const SIZES = { nq: 20, nk: 20 };
const BYTES = { q: 1280, k: 640, v: 320, out: 640, lse: 160 } as const;

let device: GPUDevice;
let attention: Attention;

beforeEach(async () => {
  device = (await acquireNullDevice()).device;
  attention = createAttention(device, windowFixture());
});
afterEach(() => device.destroy());

function buffers(
  changes: Partial<Record<keyof typeof BYTES, GPUBuffer | object | undefined>> = {},
): GpuTensors {
  const own = Object.fromEntries(Object.entries(BYTES).map(([name, size]) => [name, storage(size)]));
  return { ...own, ...changes } as unknown as GpuTensors;
}

function storage(size: number, usage: number = BufferUsage.STORAGE): GPUBuffer {
  return device.createBuffer({ size, usage });
}

function arrays(): { q: Float32Array; k: Float32Array; v: Float32Array } {
  return { q: new Float32Array(320), k: new Float32Array(160), v: new Float32Array(80) };
}

async function refusalOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('typed arrays', () => {
  test.each([
    [
      'q',
      { ...arrays(), q: new Float64Array(320) },
      'q is a Float64Array, windowed stores f32: give a Float32Array',
    ],
    ['k', { ...arrays(), k: undefined }, 'k is missing'],
    [
      'q',
      { ...arrays(), q: new Float32Array(321) },
      'q has 321 elements, no multiple of batch x heads x dim = 16',
    ],
    ['v', { ...arrays(), v: new Float32Array(76) }, 'v has 76 elements, [1, 1, 20, 4] needs 80'],
  ])('%s: %#', async (argument, tensors, message) => {
    const error = await refusalOf(attention.forward(tensors as never));
    expect(error).toBeInstanceOf(SparsecError);
    expect(error).toMatchObject({ argument, message });
  });

  test('lengths against given sizes, in the layout of the request', async () => {
    const error = await refusalOf(attention.forward(arrays(), { nq: 21, nk: 20, layout: 'bnhd' }));
    expect(error).toMatchObject({ argument: 'q', message: 'q has 320 elements, [1, 21, 2, 8] needs 336' });
  });

  test('f16 takes bit patterns', async () => {
    const half = createAttention(device, windowFixture({ dtype: 'f16' }));
    const error = await refusalOf(half.forward(arrays()));
    expect(error).toMatchObject({
      argument: 'q',
      message: 'q is a Float32Array, windowed stores f16: give a Uint16Array of f16 bit patterns',
    });
    const tensors = { q: new Uint16Array(320), k: new Uint16Array(160), v: new Uint16Array(80) };
    expect((await half.forward(tensors)).out).toBeInstanceOf(Uint16Array);
  });
});

describe('buffers of the caller', () => {
  test.each([
    ['q', () => ({ q: storage(1276) }), 'q has 1276 bytes, 1 x 2 x 20 x 8 elements of 4 bytes need 1280'],
    ['out', () => ({ out: storage(64) }), 'out has 64 bytes, 1 x 2 x 20 x 4 elements of 4 bytes need 640'],
    ['lse', () => ({ lse: undefined }), 'lse is missing: windowed needs a GPU buffer for it'],
    ['k', () => ({ k: {} }), 'k is no GPU buffer'],
    ['v', () => ({ v: storage(320, BufferUsage.COPY_DST) }), 'the buffer of v lacks the usage flag STORAGE'],
    [
      'k',
      () => ({ k: { buffer: storage(4096), offset: 128 } }),
      'k starts at byte 128, storage buffers start at multiples of 256',
    ],
    [
      'v',
      () => ({ v: { buffer: storage(512), offset: 256, size: 320 } }),
      'v ends at byte 576 of a buffer of 512 bytes',
    ],
    [
      'out',
      () => ({ out: { buffer: storage(2048), offset: 256, size: 320 } }),
      'out has 320 bytes, 1 x 2 x 20 x 4 elements of 4 bytes need 640',
    ],
  ])('%s: %#', async (argument, changes, message) => {
    const error = await refusalOf(attention.forward(buffers(changes()), SIZES));
    expect(error).toBeInstanceOf(SparsecError);
    expect(error).toMatchObject({ argument, message });
  });

  test('a buffer that is mapped', async () => {
    const mapped = device.createBuffer({ size: 1280, usage: BufferUsage.STORAGE, mappedAtCreation: true });
    const error = await refusalOf(attention.forward(buffers({ q: mapped }), SIZES));
    expect(error).toMatchObject({ argument: 'q', message: 'the buffer of q is mapped' });
  });

  test('a buffer that is read and written', async () => {
    const shared = storage(1280);
    const error = await refusalOf(attention.forward(buffers({ q: shared, out: shared }), SIZES));
    expect(error).toMatchObject({ argument: 'out', message: 'out must not share a buffer with q' });
  });

  test('sizes cannot be told from buffers', async () => {
    const error = await refusalOf(attention.forward(buffers(), {}));
    expect(error).toMatchObject({ code: 'missing', argument: 'nq' });
  });

  test('a buffer that was destroyed is reported by WebGPU', async () => {
    const gone = buffers();
    (gone.q as GPUBuffer).destroy();
    const error = await refusalOf(attention.forward(gone, SIZES));
    expect(error).toBeInstanceOf(DeviceError);
    expect(error).toMatchObject({ kind: 'validation' });
  });

  test('a buffer of another device is reported by WebGPU', async () => {
    const other = (await acquireNullDevice()).device;
    const foreign = other.createBuffer({ size: 1280, usage: BufferUsage.STORAGE });
    const error = await refusalOf(attention.forward(buffers({ q: foreign }), SIZES));
    expect(error).toMatchObject({ kind: 'validation' });
    other.destroy();
  });
});

describe('scalars, strides, plans', () => {
  test('an unknown launch parameter and one out of its range', async () => {
    const unknown = await refusalOf(attention.plan({ ...SIZES, launch: { width: 3 } }));
    expect(unknown).toMatchObject({ code: 'unknown', argument: 'width' });
    const large = await refusalOf(attention.plan({ ...SIZES, launch: { w: 5000 } }));
    expect(large).toMatchObject({ code: 'range', argument: 'w' });
  });

  test.each([
    [{ batch: 0, head: 2, row: 4 }, 'strides.out.head is 2, it must be a multiple of 4, not negative'],
    [{ batch: 0, head: 4, row: 4 }, 'strides.out lets rows overlap: a stride of 4 over 8 elements'],
  ])('strides of out: %#', async (out, message) => {
    const error = await refusalOf(attention.plan({ ...SIZES, strides: { out } }));
    expect(error).toMatchObject({ argument: 'out', message });
  });

  test('more grid indices than a dispatch has', async () => {
    const error = await refusalOf(attention.plan({ ...SIZES, batch: 40000 }));
    expect(error).toMatchObject({ code: 'limit', argument: 'batch' });
    expect((error as Error).message).toContain('80000');
  });

  test('a plan of another attention', async () => {
    const plan = await createAttention(device, windowFixture()).plan(SIZES);
    const error = await refusalOf(attention.forward(buffers(), { plan }));
    expect(error).toMatchObject({ code: 'type', argument: 'plan' });
  });

  test('sizes beside a plan', async () => {
    const plan = await attention.plan(SIZES);
    const error = await refusalOf(attention.forward(arrays(), { plan, nq: 19 }));
    expect(error).toMatchObject({ argument: 'nq', message: 'nq is given beside a plan, which has fixed it' });
  });

  test('a plan that was destroyed, an attention that was destroyed', async () => {
    const plan = await attention.plan(SIZES);
    plan.destroy();
    expect(await refusalOf(attention.forward(buffers(), { plan }))).toMatchObject({ kind: 'destroyed' });
    attention.destroy();
    expect(await refusalOf(attention.plan(SIZES))).toMatchObject({ kind: 'destroyed' });
  });
});

describe('devices', () => {
  test('a kernel over a limit names the limit and both values', async () => {
    const { maxComputeWorkgroupStorageSize: allowed } = device.limits;
    const kernels = [{ workgroupBytes: allowed + 16 }];
    const error = await refusalOf(createAttention(device, windowFixture({ kernels })).plan(SIZES));
    expect(error).toMatchObject({
      kind: 'limit',
      subject: 'maxComputeWorkgroupStorageSize',
      message: `attend needs maxComputeWorkgroupStorageSize ${allowed + 16}, this device allows ${allowed}`,
    });
  });

  test('a feature that the device lacks', async () => {
    const { device } = await acquireNullDevice({ raised: false });
    const error = await refusalOf(createAttention(device, windowFixture({ dtype: 'f16' })).plan(SIZES));
    expect(error).toMatchObject({
      kind: 'limit',
      subject: 'shader-f16',
      message: 'attend needs the feature shader-f16, this device lacks it',
    });
    device.destroy();
  });

  test('more storage buffers than the device binds', () => {
    const plain = windowFixture();
    const allowed = device.limits.maxStorageBuffersPerShaderStage;
    const extra = Array.from(
      { length: allowed },
      (_, at) => ({ binding: 6 + at, role: 'arena', access: 'read' }) as const,
    );
    const wgsl = { ...plain.wgsl, bindings: [...plain.wgsl.bindings, ...extra] };
    expect(() => createAttention(device, { ...plain, wgsl })).toThrow(
      `windowed needs maxStorageBuffersPerShaderStage ${allowed + 5}, this device allows ${allowed}`,
    );
  });

  test('a binding over the limit of the device', async () => {
    const rows = Math.floor(device.limits.maxStorageBufferBindingSize / 64) + 1;
    const plan = await attention.plan({ nq: rows, nk: 20 });
    const error = await refusalOf(
      attention.forward(buffers({ q: { buffer: huge(rows * 64), size: rows * 64 } }), { plan }),
    );
    expect(error).toMatchObject({ kind: 'limit', subject: 'maxStorageBufferBindingSize' });
  });

  test('a shader that does not compile: line, column and source offset', async () => {
    const code = '@compute @workgroup_size(8) fn attend() {\n  let x: i32 = 1.5;\n}\n';
    const error = await refusalOf(createAttention(device, windowFixture({ code })).plan(SIZES));
    expect(error).toMatchObject({ kind: 'shader', subject: 'attend' });
    expect((error as Error).message).toMatch(/line 2:\d+ \(source offset 100\): /);
  });

  test('a lost device', async () => {
    const plan = await attention.plan(SIZES);
    device.destroy();
    const error = await refusalOf(attention.forward(buffers(), { plan }));
    expect(error).toMatchObject({ kind: 'device-lost' });
    expect((error as Error).message).toMatch(/^the GPU device was destroyed/);
    expect(await refusalOf(attention.plan(SIZES))).toMatchObject({ kind: 'device-lost' });
  });

  test('out of memory, as the error scope reports it', async () => {
    const plan = await attention.plan(SIZES);
    const exhausted = { message: 'no memory for "q"' } as GPUOutOfMemoryError;
    const scopes = [exhausted, null];
    device.popErrorScope = async () => scopes.shift() ?? null;
    const error = await refusalOf(attention.forward(arrays(), { plan }));
    expect(error).toMatchObject({
      kind: 'out-of-memory',
      message: 'the device is out of memory: no memory for "q"',
    });
  });

  test('every error scope is popped', async () => {
    const depth = countScopes(device);
    await refusalOf(attention.forward(buffers({ q: storage(16) }), SIZES));
    await refusalOf(attention.forward({ ...arrays(), q: new Float32Array(3) }));
    await attention.forward(arrays());
    expect(depth()).toBe(0);
  });
});

/** Only its size counts: nothing is allocated. */
function huge(size: number): GPUBuffer {
  return { size, usage: BufferUsage.STORAGE, mapState: 'unmapped' } as GPUBuffer;
}

function countScopes(counted: GPUDevice): () => number {
  let depth = 0;
  const push = counted.pushErrorScope.bind(counted);
  const pop = counted.popErrorScope.bind(counted);
  counted.pushErrorScope = (filter) => {
    depth++;
    push(filter);
  };
  counted.popErrorScope = () => {
    depth--;
    return pop();
  };
  return () => depth;
}

describe('what belongs to another device', () => {
  test('a plan', async () => {
    const plan = await attention.plan(SIZES);
    const { device: other } = await acquireNullDevice();
    try {
      const elsewhere = createAttention(other, windowFixture());
      const encode = () => elsewhere.encode(other.createCommandEncoder(), plan, buffers());
      expect(encode).toThrow('the plan was made on another device');
      expect(encode).toThrow(SparsecError);
    } finally {
      other.destroy();
    }
  });

  test('no plan and no device at all', () => {
    const encode = () => attention.encode(device.createCommandEncoder(), undefined as never, buffers());
    expect(encode).toThrow('plan is no plan: make one with `plan`');
    for (const nothing of [undefined, null, {}]) {
      expect(() => createAttention(nothing as never, windowFixture())).toThrow('windowed needs a GPUDevice');
    }
  });
});

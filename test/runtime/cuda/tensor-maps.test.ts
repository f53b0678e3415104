import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CudaField } from '../../../runtime/cuda/descriptor.ts';
import { createCudaAttention, type AcquiredCuda } from '../../../runtime/cuda/index.ts';
import { freshDevice, whyNot, type OpenStub } from './stubbed-device.ts';
import { cudaWindowFixture } from './window-fixture.ts';

/** A kernel that copies the 128 bytes of both maps to `out`, behind each other. */
const code = `
struct alignas(64) TensorMap { unsigned long long words[16]; };
struct SpParams { int before; TensorMap q_map, k_map; unsigned long long *out; };
extern "C" void attend(const SpParams* p, int tile, int grid) {
  if (tile || grid) return;
  for (int i = 0; i < 16; i++) { p->out[i] = p->q_map.words[i]; p->out[16 + i] = p->k_map.words[i]; }
}`;
const params: readonly CudaField[] = [
  { name: 'before', type: 'i32', source: { kind: 'symbol', name: 'nq' } },
  { name: 'q_map', type: 'tensor-map', source: { kind: 'tensor-map', tensor: 'q' } },
  { name: 'k_map', type: 'tensor-map', source: { kind: 'tensor-map', tensor: 'k' } },
  { name: 'out', type: 'pointer', source: { kind: 'pointer', of: 'out' } },
];

function mapped(dim = 128) {
  const plain = cudaWindowFixture({
    dim,
    dimV: 16,
    lse: false,
    kernels: [
      {
        boxes: [
          { tensor: 'q', rows: 128, panel: 64 },
          { tensor: 'k', rows: 96, panel: 32 },
        ],
      },
    ],
  });
  return { ...plain, cuda: { ...plain.cuda, code, params } };
}

describe.skipIf(whyNot)(`on the stub driver ${whyNot}`, () => {
  let cuda: AcquiredCuda;
  let stub: OpenStub;
  beforeEach(async () => ({ cuda, stub } = await freshDevice()));
  afterEach(() => cuda.close());

  const encodings = () => stub.calls().filter((line) => line.startsWith('cuTensorMapEncodeTiled'));

  test('describe rows, panels and strides to the driver, and reach the kernel at their offsets', async () => {
    const attention = createCudaAttention(cuda.device, mapped());
    // 2 batch items, 2 heads on 1, dim 128: the axes of q as [batch, nq, heads, dim].
    const sizes = { batch: 2, nq: 20, nk: 30, layout: 'bnhd' } as const;
    const memory = {
      q: cuda.device.allocate(2 * 2 * 20 * 128 * 2),
      k: cuda.device.allocate(2 * 30 * 128 * 2),
      v: cuda.device.allocate(2 * 30 * 16 * 2),
      out: cuda.device.allocate(2 * 2 * 20 * 16 * 2),
    };
    await attention.forward(memory, sizes);
    expect(encodings()).toEqual([
      // bf16 is 9; 64 elements are 128 bytes (swizzle 3), 32 are 64 bytes (swizzle 2); strides in bytes.
      'cuTensorMapEncodeTiled 9 4 dims 128 20 2 2 strides 512 256 10240 box 64 128 1 1 swizzle 3',
      'cuTensorMapEncodeTiled 9 4 dims 128 30 1 2 strides 256 256 7680 box 32 96 1 1 swizzle 2',
    ]);
    const words = new BigUint64Array(32);
    await cuda.device.download(memory.out, words);
    expect(words[0]).toBe(memory.q.pointer);
    expect(words[16]).toBe(memory.k.pointer);
    expect([...words.subarray(1, 5)]).toEqual([128n, 20n, 2n, 2n]);
    expect([...words.subarray(17, 21)]).toEqual([128n, 30n, 1n, 2n]);
    for (const buffer of Object.values(memory)) buffer.free();
    attention.destroy();
  });

  test('are encoded once an address and shape, and again for another', async () => {
    const attention = createCudaAttention(cuda.device, mapped());
    const memory = Object.fromEntries(
      ['q', 'k', 'v', 'out'].map((name) => [name, cuda.device.allocate(2 * 20 * 128 * 2 + 256)]),
    );
    const tensors = memory as unknown as Record<'q' | 'k' | 'v' | 'out', (typeof memory)[string]>;
    for (let round = 0; round < 3; round++) await attention.forward(tensors, { nq: 20, nk: 20 });
    expect(encodings()).toHaveLength(2);
    await attention.forward({ ...tensors, q: tensors.q.part(256) }, { nq: 20, nk: 20 });
    expect(encodings()).toHaveLength(3);
    await attention.forward(tensors, { nq: 20, nk: 19 });
    expect(encodings()).toHaveLength(4);
    for (const buffer of Object.values(memory)) buffer.free();
    attention.destroy();
  });

  test('that the driver refuses are named with tensor, shape and box', async () => {
    const attention = createCudaAttention(cuda.device, mapped());
    stub.fail('cuTensorMapEncodeTiled', 1);
    const tensors = { q: new Uint16Array(2 * 128), k: new Uint16Array(128), v: new Uint16Array(16) };
    await expect(attention.forward(tensors)).rejects.toThrow(
      'cuTensorMapEncodeTiled failed for q (dimensions 128 x 1 x 2 x 1, strides 128, 128, 256, ' +
        'box 64 x 128 x 1 x 1): CUDA_ERROR_INVALID_VALUE (1): invalid argument',
    );
    attention.destroy();
  });
});

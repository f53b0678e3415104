import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../../compiler/index.ts';
import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import { acquireDevice, acquireNullDevice } from '../../../runtime/node/index.ts';
import { createAttention } from '../../../runtime/webgpu/create-attention.ts';
import { purposesOf } from './purposes-of.ts';
import { maxError, sequence } from './window-reference.ts';

const [HEADS, KV_HEADS, DIM] = [4, 2, 16];

function compiled(mask: string, fields = ''): AttentionDescriptor {
  const text = `
attention packed {
  input ids: int[batch, n]
  launch w: int in 1..4096 = 16
  mask ${mask}
  heads ${HEADS}
  kv_heads ${KV_HEADS}
  dim ${DIM}
  ${fields}
}
`;
  const result = compile({ name: 'packed.sa', text });
  const descriptor = result.units[0]?.descriptor;
  if (!descriptor) throw new Error(JSON.stringify(result.diagnostics));
  return descriptor;
}

/** [batch, heads, n, dim] in float64 from the definition. */
function truth(
  tensors: { q: Float32Array; k: Float32Array; v: Float32Array },
  batch: number,
  nq: number,
  nk: number,
  sees: (batch: number, head: number, i: number, j: number) => boolean,
): Float64Array {
  const out = new Float64Array(batch * HEADS * nq * DIM);
  for (let grid = 0; grid < batch * HEADS; grid++) {
    const [b, head] = [Math.floor(grid / HEADS), grid % HEADS];
    const kv = b * KV_HEADS + Math.floor(head / (HEADS / KV_HEADS));
    for (let row = 0; row < nq; row++) {
      let total = 0;
      const at = (grid * nq + row) * DIM;
      for (let j = 0; j < nk; j++) {
        if (!sees(b, head, row + nk - nq, j)) continue;
        let dot = 0;
        for (let c = 0; c < DIM; c++) dot += tensors.q[at + c] * tensors.k[(kv * nk + j) * DIM + c];
        const weight = Math.exp(dot / Math.sqrt(DIM));
        total += weight;
        for (let c = 0; c < DIM; c++) out[at + c] += weight * tensors.v[(kv * nk + j) * DIM + c];
      }
      if (total > 0) for (let c = 0; c < DIM; c++) out[at + c] /= total;
    }
  }
  return out;
}

function tensorsFor(
  batch: number,
  nq: number,
  nk: number,
): { q: Float32Array; k: Float32Array; v: Float32Array } {
  return {
    q: sequence(batch * HEADS * nq * DIM, 1),
    k: sequence(batch * KV_HEADS * nk * DIM, 2),
    v: sequence(batch * KV_HEADS * nk * DIM, 3),
  };
}

/** Documents of `length` tokens. */
const documents = (n: number, length: number): number[] =>
  Array.from({ length: n }, (_, at) => Math.floor(at / length));

describe('compiled kernels with arrays and run tables', () => {
  const descriptor = compiled('by head { 0..<2: causal & window(keys: w) & same(ids); else: same(ids) }');
  let device: GPUDevice;
  beforeAll(async () => {
    // Default limits suffice for every kernel.
    const found = await acquireDevice({ raised: false });
    if (found.kind === 'none') throw new Error(found.reason);
    device = found.device;
  });
  afterAll(() => device?.destroy());

  const ids = (n: number): number[][] => [documents(n, 10), documents(n, 37), documents(n, 10)];
  const sees =
    (lists: number[][], w: number) =>
    (b: number, head: number, i: number, j: number): boolean =>
      lists[b][i] === lists[b][j] && (head >= 2 || (j <= i && i - j < w));

  test.each([1, 63, 65, 150])('n = %i, three batches, two with equal documents', async (n) => {
    const attention = createAttention(device, descriptor);
    const tensors = tensorsFor(3, n, n);
    const plan = await attention.plan({ batch: 3, nq: n, nk: n, launch: { w: 5 }, arrays: { ids: ids(n) } });
    const { out } = await attention.forward(tensors, { plan });
    expect(maxError(out, truth(tensors, 3, n, n, sees(ids(n), 5)))).toBeLessThan(2e-6);
    // Heads of one group and batches with equal documents share a table.
    expect(plan.launch.passes[0].statistics.length).toBeLessThanOrEqual(2 * 2);
    attention.destroy();
  });

  test('a few queries at the end of a longer cache', async () => {
    const attention = createAttention(device, descriptor);
    const tensors = tensorsFor(1, 3, 70);
    const list = [documents(70, 33)];
    const { out, kernels } = await attention.forward(tensors, { arrays: { ids: list }, launch: { w: 9 } });
    expect(maxError(out, truth(tensors, 1, 3, 70, sees(list, 9)))).toBeLessThan(2e-6);
    expect(purposesOf(descriptor, kernels)).toEqual(['small-query']);
    attention.destroy();
  });

  test('another list of documents is another plan, never a stale one', async () => {
    const attention = createAttention(device, descriptor);
    const tensors = tensorsFor(1, 40, 40);
    for (const length of [7, 20, 7]) {
      const list = [documents(40, length)];
      const { out } = await attention.forward(tensors, { arrays: { ids: list } });
      expect(maxError(out, truth(tensors, 1, 40, 40, sees(list, 16)))).toBeLessThan(2e-6);
    }
    attention.destroy();
  });
});

test('f16 kernels pass the shader compiler and the validation of a launch', async () => {
  const { device, close } = await acquireNullDevice();
  for (const target of ['software', 'gpu'] as const) {
    const attention = createAttention(device, compiled('causal & same(ids)', 'dtype f16'), { target });
    for (const nq of [2, 100]) {
      const half = (heads: number, rows: number): Uint16Array => new Uint16Array(heads * rows * DIM);
      const tensors = { q: half(HEADS, nq), k: half(KV_HEADS, 100), v: half(KV_HEADS, 100) };
      const { out } = await attention.forward(tensors, { arrays: { ids: [documents(100, 9)] } });
      expect(out).toBeInstanceOf(Uint16Array);
      expect(out.length).toBe(HEADS * nq * DIM);
    }
    attention.destroy();
  }
  close();
});

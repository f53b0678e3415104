import type { CudaDescriptor, CudaField, CudaKernel } from '../../../runtime/cuda/descriptor.ts';
import { windowFixture, type FixtureOptions } from '../webgpu/window-fixture.ts';

export interface CudaFixtureOptions extends Omit<FixtureOptions, 'dtype' | 'kernels' | 'code'> {
  readonly kernels?: readonly Partial<CudaKernel>[];
  /** Fields in front of those that the kernel uses, which moves all of them. */
  readonly fields?: readonly CudaField[];
  readonly code?: string;
}

/**
 * The attention of windowFixture as CUDA: the keys j <= i with i - j < w, in bf16, as a plain function of parameters and
 * block (./stub/plain-harness.cpp). Every type of field is used.
 */
export function cudaWindowFixture(options: CudaFixtureOptions = {}): CudaDescriptor {
  const {
    passes: [{ kernels: _, ...pass }],
    wgsl: __,
    ...model
  } = windowFixture({ heads: 2, kvHeads: 1, dim: 64, dimV: 16, ...options });
  const kernel: CudaKernel = {
    name: 'attend',
    purpose: 'tiled',
    family: 'sm_80',
    tile: { queries: 8, keys: 8 },
    threads: 128,
    sharedBytes: 60_000,
    extents: { queries: [], keys: [] },
    schedule: windowFixture().passes[0].kernels[0].schedule,
    grid: { kind: 'tiles' },
    parts: null,
    boxes: [],
  };
  const lse = model.outputs.includes('lse');
  const params = [...(options.fields ?? []), ...fieldsOf(lse)];
  return {
    ...model,
    dtype: 'bf16',
    passes: [
      {
        ...pass,
        kernels: (options.kernels ?? [{}]).map((changes) => ({ ...kernel, ...changes })),
        merge: null,
      },
    ],
    cuda: {
      code: options.code ?? windowKernel(model.dim, model.dimV, model.heads, model.kvHeads, params),
      params,
      arena: [],
      floats: [],
      lineMap: [[1, 0]],
    },
  };
}

function fieldsOf(lse: boolean): readonly CudaField[] {
  const tensors = ['q', 'k', 'v', 'out'] as const;
  return [
    { name: 'nq', type: 'u32', source: { kind: 'symbol', name: 'nq' } },
    ...tensors.map((of): CudaField => ({ name: of, type: 'pointer', source: { kind: 'pointer', of } })),
    ...(lse ? [{ name: 'lse', type: 'pointer', source: { kind: 'pointer', of: 'lse' } } as const] : []),
    { name: 'nk', type: 'u32', source: { kind: 'symbol', name: 'nk' } },
    { name: 'offset', type: 'i32', source: { kind: 'symbol', name: 'offset' } },
    { name: 'w', type: 'i32', source: { kind: 'symbol', name: 'w' } },
    ...tensors.flatMap((tensor) =>
      (['batch', 'head', 'row'] as const).map((axis): CudaField => ({
        name: `${tensor}_${axis}`,
        type: 'i64',
        source: { kind: 'stride', tensor, axis },
      })),
    ),
    { name: 'scale_log2', type: 'f32', source: { kind: 'scale-log2' } },
    { name: 'query_tiles', type: 'i32', source: { kind: 'query-tiles' } },
  ];
}

const TYPES = {
  i32: 'int',
  u32: 'unsigned',
  f32: 'float',
  i64: 'long long',
  'tensor-map': 'TensorMap',
} as const;

function typeOf({ name, type }: CudaField): string {
  if (type === 'pointer') return name === 'lse' ? 'float*' : 'unsigned short*';
  return TYPES[type];
}

function windowKernel(
  dim: number,
  dimV: number,
  heads: number,
  kvHeads: number,
  params: readonly CudaField[],
): string {
  const lse = params.some(({ name }) => name === 'lse');
  return `
#include <cmath>
#include <cstring>
struct alignas(64) TensorMap { unsigned long long words[16]; };
struct SpParams { ${params.map((field) => `${typeOf(field)} ${field.name};`).join(' ')} };
static float number(unsigned short bits) { unsigned word = (unsigned)bits << 16; float f; memcpy(&f, &word, 4); return f; }
static unsigned short bits(float f) { unsigned word; memcpy(&word, &f, 4); return (word + 0x7fff + ((word >> 16) & 1)) >> 16; }
extern "C" void attend(const SpParams* p, int tile, int grid) {
  int batch = grid / ${heads}, head = grid % ${heads}, kv = head / ${heads / kvHeads};
  if (tile >= p->query_tiles) return;
  for (int row = tile * 8; row < tile * 8 + 8 && row < (int)p->nq; row++) {
    int i = row + p->offset;
    const unsigned short* q = p->q + batch * p->q_batch + head * p->q_head + row * p->q_row;
    float sum = 0, top = -3e38f, acc[${dimV}] = {};
    for (int j = i - p->w + 1 > 0 ? i - p->w + 1 : 0; j <= i && j < (int)p->nk; j++) {
      const unsigned short* k = p->k + batch * p->k_batch + kv * p->k_head + j * p->k_row;
      const unsigned short* v = p->v + batch * p->v_batch + kv * p->v_head + j * p->v_row;
      float s = 0;
      for (int c = 0; c < ${dim}; c++) s += number(q[c]) * number(k[c]);
      s *= p->scale_log2;
      float next = s > top ? s : top, decay = exp2f(top - next), weight = exp2f(s - next);
      sum = sum * decay + weight;
      for (int c = 0; c < ${dimV}; c++) acc[c] = acc[c] * decay + weight * number(v[c]);
      top = next;
    }
    unsigned short* out = p->out + batch * p->out_batch + head * p->out_head + row * p->out_row;
    for (int c = 0; c < ${dimV}; c++) out[c] = bits(sum > 0 ? acc[c] / sum : 0);
    ${lse ? 'p->lse[grid * p->nq + row] = sum > 0 ? (top + log2f(sum)) * 0.69314718f : -INFINITY;' : ''}
  }
}
`;
}

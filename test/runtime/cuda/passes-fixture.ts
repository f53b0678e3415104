import type { CudaDescriptor, CudaField } from '../../../runtime/cuda/descriptor.ts';
import { cudaWindowFixture } from './window-fixture.ts';

/** The one key of a row that a pass of {@link passesFixture} takes, of so many passes. */
const takes = '(i + pass) % passes';

/**
 * Passes that hand a state on, as plain functions: pass p of n adds v of the key (i + p) mod n to what it finds, with the
 * weight 1, so that out is the mean of n rows of v. Each pass checks that it finds what the one before has left.
 */
export function passesFixture(passes: number, launch: { readonly rows?: number } = {}): CudaDescriptor {
  const base = cudaWindowFixture({ lse: false, heads: 2, kvHeads: 2, dim: 64, dimV: 16 });
  const [pass] = base.passes;
  const tile = { queries: launch.rows ?? 8, keys: 8 };
  const fields: readonly CudaField[] = [
    ...(['v', 'out', 'state'] as const).map((of): CudaField => ({
      name: of,
      type: 'pointer',
      source: { kind: 'pointer', of },
    })),
    { name: 'nq', type: 'i32', source: { kind: 'symbol', name: 'nq' } },
    { name: 'nk', type: 'i32', source: { kind: 'symbol', name: 'nk' } },
    { name: 'tiles', type: 'i32', source: { kind: 'query-tiles' } },
  ];
  return {
    ...base,
    passes: Array.from({ length: passes }, (_, at) => ({
      ...pass,
      name: `part${at}`,
      state: { reads: at > 0, writes: at + 1 < passes },
      // Of tiles of other sizes: each pass has its own number of blocks.
      kernels: pass.kernels.map((kernel) => ({
        ...kernel,
        name: `attend_part${at}`,
        tile: { ...tile, queries: tile.queries * (at + 1) },
      })),
    })),
    cuda: { ...base.cuda, params: fields, code: textOf(passes, tile.queries) },
  };
}

function textOf(passes: number, rows: number): string {
  const entries = Array.from(
    { length: passes },
    (_, at) =>
      `extern "C" void attend_part${at}(const SpParams* p, int x, int grid) { add(p, ${at}, x, grid); }`,
  );
  return `
#include <cstring>
struct SpParams { unsigned short *v, *out; float* state; int nq, nk, tiles; };
const int passes = ${passes};
static float number(unsigned short bits) { unsigned word = (unsigned)bits << 16; float f; memcpy(&f, &word, 4); return f; }
static unsigned short bits(float f) { unsigned word; memcpy(&word, &f, 4); return (word + 0x7fff + ((word >> 16) & 1)) >> 16; }
static void add(const SpParams* p, int pass, int x, int grid) {
  int rows = ${rows} * (pass + 1);
  if (x >= p->tiles) return;
  for (int i = x * rows; i < x * rows + rows && i < p->nq; i++) {
    float* state = p->state + (grid * (long)p->nq + i) * 20;
    float acc[16] = {}, sum = 0;
    if (pass > 0) { memcpy(acc, state, sizeof acc); sum = state[17]; }
    if (sum != pass) return;
    for (int c = 0; c < 16; c++) acc[c] += number(p->v[(grid * p->nk + ${takes}) * 16 + c]);
    sum += 1;
    if (pass + 1 < passes) { memcpy(state, acc, sizeof acc); state[17] = sum; }
    else for (int c = 0; c < 16; c++) p->out[(grid * p->nq + i) * 16 + c] = bits(acc[c] / sum);
  }
}
${entries.join('\n')}
`;
}

import type { CudaKernelPlan, PlannedCudaKernel, PlannedCudaPass } from '../../ir/cuda-kernel.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';
import type { ViewStructs } from './write-views.ts';
import { cudaDenominator } from './write-score.ts';
import { writeScale } from './write-weights.ts';

/**
 * `attend_diagonals`: the key of the query at position i at distance d is i + d, so that rows share no keys: k and v are
 * read in place, once, and a dead key's rows are not read at all. There is nothing for tensor cores to share either.
 */
export function writeDiagonals(plan: CudaKernelPlan, names: CudaNames, scored: boolean): Block[] {
  const { field } = names;
  const passes = plan.passes.filter(({ strategy }) => strategy === 'diagonal');
  const reads = passes.some(({ state }) => state.reads);
  const writes = passes.some(({ state }) => state.writes);
  const stores = passes.some(({ state }) => !state.writes);
  const softmax = plan.score.weights === undefined;
  const finish = [...(writes ? [writeLeave(softmax)] : []), ...(stores ? [writeStore(plan, names)] : [])];
  return [
    CHUNKS.trim().split('\n'),
    [
      '// One block: the slots of a tile of queries of one (batch, head). LANES lanes share a row: its 16-byte chunks go',
      '// round them, and all of them keep its statistics. KEYS rows of k and of v are on their way at a time.',
      'template <class Pass, class Queries, int LANES, int KEYS> SP_DEVICE void attend_diagonals(const SpParams &p) {',
      '  constexpr int PARTS = (DIM / 8 + LANES - 1) / LANES, PARTS_V = (DIM_V / 8 + LANES - 1) / LANES;',
      '  const int batch = sp_block_y() / HEADS, head = sp_block_y() % HEADS, kv_head = head / HEADS_PER_KV;',
      `  const u16 *q = p.q + batch * ${field('q_batch_stride')} + head * ${field('q_head_stride')};`,
      `  const u16 *k = p.k + batch * ${field('k_batch_stride')} + kv_head * ${field('k_head_stride')};`,
      `  const u16 *v = p.v + batch * ${field('v_batch_stride')} + kv_head * ${field('v_head_stride')};`,
      '  const Queries queries = Queries::tile(p, sp_block_x());',
      '  const int lane = sp_thread() % LANES, row = queries.row(p, sp_thread() / LANES);',
      `  const int i = row + ${field('offset')};`,
      `  ${writeScale(softmax, scored, names)}`,
      '',
      '  sp_chunk own[PARTS];',
      `  load_chunks<DIM, LANES>(own, q, row < 0 ? -1 : row * ${field('q_row_stride')}, lane);`,
      softmax ? '  float o[PARTS_V][8] = {}, maximum = NEVER, sum = 0.0f;' : '  float o[PARTS_V][8] = {};',
      ...(reads ? writeTakeUp(softmax) : []),
      '',
      '  // How many distances there are, and the distances.',
      '  const int *distances = p.arena + Pass::tables(p)[sp_block_y()];',
      '  const int count = distances[0];',
      '#pragma unroll 1',
      '  for (int first = 0; first < count; first += KEYS) {',
      '    sp_chunk k_rows[KEYS][PARTS], v_rows[KEYS][PARTS_V];',
      '    int keys[KEYS]; // -1 where there is none, or the row does not see it',
      '#pragma unroll',
      '    for (int t = 0; t < KEYS; t++) {',
      '      const int j = i + distances[1 + min(first + t, count - 1)];',
      `      const bool exists = row >= 0 && first + t < count && 0 <= j && j < ${field('nk')};`,
      '      keys[t] = exists && Pass::is_live(p, i, j, head, batch) ? j : -1;',
      `      load_chunks<DIM, LANES>(k_rows[t], k, keys[t] < 0 ? -1 : j * ${field('k_row_stride')}, lane);`,
      `      load_chunks<DIM_V, LANES>(v_rows[t], v, keys[t] < 0 ? -1 : j * ${field('v_row_stride')}, lane);`,
      '    }',
      softmax ? '    float s[KEYS], most = maximum;' : '    float s[KEYS];',
      '#pragma unroll',
      '    for (int t = 0; t < KEYS; t++) {',
      '      s[t] = multiply_chunks(own, k_rows[t]);',
      '#pragma unroll',
      '      for (int other = 1; other < LANES; other *= 2) s[t] += sp_shuffle_xor(s[t], other);',
      ...(scored ? [`      s[t] = logit(p, s[t] * ${field('scale')}, i, keys[t], head, batch);`] : []),
      ...(softmax ? ['      if (keys[t] < 0) s[t] = NEVER;', '      most = fmaxf(most, s[t]);'] : []),
      '    }',
      ...(softmax ? RESCALE : []),
      '#pragma unroll',
      '    for (int t = 0; t < KEYS; t++) {',
      ...(softmax
        ? ['      const float weight = sp_exp2(s[t] * scale - scaled);', '      sum += weight;']
        : ['      const float weight = keys[t] < 0 ? 0.0f : weight_of(s[t] * scale);']),
      '      add_chunks(o, v_rows[t], weight);',
      '    }',
      '  }',
      '  if (row < 0) return;',
      ...(finish.length === 1
        ? finish[0]
        : [
            '  if constexpr (Pass::LEAVES_STATE) {',
            ...finish[0].map((line) => (line.startsWith('#') ? line : `  ${line}`)),
            '  } else {',
            ...finish[1].map((line) => (line.startsWith('#') ? line : `  ${line}`)),
            '  }',
          ]),
      '}',
    ],
  ];
}

/** Sum and accumulators against the maximum as it is now. */
const RESCALE: readonly string[] = [
  '    const float scaled = most == NEVER ? 0.0f : most * scale;',
  '    const float factor = sp_exp2(maximum * scale - scaled);',
  '    maximum = most;',
  '    sum *= factor;',
  '#pragma unroll',
  '    for (int part = 0; part < PARTS_V; part++)',
  '#pragma unroll',
  '      for (int e = 0; e < 8; e++) o[part][e] *= factor;',
];

const CHUNKS = String.raw`
// The chunks of a row of WIDTH elements that a lane owns: every LANES-th. Zero behind the row, and for no row, at -1.
template <int WIDTH, int LANES, int PARTS>
SP_DEVICE void load_chunks(sp_chunk (&chunks)[PARTS], const u16 *from, i64 at, int lane) {
#pragma unroll
  for (int part = 0; part < PARTS; part++) {
    const int chunk = part * LANES + lane;
    chunks[part] = {0, 0, 0, 0};
    if (at >= 0 && (WIDTH / 8 % LANES == 0 || chunk < WIDTH / 8)) chunks[part] = sp_load16(from + at + chunk * 8);
  }
}
template <int PARTS> SP_DEVICE float multiply_chunks(const sp_chunk (&a)[PARTS], const sp_chunk (&b)[PARTS]) {
  float sum = 0.0f;
#pragma unroll
  for (int part = 0; part < PARTS; part++) {
    sum += sp_low(a[part].x) * sp_low(b[part].x) + sp_high(a[part].x) * sp_high(b[part].x);
    sum += sp_low(a[part].y) * sp_low(b[part].y) + sp_high(a[part].y) * sp_high(b[part].y);
    sum += sp_low(a[part].z) * sp_low(b[part].z) + sp_high(a[part].z) * sp_high(b[part].z);
    sum += sp_low(a[part].w) * sp_low(b[part].w) + sp_high(a[part].w) * sp_high(b[part].w);
  }
  return sum;
}
template <int PARTS> SP_DEVICE void add_chunks(float (&o)[PARTS][8], const sp_chunk (&v)[PARTS], float weight) {
#pragma unroll
  for (int part = 0; part < PARTS; part++) {
    const u32 words[4] = {v[part].x, v[part].y, v[part].z, v[part].w};
#pragma unroll
    for (int e = 0; e < 8; e++) o[part][e] += weight * (e % 2 == 0 ? sp_low(words[e / 2]) : sp_high(words[e / 2]));
  }
}
`;

/** Without the row statistics where there is no softmax. */
function writeTakeUp(softmax: boolean): readonly string[] {
  return softmax ? TAKE_UP : TAKE_UP.filter((line) => !/^ *(maximum|sum) = /.test(line));
}

const TAKE_UP: readonly string[] = String.raw`
  if constexpr (Pass::TAKES_STATE) {
    if (row >= 0) {
      const float *state = state_of(p, row, head, batch);
#pragma unroll
      for (int part = 0; part < PARTS_V; part++) {
        const int chunk = part * LANES + lane;
        if (chunk < DIM_V / 8)
#pragma unroll
          for (int e = 0; e < 8; e += 2) {
            const Pair pair = *(const Pair *)(state + chunk * 8 + e);
            o[part][e] = pair.low;
            o[part][e + 1] = pair.high;
          }
      }
      maximum = state[DIM_V];
      sum = state[DIM_V + 1];
    }
  }
`
  .split('\n')
  .filter((line) => line !== '');

function writeLeave(softmax: boolean): readonly string[] {
  return softmax ? LEAVE : LEAVE.filter((line) => !line.includes('maximum'));
}

const LEAVE: readonly string[] = String.raw`
  float *state = state_of(p, row, head, batch);
#pragma unroll
  for (int part = 0; part < PARTS_V; part++) {
    const int chunk = part * LANES + lane;
    if (chunk < DIM_V / 8)
#pragma unroll
      for (int e = 0; e < 8; e += 2) *(Pair *)(state + chunk * 8 + e) = {o[part][e], o[part][e + 1]};
  }
  if (lane == 0) *(Pair *)(state + DIM_V) = {maximum, sum};
`
  .split('\n')
  .filter((line) => line !== '');

/** Divides by the sum of the weights, where there is a softmax, and stores the lane's chunks of a row. */
function writeStore(plan: CudaKernelPlan, names: CudaNames): readonly string[] {
  const { field } = names;
  const softmax = plan.score.weights === undefined;
  const divided = softmax ? ' * inverse' : '';
  return [
    ...(softmax
      ? [
          '  const float total = sum;',
          `  const float inverse = total == 0.0f ? 0.0f : 1.0f / ${cudaDenominator(plan, names, 'maximum', 'i')};`,
        ]
      : []),
    `  u16 *out = p.out + batch * ${field('out_batch_stride')} + head * ${field('out_head_stride')} + row * ${field('out_row_stride')};`,
    '#pragma unroll',
    '  for (int part = 0; part < PARTS_V; part++) {',
    '    const int chunk = part * LANES + lane;',
    '    const float (&r)[8] = o[part];',
    '    if (chunk < DIM_V / 8)',
    '      sp_store16(out + Pass::COLUMN + chunk * 8,',
    `                 {sp_pack(r[0]${divided}, r[1]${divided}), sp_pack(r[2]${divided}, r[3]${divided}),`,
    `                  sp_pack(r[4]${divided}, r[5]${divided}), sp_pack(r[6]${divided}, r[7]${divided})});`,
    '  }',
    ...(plan.outputs.includes('lse')
      ? [
          '  if (lane == 0)',
          `    p.lse[(i64)sp_block_y() * ${field('nq')} + row] = total == 0.0f ? NEVER : (maximum * scale + sp_log2(total)) * LN_2;`,
        ]
      : []),
  ];
}

/** The entry point of a kernel of diagonals. */
export function writeDiagonalEntry(
  pass: PlannedCudaPass,
  kernel: PlannedCudaKernel,
  names: CudaNames,
  views: ViewStructs,
): Block {
  const { warps, rows, keys, blocks } = kernel.tile;
  return [
    `// ${warps * rows} queries a tile: ${warps} warps of ${rows} rows, ${keys} distances at a time.`,
    `SP_KERNEL(${warps * 32}, ${blocks}) ${kernel.name}(SP_PARAMETER SpParams p) {`,
    `  attend_diagonals<${names.pass(pass.name)}, ${views.queries(pass, kernel)}, ${32 / rows}, ${keys}>(p);`,
    '}',
  ];
}

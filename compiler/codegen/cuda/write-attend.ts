import type { CudaKernelPlan, PlannedCudaKernel, PlannedCudaPass } from '../../ir/cuda-kernel.ts';
import { indent } from '../text.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';
import { queriesOfWalk } from './write-views.ts';
import type { ViewStructs } from './write-views.ts';
import { cudaDenominator } from './write-score.ts';
import { writeScale } from './write-weights.ts';

/** `attend`: what one block does. The kernels are instances of it. */
export function writeAttend(plan: CudaKernelPlan, names: CudaNames, scored: boolean): Block[] {
  const { field } = names;
  const softmax = plan.score.weights === undefined;
  const rows = softmax ? 'o, maximum, sum' : 'o';
  const passes = plan.passes.filter(({ strategy }) => strategy !== 'diagonal');
  const reads = passes.some(({ state }) => state.reads);
  const stores = passes.some(({ state }) => !state.writes);
  const leave = [
    `  leave_state<M>(p, ${rows}, queries, slot0, head, batch + walk.part * ${field('batches')});`,
  ];
  const store = [
    '  sp_barrier(); // everyone has left the stages: rows of out take their place',
    '  const u32 rows = sp_shared() + warp_slot * ROW_BYTES<DIM_V>;',
    `  store_rows<Pass, M>(p, ${softmax ? `${rows}, scale` : rows}, queries, warp_slot, rows, head, batch);`,
  ];
  return [
    [
      '// One block: the QUERIES slots of a tile of queries of one (batch, head), a warp ROWS of them.',
      'template <class Pass, class Queries, class Keys, int WARPS, int ROWS, int KEYS, int STAGES>',
      'SP_DEVICE void attend(const SpParams &p) {',
      '  constexpr int THREADS = 32 * WARPS, QUERIES = WARPS * ROWS, M = ROWS / 16;',
      '  constexpr u32 KEY_BYTES = KEYS * ROW_BYTES<DIM>, STAGE_BYTES = KEY_BYTES + KEYS * ROW_BYTES<DIM_V>;',
      '  using Walk = typename Pass::template Walk<QUERIES, KEYS>;',
      '  const int batch = sp_block_y() / HEADS, head = sp_block_y() % HEADS, kv_head = head / HEADS_PER_KV;',
      `  const u16 *q = p.q + batch * ${field('q_batch_stride')} + head * ${field('q_head_stride')};`,
      `  const u16 *k = p.k + batch * ${field('k_batch_stride')} + kv_head * ${field('k_head_stride')};`,
      `  const u16 *v = p.v + batch * ${field('v_batch_stride')} + kv_head * ${field('v_head_stride')};`,
      '',
      '  // Shared memory: the rows of q, then the stages: rows of k and rows of v each.',
      '  const u32 q_rows = sp_shared(), stages = q_rows + QUERIES * ROW_BYTES<DIM>;',
      '',
      '  Walk walk = Walk::start(p, sp_block_x(), head, batch), ahead = walk;',
      `  const Queries queries = ${queriesOfWalk(passes)};`,
      '  auto copy_tile = [&](int stage) {',
      '    if (!ahead.done()) {',
      '      const u32 to = stages + stage * STAGE_BYTES;',
      '      const Keys keys = Keys::tile(p, ahead);',
      '      auto key_of = [&](int t) { return keys.key(p, t); };',
      `      copy_rows<KEYS, DIM, THREADS>(to, k, ${field('k_row_stride')}, key_of);`,
      `      copy_rows<KEYS, DIM_V, THREADS>(to + KEY_BYTES, v, ${field('v_row_stride')}, key_of);`,
      '      ahead.advance();',
      '    }',
      '    sp_copy_commit();',
      '  };',
      `  copy_rows<QUERIES, DIM, THREADS>(q_rows, q, ${field('q_row_stride')}, [&](int t) { return queries.row(p, t); });`,
      '#pragma unroll',
      '  for (int stage = 0; stage < STAGES - 1; stage++) copy_tile(stage);',
      '',
      '  // This lane: slots slot0, slot0 + 8, ... of the tile.',
      '  const int warp_slot = sp_thread() / 32 * ROWS, slot0 = warp_slot + (sp_thread() & 31) / 4;',
      softmax ? '  float o[M][DIM_V / 8][4], maximum[M][2], sum[M][2];' : '  float o[M][DIM_V / 8][4];',
      '#pragma unroll',
      '  for (int a = 0; a < M; a++) {',
      ...(softmax ? ['    maximum[a][0] = maximum[a][1] = NEVER;', '    sum[a][0] = sum[a][1] = 0.0f;'] : []),
      '#pragma unroll',
      '    for (int d = 0; d < DIM_V / 8; d++) o[a][d][0] = o[a][d][1] = o[a][d][2] = o[a][d][3] = 0.0f;',
      '  }',
      ...(reads
        ? [
            `  if (Pass::TAKES_STATE && walk.part == 0) take_up_state<M>(p, ${rows}, queries, slot0, head, batch);`,
          ]
        : []),
      `  ${writeScale(softmax, scored, names)}`,
      '',
      '#pragma unroll 1',
      '  for (int stage = 0; !walk.done(); walk.advance(), stage = (stage + 1) % STAGES) {',
      '    // The tile has come; and everyone has left the stage that is copied to next.',
      '    sp_copy_wait<STAGES - 2>();',
      '    sp_barrier();',
      '    copy_tile((stage + STAGES - 1) % STAGES);',
      '    const u32 k_rows = stages + stage * STAGE_BYTES, v_rows = k_rows + KEY_BYTES;',
      '    const Keys keys = Keys::tile(p, walk);',
      '',
      '    float s[M][KEYS / 8][4];',
      '    multiply_keys<M, KEYS>(s, q_rows, warp_slot, k_rows);',
      ...(scored ? ['    score_pairs<M, KEYS>(p, s, queries, slot0, keys, head, batch);'] : []),
      ...(softmax ? [] : ['    weigh<M, KEYS>(s, scale);']),
      '    u32 seen = ~0u;',
      '    const bool partial = walk.masked();',
      `    if (partial) seen = mask_${softmax ? 'scores' : 'weights'}<Pass, M, KEYS>(p, s, queries, slot0, keys, head, batch);`,
      ...(softmax
        ? [
            '    float factor[M][2];',
            '    soften<M, KEYS>(s, maximum, sum, factor, scale);',
            '    rescale<M>(o, factor);',
          ]
        : []),
      '    if (partial) multiply_values<true, M, KEYS>(o, s, v_rows, seen);',
      '    else multiply_values<false, M, KEYS>(o, s, v_rows, seen);',
      '  }',
      '  sp_copy_wait<0>();',
      '',
      ...(stores
        ? ['  if constexpr (Pass::LEAVES_STATE) {', ...indent(leave), '  } else {', ...indent(store), '  }']
        : leave),
      '}',
    ],
  ];
}

/** `store_rows`: divides by the sums of the weights, where there is a softmax, and stores rows through shared memory: 16 bytes a lane. */
export function writeStoreRows(plan: CudaKernelPlan, names: CudaNames): Block {
  if (!plan.passes.some(({ state, strategy }) => !state.writes && strategy !== 'diagonal')) return [];
  const { field } = names;
  const softmax = plan.score.weights === undefined;
  const factor = softmax ? ' * factor' : '';
  const lse = plan.outputs.includes('lse');
  const slot = 'warp_slot + r * 8 + lane / 4';
  const position = `queries.row(p, ${slot}) + ${field('offset')}`;
  const denominator = cudaDenominator(plan, names, 'maximum[a][e]', position);
  return [
    softmax
      ? '// Divides by the sums of the weights, and stores rows of out by way of shared memory: 16 bytes a lane, a warp its own.'
      : '// Stores rows of out by way of shared memory: 16 bytes a lane, a warp its own.',
    'template <class Pass, int M, class Queries>',
    ...(softmax
      ? [
          'SP_DEVICE void store_rows(const SpParams &p, const float (&o)[M][DIM_V / 8][4], const float (&maximum)[M][2],',
          '                          const float (&sum)[M][2], float scale, const Queries &queries, int warp_slot, u32 rows,',
          '                          int head, int batch) {',
        ]
      : [
          'SP_DEVICE void store_rows(const SpParams &p, const float (&o)[M][DIM_V / 8][4], const Queries &queries, int warp_slot,',
          '                          u32 rows, int head, int batch) {',
        ]),
    '  const int lane = sp_thread() & 31;',
    '#pragma unroll',
    '  for (int r = 0; r < 2 * M; r++) {',
    '    const int a = r / 2, e = r % 2;',
    ...(softmax
      ? [
          '    float total = sum[a][e];',
          '    total += sp_shuffle_xor(total, 1);',
          '    total += sp_shuffle_xor(total, 2);',
          `    const float factor = total == 0.0f ? 0.0f : 1.0f / ${denominator};`,
        ]
      : []),
    '#pragma unroll',
    '    for (int d = 0; d < DIM_V / 8; d++)',
    '      sp_store_shared(rows + place<DIM_V>(r * 8 + lane / 4, d) + (lane & 3) * 4,',
    `                      sp_pack(o[a][d][2 * e]${factor}, o[a][d][2 * e + 1]${factor}));`,
    ...(lse
      ? [
          `    const int row = queries.row(p, ${slot});`,
          '    if (row >= 0 && (lane & 3) == 0)',
          `      p.lse[(i64)(batch * HEADS + head) * ${field('nq')} + row] =`,
          '          total == 0.0f ? NEVER : (maximum[a][e] * scale + sp_log2(total)) * LN_2;',
        ]
      : []),
    '  }',
    '  sp_warp_barrier();',
    `  u16 *out = p.out + batch * ${field('out_batch_stride')} + head * ${field('out_head_stride')} + Pass::COLUMN;`,
    '#pragma unroll',
    '  for (int first = 0; first < 16 * M * DIM_V / 8; first += 32) {',
    '    const int c = first + lane, t = c / (DIM_V / 8), chunk = c % (DIM_V / 8);',
    '    const int row = queries.row(p, warp_slot + t);',
    `    if (row >= 0) sp_store16(out + row * ${field('out_row_stride')} + chunk * 8, sp_load_shared16(rows + place<DIM_V>(t, chunk)));`,
    '  }',
    '}',
  ];
}

/** The entry point of a kernel. */
export function writeEntry(
  pass: PlannedCudaPass,
  kernel: PlannedCudaKernel,
  names: CudaNames,
  views: ViewStructs,
): Block {
  const { warps, rows, keys, stages, blocks } = kernel.tile;
  const types = [names.pass(pass.name), views.queries(pass, kernel), views.keys(pass, kernel)];
  return [
    `// ${warps * rows} queries x ${keys} keys a tile: ${warps} warps of ${rows} rows, ${stages} tiles of k and v at a time.`,
    `SP_KERNEL(${warps * 32}, ${blocks}) ${kernel.name}(SP_PARAMETER SpParams p) {`,
    `  attend<${[...types, warps, rows, keys, stages].join(', ')}>(p);`,
    '}',
  ];
}

import type { CudaKernelPlan, PlannedCudaKernel } from '../../ir/cuda-kernel.ts';
import type { Block } from '../wgsl/text.ts';
import type { CudaNames } from './names.ts';
import { cudaDenominator } from './write-score.ts';

/** `attend`: what one block does. The kernels are instances of it. */
export function writeAttend(plan: CudaKernelPlan, names: CudaNames, scored: boolean): Block[] {
  const { field } = names;
  return [
    [
      '// One block: the QUERIES rows of a tile of queries of one (batch, head), a warp ROWS of them.',
      'template <int WARPS, int ROWS, int KEYS, int STAGES> SP_DEVICE void attend(const SpParams &p) {',
      '  constexpr int THREADS = 32 * WARPS, QUERIES = WARPS * ROWS, M = ROWS / 16;',
      '  constexpr u32 KEY_BYTES = KEYS * ROW_BYTES<DIM>, STAGE_BYTES = KEY_BYTES + KEYS * ROW_BYTES<DIM_V>;',
      '  const int batch = sp_block_y() / HEADS, head = sp_block_y() % HEADS, kv_head = head / HEADS_PER_KV;',
      '  const int warp_row = sp_thread() / 32 * ROWS, lane = sp_thread() & 31;',
      `  const u16 *q = p.q + batch * ${field('q_batch_stride')} + head * ${field('q_head_stride')};`,
      `  const u16 *k = p.k + batch * ${field('k_batch_stride')} + kv_head * ${field('k_head_stride')};`,
      `  const u16 *v = p.v + batch * ${field('v_batch_stride')} + kv_head * ${field('v_head_stride')};`,
      `  u16 *out = p.out + batch * ${field('out_batch_stride')} + head * ${field('out_head_stride')};`,
      '',
      '  // Shared memory: the tile of queries, then the stages: a tile of keys and one of values each.',
      '  const u32 queries = sp_shared(), stages = queries + QUERIES * ROW_BYTES<DIM>;',
      '',
      '  int query0;',
      '  Walk walk = start_walk<QUERIES, KEYS>(p, query0, head, batch), ahead = walk;',
      '  auto copy_tile = [&](int stage) {',
      '    if (!done(ahead)) {',
      '      const u32 to = stages + stage * STAGE_BYTES;',
      '      const int key0 = ahead.key0;',
      '      auto row_of = [&](int t) { return key_row(p, key0 + t); };',
      `      copy_rows<KEYS, DIM, THREADS>(to, k, ${field('k_row_stride')}, row_of);`,
      `      copy_rows<KEYS, DIM_V, THREADS>(to + KEY_BYTES, v, ${field('v_row_stride')}, row_of);`,
      '      advance<KEYS>(ahead);',
      '    }',
      '    sp_copy_commit();',
      '  };',
      `  copy_rows<QUERIES, DIM, THREADS>(queries, q, ${field('q_row_stride')}, [&](int t) { return query_row(p, query0 + t); });`,
      '#pragma unroll',
      '  for (int stage = 0; stage < STAGES - 1; stage++) copy_tile(stage);',
      '',
      '  float o[M][DIM_V / 8][4], maximum[M][2], sum[M][2];',
      '#pragma unroll',
      '  for (int a = 0; a < M; a++) {',
      '    maximum[a][0] = maximum[a][1] = NEVER;',
      '    sum[a][0] = sum[a][1] = 0.0f;',
      '#pragma unroll',
      '    for (int d = 0; d < DIM_V / 8; d++) o[a][d][0] = o[a][d][1] = o[a][d][2] = o[a][d][3] = 0.0f;',
      '  }',
      '  // This lane: rows row0, row0 + 8, ... of the tensor.',
      '  const int row0 = query0 + warp_row + lane / 4;',
      scored
        ? '  const float scale = 1.0f; // logits are complete'
        : `  const float scale = ${field('scale')} * LOG2_E;`,
      '',
      '#pragma unroll 1',
      '  for (int stage = 0; !done(walk); advance<KEYS>(walk), stage = (stage + 1) % STAGES) {',
      '    // The tile has come; and everyone has left the stage that is copied to next.',
      '    sp_copy_wait<STAGES - 2>();',
      '    sp_barrier();',
      '    copy_tile((stage + STAGES - 1) % STAGES);',
      '    const u32 keys = stages + stage * STAGE_BYTES, values = keys + KEY_BYTES;',
      '',
      '    float s[M][KEYS / 8][4];',
      '    multiply_keys<M, KEYS>(s, queries, warp_row, keys);',
      ...(scored ? ['    score_pairs<M, KEYS>(p, s, walk, row0, head, batch);'] : []),
      '    u32 seen = ~0u;',
      '    const bool partial = masked(walk);',
      '    if (partial) seen = mask_scores<M, KEYS>(p, s, walk, row0, head, batch);',
      '    float factor[M][2];',
      '    soften<M, KEYS>(s, maximum, sum, factor, scale);',
      '    rescale<M>(o, factor);',
      '    if (partial) multiply_values<true, M, KEYS>(o, s, values, seen);',
      '    else multiply_values<false, M, KEYS>(o, s, values, seen);',
      '  }',
      '',
      ...writeFinish(plan, names),
      '}',
    ],
  ];
}

/** Divides by the sums of the weights, and stores rows through shared memory: 16 bytes a lane. */
function writeFinish(plan: CudaKernelPlan, names: CudaNames): Block {
  const { field } = names;
  const denominator = cudaDenominator(plan, names, 'maximum[a][e]', 'query_position(p, row0 + r * 8)');
  return [
    '  // Everyone has left the stages; rows of out take their place, 16 bytes a lane, a warp its own.',
    '  sp_copy_wait<0>();',
    '  sp_barrier();',
    '  const u32 rows = sp_shared() + warp_row * ROW_BYTES<DIM_V>;',
    '#pragma unroll',
    '  for (int r = 0; r < 2 * M; r++) {',
    '    const int a = r / 2, e = r % 2;',
    '    float total = sum[a][e];',
    '    total += sp_shuffle_xor(total, 1);',
    '    total += sp_shuffle_xor(total, 2);',
    `    const float factor = total == 0.0f ? 0.0f : 1.0f / ${denominator};`,
    '#pragma unroll',
    '    for (int d = 0; d < DIM_V / 8; d++)',
    '      sp_store_shared(rows + place<DIM_V>(r * 8 + lane / 4, d) + (lane & 3) * 4,',
    '                      sp_pack(o[a][d][2 * e] * factor, o[a][d][2 * e + 1] * factor));',
    ...(plan.outputs.includes('lse')
      ? [
          '    const int row = query_row(p, row0 + r * 8);',
          '    if (row >= 0 && (lane & 3) == 0)',
          `      p.lse[(i64)sp_block_y() * ${field('nq')} + row] =`,
          '          total == 0.0f ? NEVER : (maximum[a][e] * scale + sp_log2(total)) * LN_2;',
        ]
      : []),
    '  }',
    '  sp_warp_barrier();',
    '#pragma unroll',
    '  for (int first = 0; first < ROWS * DIM_V / 8; first += 32) {',
    '    const int c = first + lane, t = c / (DIM_V / 8), chunk = c % (DIM_V / 8);',
    '    const int row = query_row(p, query0 + warp_row + t);',
    `    if (row >= 0) sp_store16(out + row * ${field('out_row_stride')} + chunk * 8, sp_load_shared16(rows + place<DIM_V>(t, chunk)));`,
    '  }',
  ];
}

/** The entry point of a kernel. */
export function writeEntry({ name, tile }: PlannedCudaKernel): Block {
  const { warps, rows, keys, stages, blocks } = tile;
  return [
    `// ${warps * rows} queries x ${keys} keys a tile: ${warps} warps of ${rows} rows, ${stages} tiles of k and v at a time.`,
    `SP_KERNEL(${warps * 32}, ${blocks}) ${name}(SP_PARAMETER SpParams p) {`,
    `  attend<${warps}, ${rows}, ${keys}, ${stages}>(p);`,
    '}',
  ];
}

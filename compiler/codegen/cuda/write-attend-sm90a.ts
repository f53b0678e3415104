import type { CudaKernelPlan, PlannedCudaKernel } from '../../ir/cuda-kernel.ts';
import { indent } from '../wgsl/text.ts';
import type { Block } from '../wgsl/text.ts';
import type { CudaNames } from './names.ts';
import { cudaDenominator } from './write-score.ts';

/** Registers of a thread that copies and of one that computes, by the number of warpgroups that compute. */
const REGISTERS = { 1: [56, 256], 2: [24, 240], 3: [32, 160] } as const;

/** `attend_groups`: what one block of the sm_90a family does. The kernel is its one instance. */
export function writeAttendGroups(
  plan: CudaKernelPlan,
  { tile }: PlannedCudaKernel,
  names: CudaNames,
  scored: boolean,
): Block[] {
  const { field } = names;
  const groups = (tile.warps / 4) as 1 | 2 | 3;
  const [copying, computing] = REGISTERS[groups];
  return [
    QUERY_PRODUCTS.trim().split('\n'),
    WEIGHT_PRODUCTS.trim().split('\n'),
    SEEN_PRODUCTS.trim().split('\n'),
    [
      '// One block: a warpgroup that copies and GROUPS that compute 64 rows of a tile of queries each. Tiles of keys and',
      '// values go round STAGES places; a signal says that one has come, another that everyone has left its place.',
      'template <int GROUPS, int KEYS, int STAGES> SP_DEVICE void attend_groups(const SpParams &p) {',
      '  constexpr int QUERIES = 64 * GROUPS;',
      '  constexpr u32 QUERY_BYTES = 64 * DIM * 2, KEY_BYTES = KEYS * DIM * 2, VALUE_BYTES = KEYS * DIM_V * 2;',
      '  constexpr u32 GROUP_BYTES = 64 * (DIM > DIM_V ? DIM : DIM_V) * 2; // queries, in the end rows of out',
      '  const int batch = sp_block_y() / HEADS, head = sp_block_y() % HEADS, kv_head = head / HEADS_PER_KV;',
      '  const u32 queries = sp_shared(), keys = queries + GROUPS * GROUP_BYTES, values = keys + STAGES * KEY_BYTES;',
      '  const u32 signals = values + STAGES * VALUE_BYTES, query_came = signals, key_came = signals + 8;',
      '  const u32 value_came = key_came + 8 * STAGES, key_left = value_came + 8 * STAGES, value_left = key_left + 8 * STAGES;',
      '  if (sp_thread() == 0) {',
      '    sp_signal_init(query_came, 1);',
      '    for (int stage = 0; stage < STAGES; stage++) {',
      '      sp_signal_init(key_came + 8 * stage, 1);',
      '      sp_signal_init(value_came + 8 * stage, 1);',
      '      sp_signal_init(key_left + 8 * stage, 4 * GROUPS);',
      '      sp_signal_init(value_left + 8 * stage, 4 * GROUPS);',
      '    }',
      '    sp_signal_init_done();',
      '  }',
      '  sp_barrier();',
      '',
      '  int query0;',
      '  Walk walk = start_walk<QUERIES, KEYS>(p, query0, head, batch);',
      '  int stage = 0, phase = 0; // of the tile at hand',
      '  auto next_stage = [&]() {',
      '    stage++;',
      '    if (stage == STAGES) {',
      '      stage = 0;',
      '      phase ^= 1;',
      '    }',
      '  };',
      '',
      '  if (sp_thread() < 128) {',
      `    sp_fewer_registers<${copying}>();`,
      '    if (sp_thread() == 0) {',
      '      sp_signal_announce(query_came, GROUPS * QUERY_BYTES);',
      '      for (int group = 0; group < GROUPS; group++)',
      '        sp_box_load(queries + group * GROUP_BYTES, &p.q_map, query_came, query0 + group * 64, head, batch);',
      '#pragma unroll 1',
      '      for (; !done(walk); advance<KEYS>(walk), next_stage()) {',
      '        sp_signal_wait(key_left + 8 * stage, phase ^ 1);',
      '        sp_signal_announce(key_came + 8 * stage, KEY_BYTES);',
      '        sp_box_load(keys + stage * KEY_BYTES, &p.k_map, key_came + 8 * stage, walk.key0, kv_head, batch);',
      '        sp_signal_wait(value_left + 8 * stage, phase ^ 1);',
      '        sp_signal_announce(value_came + 8 * stage, VALUE_BYTES);',
      '        sp_box_load(values + stage * VALUE_BYTES, &p.v_map, value_came + 8 * stage, walk.key0, kv_head, batch);',
      '      }',
      '    }',
      '    return;',
      '  }',
      '',
      `  sp_more_registers<${computing}>();`,
      '  const int group = sp_thread() / 128 - 1, lane = sp_thread() & 31;',
      '  const int warp_row = sp_thread() / 32 % 4 * 16, row0 = query0 + group * 64 + warp_row + lane / 4;',
      '  const u32 own_queries = queries + group * GROUP_BYTES;',
      '  float o[1][DIM_V / 8][4], maximum[1][2] = {{NEVER, NEVER}}, sum[1][2] = {{0.0f, 0.0f}}, factor[1][2];',
      '#pragma unroll',
      '  for (int d = 0; d < DIM_V / 8; d++) o[0][d][0] = o[0][d][1] = o[0][d][2] = o[0][d][3] = 0.0f;',
      scored
        ? '  const float scale = 1.0f; // logits are complete'
        : `  const float scale = ${field('scale')} * LOG2_E;`,
      '  float s[1][KEYS / 8][4];',
      '  u32 w[KEYS / 16][4]; // the weights as elements',
      '  auto multiply_own_keys = [&](int at) { multiply_queries<KEYS>(s[0], own_queries, keys + at * KEY_BYTES); };',
      '  auto multiply_own_values = [&](int at) { multiply_weights<KEYS>(o[0], w, values + at * VALUE_BYTES); };',
      '  auto leave = [&](u32 signal) {',
      '    if (lane == 0) sp_signal_arrive(signal);',
      '  };',
      ...(scored ? ['  auto score = [&]() { score_pairs<1, KEYS>(p, s, walk, row0, head, batch); };'] : []),
      '  sp_signal_wait(query_came, 0);',
      '',
      '  // Tiles whose mask is to be asked, one step after another.',
      '#pragma unroll 1',
      '  for (; !done(walk) && masked(walk); advance<KEYS>(walk), next_stage()) {',
      '    sp_signal_wait(key_came + 8 * stage, phase);',
      '    sp_pin(s[0]);',
      '    sp_product_fence();',
      '    multiply_own_keys(stage);',
      '    sp_product_commit();',
      '    sp_product_wait<0>();',
      '    sp_pin(s[0]);',
      '    leave(key_left + 8 * stage);',
      ...(scored ? ['    score();'] : []),
      '    const u32 seen = mask_scores<1, KEYS>(p, s, walk, row0, head, batch);',
      '    soften<1, KEYS>(s, maximum, sum, factor, scale);',
      '    rescale<1>(o, factor);',
      '    sp_signal_wait(value_came + 8 * stage, phase);',
      '    multiply_seen_values<KEYS>(o[0], s[0], values + stage * VALUE_BYTES, seen);',
      '    leave(value_left + 8 * stage);',
      '  }',
      '',
      ...indent(tile.overlap ? overlapped(groups === 2, scored) : oneByOne(scored)),
      '',
      ...indent(writeFinish(plan, names)),
      '}',
    ],
  ];
}

/** Full tiles: every product is waited for; the other warpgroups keep the tensor cores busy meanwhile. */
function oneByOne(scored: boolean): Block {
  return [
    '// Full tiles.',
    '#pragma unroll 1',
    'for (; !done(walk); advance<KEYS>(walk), next_stage()) {',
    '  sp_signal_wait(key_came + 8 * stage, phase);',
    '  sp_pin(s[0]);',
    '  sp_product_fence();',
    '  multiply_own_keys(stage);',
    '  sp_product_commit();',
    '  sp_product_wait<0>();',
    '  sp_pin(s[0]);',
    '  leave(key_left + 8 * stage);',
    ...(scored ? ['  score();'] : []),
    '  soften<1, KEYS>(s, maximum, sum, factor, scale);',
    '  rescale<1>(o, factor);',
    '  pack_weights<KEYS>(w, s[0]);',
    '  sp_signal_wait(value_came + 8 * stage, phase);',
    '  sp_pin(o[0]);',
    '  sp_pin(w);',
    '  sp_product_fence();',
    '  multiply_own_values(stage);',
    '  sp_product_commit();',
    '  sp_product_wait<0>();',
    '  sp_pin(o[0]);',
    '  leave(value_left + 8 * stage);',
    '}',
  ];
}

/**
 * Full tiles, two products at a time: while the weights of tile n are computed, those of tile n - 1 are multiplied with
 * v. Two warpgroups moreover take turns in issuing products, so that one computes weights while the other multiplies
 * (FlashAttention-3, arXiv:2407.08608, section 3.2 and algorithm 2).
 */
function overlapped(turns: boolean, scored: boolean): Block {
  return [
    '// Full tiles: the products of a tile with v run while the weights of the next are computed.',
    'if (!done(walk)) {',
    ...(turns ? ['  if (group == 0) sp_named_arrive(1, 256); // the first turn'] : []),
    '  sp_signal_wait(key_came + 8 * stage, phase);',
    '  sp_pin(s[0]);',
    '  sp_product_fence();',
    '  multiply_own_keys(stage);',
    '  sp_product_commit();',
    '  sp_product_wait<0>();',
    '  sp_pin(s[0]);',
    '  leave(key_left + 8 * stage);',
    ...(scored ? ['  score();'] : []),
    '  soften<1, KEYS>(s, maximum, sum, factor, scale);',
    '  rescale<1>(o, factor);',
    '  pack_weights<KEYS>(w, s[0]);',
    '  advance<KEYS>(walk);',
    '#pragma unroll 1',
    '  for (; !done(walk); advance<KEYS>(walk)) {',
    '    const int last = stage, last_phase = phase;',
    '    next_stage();',
    '    sp_signal_wait(key_came + 8 * stage, phase);',
    ...(turns ? ['    sp_named_barrier(1 + group, 256);'] : []),
    '    sp_pin(s[0]);',
    '    sp_pin(w);',
    '    sp_pin(o[0]);',
    '    sp_product_fence();',
    '    multiply_own_keys(stage);',
    '    sp_product_commit();',
    '    sp_signal_wait(value_came + 8 * last, last_phase);',
    '    sp_product_fence();',
    '    multiply_own_values(last);',
    '    sp_product_commit();',
    ...(turns ? ['    sp_named_arrive(2 - group, 256);'] : []),
    '    sp_product_wait<1>();',
    '    sp_pin(s[0]);',
    '    leave(key_left + 8 * stage);',
    ...(scored ? ['    score();'] : []),
    '    soften<1, KEYS>(s, maximum, sum, factor, scale);',
    '    sp_product_wait<0>();',
    '    sp_pin(o[0]);',
    '    sp_pin(w);',
    '    leave(value_left + 8 * last);',
    '    pack_weights<KEYS>(w, s[0]);',
    '    rescale<1>(o, factor);',
    '  }',
    '  sp_signal_wait(value_came + 8 * stage, phase);',
    '  sp_pin(w);',
    '  sp_pin(o[0]);',
    '  sp_product_fence();',
    '  multiply_own_values(stage);',
    '  sp_product_commit();',
    '  sp_product_wait<0>();',
    '  sp_pin(o[0]);',
    '  leave(value_left + 8 * stage);',
    ...(turns ? ['  if (group == 0) sp_named_barrier(1, 256); // the turn that is left over'] : []),
    '}',
  ];
}

/** Divides by the sums of the weights and stores the rows of a warpgroup through shared memory, where its queries were. */
function writeFinish(plan: CudaKernelPlan, names: CudaNames): Block {
  const denominator = cudaDenominator(plan, names, 'maximum[0][r]', 'query_position(p, row0 + r * 8)');
  return [
    '// The rows of out take the place of the queries, once every warp of the group has left those.',
    'sp_named_barrier(3 + group, 128);',
    '#pragma unroll',
    'for (int r = 0; r < 2; r++) {',
    '  float total = sum[0][r];',
    '  total += sp_shuffle_xor(total, 1);',
    '  total += sp_shuffle_xor(total, 2);',
    `  const float inverse = total == 0.0f ? 0.0f : 1.0f / ${denominator};`,
    '#pragma unroll',
    '  for (int d = 0; d < DIM_V / 8; d++)',
    '    sp_store_shared(own_queries + panel_place<64>(warp_row + lane / 4 + r * 8, d) + (lane & 3) * 4,',
    '                    sp_pack(o[0][d][2 * r] * inverse, o[0][d][2 * r + 1] * inverse));',
    ...(plan.outputs.includes('lse')
      ? [
          '  const int row = query_row(p, row0 + r * 8);',
          '  if (row >= 0 && (lane & 3) == 0)',
          `    p.lse[(i64)sp_block_y() * ${names.field('nq')} + row] =`,
          '        total == 0.0f ? NEVER : (maximum[0][r] * scale + sp_log2(total)) * LN_2;',
        ]
      : []),
    '}',
    'sp_store_fence();',
    'sp_named_barrier(3 + group, 128);',
    'if (sp_thread() % 128 == 0) {',
    '  sp_box_store(&p.out_map, own_queries, query0 + group * 64, head, batch);',
    '  sp_box_store_wait();',
    '}',
  ];
}

/** The entry point of a kernel of the sm_90a family. */
export function writeGroupEntry({ name, tile }: PlannedCudaKernel): Block {
  const { warps, rows, keys, stages, blocks } = tile;
  const groups = warps / 4;
  return [
    `// ${warps * rows} queries x ${keys} keys a tile: ${groups} warpgroups that compute and one that copies, ${stages} stages.`,
    `SP_KERNEL(${(groups + 1) * 128}, ${blocks}) ${name}(SP_PARAMETER SpParams p) {`,
    `  attend_groups<${groups}, ${keys}, ${stages}>(p);`,
    '}',
  ];
}

const QUERY_PRODUCTS = String.raw`
// s = q k for the 64 rows of a warpgroup. Fragments are those of multiply_keys.
template <int KEYS> SP_DEVICE void multiply_queries(float (&s)[KEYS / 8][4], u32 queries, u32 keys) {
  const unsigned long long a = operand(queries, 0), b = operand(keys, 0);
#pragma unroll
  for (int d = 0; d < DIM / 16; d++)
    sp_product_shared(s, a + ((d / 4 * 64 * 128 + d % 4 * 32) >> 4), b + ((d / 4 * KEYS * 128 + d % 4 * 32) >> 4),
                      d > 0);
}`;

const WEIGHT_PRODUCTS = String.raw`
// o += w v.
template <int KEYS> SP_DEVICE void multiply_weights(float (&o)[DIM_V / 8][4], const u32 (&w)[KEYS / 16][4], u32 values) {
  const unsigned long long b = operand(values, KEYS * 128);
#pragma unroll
  for (int k = 0; k < KEYS / 16; k++) sp_product_registers(o, w[k], b + ((k * 2048) >> 4));
}
template <int KEYS> SP_DEVICE void pack_weights(u32 (&w)[KEYS / 16][4], const float (&s)[KEYS / 8][4]) {
#pragma unroll
  for (int e = 0; e < KEYS / 4; e++) w[e / 4][e % 4] = sp_pack(s[e / 2][e % 2 * 2], s[e / 2][e % 2 * 2 + 1]);
}`;

const SEEN_PRODUCTS = String.raw`
// o += s v where rows of v that no row of the warp sees count as zero, whatever they hold: a warp at a time, by fragments
// of v in registers. Sixteen keys that the warp sees nothing of are left out.
template <int KEYS>
SP_DEVICE void multiply_seen_values(float (&o)[DIM_V / 8][4], const float (&s)[KEYS / 8][4], u32 values, u32 seen) {
  u32 anyone = seen | sp_shuffle_xor(seen, 1);
  anyone |= sp_shuffle_xor(anyone, 2);
#pragma unroll
  for (int b = 0; b < KEYS / 16; b++) {
    if ((anyone >> 4 * b & 15) == 0) continue;
    u32 lane = sp_thread() & 31;
    sp_pin(lane); // addresses are worked out anew: there are no registers to keep those of every step
    u32 w[4];
#pragma unroll
    for (int e = 0; e < 4; e++) w[e] = sp_pack(s[2 * b + e / 2][e % 2 * 2], s[2 * b + e / 2][e % 2 * 2 + 1]);
    const u32 bits = seen >> 4 * b;
    const u32 first = (bits & 1 ? 0xffffu : 0u) | (bits & 2 ? 0xffff0000u : 0u);
    const u32 second = (bits & 4 ? 0xffffu : 0u) | (bits & 8 ? 0xffff0000u : 0u);
#pragma unroll
    for (int d = 0; d < DIM_V / 16; d++) {
      u32 v[4];
      sp_load_matrix_transposed(v, values + panel_place<KEYS>(b * 16 + (lane & 15), d * 2 + (lane >> 4)));
      sp_multiply(o[2 * d], w, v[0] & first, v[1] & second);
      sp_multiply(o[2 * d + 1], w, v[2] & first, v[3] & second);
    }
  }
}`;

// Attention "decoder": 2 heads, dim 64, f32.
// Key tiles come from a run table: partial runs evaluate the mask, full runs do not.

// Four elements of a row of q, k, v or out. Scores and accumulators are f32 whatever the storage.
alias Element = vec4<f32>;

const HEADS = 2u;
const HEADS_PER_KV = 1u;
const DIM4 = 16u; // a row of q or k, in units of Element
const DIM_V4 = 16u; // a row of v or out

// Logits are kept in units of log 2, so that weights are powers of two.
const LOG2_E = 1.4426950408889634;
const LN_2 = 0.6931471805599453;
// The logit of a dead pair, and a floor of the running maximum: exp2(DEAD - LOWEST) is exactly 0.
const DEAD = -3.0e38;
const LOWEST = -1.0e38;

// Sizes and strides count elements, `_at` counts words from the start of an arena.
struct Params {
  nq: u32,
  nk: u32,
  offset: i32,
  query_tiles: u32,
  scale: f32,
  q_batch_stride: u32,
  q_head_stride: u32,
  q_row_stride: u32,
  k_batch_stride: u32,
  k_head_stride: u32,
  k_row_stride: u32,
  v_batch_stride: u32,
  v_head_stride: u32,
  v_row_stride: u32,
  out_batch_stride: u32,
  out_head_stride: u32,
  out_row_stride: u32,
  tables_at: u32,
  active_at: u32,
  active_rank_at: u32,
  active_dim0: i32,
  active_dim1: i32,
  active_rank_dim0: i32,
  active_rank_dim1: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<Element>;
@group(0) @binding(2) var<storage, read> k: array<Element>;
@group(0) @binding(3) var<storage, read> v: array<Element>;
@group(0) @binding(4) var<storage, read_write> out: array<Element>;
@group(0) @binding(5) var<storage, read> arena: array<u32>;

// Whether active[i0, i1] is set, false outside. 32 bits a word, rows padded to whole words.
fn test_active(i0: i32, i1: i32) -> bool {
  let inside = (u32(i0) < u32(params.active_dim0)) & (u32(i1) < u32(params.active_dim1));
  let at = params.active_at + select(0u, u32(i0) * u32((params.active_dim1 + 31) / 32) + u32(i1) / 32u, inside);
  return inside & (((arena[at] >> (u32(i1) % 32u)) & 1u) == 1u);
}

// active_rank[i0, i1], -1 outside.
fn read_active_rank(i0: i32, i1: i32) -> i32 {
  let inside = (u32(i0) < u32(params.active_rank_dim0)) & (u32(i1) < u32(params.active_rank_dim1));
  let at = params.active_rank_at + u32(select(0, i0 * params.active_rank_dim1 + i1, inside));
  return select(-1, bitcast<i32>(arena[at]), inside);
}

// What the mask asks of a query alone.
struct QueryFacts {
  active_value: i32,
  active_rank_value: i32,
}

fn query_facts(i: i32, head: i32, batch: i32) -> QueryFacts {
  return QueryFacts(select(0, 1, test_active(batch, i)), read_active_rank(batch, i));
}

// What the mask asks of a key alone.
struct KeyFacts {
  active_value: i32,
  sum: i32,
  active_rank_value: i32,
}

fn key_facts(j: i32, head: i32, batch: i32) -> KeyFacts {
  let active_rank_value = read_active_rank(batch, j);
  return KeyFacts(select(0, 1, test_active(batch, j)), active_rank_value + 16, active_rank_value);
}

// Whether the query at position i attends to the key at position j.
fn is_live(i: i32, j: i32, query: QueryFacts, key: KeyFacts, head: i32, batch: i32) -> bool {
  return (query.active_value != 0)
    & (key.active_value != 0)
    & (query.active_rank_value <= key.sum)
    & (key.active_rank_value <= query.active_rank_value);
}

// 32 queries x 16 keys a tile: 8 x 8 threads of
// 4 rows x 2 keys each. Target class: gpu.
var<workgroup> queries_gpu_32x16: array<Element, 512>; // [row][d / 4]
var<workgroup> key_values_gpu_32x16: array<Element, 272>; // a tile of k, then of v: [key][d / 4]
var<workgroup> weights_gpu_32x16: array<f32, 512>; // [row][key]: logits, then softmax weights
var<workgroup> row_maximum_gpu_32x16: array<f32, 32>; // running maximum of the logits
var<workgroup> row_sum_gpu_32x16: array<f32, 32>; // running sum of the weights
var<workgroup> row_factor_gpu_32x16: array<f32, 32>; // what the accumulators are to be scaled by
var<workgroup> live_keys_gpu_32x16: array<u32, 32>; // partial tiles: a bit for each live key
var<workgroup> live_anywhere_gpu_32x16: atomic<u32>; // partial tiles: keys that are live for some row
var<workgroup> facts_gpu_32x16: array<KeyFacts, 16>; // partial tiles: what the mask asks of each key
var<workgroup> query_rows_gpu_32x16: array<i32, 32>; // the row of each slot, -1 for padding
var<workgroup> key_positions_gpu_32x16: array<i32, 16>; // the key of each slot, -1 for padding

@compute @workgroup_size(64)
fn attend_gpu_32x16(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  const THREADS = 64u;
  const TILE_QUERIES = 32u;
  const TILE_KEYS = 16u;

  let tile = group.x + group.z * 65535u;
  if (tile >= params.query_tiles) {
    return;
  }
  let batch = group.y / HEADS;
  let head = group.y % HEADS;
  let batch_id = i32(batch);
  let head_id = i32(head);
  // The run table of this head: rows in the order of their work, whose runs they have, run starts, runs.
  let order = arena[params.tables_at + group.y];
  let query_tile = arena[order + tile];

  let kv_head = head / HEADS_PER_KV;
  let q_base = (batch * params.q_batch_stride + head * params.q_head_stride) / 4u;
  let k_base = (batch * params.k_batch_stride + kv_head * params.k_head_stride) / 4u;
  let v_base = (batch * params.v_batch_stride + kv_head * params.v_head_stride) / 4u;
  let out_base = (batch * params.out_batch_stride + head * params.out_head_stride) / 4u;
  let q_stride = params.q_row_stride / 4u;
  let k_stride = params.k_row_stride / 4u;
  let v_stride = params.v_row_stride / 4u;
  let out_stride = params.out_row_stride / 4u;

  // This thread: rows row0 ..< row0 + 4; keys and columns column, column + 8, ...
  let column = lane % 8u;
  let row0 = lane / 8u * 4u;

  // Behind the runs stand the parted rows: that of every slot.
  let parts = order + 5u * params.query_tiles + 1u + 2u * arena[order + 5u * params.query_tiles];
  // The row of every slot of the tile, -1 for padding, which loads an existing row and is not stored.
  for (var slot = lane; slot < TILE_QUERIES; slot += THREADS) {
    let at = query_tile * TILE_QUERIES + slot;
    query_rows_gpu_32x16[slot] = select(-1, bitcast<i32>(arena[parts + min(at, params.nq - 1u)]), at < params.nq);
  }
  workgroupBarrier();

  // Queries stay for the whole kernel.
  for (var t = lane; t < TILE_QUERIES * DIM4; t += THREADS) {
    let row = u32(max(query_rows_gpu_32x16[t / DIM4], 0));
    queries_gpu_32x16[t] = q[q_base + row * q_stride + t % DIM4];
  }
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    row_maximum_gpu_32x16[row] = LOWEST;
    row_sum_gpu_32x16[row] = 0.0;
  }
  if (lane == 0u) {
    atomicStore(&live_anywhere_gpu_32x16, 0u);
  }
  var o0_0 = vec4<f32>(); var o0_1 = vec4<f32>();
  var o1_0 = vec4<f32>(); var o1_1 = vec4<f32>();
  var o2_0 = vec4<f32>(); var o2_1 = vec4<f32>();
  var o3_0 = vec4<f32>(); var o3_1 = vec4<f32>();

  let sources = order + params.query_tiles;
  let all_starts = sources + 2u * params.query_tiles;
  let source = sources + 2u * arena[order + tile];
  let shift = arena[source + 1u];
  let starts = all_starts + 2u * arena[source];
  let runs = all_starts + 2u * params.query_tiles + 1u;
  // Behind the rows stand the length of the list of keys and the keys.
  let list = parts + params.nq + 1u;
  let first_full = arena[starts + 1u];
  let run_end = arena[starts + 2u];
  for (var run = arena[starts]; run < run_end; run++) {
    let begin = arena[runs + 2u * run] + shift;
    let end = arena[runs + 2u * run + 1u] + shift;
    for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {
      let partial = (run < first_full) | (key0 + TILE_KEYS > end);

      // The key of every slot of the tile, -1 for padding.
      for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {
        let at = key0 + slot;
        key_positions_gpu_32x16[slot] = select(-1, bitcast<i32>(arena[list + min(at, end - 1u)]), at < end);
      }
      if (partial) {
        for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {
          facts_gpu_32x16[slot] = key_facts(key_positions_gpu_32x16[slot], head_id, batch_id);
        }
      }
      // What the tile before has left is no longer read.
      workgroupBarrier();
      if (partial) {
        for (var row = lane; row < TILE_QUERIES; row += THREADS) {
          var live = 0u;
          if (query_rows_gpu_32x16[row] >= 0) {
            let i = query_rows_gpu_32x16[row] + params.offset;
            let query = query_facts(i, head_id, batch_id);
            for (var key = 0u; key < TILE_KEYS; key++) {
              let j = key_positions_gpu_32x16[key];
              live |= select(0u, 1u << key, (j >= 0) & is_live(i, j, query, facts_gpu_32x16[key], head_id, batch_id));
            }
          }
          live_keys_gpu_32x16[row] = live;
          atomicOr(&live_anywhere_gpu_32x16, live);
        }
      }

      var s0_0 = 0.0; var s0_1 = 0.0;
      var s1_0 = 0.0; var s1_1 = 0.0;
      var s2_0 = 0.0; var s2_1 = 0.0;
      var s3_0 = 0.0; var s3_1 = 0.0;
      // Stage a tile of k. Padding repeats an existing key; it is dead.
      for (var t = lane; t < TILE_KEYS * DIM4; t += THREADS) {
        let key = u32(max(key_positions_gpu_32x16[t / DIM4], 0));
        key_values_gpu_32x16[t / DIM4 * (DIM4 + 1u) + t % DIM4] = k[k_base + key * k_stride + t % DIM4];
      }
      workgroupBarrier();

      // Scores: rows of q times keys, in registers.
      for (var d = 0u; d < DIM4; d++) {
        let q_at = row0 * DIM4 + d;
        let a0 = queries_gpu_32x16[q_at];
        let a1 = queries_gpu_32x16[q_at + 1u * DIM4];
        let a2 = queries_gpu_32x16[q_at + 2u * DIM4];
        let a3 = queries_gpu_32x16[q_at + 3u * DIM4];
        let k_at = column * (DIM4 + 1u) + d;
        let b0 = key_values_gpu_32x16[k_at];
        s0_0 += dot(a0, b0); s1_0 += dot(a1, b0); s2_0 += dot(a2, b0); s3_0 += dot(a3, b0);
        let b1 = key_values_gpu_32x16[k_at + 8u * (DIM4 + 1u)];
        s0_1 += dot(a0, b1); s1_1 += dot(a1, b1); s2_1 += dot(a2, b1); s3_1 += dot(a3, b1);
      }
      let scale = params.scale * LOG2_E;
      let w_at = row0 * TILE_KEYS + column;
      weights_gpu_32x16[w_at] = s0_0 * scale;
      weights_gpu_32x16[w_at + 8u] = s0_1 * scale;
      weights_gpu_32x16[w_at + 1u * TILE_KEYS] = s1_0 * scale;
      weights_gpu_32x16[w_at + 1u * TILE_KEYS + 8u] = s1_1 * scale;
      weights_gpu_32x16[w_at + 2u * TILE_KEYS] = s2_0 * scale;
      weights_gpu_32x16[w_at + 2u * TILE_KEYS + 8u] = s2_1 * scale;
      weights_gpu_32x16[w_at + 3u * TILE_KEYS] = s3_0 * scale;
      weights_gpu_32x16[w_at + 3u * TILE_KEYS + 8u] = s3_1 * scale;
      workgroupBarrier();

      // Online softmax, a thread a row.
      for (var row = lane; row < TILE_QUERIES; row += THREADS) {
        let at = row * TILE_KEYS;
        var first = 0u;
        var end_key = TILE_KEYS;
        if (partial) {
          let live = live_keys_gpu_32x16[row];
          first = min(countTrailingZeros(live), TILE_KEYS);
          end_key = 32u - countLeadingZeros(live);
          for (var key = first; key < end_key; key++) {
            if (((live >> key) & 1u) == 0u) {
              weights_gpu_32x16[at + key] = DEAD;
            }
          }
          for (var key = 0u; key < first; key++) {
            weights_gpu_32x16[at + key] = 0.0;
          }
          for (var key = end_key; key < TILE_KEYS; key++) {
            weights_gpu_32x16[at + key] = 0.0;
          }
        }
        let old_maximum = row_maximum_gpu_32x16[row];
        var maximum = old_maximum;
        for (var key = first; key < end_key; key++) {
          maximum = max(maximum, weights_gpu_32x16[at + key]);
        }
        var sum = 0.0;
        for (var key = first; key < end_key; key++) {
          let weight = exp2(weights_gpu_32x16[at + key] - maximum);
          weights_gpu_32x16[at + key] = weight;
          sum += weight;
        }
        let factor = exp2(old_maximum - maximum);
        row_maximum_gpu_32x16[row] = maximum;
        row_sum_gpu_32x16[row] = row_sum_gpu_32x16[row] * factor + sum;
        row_factor_gpu_32x16[row] = factor;
      }

      // Stage v. A key that no row of a partial tile sees becomes zero: its weight is 0, but 0 * NaN is not.
      let seen = atomicLoad(&live_anywhere_gpu_32x16);
      for (var t = lane; t < TILE_KEYS * DIM_V4; t += THREADS) {
        let key = u32(max(key_positions_gpu_32x16[t / DIM_V4], 0));
        key_values_gpu_32x16[t] = v[v_base + key * v_stride + t % DIM_V4];
      }
      if (partial) {
        for (var t = lane; t < TILE_KEYS * DIM_V4; t += THREADS) {
          if (((seen >> (t / DIM_V4)) & 1u) == 0u) {
            key_values_gpu_32x16[t] = Element();
          }
        }
      }
      workgroupBarrier();
      if (lane == 0u) {
        atomicStore(&live_anywhere_gpu_32x16, 0u);
      }

      // Values: weights times v, in registers.
      let f0 = row_factor_gpu_32x16[row0 + 0u];
      o0_0 *= f0; o0_1 *= f0;
      let f1 = row_factor_gpu_32x16[row0 + 1u];
      o1_0 *= f1; o1_1 *= f1;
      let f2 = row_factor_gpu_32x16[row0 + 2u];
      o2_0 *= f2; o2_1 *= f2;
      let f3 = row_factor_gpu_32x16[row0 + 3u];
      o3_0 *= f3; o3_1 *= f3;
      for (var key = 0u; key < TILE_KEYS; key++) {
        let w_at = row0 * TILE_KEYS + key;
        let w0 = weights_gpu_32x16[w_at];
        let w1 = weights_gpu_32x16[w_at + 1u * TILE_KEYS];
        let w2 = weights_gpu_32x16[w_at + 2u * TILE_KEYS];
        let w3 = weights_gpu_32x16[w_at + 3u * TILE_KEYS];
        let v0 = key_values_gpu_32x16[key * DIM_V4 + column];
        o0_0 += w0 * v0; o1_0 += w1 * v0; o2_0 += w2 * v0; o3_0 += w3 * v0;
        let v1 = key_values_gpu_32x16[key * DIM_V4 + column + 8u];
        o0_1 += w0 * v1; o1_1 += w1 * v1; o2_1 += w2 * v1; o3_1 += w3 * v1;
      }
    }
  }

  // One over the denominator of each row; a row without live keys has weight 0 throughout.
  workgroupBarrier();
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    let sum = row_sum_gpu_32x16[row];
    row_factor_gpu_32x16[row] = select(1.0 / sum, 0.0, sum == 0.0);
  }
  workgroupBarrier();

  if (query_rows_gpu_32x16[row0 + 0u] >= 0) {
    let factor = row_factor_gpu_32x16[row0 + 0u];
    let at = out_base + (u32(query_rows_gpu_32x16[row0 + 0u])) * out_stride + column;
    out[at + 0u] = o0_0 * factor;
    out[at + 8u] = o0_1 * factor;
  }
  if (query_rows_gpu_32x16[row0 + 1u] >= 0) {
    let factor = row_factor_gpu_32x16[row0 + 1u];
    let at = out_base + (u32(query_rows_gpu_32x16[row0 + 1u])) * out_stride + column;
    out[at + 0u] = o1_0 * factor;
    out[at + 8u] = o1_1 * factor;
  }
  if (query_rows_gpu_32x16[row0 + 2u] >= 0) {
    let factor = row_factor_gpu_32x16[row0 + 2u];
    let at = out_base + (u32(query_rows_gpu_32x16[row0 + 2u])) * out_stride + column;
    out[at + 0u] = o2_0 * factor;
    out[at + 8u] = o2_1 * factor;
  }
  if (query_rows_gpu_32x16[row0 + 3u] >= 0) {
    let factor = row_factor_gpu_32x16[row0 + 3u];
    let at = out_base + (u32(query_rows_gpu_32x16[row0 + 3u])) * out_stride + column;
    out[at + 0u] = o3_0 * factor;
    out[at + 8u] = o3_1 * factor;
  }
}

// 8 queries x 32 keys a tile: 16 x 4 threads of
// 2 rows x 2 keys each. Target class: gpu. For launches of at most 8 query rows.
var<workgroup> queries_few_gpu_8x32: array<Element, 128>; // [row][d / 4]
var<workgroup> key_values_few_gpu_8x32: array<Element, 544>; // a tile of k, then of v: [key][d / 4]
var<workgroup> weights_few_gpu_8x32: array<f32, 256>; // [row][key]: logits, then softmax weights
var<workgroup> row_maximum_few_gpu_8x32: array<f32, 8>; // running maximum of the logits
var<workgroup> row_sum_few_gpu_8x32: array<f32, 8>; // running sum of the weights
var<workgroup> row_factor_few_gpu_8x32: array<f32, 8>; // what the accumulators are to be scaled by
var<workgroup> live_keys_few_gpu_8x32: array<u32, 8>; // partial tiles: a bit for each live key
var<workgroup> live_anywhere_few_gpu_8x32: atomic<u32>; // partial tiles: keys that are live for some row
var<workgroup> facts_few_gpu_8x32: array<KeyFacts, 32>; // partial tiles: what the mask asks of each key
var<workgroup> query_rows_few_gpu_8x32: array<i32, 8>; // the row of each slot, -1 for padding
var<workgroup> key_positions_few_gpu_8x32: array<i32, 32>; // the key of each slot, -1 for padding

@compute @workgroup_size(64)
fn attend_few_gpu_8x32(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  const THREADS = 64u;
  const TILE_QUERIES = 8u;
  const TILE_KEYS = 32u;

  let tile = group.x + group.z * 65535u;
  if (tile >= params.query_tiles) {
    return;
  }
  let batch = group.y / HEADS;
  let head = group.y % HEADS;
  let batch_id = i32(batch);
  let head_id = i32(head);
  // The run table of this head: rows in the order of their work, whose runs they have, run starts, runs.
  let order = arena[params.tables_at + group.y];
  let query_tile = arena[order + tile];

  let kv_head = head / HEADS_PER_KV;
  let q_base = (batch * params.q_batch_stride + head * params.q_head_stride) / 4u;
  let k_base = (batch * params.k_batch_stride + kv_head * params.k_head_stride) / 4u;
  let v_base = (batch * params.v_batch_stride + kv_head * params.v_head_stride) / 4u;
  let out_base = (batch * params.out_batch_stride + head * params.out_head_stride) / 4u;
  let q_stride = params.q_row_stride / 4u;
  let k_stride = params.k_row_stride / 4u;
  let v_stride = params.v_row_stride / 4u;
  let out_stride = params.out_row_stride / 4u;

  // This thread: rows row0 ..< row0 + 2; keys and columns column, column + 16, ...
  let column = lane % 16u;
  let row0 = lane / 16u * 2u;

  // Behind the runs stand the parted rows: that of every slot.
  let parts = order + 5u * params.query_tiles + 1u + 2u * arena[order + 5u * params.query_tiles];
  // The row of every slot of the tile, -1 for padding, which loads an existing row and is not stored.
  for (var slot = lane; slot < TILE_QUERIES; slot += THREADS) {
    let at = query_tile * TILE_QUERIES + slot;
    query_rows_few_gpu_8x32[slot] = select(-1, bitcast<i32>(arena[parts + min(at, params.nq - 1u)]), at < params.nq);
  }
  workgroupBarrier();

  // Queries stay for the whole kernel.
  for (var t = lane; t < TILE_QUERIES * DIM4; t += THREADS) {
    let row = u32(max(query_rows_few_gpu_8x32[t / DIM4], 0));
    queries_few_gpu_8x32[t] = q[q_base + row * q_stride + t % DIM4];
  }
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    row_maximum_few_gpu_8x32[row] = LOWEST;
    row_sum_few_gpu_8x32[row] = 0.0;
  }
  if (lane == 0u) {
    atomicStore(&live_anywhere_few_gpu_8x32, 0u);
  }
  var o0_0 = vec4<f32>();
  var o1_0 = vec4<f32>();

  let sources = order + params.query_tiles;
  let all_starts = sources + 2u * params.query_tiles;
  let source = sources + 2u * arena[order + tile];
  let shift = arena[source + 1u];
  let starts = all_starts + 2u * arena[source];
  let runs = all_starts + 2u * params.query_tiles + 1u;
  // Behind the rows stand the length of the list of keys and the keys.
  let list = parts + params.nq + 1u;
  let first_full = arena[starts + 1u];
  let run_end = arena[starts + 2u];
  for (var run = arena[starts]; run < run_end; run++) {
    let begin = arena[runs + 2u * run] + shift;
    let end = arena[runs + 2u * run + 1u] + shift;
    for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {
      let partial = (run < first_full) | (key0 + TILE_KEYS > end);

      // The key of every slot of the tile, -1 for padding.
      for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {
        let at = key0 + slot;
        key_positions_few_gpu_8x32[slot] = select(-1, bitcast<i32>(arena[list + min(at, end - 1u)]), at < end);
      }
      if (partial) {
        for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {
          facts_few_gpu_8x32[slot] = key_facts(key_positions_few_gpu_8x32[slot], head_id, batch_id);
        }
      }
      // What the tile before has left is no longer read.
      workgroupBarrier();
      if (partial) {
        for (var row = lane; row < TILE_QUERIES; row += THREADS) {
          var live = 0u;
          if (query_rows_few_gpu_8x32[row] >= 0) {
            let i = query_rows_few_gpu_8x32[row] + params.offset;
            let query = query_facts(i, head_id, batch_id);
            for (var key = 0u; key < TILE_KEYS; key++) {
              let j = key_positions_few_gpu_8x32[key];
              live |= select(0u, 1u << key, (j >= 0) & is_live(i, j, query, facts_few_gpu_8x32[key], head_id, batch_id));
            }
          }
          live_keys_few_gpu_8x32[row] = live;
          atomicOr(&live_anywhere_few_gpu_8x32, live);
        }
      }

      var s0_0 = 0.0; var s0_1 = 0.0;
      var s1_0 = 0.0; var s1_1 = 0.0;
      // Stage a tile of k. Padding repeats an existing key; it is dead.
      for (var t = lane; t < TILE_KEYS * DIM4; t += THREADS) {
        let key = u32(max(key_positions_few_gpu_8x32[t / DIM4], 0));
        key_values_few_gpu_8x32[t / DIM4 * (DIM4 + 1u) + t % DIM4] = k[k_base + key * k_stride + t % DIM4];
      }
      workgroupBarrier();

      // Scores: rows of q times keys, in registers.
      for (var d = 0u; d < DIM4; d++) {
        let q_at = row0 * DIM4 + d;
        let a0 = queries_few_gpu_8x32[q_at];
        let a1 = queries_few_gpu_8x32[q_at + 1u * DIM4];
        let k_at = column * (DIM4 + 1u) + d;
        let b0 = key_values_few_gpu_8x32[k_at];
        s0_0 += dot(a0, b0); s1_0 += dot(a1, b0);
        let b1 = key_values_few_gpu_8x32[k_at + 16u * (DIM4 + 1u)];
        s0_1 += dot(a0, b1); s1_1 += dot(a1, b1);
      }
      let scale = params.scale * LOG2_E;
      let w_at = row0 * TILE_KEYS + column;
      weights_few_gpu_8x32[w_at] = s0_0 * scale;
      weights_few_gpu_8x32[w_at + 16u] = s0_1 * scale;
      weights_few_gpu_8x32[w_at + 1u * TILE_KEYS] = s1_0 * scale;
      weights_few_gpu_8x32[w_at + 1u * TILE_KEYS + 16u] = s1_1 * scale;
      workgroupBarrier();

      // Online softmax, a thread a row.
      for (var row = lane; row < TILE_QUERIES; row += THREADS) {
        let at = row * TILE_KEYS;
        var first = 0u;
        var end_key = TILE_KEYS;
        if (partial) {
          let live = live_keys_few_gpu_8x32[row];
          first = min(countTrailingZeros(live), TILE_KEYS);
          end_key = 32u - countLeadingZeros(live);
          for (var key = first; key < end_key; key++) {
            if (((live >> key) & 1u) == 0u) {
              weights_few_gpu_8x32[at + key] = DEAD;
            }
          }
          for (var key = 0u; key < first; key++) {
            weights_few_gpu_8x32[at + key] = 0.0;
          }
          for (var key = end_key; key < TILE_KEYS; key++) {
            weights_few_gpu_8x32[at + key] = 0.0;
          }
        }
        let old_maximum = row_maximum_few_gpu_8x32[row];
        var maximum = old_maximum;
        for (var key = first; key < end_key; key++) {
          maximum = max(maximum, weights_few_gpu_8x32[at + key]);
        }
        var sum = 0.0;
        for (var key = first; key < end_key; key++) {
          let weight = exp2(weights_few_gpu_8x32[at + key] - maximum);
          weights_few_gpu_8x32[at + key] = weight;
          sum += weight;
        }
        let factor = exp2(old_maximum - maximum);
        row_maximum_few_gpu_8x32[row] = maximum;
        row_sum_few_gpu_8x32[row] = row_sum_few_gpu_8x32[row] * factor + sum;
        row_factor_few_gpu_8x32[row] = factor;
      }

      // Stage v. A key that no row of a partial tile sees becomes zero: its weight is 0, but 0 * NaN is not.
      let seen = atomicLoad(&live_anywhere_few_gpu_8x32);
      for (var t = lane; t < TILE_KEYS * DIM_V4; t += THREADS) {
        let key = u32(max(key_positions_few_gpu_8x32[t / DIM_V4], 0));
        key_values_few_gpu_8x32[t] = v[v_base + key * v_stride + t % DIM_V4];
      }
      if (partial) {
        for (var t = lane; t < TILE_KEYS * DIM_V4; t += THREADS) {
          if (((seen >> (t / DIM_V4)) & 1u) == 0u) {
            key_values_few_gpu_8x32[t] = Element();
          }
        }
      }
      workgroupBarrier();
      if (lane == 0u) {
        atomicStore(&live_anywhere_few_gpu_8x32, 0u);
      }

      // Values: weights times v, in registers.
      let f0 = row_factor_few_gpu_8x32[row0 + 0u];
      o0_0 *= f0;
      let f1 = row_factor_few_gpu_8x32[row0 + 1u];
      o1_0 *= f1;
      for (var key = 0u; key < TILE_KEYS; key++) {
        let w_at = row0 * TILE_KEYS + key;
        let w0 = weights_few_gpu_8x32[w_at];
        let w1 = weights_few_gpu_8x32[w_at + 1u * TILE_KEYS];
        let v0 = key_values_few_gpu_8x32[key * DIM_V4 + column];
        o0_0 += w0 * v0; o1_0 += w1 * v0;
      }
    }
  }

  // One over the denominator of each row; a row without live keys has weight 0 throughout.
  workgroupBarrier();
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    let sum = row_sum_few_gpu_8x32[row];
    row_factor_few_gpu_8x32[row] = select(1.0 / sum, 0.0, sum == 0.0);
  }
  workgroupBarrier();

  if (query_rows_few_gpu_8x32[row0 + 0u] >= 0) {
    let factor = row_factor_few_gpu_8x32[row0 + 0u];
    let at = out_base + (u32(query_rows_few_gpu_8x32[row0 + 0u])) * out_stride + column;
    out[at + 0u] = o0_0 * factor;
  }
  if (query_rows_few_gpu_8x32[row0 + 1u] >= 0) {
    let factor = row_factor_few_gpu_8x32[row0 + 1u];
    let at = out_base + (u32(query_rows_few_gpu_8x32[row0 + 1u])) * out_stride + column;
    out[at + 0u] = o1_0 * factor;
  }
}

// 32 queries x 32 keys a tile: 4 x 2 threads of
// 16 rows x 8 keys each. Target class: software.
var<workgroup> queries_software_32x32: array<Element, 512>; // [row][d / 4]
var<workgroup> key_values_software_32x32: array<Element, 512>; // a tile of k, then of v: [key][d / 4]
var<workgroup> weights_software_32x32: array<f32, 1024>; // [row][key]: logits, then softmax weights
var<workgroup> row_maximum_software_32x32: array<f32, 32>; // running maximum of the logits
var<workgroup> row_sum_software_32x32: array<f32, 32>; // running sum of the weights
var<workgroup> row_factor_software_32x32: array<f32, 32>; // what the accumulators are to be scaled by
var<workgroup> live_keys_software_32x32: array<u32, 32>; // partial tiles: a bit for each live key
var<workgroup> live_anywhere_software_32x32: atomic<u32>; // partial tiles: keys that are live for some row
var<workgroup> facts_software_32x32: array<KeyFacts, 32>; // partial tiles: what the mask asks of each key
var<workgroup> query_rows_software_32x32: array<i32, 32>; // the row of each slot, -1 for padding
var<workgroup> key_positions_software_32x32: array<i32, 32>; // the key of each slot, -1 for padding

@compute @workgroup_size(8)
fn attend_software_32x32(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  const THREADS = 8u;
  const TILE_QUERIES = 32u;
  const TILE_KEYS = 32u;

  let tile = group.x + group.z * 65535u;
  if (tile >= params.query_tiles) {
    return;
  }
  let batch = group.y / HEADS;
  let head = group.y % HEADS;
  let batch_id = i32(batch);
  let head_id = i32(head);
  // The run table of this head: rows in the order of their work, whose runs they have, run starts, runs.
  let order = arena[params.tables_at + group.y];
  let query_tile = arena[order + tile];

  let kv_head = head / HEADS_PER_KV;
  let q_base = (batch * params.q_batch_stride + head * params.q_head_stride) / 4u;
  let k_base = (batch * params.k_batch_stride + kv_head * params.k_head_stride) / 4u;
  let v_base = (batch * params.v_batch_stride + kv_head * params.v_head_stride) / 4u;
  let out_base = (batch * params.out_batch_stride + head * params.out_head_stride) / 4u;
  let q_stride = params.q_row_stride / 4u;
  let k_stride = params.k_row_stride / 4u;
  let v_stride = params.v_row_stride / 4u;
  let out_stride = params.out_row_stride / 4u;

  // This thread: rows row0 ..< row0 + 16; keys and columns column, column + 4, ...
  let column = lane % 4u;
  let row0 = lane / 4u * 16u;

  // Behind the runs stand the parted rows: that of every slot.
  let parts = order + 5u * params.query_tiles + 1u + 2u * arena[order + 5u * params.query_tiles];
  // The row of every slot of the tile, -1 for padding, which loads an existing row and is not stored.
  for (var slot = lane; slot < TILE_QUERIES; slot += THREADS) {
    let at = query_tile * TILE_QUERIES + slot;
    query_rows_software_32x32[slot] = select(-1, bitcast<i32>(arena[parts + min(at, params.nq - 1u)]), at < params.nq);
  }
  workgroupBarrier();

  // Queries stay for the whole kernel.
  for (var t = lane; t < TILE_QUERIES * DIM4; t += THREADS) {
    let row = u32(max(query_rows_software_32x32[t / DIM4], 0));
    queries_software_32x32[t] = q[q_base + row * q_stride + t % DIM4];
  }
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    row_maximum_software_32x32[row] = LOWEST;
    row_sum_software_32x32[row] = 0.0;
  }
  if (lane == 0u) {
    atomicStore(&live_anywhere_software_32x32, 0u);
  }
  var o0_0 = vec4<f32>(); var o0_1 = vec4<f32>(); var o0_2 = vec4<f32>(); var o0_3 = vec4<f32>();
  var o1_0 = vec4<f32>(); var o1_1 = vec4<f32>(); var o1_2 = vec4<f32>(); var o1_3 = vec4<f32>();
  var o2_0 = vec4<f32>(); var o2_1 = vec4<f32>(); var o2_2 = vec4<f32>(); var o2_3 = vec4<f32>();
  var o3_0 = vec4<f32>(); var o3_1 = vec4<f32>(); var o3_2 = vec4<f32>(); var o3_3 = vec4<f32>();
  var o4_0 = vec4<f32>(); var o4_1 = vec4<f32>(); var o4_2 = vec4<f32>(); var o4_3 = vec4<f32>();
  var o5_0 = vec4<f32>(); var o5_1 = vec4<f32>(); var o5_2 = vec4<f32>(); var o5_3 = vec4<f32>();
  var o6_0 = vec4<f32>(); var o6_1 = vec4<f32>(); var o6_2 = vec4<f32>(); var o6_3 = vec4<f32>();
  var o7_0 = vec4<f32>(); var o7_1 = vec4<f32>(); var o7_2 = vec4<f32>(); var o7_3 = vec4<f32>();
  var o8_0 = vec4<f32>(); var o8_1 = vec4<f32>(); var o8_2 = vec4<f32>(); var o8_3 = vec4<f32>();
  var o9_0 = vec4<f32>(); var o9_1 = vec4<f32>(); var o9_2 = vec4<f32>(); var o9_3 = vec4<f32>();
  var o10_0 = vec4<f32>(); var o10_1 = vec4<f32>(); var o10_2 = vec4<f32>(); var o10_3 = vec4<f32>();
  var o11_0 = vec4<f32>(); var o11_1 = vec4<f32>(); var o11_2 = vec4<f32>(); var o11_3 = vec4<f32>();
  var o12_0 = vec4<f32>(); var o12_1 = vec4<f32>(); var o12_2 = vec4<f32>(); var o12_3 = vec4<f32>();
  var o13_0 = vec4<f32>(); var o13_1 = vec4<f32>(); var o13_2 = vec4<f32>(); var o13_3 = vec4<f32>();
  var o14_0 = vec4<f32>(); var o14_1 = vec4<f32>(); var o14_2 = vec4<f32>(); var o14_3 = vec4<f32>();
  var o15_0 = vec4<f32>(); var o15_1 = vec4<f32>(); var o15_2 = vec4<f32>(); var o15_3 = vec4<f32>();

  let sources = order + params.query_tiles;
  let all_starts = sources + 2u * params.query_tiles;
  let source = sources + 2u * arena[order + tile];
  let shift = arena[source + 1u];
  let starts = all_starts + 2u * arena[source];
  let runs = all_starts + 2u * params.query_tiles + 1u;
  // Behind the rows stand the length of the list of keys and the keys.
  let list = parts + params.nq + 1u;
  let first_full = arena[starts + 1u];
  let run_end = arena[starts + 2u];
  for (var run = arena[starts]; run < run_end; run++) {
    let begin = arena[runs + 2u * run] + shift;
    let end = arena[runs + 2u * run + 1u] + shift;
    for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {
      let partial = (run < first_full) | (key0 + TILE_KEYS > end);

      // The key of every slot of the tile, -1 for padding.
      for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {
        let at = key0 + slot;
        key_positions_software_32x32[slot] = select(-1, bitcast<i32>(arena[list + min(at, end - 1u)]), at < end);
      }
      if (partial) {
        for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {
          facts_software_32x32[slot] = key_facts(key_positions_software_32x32[slot], head_id, batch_id);
        }
      }
      // What the tile before has left is no longer read.
      workgroupBarrier();
      if (partial) {
        for (var row = lane; row < TILE_QUERIES; row += THREADS) {
          var live = 0u;
          if (query_rows_software_32x32[row] >= 0) {
            let i = query_rows_software_32x32[row] + params.offset;
            let query = query_facts(i, head_id, batch_id);
            for (var key = 0u; key < TILE_KEYS; key++) {
              let j = key_positions_software_32x32[key];
              live |= select(0u, 1u << key, (j >= 0) & is_live(i, j, query, facts_software_32x32[key], head_id, batch_id));
            }
          }
          live_keys_software_32x32[row] = live;
          atomicOr(&live_anywhere_software_32x32, live);
        }
      }

      var s0_0 = 0.0; var s0_1 = 0.0; var s0_2 = 0.0; var s0_3 = 0.0; var s0_4 = 0.0; var s0_5 = 0.0; var s0_6 = 0.0; var s0_7 = 0.0;
      var s1_0 = 0.0; var s1_1 = 0.0; var s1_2 = 0.0; var s1_3 = 0.0; var s1_4 = 0.0; var s1_5 = 0.0; var s1_6 = 0.0; var s1_7 = 0.0;
      var s2_0 = 0.0; var s2_1 = 0.0; var s2_2 = 0.0; var s2_3 = 0.0; var s2_4 = 0.0; var s2_5 = 0.0; var s2_6 = 0.0; var s2_7 = 0.0;
      var s3_0 = 0.0; var s3_1 = 0.0; var s3_2 = 0.0; var s3_3 = 0.0; var s3_4 = 0.0; var s3_5 = 0.0; var s3_6 = 0.0; var s3_7 = 0.0;
      var s4_0 = 0.0; var s4_1 = 0.0; var s4_2 = 0.0; var s4_3 = 0.0; var s4_4 = 0.0; var s4_5 = 0.0; var s4_6 = 0.0; var s4_7 = 0.0;
      var s5_0 = 0.0; var s5_1 = 0.0; var s5_2 = 0.0; var s5_3 = 0.0; var s5_4 = 0.0; var s5_5 = 0.0; var s5_6 = 0.0; var s5_7 = 0.0;
      var s6_0 = 0.0; var s6_1 = 0.0; var s6_2 = 0.0; var s6_3 = 0.0; var s6_4 = 0.0; var s6_5 = 0.0; var s6_6 = 0.0; var s6_7 = 0.0;
      var s7_0 = 0.0; var s7_1 = 0.0; var s7_2 = 0.0; var s7_3 = 0.0; var s7_4 = 0.0; var s7_5 = 0.0; var s7_6 = 0.0; var s7_7 = 0.0;
      var s8_0 = 0.0; var s8_1 = 0.0; var s8_2 = 0.0; var s8_3 = 0.0; var s8_4 = 0.0; var s8_5 = 0.0; var s8_6 = 0.0; var s8_7 = 0.0;
      var s9_0 = 0.0; var s9_1 = 0.0; var s9_2 = 0.0; var s9_3 = 0.0; var s9_4 = 0.0; var s9_5 = 0.0; var s9_6 = 0.0; var s9_7 = 0.0;
      var s10_0 = 0.0; var s10_1 = 0.0; var s10_2 = 0.0; var s10_3 = 0.0; var s10_4 = 0.0; var s10_5 = 0.0; var s10_6 = 0.0; var s10_7 = 0.0;
      var s11_0 = 0.0; var s11_1 = 0.0; var s11_2 = 0.0; var s11_3 = 0.0; var s11_4 = 0.0; var s11_5 = 0.0; var s11_6 = 0.0; var s11_7 = 0.0;
      var s12_0 = 0.0; var s12_1 = 0.0; var s12_2 = 0.0; var s12_3 = 0.0; var s12_4 = 0.0; var s12_5 = 0.0; var s12_6 = 0.0; var s12_7 = 0.0;
      var s13_0 = 0.0; var s13_1 = 0.0; var s13_2 = 0.0; var s13_3 = 0.0; var s13_4 = 0.0; var s13_5 = 0.0; var s13_6 = 0.0; var s13_7 = 0.0;
      var s14_0 = 0.0; var s14_1 = 0.0; var s14_2 = 0.0; var s14_3 = 0.0; var s14_4 = 0.0; var s14_5 = 0.0; var s14_6 = 0.0; var s14_7 = 0.0;
      var s15_0 = 0.0; var s15_1 = 0.0; var s15_2 = 0.0; var s15_3 = 0.0; var s15_4 = 0.0; var s15_5 = 0.0; var s15_6 = 0.0; var s15_7 = 0.0;
      // Stage a tile of k. Padding repeats an existing key; it is dead.
      for (var t = lane; t < TILE_KEYS * DIM4; t += THREADS) {
        let key = u32(max(key_positions_software_32x32[t / DIM4], 0));
        key_values_software_32x32[t] = k[k_base + key * k_stride + t % DIM4];
      }
      workgroupBarrier();

      // Scores: rows of q times keys, in registers.
      for (var d = 0u; d < DIM4; d++) {
        let q_at = row0 * DIM4 + d;
        let a0 = queries_software_32x32[q_at];
        let a1 = queries_software_32x32[q_at + 1u * DIM4];
        let a2 = queries_software_32x32[q_at + 2u * DIM4];
        let a3 = queries_software_32x32[q_at + 3u * DIM4];
        let a4 = queries_software_32x32[q_at + 4u * DIM4];
        let a5 = queries_software_32x32[q_at + 5u * DIM4];
        let a6 = queries_software_32x32[q_at + 6u * DIM4];
        let a7 = queries_software_32x32[q_at + 7u * DIM4];
        let a8 = queries_software_32x32[q_at + 8u * DIM4];
        let a9 = queries_software_32x32[q_at + 9u * DIM4];
        let a10 = queries_software_32x32[q_at + 10u * DIM4];
        let a11 = queries_software_32x32[q_at + 11u * DIM4];
        let a12 = queries_software_32x32[q_at + 12u * DIM4];
        let a13 = queries_software_32x32[q_at + 13u * DIM4];
        let a14 = queries_software_32x32[q_at + 14u * DIM4];
        let a15 = queries_software_32x32[q_at + 15u * DIM4];
        let k_at = column * DIM4 + d;
        let b0 = key_values_software_32x32[k_at];
        s0_0 += dot(a0, b0); s1_0 += dot(a1, b0); s2_0 += dot(a2, b0); s3_0 += dot(a3, b0);
        s4_0 += dot(a4, b0); s5_0 += dot(a5, b0); s6_0 += dot(a6, b0); s7_0 += dot(a7, b0);
        s8_0 += dot(a8, b0); s9_0 += dot(a9, b0); s10_0 += dot(a10, b0); s11_0 += dot(a11, b0);
        s12_0 += dot(a12, b0); s13_0 += dot(a13, b0); s14_0 += dot(a14, b0); s15_0 += dot(a15, b0);
        let b1 = key_values_software_32x32[k_at + 4u * DIM4];
        s0_1 += dot(a0, b1); s1_1 += dot(a1, b1); s2_1 += dot(a2, b1); s3_1 += dot(a3, b1);
        s4_1 += dot(a4, b1); s5_1 += dot(a5, b1); s6_1 += dot(a6, b1); s7_1 += dot(a7, b1);
        s8_1 += dot(a8, b1); s9_1 += dot(a9, b1); s10_1 += dot(a10, b1); s11_1 += dot(a11, b1);
        s12_1 += dot(a12, b1); s13_1 += dot(a13, b1); s14_1 += dot(a14, b1); s15_1 += dot(a15, b1);
        let b2 = key_values_software_32x32[k_at + 8u * DIM4];
        s0_2 += dot(a0, b2); s1_2 += dot(a1, b2); s2_2 += dot(a2, b2); s3_2 += dot(a3, b2);
        s4_2 += dot(a4, b2); s5_2 += dot(a5, b2); s6_2 += dot(a6, b2); s7_2 += dot(a7, b2);
        s8_2 += dot(a8, b2); s9_2 += dot(a9, b2); s10_2 += dot(a10, b2); s11_2 += dot(a11, b2);
        s12_2 += dot(a12, b2); s13_2 += dot(a13, b2); s14_2 += dot(a14, b2); s15_2 += dot(a15, b2);
        let b3 = key_values_software_32x32[k_at + 12u * DIM4];
        s0_3 += dot(a0, b3); s1_3 += dot(a1, b3); s2_3 += dot(a2, b3); s3_3 += dot(a3, b3);
        s4_3 += dot(a4, b3); s5_3 += dot(a5, b3); s6_3 += dot(a6, b3); s7_3 += dot(a7, b3);
        s8_3 += dot(a8, b3); s9_3 += dot(a9, b3); s10_3 += dot(a10, b3); s11_3 += dot(a11, b3);
        s12_3 += dot(a12, b3); s13_3 += dot(a13, b3); s14_3 += dot(a14, b3); s15_3 += dot(a15, b3);
        let b4 = key_values_software_32x32[k_at + 16u * DIM4];
        s0_4 += dot(a0, b4); s1_4 += dot(a1, b4); s2_4 += dot(a2, b4); s3_4 += dot(a3, b4);
        s4_4 += dot(a4, b4); s5_4 += dot(a5, b4); s6_4 += dot(a6, b4); s7_4 += dot(a7, b4);
        s8_4 += dot(a8, b4); s9_4 += dot(a9, b4); s10_4 += dot(a10, b4); s11_4 += dot(a11, b4);
        s12_4 += dot(a12, b4); s13_4 += dot(a13, b4); s14_4 += dot(a14, b4); s15_4 += dot(a15, b4);
        let b5 = key_values_software_32x32[k_at + 20u * DIM4];
        s0_5 += dot(a0, b5); s1_5 += dot(a1, b5); s2_5 += dot(a2, b5); s3_5 += dot(a3, b5);
        s4_5 += dot(a4, b5); s5_5 += dot(a5, b5); s6_5 += dot(a6, b5); s7_5 += dot(a7, b5);
        s8_5 += dot(a8, b5); s9_5 += dot(a9, b5); s10_5 += dot(a10, b5); s11_5 += dot(a11, b5);
        s12_5 += dot(a12, b5); s13_5 += dot(a13, b5); s14_5 += dot(a14, b5); s15_5 += dot(a15, b5);
        let b6 = key_values_software_32x32[k_at + 24u * DIM4];
        s0_6 += dot(a0, b6); s1_6 += dot(a1, b6); s2_6 += dot(a2, b6); s3_6 += dot(a3, b6);
        s4_6 += dot(a4, b6); s5_6 += dot(a5, b6); s6_6 += dot(a6, b6); s7_6 += dot(a7, b6);
        s8_6 += dot(a8, b6); s9_6 += dot(a9, b6); s10_6 += dot(a10, b6); s11_6 += dot(a11, b6);
        s12_6 += dot(a12, b6); s13_6 += dot(a13, b6); s14_6 += dot(a14, b6); s15_6 += dot(a15, b6);
        let b7 = key_values_software_32x32[k_at + 28u * DIM4];
        s0_7 += dot(a0, b7); s1_7 += dot(a1, b7); s2_7 += dot(a2, b7); s3_7 += dot(a3, b7);
        s4_7 += dot(a4, b7); s5_7 += dot(a5, b7); s6_7 += dot(a6, b7); s7_7 += dot(a7, b7);
        s8_7 += dot(a8, b7); s9_7 += dot(a9, b7); s10_7 += dot(a10, b7); s11_7 += dot(a11, b7);
        s12_7 += dot(a12, b7); s13_7 += dot(a13, b7); s14_7 += dot(a14, b7); s15_7 += dot(a15, b7);
      }
      let scale = params.scale * LOG2_E;
      let w_at = row0 * TILE_KEYS + column;
      weights_software_32x32[w_at] = s0_0 * scale;
      weights_software_32x32[w_at + 4u] = s0_1 * scale;
      weights_software_32x32[w_at + 8u] = s0_2 * scale;
      weights_software_32x32[w_at + 12u] = s0_3 * scale;
      weights_software_32x32[w_at + 16u] = s0_4 * scale;
      weights_software_32x32[w_at + 20u] = s0_5 * scale;
      weights_software_32x32[w_at + 24u] = s0_6 * scale;
      weights_software_32x32[w_at + 28u] = s0_7 * scale;
      weights_software_32x32[w_at + 1u * TILE_KEYS] = s1_0 * scale;
      weights_software_32x32[w_at + 1u * TILE_KEYS + 4u] = s1_1 * scale;
      weights_software_32x32[w_at + 1u * TILE_KEYS + 8u] = s1_2 * scale;
      weights_software_32x32[w_at + 1u * TILE_KEYS + 12u] = s1_3 * scale;
      weights_software_32x32[w_at + 1u * TILE_KEYS + 16u] = s1_4 * scale;
      weights_software_32x32[w_at + 1u * TILE_KEYS + 20u] = s1_5 * scale;
      weights_software_32x32[w_at + 1u * TILE_KEYS + 24u] = s1_6 * scale;
      weights_software_32x32[w_at + 1u * TILE_KEYS + 28u] = s1_7 * scale;
      weights_software_32x32[w_at + 2u * TILE_KEYS] = s2_0 * scale;
      weights_software_32x32[w_at + 2u * TILE_KEYS + 4u] = s2_1 * scale;
      weights_software_32x32[w_at + 2u * TILE_KEYS + 8u] = s2_2 * scale;
      weights_software_32x32[w_at + 2u * TILE_KEYS + 12u] = s2_3 * scale;
      weights_software_32x32[w_at + 2u * TILE_KEYS + 16u] = s2_4 * scale;
      weights_software_32x32[w_at + 2u * TILE_KEYS + 20u] = s2_5 * scale;
      weights_software_32x32[w_at + 2u * TILE_KEYS + 24u] = s2_6 * scale;
      weights_software_32x32[w_at + 2u * TILE_KEYS + 28u] = s2_7 * scale;
      weights_software_32x32[w_at + 3u * TILE_KEYS] = s3_0 * scale;
      weights_software_32x32[w_at + 3u * TILE_KEYS + 4u] = s3_1 * scale;
      weights_software_32x32[w_at + 3u * TILE_KEYS + 8u] = s3_2 * scale;
      weights_software_32x32[w_at + 3u * TILE_KEYS + 12u] = s3_3 * scale;
      weights_software_32x32[w_at + 3u * TILE_KEYS + 16u] = s3_4 * scale;
      weights_software_32x32[w_at + 3u * TILE_KEYS + 20u] = s3_5 * scale;
      weights_software_32x32[w_at + 3u * TILE_KEYS + 24u] = s3_6 * scale;
      weights_software_32x32[w_at + 3u * TILE_KEYS + 28u] = s3_7 * scale;
      weights_software_32x32[w_at + 4u * TILE_KEYS] = s4_0 * scale;
      weights_software_32x32[w_at + 4u * TILE_KEYS + 4u] = s4_1 * scale;
      weights_software_32x32[w_at + 4u * TILE_KEYS + 8u] = s4_2 * scale;
      weights_software_32x32[w_at + 4u * TILE_KEYS + 12u] = s4_3 * scale;
      weights_software_32x32[w_at + 4u * TILE_KEYS + 16u] = s4_4 * scale;
      weights_software_32x32[w_at + 4u * TILE_KEYS + 20u] = s4_5 * scale;
      weights_software_32x32[w_at + 4u * TILE_KEYS + 24u] = s4_6 * scale;
      weights_software_32x32[w_at + 4u * TILE_KEYS + 28u] = s4_7 * scale;
      weights_software_32x32[w_at + 5u * TILE_KEYS] = s5_0 * scale;
      weights_software_32x32[w_at + 5u * TILE_KEYS + 4u] = s5_1 * scale;
      weights_software_32x32[w_at + 5u * TILE_KEYS + 8u] = s5_2 * scale;
      weights_software_32x32[w_at + 5u * TILE_KEYS + 12u] = s5_3 * scale;
      weights_software_32x32[w_at + 5u * TILE_KEYS + 16u] = s5_4 * scale;
      weights_software_32x32[w_at + 5u * TILE_KEYS + 20u] = s5_5 * scale;
      weights_software_32x32[w_at + 5u * TILE_KEYS + 24u] = s5_6 * scale;
      weights_software_32x32[w_at + 5u * TILE_KEYS + 28u] = s5_7 * scale;
      weights_software_32x32[w_at + 6u * TILE_KEYS] = s6_0 * scale;
      weights_software_32x32[w_at + 6u * TILE_KEYS + 4u] = s6_1 * scale;
      weights_software_32x32[w_at + 6u * TILE_KEYS + 8u] = s6_2 * scale;
      weights_software_32x32[w_at + 6u * TILE_KEYS + 12u] = s6_3 * scale;
      weights_software_32x32[w_at + 6u * TILE_KEYS + 16u] = s6_4 * scale;
      weights_software_32x32[w_at + 6u * TILE_KEYS + 20u] = s6_5 * scale;
      weights_software_32x32[w_at + 6u * TILE_KEYS + 24u] = s6_6 * scale;
      weights_software_32x32[w_at + 6u * TILE_KEYS + 28u] = s6_7 * scale;
      weights_software_32x32[w_at + 7u * TILE_KEYS] = s7_0 * scale;
      weights_software_32x32[w_at + 7u * TILE_KEYS + 4u] = s7_1 * scale;
      weights_software_32x32[w_at + 7u * TILE_KEYS + 8u] = s7_2 * scale;
      weights_software_32x32[w_at + 7u * TILE_KEYS + 12u] = s7_3 * scale;
      weights_software_32x32[w_at + 7u * TILE_KEYS + 16u] = s7_4 * scale;
      weights_software_32x32[w_at + 7u * TILE_KEYS + 20u] = s7_5 * scale;
      weights_software_32x32[w_at + 7u * TILE_KEYS + 24u] = s7_6 * scale;
      weights_software_32x32[w_at + 7u * TILE_KEYS + 28u] = s7_7 * scale;
      weights_software_32x32[w_at + 8u * TILE_KEYS] = s8_0 * scale;
      weights_software_32x32[w_at + 8u * TILE_KEYS + 4u] = s8_1 * scale;
      weights_software_32x32[w_at + 8u * TILE_KEYS + 8u] = s8_2 * scale;
      weights_software_32x32[w_at + 8u * TILE_KEYS + 12u] = s8_3 * scale;
      weights_software_32x32[w_at + 8u * TILE_KEYS + 16u] = s8_4 * scale;
      weights_software_32x32[w_at + 8u * TILE_KEYS + 20u] = s8_5 * scale;
      weights_software_32x32[w_at + 8u * TILE_KEYS + 24u] = s8_6 * scale;
      weights_software_32x32[w_at + 8u * TILE_KEYS + 28u] = s8_7 * scale;
      weights_software_32x32[w_at + 9u * TILE_KEYS] = s9_0 * scale;
      weights_software_32x32[w_at + 9u * TILE_KEYS + 4u] = s9_1 * scale;
      weights_software_32x32[w_at + 9u * TILE_KEYS + 8u] = s9_2 * scale;
      weights_software_32x32[w_at + 9u * TILE_KEYS + 12u] = s9_3 * scale;
      weights_software_32x32[w_at + 9u * TILE_KEYS + 16u] = s9_4 * scale;
      weights_software_32x32[w_at + 9u * TILE_KEYS + 20u] = s9_5 * scale;
      weights_software_32x32[w_at + 9u * TILE_KEYS + 24u] = s9_6 * scale;
      weights_software_32x32[w_at + 9u * TILE_KEYS + 28u] = s9_7 * scale;
      weights_software_32x32[w_at + 10u * TILE_KEYS] = s10_0 * scale;
      weights_software_32x32[w_at + 10u * TILE_KEYS + 4u] = s10_1 * scale;
      weights_software_32x32[w_at + 10u * TILE_KEYS + 8u] = s10_2 * scale;
      weights_software_32x32[w_at + 10u * TILE_KEYS + 12u] = s10_3 * scale;
      weights_software_32x32[w_at + 10u * TILE_KEYS + 16u] = s10_4 * scale;
      weights_software_32x32[w_at + 10u * TILE_KEYS + 20u] = s10_5 * scale;
      weights_software_32x32[w_at + 10u * TILE_KEYS + 24u] = s10_6 * scale;
      weights_software_32x32[w_at + 10u * TILE_KEYS + 28u] = s10_7 * scale;
      weights_software_32x32[w_at + 11u * TILE_KEYS] = s11_0 * scale;
      weights_software_32x32[w_at + 11u * TILE_KEYS + 4u] = s11_1 * scale;
      weights_software_32x32[w_at + 11u * TILE_KEYS + 8u] = s11_2 * scale;
      weights_software_32x32[w_at + 11u * TILE_KEYS + 12u] = s11_3 * scale;
      weights_software_32x32[w_at + 11u * TILE_KEYS + 16u] = s11_4 * scale;
      weights_software_32x32[w_at + 11u * TILE_KEYS + 20u] = s11_5 * scale;
      weights_software_32x32[w_at + 11u * TILE_KEYS + 24u] = s11_6 * scale;
      weights_software_32x32[w_at + 11u * TILE_KEYS + 28u] = s11_7 * scale;
      weights_software_32x32[w_at + 12u * TILE_KEYS] = s12_0 * scale;
      weights_software_32x32[w_at + 12u * TILE_KEYS + 4u] = s12_1 * scale;
      weights_software_32x32[w_at + 12u * TILE_KEYS + 8u] = s12_2 * scale;
      weights_software_32x32[w_at + 12u * TILE_KEYS + 12u] = s12_3 * scale;
      weights_software_32x32[w_at + 12u * TILE_KEYS + 16u] = s12_4 * scale;
      weights_software_32x32[w_at + 12u * TILE_KEYS + 20u] = s12_5 * scale;
      weights_software_32x32[w_at + 12u * TILE_KEYS + 24u] = s12_6 * scale;
      weights_software_32x32[w_at + 12u * TILE_KEYS + 28u] = s12_7 * scale;
      weights_software_32x32[w_at + 13u * TILE_KEYS] = s13_0 * scale;
      weights_software_32x32[w_at + 13u * TILE_KEYS + 4u] = s13_1 * scale;
      weights_software_32x32[w_at + 13u * TILE_KEYS + 8u] = s13_2 * scale;
      weights_software_32x32[w_at + 13u * TILE_KEYS + 12u] = s13_3 * scale;
      weights_software_32x32[w_at + 13u * TILE_KEYS + 16u] = s13_4 * scale;
      weights_software_32x32[w_at + 13u * TILE_KEYS + 20u] = s13_5 * scale;
      weights_software_32x32[w_at + 13u * TILE_KEYS + 24u] = s13_6 * scale;
      weights_software_32x32[w_at + 13u * TILE_KEYS + 28u] = s13_7 * scale;
      weights_software_32x32[w_at + 14u * TILE_KEYS] = s14_0 * scale;
      weights_software_32x32[w_at + 14u * TILE_KEYS + 4u] = s14_1 * scale;
      weights_software_32x32[w_at + 14u * TILE_KEYS + 8u] = s14_2 * scale;
      weights_software_32x32[w_at + 14u * TILE_KEYS + 12u] = s14_3 * scale;
      weights_software_32x32[w_at + 14u * TILE_KEYS + 16u] = s14_4 * scale;
      weights_software_32x32[w_at + 14u * TILE_KEYS + 20u] = s14_5 * scale;
      weights_software_32x32[w_at + 14u * TILE_KEYS + 24u] = s14_6 * scale;
      weights_software_32x32[w_at + 14u * TILE_KEYS + 28u] = s14_7 * scale;
      weights_software_32x32[w_at + 15u * TILE_KEYS] = s15_0 * scale;
      weights_software_32x32[w_at + 15u * TILE_KEYS + 4u] = s15_1 * scale;
      weights_software_32x32[w_at + 15u * TILE_KEYS + 8u] = s15_2 * scale;
      weights_software_32x32[w_at + 15u * TILE_KEYS + 12u] = s15_3 * scale;
      weights_software_32x32[w_at + 15u * TILE_KEYS + 16u] = s15_4 * scale;
      weights_software_32x32[w_at + 15u * TILE_KEYS + 20u] = s15_5 * scale;
      weights_software_32x32[w_at + 15u * TILE_KEYS + 24u] = s15_6 * scale;
      weights_software_32x32[w_at + 15u * TILE_KEYS + 28u] = s15_7 * scale;
      workgroupBarrier();

      // Online softmax, a thread a row.
      for (var row = lane; row < TILE_QUERIES; row += THREADS) {
        let at = row * TILE_KEYS;
        var first = 0u;
        var end_key = TILE_KEYS;
        if (partial) {
          let live = live_keys_software_32x32[row];
          first = min(countTrailingZeros(live), TILE_KEYS);
          end_key = 32u - countLeadingZeros(live);
          for (var key = first; key < end_key; key++) {
            if (((live >> key) & 1u) == 0u) {
              weights_software_32x32[at + key] = DEAD;
            }
          }
          for (var key = 0u; key < first; key++) {
            weights_software_32x32[at + key] = 0.0;
          }
          for (var key = end_key; key < TILE_KEYS; key++) {
            weights_software_32x32[at + key] = 0.0;
          }
        }
        let old_maximum = row_maximum_software_32x32[row];
        var maximum = old_maximum;
        for (var key = first; key < end_key; key++) {
          maximum = max(maximum, weights_software_32x32[at + key]);
        }
        var sum = 0.0;
        for (var key = first; key < end_key; key++) {
          let weight = exp2(weights_software_32x32[at + key] - maximum);
          weights_software_32x32[at + key] = weight;
          sum += weight;
        }
        let factor = exp2(old_maximum - maximum);
        row_maximum_software_32x32[row] = maximum;
        row_sum_software_32x32[row] = row_sum_software_32x32[row] * factor + sum;
        row_factor_software_32x32[row] = factor;
      }

      // Stage v. A key that no row of a partial tile sees becomes zero: its weight is 0, but 0 * NaN is not.
      let seen = atomicLoad(&live_anywhere_software_32x32);
      for (var t = lane; t < TILE_KEYS * DIM_V4; t += THREADS) {
        let key = u32(max(key_positions_software_32x32[t / DIM_V4], 0));
        key_values_software_32x32[t] = v[v_base + key * v_stride + t % DIM_V4];
      }
      if (partial) {
        for (var t = lane; t < TILE_KEYS * DIM_V4; t += THREADS) {
          if (((seen >> (t / DIM_V4)) & 1u) == 0u) {
            key_values_software_32x32[t] = Element();
          }
        }
      }
      workgroupBarrier();
      if (lane == 0u) {
        atomicStore(&live_anywhere_software_32x32, 0u);
      }

      // Values: weights times v, in registers.
      let f0 = row_factor_software_32x32[row0 + 0u];
      o0_0 *= f0; o0_1 *= f0; o0_2 *= f0; o0_3 *= f0;
      let f1 = row_factor_software_32x32[row0 + 1u];
      o1_0 *= f1; o1_1 *= f1; o1_2 *= f1; o1_3 *= f1;
      let f2 = row_factor_software_32x32[row0 + 2u];
      o2_0 *= f2; o2_1 *= f2; o2_2 *= f2; o2_3 *= f2;
      let f3 = row_factor_software_32x32[row0 + 3u];
      o3_0 *= f3; o3_1 *= f3; o3_2 *= f3; o3_3 *= f3;
      let f4 = row_factor_software_32x32[row0 + 4u];
      o4_0 *= f4; o4_1 *= f4; o4_2 *= f4; o4_3 *= f4;
      let f5 = row_factor_software_32x32[row0 + 5u];
      o5_0 *= f5; o5_1 *= f5; o5_2 *= f5; o5_3 *= f5;
      let f6 = row_factor_software_32x32[row0 + 6u];
      o6_0 *= f6; o6_1 *= f6; o6_2 *= f6; o6_3 *= f6;
      let f7 = row_factor_software_32x32[row0 + 7u];
      o7_0 *= f7; o7_1 *= f7; o7_2 *= f7; o7_3 *= f7;
      let f8 = row_factor_software_32x32[row0 + 8u];
      o8_0 *= f8; o8_1 *= f8; o8_2 *= f8; o8_3 *= f8;
      let f9 = row_factor_software_32x32[row0 + 9u];
      o9_0 *= f9; o9_1 *= f9; o9_2 *= f9; o9_3 *= f9;
      let f10 = row_factor_software_32x32[row0 + 10u];
      o10_0 *= f10; o10_1 *= f10; o10_2 *= f10; o10_3 *= f10;
      let f11 = row_factor_software_32x32[row0 + 11u];
      o11_0 *= f11; o11_1 *= f11; o11_2 *= f11; o11_3 *= f11;
      let f12 = row_factor_software_32x32[row0 + 12u];
      o12_0 *= f12; o12_1 *= f12; o12_2 *= f12; o12_3 *= f12;
      let f13 = row_factor_software_32x32[row0 + 13u];
      o13_0 *= f13; o13_1 *= f13; o13_2 *= f13; o13_3 *= f13;
      let f14 = row_factor_software_32x32[row0 + 14u];
      o14_0 *= f14; o14_1 *= f14; o14_2 *= f14; o14_3 *= f14;
      let f15 = row_factor_software_32x32[row0 + 15u];
      o15_0 *= f15; o15_1 *= f15; o15_2 *= f15; o15_3 *= f15;
      for (var key = 0u; key < TILE_KEYS; key++) {
        let w_at = row0 * TILE_KEYS + key;
        let w0 = weights_software_32x32[w_at];
        let w1 = weights_software_32x32[w_at + 1u * TILE_KEYS];
        let w2 = weights_software_32x32[w_at + 2u * TILE_KEYS];
        let w3 = weights_software_32x32[w_at + 3u * TILE_KEYS];
        let w4 = weights_software_32x32[w_at + 4u * TILE_KEYS];
        let w5 = weights_software_32x32[w_at + 5u * TILE_KEYS];
        let w6 = weights_software_32x32[w_at + 6u * TILE_KEYS];
        let w7 = weights_software_32x32[w_at + 7u * TILE_KEYS];
        let w8 = weights_software_32x32[w_at + 8u * TILE_KEYS];
        let w9 = weights_software_32x32[w_at + 9u * TILE_KEYS];
        let w10 = weights_software_32x32[w_at + 10u * TILE_KEYS];
        let w11 = weights_software_32x32[w_at + 11u * TILE_KEYS];
        let w12 = weights_software_32x32[w_at + 12u * TILE_KEYS];
        let w13 = weights_software_32x32[w_at + 13u * TILE_KEYS];
        let w14 = weights_software_32x32[w_at + 14u * TILE_KEYS];
        let w15 = weights_software_32x32[w_at + 15u * TILE_KEYS];
        let v0 = key_values_software_32x32[key * DIM_V4 + column];
        o0_0 += w0 * v0; o1_0 += w1 * v0; o2_0 += w2 * v0; o3_0 += w3 * v0;
        o4_0 += w4 * v0; o5_0 += w5 * v0; o6_0 += w6 * v0; o7_0 += w7 * v0;
        o8_0 += w8 * v0; o9_0 += w9 * v0; o10_0 += w10 * v0; o11_0 += w11 * v0;
        o12_0 += w12 * v0; o13_0 += w13 * v0; o14_0 += w14 * v0; o15_0 += w15 * v0;
        let v1 = key_values_software_32x32[key * DIM_V4 + column + 4u];
        o0_1 += w0 * v1; o1_1 += w1 * v1; o2_1 += w2 * v1; o3_1 += w3 * v1;
        o4_1 += w4 * v1; o5_1 += w5 * v1; o6_1 += w6 * v1; o7_1 += w7 * v1;
        o8_1 += w8 * v1; o9_1 += w9 * v1; o10_1 += w10 * v1; o11_1 += w11 * v1;
        o12_1 += w12 * v1; o13_1 += w13 * v1; o14_1 += w14 * v1; o15_1 += w15 * v1;
        let v2 = key_values_software_32x32[key * DIM_V4 + column + 8u];
        o0_2 += w0 * v2; o1_2 += w1 * v2; o2_2 += w2 * v2; o3_2 += w3 * v2;
        o4_2 += w4 * v2; o5_2 += w5 * v2; o6_2 += w6 * v2; o7_2 += w7 * v2;
        o8_2 += w8 * v2; o9_2 += w9 * v2; o10_2 += w10 * v2; o11_2 += w11 * v2;
        o12_2 += w12 * v2; o13_2 += w13 * v2; o14_2 += w14 * v2; o15_2 += w15 * v2;
        let v3 = key_values_software_32x32[key * DIM_V4 + column + 12u];
        o0_3 += w0 * v3; o1_3 += w1 * v3; o2_3 += w2 * v3; o3_3 += w3 * v3;
        o4_3 += w4 * v3; o5_3 += w5 * v3; o6_3 += w6 * v3; o7_3 += w7 * v3;
        o8_3 += w8 * v3; o9_3 += w9 * v3; o10_3 += w10 * v3; o11_3 += w11 * v3;
        o12_3 += w12 * v3; o13_3 += w13 * v3; o14_3 += w14 * v3; o15_3 += w15 * v3;
      }
    }
  }

  // One over the denominator of each row; a row without live keys has weight 0 throughout.
  workgroupBarrier();
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    let sum = row_sum_software_32x32[row];
    row_factor_software_32x32[row] = select(1.0 / sum, 0.0, sum == 0.0);
  }
  workgroupBarrier();

  if (query_rows_software_32x32[row0 + 0u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 0u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 0u])) * out_stride + column;
    out[at + 0u] = o0_0 * factor;
    out[at + 4u] = o0_1 * factor;
    out[at + 8u] = o0_2 * factor;
    out[at + 12u] = o0_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 1u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 1u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 1u])) * out_stride + column;
    out[at + 0u] = o1_0 * factor;
    out[at + 4u] = o1_1 * factor;
    out[at + 8u] = o1_2 * factor;
    out[at + 12u] = o1_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 2u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 2u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 2u])) * out_stride + column;
    out[at + 0u] = o2_0 * factor;
    out[at + 4u] = o2_1 * factor;
    out[at + 8u] = o2_2 * factor;
    out[at + 12u] = o2_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 3u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 3u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 3u])) * out_stride + column;
    out[at + 0u] = o3_0 * factor;
    out[at + 4u] = o3_1 * factor;
    out[at + 8u] = o3_2 * factor;
    out[at + 12u] = o3_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 4u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 4u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 4u])) * out_stride + column;
    out[at + 0u] = o4_0 * factor;
    out[at + 4u] = o4_1 * factor;
    out[at + 8u] = o4_2 * factor;
    out[at + 12u] = o4_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 5u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 5u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 5u])) * out_stride + column;
    out[at + 0u] = o5_0 * factor;
    out[at + 4u] = o5_1 * factor;
    out[at + 8u] = o5_2 * factor;
    out[at + 12u] = o5_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 6u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 6u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 6u])) * out_stride + column;
    out[at + 0u] = o6_0 * factor;
    out[at + 4u] = o6_1 * factor;
    out[at + 8u] = o6_2 * factor;
    out[at + 12u] = o6_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 7u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 7u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 7u])) * out_stride + column;
    out[at + 0u] = o7_0 * factor;
    out[at + 4u] = o7_1 * factor;
    out[at + 8u] = o7_2 * factor;
    out[at + 12u] = o7_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 8u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 8u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 8u])) * out_stride + column;
    out[at + 0u] = o8_0 * factor;
    out[at + 4u] = o8_1 * factor;
    out[at + 8u] = o8_2 * factor;
    out[at + 12u] = o8_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 9u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 9u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 9u])) * out_stride + column;
    out[at + 0u] = o9_0 * factor;
    out[at + 4u] = o9_1 * factor;
    out[at + 8u] = o9_2 * factor;
    out[at + 12u] = o9_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 10u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 10u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 10u])) * out_stride + column;
    out[at + 0u] = o10_0 * factor;
    out[at + 4u] = o10_1 * factor;
    out[at + 8u] = o10_2 * factor;
    out[at + 12u] = o10_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 11u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 11u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 11u])) * out_stride + column;
    out[at + 0u] = o11_0 * factor;
    out[at + 4u] = o11_1 * factor;
    out[at + 8u] = o11_2 * factor;
    out[at + 12u] = o11_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 12u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 12u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 12u])) * out_stride + column;
    out[at + 0u] = o12_0 * factor;
    out[at + 4u] = o12_1 * factor;
    out[at + 8u] = o12_2 * factor;
    out[at + 12u] = o12_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 13u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 13u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 13u])) * out_stride + column;
    out[at + 0u] = o13_0 * factor;
    out[at + 4u] = o13_1 * factor;
    out[at + 8u] = o13_2 * factor;
    out[at + 12u] = o13_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 14u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 14u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 14u])) * out_stride + column;
    out[at + 0u] = o14_0 * factor;
    out[at + 4u] = o14_1 * factor;
    out[at + 8u] = o14_2 * factor;
    out[at + 12u] = o14_3 * factor;
  }
  if (query_rows_software_32x32[row0 + 15u] >= 0) {
    let factor = row_factor_software_32x32[row0 + 15u];
    let at = out_base + (u32(query_rows_software_32x32[row0 + 15u])) * out_stride + column;
    out[at + 0u] = o15_0 * factor;
    out[at + 4u] = o15_1 * factor;
    out[at + 8u] = o15_2 * factor;
    out[at + 12u] = o15_3 * factor;
  }
}

// 8 queries x 32 keys a tile: 4 x 2 threads of
// 4 rows x 8 keys each. Target class: software. For launches of at most 8 query rows.
var<workgroup> queries_few_software_8x32: array<Element, 128>; // [row][d / 4]
var<workgroup> key_values_few_software_8x32: array<Element, 512>; // a tile of k, then of v: [key][d / 4]
var<workgroup> weights_few_software_8x32: array<f32, 256>; // [row][key]: logits, then softmax weights
var<workgroup> row_maximum_few_software_8x32: array<f32, 8>; // running maximum of the logits
var<workgroup> row_sum_few_software_8x32: array<f32, 8>; // running sum of the weights
var<workgroup> row_factor_few_software_8x32: array<f32, 8>; // what the accumulators are to be scaled by
var<workgroup> live_keys_few_software_8x32: array<u32, 8>; // partial tiles: a bit for each live key
var<workgroup> live_anywhere_few_software_8x32: atomic<u32>; // partial tiles: keys that are live for some row
var<workgroup> facts_few_software_8x32: array<KeyFacts, 32>; // partial tiles: what the mask asks of each key
var<workgroup> query_rows_few_software_8x32: array<i32, 8>; // the row of each slot, -1 for padding
var<workgroup> key_positions_few_software_8x32: array<i32, 32>; // the key of each slot, -1 for padding

@compute @workgroup_size(8)
fn attend_few_software_8x32(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  const THREADS = 8u;
  const TILE_QUERIES = 8u;
  const TILE_KEYS = 32u;

  let tile = group.x + group.z * 65535u;
  if (tile >= params.query_tiles) {
    return;
  }
  let batch = group.y / HEADS;
  let head = group.y % HEADS;
  let batch_id = i32(batch);
  let head_id = i32(head);
  // The run table of this head: rows in the order of their work, whose runs they have, run starts, runs.
  let order = arena[params.tables_at + group.y];
  let query_tile = arena[order + tile];

  let kv_head = head / HEADS_PER_KV;
  let q_base = (batch * params.q_batch_stride + head * params.q_head_stride) / 4u;
  let k_base = (batch * params.k_batch_stride + kv_head * params.k_head_stride) / 4u;
  let v_base = (batch * params.v_batch_stride + kv_head * params.v_head_stride) / 4u;
  let out_base = (batch * params.out_batch_stride + head * params.out_head_stride) / 4u;
  let q_stride = params.q_row_stride / 4u;
  let k_stride = params.k_row_stride / 4u;
  let v_stride = params.v_row_stride / 4u;
  let out_stride = params.out_row_stride / 4u;

  // This thread: rows row0 ..< row0 + 4; keys and columns column, column + 4, ...
  let column = lane % 4u;
  let row0 = lane / 4u * 4u;

  // Behind the runs stand the parted rows: that of every slot.
  let parts = order + 5u * params.query_tiles + 1u + 2u * arena[order + 5u * params.query_tiles];
  // The row of every slot of the tile, -1 for padding, which loads an existing row and is not stored.
  for (var slot = lane; slot < TILE_QUERIES; slot += THREADS) {
    let at = query_tile * TILE_QUERIES + slot;
    query_rows_few_software_8x32[slot] = select(-1, bitcast<i32>(arena[parts + min(at, params.nq - 1u)]), at < params.nq);
  }
  workgroupBarrier();

  // Queries stay for the whole kernel.
  for (var t = lane; t < TILE_QUERIES * DIM4; t += THREADS) {
    let row = u32(max(query_rows_few_software_8x32[t / DIM4], 0));
    queries_few_software_8x32[t] = q[q_base + row * q_stride + t % DIM4];
  }
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    row_maximum_few_software_8x32[row] = LOWEST;
    row_sum_few_software_8x32[row] = 0.0;
  }
  if (lane == 0u) {
    atomicStore(&live_anywhere_few_software_8x32, 0u);
  }
  var o0_0 = vec4<f32>(); var o0_1 = vec4<f32>(); var o0_2 = vec4<f32>(); var o0_3 = vec4<f32>();
  var o1_0 = vec4<f32>(); var o1_1 = vec4<f32>(); var o1_2 = vec4<f32>(); var o1_3 = vec4<f32>();
  var o2_0 = vec4<f32>(); var o2_1 = vec4<f32>(); var o2_2 = vec4<f32>(); var o2_3 = vec4<f32>();
  var o3_0 = vec4<f32>(); var o3_1 = vec4<f32>(); var o3_2 = vec4<f32>(); var o3_3 = vec4<f32>();

  let sources = order + params.query_tiles;
  let all_starts = sources + 2u * params.query_tiles;
  let source = sources + 2u * arena[order + tile];
  let shift = arena[source + 1u];
  let starts = all_starts + 2u * arena[source];
  let runs = all_starts + 2u * params.query_tiles + 1u;
  // Behind the rows stand the length of the list of keys and the keys.
  let list = parts + params.nq + 1u;
  let first_full = arena[starts + 1u];
  let run_end = arena[starts + 2u];
  for (var run = arena[starts]; run < run_end; run++) {
    let begin = arena[runs + 2u * run] + shift;
    let end = arena[runs + 2u * run + 1u] + shift;
    for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {
      let partial = (run < first_full) | (key0 + TILE_KEYS > end);

      // The key of every slot of the tile, -1 for padding.
      for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {
        let at = key0 + slot;
        key_positions_few_software_8x32[slot] = select(-1, bitcast<i32>(arena[list + min(at, end - 1u)]), at < end);
      }
      if (partial) {
        for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {
          facts_few_software_8x32[slot] = key_facts(key_positions_few_software_8x32[slot], head_id, batch_id);
        }
      }
      // What the tile before has left is no longer read.
      workgroupBarrier();
      if (partial) {
        for (var row = lane; row < TILE_QUERIES; row += THREADS) {
          var live = 0u;
          if (query_rows_few_software_8x32[row] >= 0) {
            let i = query_rows_few_software_8x32[row] + params.offset;
            let query = query_facts(i, head_id, batch_id);
            for (var key = 0u; key < TILE_KEYS; key++) {
              let j = key_positions_few_software_8x32[key];
              live |= select(0u, 1u << key, (j >= 0) & is_live(i, j, query, facts_few_software_8x32[key], head_id, batch_id));
            }
          }
          live_keys_few_software_8x32[row] = live;
          atomicOr(&live_anywhere_few_software_8x32, live);
        }
      }

      var s0_0 = 0.0; var s0_1 = 0.0; var s0_2 = 0.0; var s0_3 = 0.0; var s0_4 = 0.0; var s0_5 = 0.0; var s0_6 = 0.0; var s0_7 = 0.0;
      var s1_0 = 0.0; var s1_1 = 0.0; var s1_2 = 0.0; var s1_3 = 0.0; var s1_4 = 0.0; var s1_5 = 0.0; var s1_6 = 0.0; var s1_7 = 0.0;
      var s2_0 = 0.0; var s2_1 = 0.0; var s2_2 = 0.0; var s2_3 = 0.0; var s2_4 = 0.0; var s2_5 = 0.0; var s2_6 = 0.0; var s2_7 = 0.0;
      var s3_0 = 0.0; var s3_1 = 0.0; var s3_2 = 0.0; var s3_3 = 0.0; var s3_4 = 0.0; var s3_5 = 0.0; var s3_6 = 0.0; var s3_7 = 0.0;
      // Stage a tile of k. Padding repeats an existing key; it is dead.
      for (var t = lane; t < TILE_KEYS * DIM4; t += THREADS) {
        let key = u32(max(key_positions_few_software_8x32[t / DIM4], 0));
        key_values_few_software_8x32[t] = k[k_base + key * k_stride + t % DIM4];
      }
      workgroupBarrier();

      // Scores: rows of q times keys, in registers.
      for (var d = 0u; d < DIM4; d++) {
        let q_at = row0 * DIM4 + d;
        let a0 = queries_few_software_8x32[q_at];
        let a1 = queries_few_software_8x32[q_at + 1u * DIM4];
        let a2 = queries_few_software_8x32[q_at + 2u * DIM4];
        let a3 = queries_few_software_8x32[q_at + 3u * DIM4];
        let k_at = column * DIM4 + d;
        let b0 = key_values_few_software_8x32[k_at];
        s0_0 += dot(a0, b0); s1_0 += dot(a1, b0); s2_0 += dot(a2, b0); s3_0 += dot(a3, b0);
        let b1 = key_values_few_software_8x32[k_at + 4u * DIM4];
        s0_1 += dot(a0, b1); s1_1 += dot(a1, b1); s2_1 += dot(a2, b1); s3_1 += dot(a3, b1);
        let b2 = key_values_few_software_8x32[k_at + 8u * DIM4];
        s0_2 += dot(a0, b2); s1_2 += dot(a1, b2); s2_2 += dot(a2, b2); s3_2 += dot(a3, b2);
        let b3 = key_values_few_software_8x32[k_at + 12u * DIM4];
        s0_3 += dot(a0, b3); s1_3 += dot(a1, b3); s2_3 += dot(a2, b3); s3_3 += dot(a3, b3);
        let b4 = key_values_few_software_8x32[k_at + 16u * DIM4];
        s0_4 += dot(a0, b4); s1_4 += dot(a1, b4); s2_4 += dot(a2, b4); s3_4 += dot(a3, b4);
        let b5 = key_values_few_software_8x32[k_at + 20u * DIM4];
        s0_5 += dot(a0, b5); s1_5 += dot(a1, b5); s2_5 += dot(a2, b5); s3_5 += dot(a3, b5);
        let b6 = key_values_few_software_8x32[k_at + 24u * DIM4];
        s0_6 += dot(a0, b6); s1_6 += dot(a1, b6); s2_6 += dot(a2, b6); s3_6 += dot(a3, b6);
        let b7 = key_values_few_software_8x32[k_at + 28u * DIM4];
        s0_7 += dot(a0, b7); s1_7 += dot(a1, b7); s2_7 += dot(a2, b7); s3_7 += dot(a3, b7);
      }
      let scale = params.scale * LOG2_E;
      let w_at = row0 * TILE_KEYS + column;
      weights_few_software_8x32[w_at] = s0_0 * scale;
      weights_few_software_8x32[w_at + 4u] = s0_1 * scale;
      weights_few_software_8x32[w_at + 8u] = s0_2 * scale;
      weights_few_software_8x32[w_at + 12u] = s0_3 * scale;
      weights_few_software_8x32[w_at + 16u] = s0_4 * scale;
      weights_few_software_8x32[w_at + 20u] = s0_5 * scale;
      weights_few_software_8x32[w_at + 24u] = s0_6 * scale;
      weights_few_software_8x32[w_at + 28u] = s0_7 * scale;
      weights_few_software_8x32[w_at + 1u * TILE_KEYS] = s1_0 * scale;
      weights_few_software_8x32[w_at + 1u * TILE_KEYS + 4u] = s1_1 * scale;
      weights_few_software_8x32[w_at + 1u * TILE_KEYS + 8u] = s1_2 * scale;
      weights_few_software_8x32[w_at + 1u * TILE_KEYS + 12u] = s1_3 * scale;
      weights_few_software_8x32[w_at + 1u * TILE_KEYS + 16u] = s1_4 * scale;
      weights_few_software_8x32[w_at + 1u * TILE_KEYS + 20u] = s1_5 * scale;
      weights_few_software_8x32[w_at + 1u * TILE_KEYS + 24u] = s1_6 * scale;
      weights_few_software_8x32[w_at + 1u * TILE_KEYS + 28u] = s1_7 * scale;
      weights_few_software_8x32[w_at + 2u * TILE_KEYS] = s2_0 * scale;
      weights_few_software_8x32[w_at + 2u * TILE_KEYS + 4u] = s2_1 * scale;
      weights_few_software_8x32[w_at + 2u * TILE_KEYS + 8u] = s2_2 * scale;
      weights_few_software_8x32[w_at + 2u * TILE_KEYS + 12u] = s2_3 * scale;
      weights_few_software_8x32[w_at + 2u * TILE_KEYS + 16u] = s2_4 * scale;
      weights_few_software_8x32[w_at + 2u * TILE_KEYS + 20u] = s2_5 * scale;
      weights_few_software_8x32[w_at + 2u * TILE_KEYS + 24u] = s2_6 * scale;
      weights_few_software_8x32[w_at + 2u * TILE_KEYS + 28u] = s2_7 * scale;
      weights_few_software_8x32[w_at + 3u * TILE_KEYS] = s3_0 * scale;
      weights_few_software_8x32[w_at + 3u * TILE_KEYS + 4u] = s3_1 * scale;
      weights_few_software_8x32[w_at + 3u * TILE_KEYS + 8u] = s3_2 * scale;
      weights_few_software_8x32[w_at + 3u * TILE_KEYS + 12u] = s3_3 * scale;
      weights_few_software_8x32[w_at + 3u * TILE_KEYS + 16u] = s3_4 * scale;
      weights_few_software_8x32[w_at + 3u * TILE_KEYS + 20u] = s3_5 * scale;
      weights_few_software_8x32[w_at + 3u * TILE_KEYS + 24u] = s3_6 * scale;
      weights_few_software_8x32[w_at + 3u * TILE_KEYS + 28u] = s3_7 * scale;
      workgroupBarrier();

      // Online softmax, a thread a row.
      for (var row = lane; row < TILE_QUERIES; row += THREADS) {
        let at = row * TILE_KEYS;
        var first = 0u;
        var end_key = TILE_KEYS;
        if (partial) {
          let live = live_keys_few_software_8x32[row];
          first = min(countTrailingZeros(live), TILE_KEYS);
          end_key = 32u - countLeadingZeros(live);
          for (var key = first; key < end_key; key++) {
            if (((live >> key) & 1u) == 0u) {
              weights_few_software_8x32[at + key] = DEAD;
            }
          }
          for (var key = 0u; key < first; key++) {
            weights_few_software_8x32[at + key] = 0.0;
          }
          for (var key = end_key; key < TILE_KEYS; key++) {
            weights_few_software_8x32[at + key] = 0.0;
          }
        }
        let old_maximum = row_maximum_few_software_8x32[row];
        var maximum = old_maximum;
        for (var key = first; key < end_key; key++) {
          maximum = max(maximum, weights_few_software_8x32[at + key]);
        }
        var sum = 0.0;
        for (var key = first; key < end_key; key++) {
          let weight = exp2(weights_few_software_8x32[at + key] - maximum);
          weights_few_software_8x32[at + key] = weight;
          sum += weight;
        }
        let factor = exp2(old_maximum - maximum);
        row_maximum_few_software_8x32[row] = maximum;
        row_sum_few_software_8x32[row] = row_sum_few_software_8x32[row] * factor + sum;
        row_factor_few_software_8x32[row] = factor;
      }

      // Stage v. A key that no row of a partial tile sees becomes zero: its weight is 0, but 0 * NaN is not.
      let seen = atomicLoad(&live_anywhere_few_software_8x32);
      for (var t = lane; t < TILE_KEYS * DIM_V4; t += THREADS) {
        let key = u32(max(key_positions_few_software_8x32[t / DIM_V4], 0));
        key_values_few_software_8x32[t] = v[v_base + key * v_stride + t % DIM_V4];
      }
      if (partial) {
        for (var t = lane; t < TILE_KEYS * DIM_V4; t += THREADS) {
          if (((seen >> (t / DIM_V4)) & 1u) == 0u) {
            key_values_few_software_8x32[t] = Element();
          }
        }
      }
      workgroupBarrier();
      if (lane == 0u) {
        atomicStore(&live_anywhere_few_software_8x32, 0u);
      }

      // Values: weights times v, in registers.
      let f0 = row_factor_few_software_8x32[row0 + 0u];
      o0_0 *= f0; o0_1 *= f0; o0_2 *= f0; o0_3 *= f0;
      let f1 = row_factor_few_software_8x32[row0 + 1u];
      o1_0 *= f1; o1_1 *= f1; o1_2 *= f1; o1_3 *= f1;
      let f2 = row_factor_few_software_8x32[row0 + 2u];
      o2_0 *= f2; o2_1 *= f2; o2_2 *= f2; o2_3 *= f2;
      let f3 = row_factor_few_software_8x32[row0 + 3u];
      o3_0 *= f3; o3_1 *= f3; o3_2 *= f3; o3_3 *= f3;
      for (var key = 0u; key < TILE_KEYS; key++) {
        let w_at = row0 * TILE_KEYS + key;
        let w0 = weights_few_software_8x32[w_at];
        let w1 = weights_few_software_8x32[w_at + 1u * TILE_KEYS];
        let w2 = weights_few_software_8x32[w_at + 2u * TILE_KEYS];
        let w3 = weights_few_software_8x32[w_at + 3u * TILE_KEYS];
        let v0 = key_values_few_software_8x32[key * DIM_V4 + column];
        o0_0 += w0 * v0; o1_0 += w1 * v0; o2_0 += w2 * v0; o3_0 += w3 * v0;
        let v1 = key_values_few_software_8x32[key * DIM_V4 + column + 4u];
        o0_1 += w0 * v1; o1_1 += w1 * v1; o2_1 += w2 * v1; o3_1 += w3 * v1;
        let v2 = key_values_few_software_8x32[key * DIM_V4 + column + 8u];
        o0_2 += w0 * v2; o1_2 += w1 * v2; o2_2 += w2 * v2; o3_2 += w3 * v2;
        let v3 = key_values_few_software_8x32[key * DIM_V4 + column + 12u];
        o0_3 += w0 * v3; o1_3 += w1 * v3; o2_3 += w2 * v3; o3_3 += w3 * v3;
      }
    }
  }

  // One over the denominator of each row; a row without live keys has weight 0 throughout.
  workgroupBarrier();
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    let sum = row_sum_few_software_8x32[row];
    row_factor_few_software_8x32[row] = select(1.0 / sum, 0.0, sum == 0.0);
  }
  workgroupBarrier();

  if (query_rows_few_software_8x32[row0 + 0u] >= 0) {
    let factor = row_factor_few_software_8x32[row0 + 0u];
    let at = out_base + (u32(query_rows_few_software_8x32[row0 + 0u])) * out_stride + column;
    out[at + 0u] = o0_0 * factor;
    out[at + 4u] = o0_1 * factor;
    out[at + 8u] = o0_2 * factor;
    out[at + 12u] = o0_3 * factor;
  }
  if (query_rows_few_software_8x32[row0 + 1u] >= 0) {
    let factor = row_factor_few_software_8x32[row0 + 1u];
    let at = out_base + (u32(query_rows_few_software_8x32[row0 + 1u])) * out_stride + column;
    out[at + 0u] = o1_0 * factor;
    out[at + 4u] = o1_1 * factor;
    out[at + 8u] = o1_2 * factor;
    out[at + 12u] = o1_3 * factor;
  }
  if (query_rows_few_software_8x32[row0 + 2u] >= 0) {
    let factor = row_factor_few_software_8x32[row0 + 2u];
    let at = out_base + (u32(query_rows_few_software_8x32[row0 + 2u])) * out_stride + column;
    out[at + 0u] = o2_0 * factor;
    out[at + 4u] = o2_1 * factor;
    out[at + 8u] = o2_2 * factor;
    out[at + 12u] = o2_3 * factor;
  }
  if (query_rows_few_software_8x32[row0 + 3u] >= 0) {
    let factor = row_factor_few_software_8x32[row0 + 3u];
    let at = out_base + (u32(query_rows_few_software_8x32[row0 + 3u])) * out_stride + column;
    out[at + 0u] = o3_0 * factor;
    out[at + 4u] = o3_1 * factor;
    out[at + 8u] = o3_2 * factor;
    out[at + 12u] = o3_3 * factor;
  }
}

// Attention "decoder": 8 heads on 2 key and value heads, dim 128, f32.
// The live keys of a row are one range; key tiles follow from the ranges of the first and the last row.

// Four elements of a row of q, k, v or out. Scores and accumulators are f32 whatever the storage.
alias Element = vec4<f32>;

const HEADS = 8u;
const HEADS_PER_KV = 4u;
const DIM4 = 32u; // a row of q or k, in units of Element
const DIM_V4 = 32u; // a row of v or out

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
  w: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<Element>;
@group(0) @binding(2) var<storage, read> k: array<Element>;
@group(0) @binding(3) var<storage, read> v: array<Element>;
@group(0) @binding(4) var<storage, read_write> out: array<Element>;

// The live keys of the query at position i are row_begin(i) <= j < row_end(i); both never fall as i grows.
fn row_begin(i: i32, head: i32, batch: i32) -> i32 {
  return max(-params.w + 1 + i, 0);
}

fn row_end(i: i32, head: i32, batch: i32) -> i32 {
  return min(i32(params.nk), i + 1);
}

// A word with bits 0 ..< count set; counts outside 0 .. 32 are clamped.
fn bits_below(count: i32) -> u32 {
  return select((1u << u32(clamp(count, 0, 31))) - 1u, 0xffffffffu, count >= 32);
}

// 32 queries x 32 keys a tile: 8 x 8 threads of
// 4 rows x 4 keys each. Target class: gpu.
var<workgroup> queries_gpu_32x32: array<Element, 256>; // [row][d / 4]
var<workgroup> key_values_gpu_32x32: array<Element, 288>; // a tile of k, then of v: [key][d / 4]
var<workgroup> weights_gpu_32x32: array<f32, 1024>; // [row][key]: logits, then softmax weights
var<workgroup> row_maximum_gpu_32x32: array<f32, 32>; // running maximum of the logits
var<workgroup> row_sum_gpu_32x32: array<f32, 32>; // running sum of the weights
var<workgroup> row_factor_gpu_32x32: array<f32, 32>; // what the accumulators are to be scaled by
var<workgroup> live_keys_gpu_32x32: array<u32, 32>; // partial tiles: a bit for each live key
var<workgroup> live_anywhere_gpu_32x32: atomic<u32>; // partial tiles: keys that are live for some row

@compute @workgroup_size(64)
fn attend_gpu_32x32(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  const THREADS = 64u;
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
  // Start with the last rows: where ranges grow, they have the most keys.
  let first_row = (params.query_tiles - 1u - tile) * TILE_QUERIES;
  let last_row = params.nq - 1u;
  let last_key = params.nk - 1u;

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

  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    row_maximum_gpu_32x32[row] = LOWEST;
    row_sum_gpu_32x32[row] = 0.0;
  }
  if (lane == 0u) {
    atomicStore(&live_anywhere_gpu_32x32, 0u);
  }
  var o0_0 = vec4<f32>(); var o0_1 = vec4<f32>(); var o0_2 = vec4<f32>(); var o0_3 = vec4<f32>();
  var o1_0 = vec4<f32>(); var o1_1 = vec4<f32>(); var o1_2 = vec4<f32>(); var o1_3 = vec4<f32>();
  var o2_0 = vec4<f32>(); var o2_1 = vec4<f32>(); var o2_2 = vec4<f32>(); var o2_3 = vec4<f32>();
  var o3_0 = vec4<f32>(); var o3_1 = vec4<f32>(); var o3_2 = vec4<f32>(); var o3_3 = vec4<f32>();

  let i_first = i32(first_row) + params.offset;
  let i_last = i32(min(first_row + TILE_QUERIES - 1u, last_row)) + params.offset;
  let begin = u32(row_begin(i_first, head_id, batch_id));
  let end = u32(max(row_end(i_last, head_id, batch_id), 0));
  let full_begin = u32(row_begin(i_last, head_id, batch_id));
  let full_end = u32(max(row_end(i_first, head_id, batch_id), 0));
  for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {
    let partial = (key0 < full_begin) | (key0 + TILE_KEYS > full_end);

    // What the tile before has left is no longer read.
    workgroupBarrier();
    if (partial) {
      for (var row = lane; row < TILE_QUERIES; row += THREADS) {
        let i = i32(min(first_row + row, last_row)) + params.offset;
        let from_key = row_begin(i, head_id, batch_id) - i32(key0);
        let to_key = row_end(i, head_id, batch_id) - i32(key0);
        let live = bits_below(min(to_key, i32(TILE_KEYS))) & ~bits_below(from_key);
        live_keys_gpu_32x32[row] = live;
        atomicOr(&live_anywhere_gpu_32x32, live);
      }
    }

    var s0_0 = 0.0; var s0_1 = 0.0; var s0_2 = 0.0; var s0_3 = 0.0;
    var s1_0 = 0.0; var s1_1 = 0.0; var s1_2 = 0.0; var s1_3 = 0.0;
    var s2_0 = 0.0; var s2_1 = 0.0; var s2_2 = 0.0; var s2_3 = 0.0;
    var s3_0 = 0.0; var s3_1 = 0.0; var s3_2 = 0.0; var s3_3 = 0.0;
    const CHUNK = 8u;
    // Scores: rows of q times keys, in registers; q and k are staged a chunk of the head dimension at a time.
    for (var d0 = 0u; d0 < DIM4; d0 += CHUNK) {
      if (d0 > 0u) {
        workgroupBarrier();
      }
      for (var t = lane; t < TILE_QUERIES * CHUNK; t += THREADS) {
        let row = min(first_row + t / CHUNK, last_row);
        queries_gpu_32x32[t] = q[q_base + row * q_stride + d0 + t % CHUNK];
      }
      for (var t = lane; t < TILE_KEYS * CHUNK; t += THREADS) {
        let key = min(key0 + t / CHUNK, last_key);
        key_values_gpu_32x32[t / CHUNK * (CHUNK + 1u) + t % CHUNK] = k[k_base + key * k_stride + d0 + t % CHUNK];
      }
      workgroupBarrier();
      for (var d = 0u; d < CHUNK; d++) {
        let q_at = row0 * CHUNK + d;
        let a0 = queries_gpu_32x32[q_at];
        let a1 = queries_gpu_32x32[q_at + 1u * CHUNK];
        let a2 = queries_gpu_32x32[q_at + 2u * CHUNK];
        let a3 = queries_gpu_32x32[q_at + 3u * CHUNK];
        let k_at = column * (CHUNK + 1u) + d;
        let b0 = key_values_gpu_32x32[k_at];
        s0_0 += dot(a0, b0); s1_0 += dot(a1, b0); s2_0 += dot(a2, b0); s3_0 += dot(a3, b0);
        let b1 = key_values_gpu_32x32[k_at + 8u * (CHUNK + 1u)];
        s0_1 += dot(a0, b1); s1_1 += dot(a1, b1); s2_1 += dot(a2, b1); s3_1 += dot(a3, b1);
        let b2 = key_values_gpu_32x32[k_at + 16u * (CHUNK + 1u)];
        s0_2 += dot(a0, b2); s1_2 += dot(a1, b2); s2_2 += dot(a2, b2); s3_2 += dot(a3, b2);
        let b3 = key_values_gpu_32x32[k_at + 24u * (CHUNK + 1u)];
        s0_3 += dot(a0, b3); s1_3 += dot(a1, b3); s2_3 += dot(a2, b3); s3_3 += dot(a3, b3);
      }
    }
    let scale = params.scale * LOG2_E;
    let w_at = row0 * TILE_KEYS + column;
    weights_gpu_32x32[w_at] = s0_0 * scale;
    weights_gpu_32x32[w_at + 8u] = s0_1 * scale;
    weights_gpu_32x32[w_at + 16u] = s0_2 * scale;
    weights_gpu_32x32[w_at + 24u] = s0_3 * scale;
    weights_gpu_32x32[w_at + 1u * TILE_KEYS] = s1_0 * scale;
    weights_gpu_32x32[w_at + 1u * TILE_KEYS + 8u] = s1_1 * scale;
    weights_gpu_32x32[w_at + 1u * TILE_KEYS + 16u] = s1_2 * scale;
    weights_gpu_32x32[w_at + 1u * TILE_KEYS + 24u] = s1_3 * scale;
    weights_gpu_32x32[w_at + 2u * TILE_KEYS] = s2_0 * scale;
    weights_gpu_32x32[w_at + 2u * TILE_KEYS + 8u] = s2_1 * scale;
    weights_gpu_32x32[w_at + 2u * TILE_KEYS + 16u] = s2_2 * scale;
    weights_gpu_32x32[w_at + 2u * TILE_KEYS + 24u] = s2_3 * scale;
    weights_gpu_32x32[w_at + 3u * TILE_KEYS] = s3_0 * scale;
    weights_gpu_32x32[w_at + 3u * TILE_KEYS + 8u] = s3_1 * scale;
    weights_gpu_32x32[w_at + 3u * TILE_KEYS + 16u] = s3_2 * scale;
    weights_gpu_32x32[w_at + 3u * TILE_KEYS + 24u] = s3_3 * scale;
    workgroupBarrier();

    // Online softmax, a thread a row.
    for (var row = lane; row < TILE_QUERIES; row += THREADS) {
      let at = row * TILE_KEYS;
      var first = 0u;
      var end_key = TILE_KEYS;
      if (partial) {
        let live = live_keys_gpu_32x32[row];
        first = min(countTrailingZeros(live), TILE_KEYS);
        end_key = 32u - countLeadingZeros(live);
        for (var key = 0u; key < first; key++) {
          weights_gpu_32x32[at + key] = 0.0;
        }
        for (var key = end_key; key < TILE_KEYS; key++) {
          weights_gpu_32x32[at + key] = 0.0;
        }
      }
      let old_maximum = row_maximum_gpu_32x32[row];
      var maximum = old_maximum;
      for (var key = first; key < end_key; key++) {
        maximum = max(maximum, weights_gpu_32x32[at + key]);
      }
      var sum = 0.0;
      for (var key = first; key < end_key; key++) {
        let weight = exp2(weights_gpu_32x32[at + key] - maximum);
        weights_gpu_32x32[at + key] = weight;
        sum += weight;
      }
      let factor = exp2(old_maximum - maximum);
      row_maximum_gpu_32x32[row] = maximum;
      row_sum_gpu_32x32[row] = row_sum_gpu_32x32[row] * factor + sum;
      row_factor_gpu_32x32[row] = factor;
    }

    // Stage v. A key that no row of a partial tile sees becomes zero: its weight is 0, but 0 * NaN is not.
    let seen = atomicLoad(&live_anywhere_gpu_32x32);
    for (var t = lane; t < 8u * DIM_V4; t += THREADS) {
      let key = min(key0 + t / DIM_V4, last_key);
      key_values_gpu_32x32[t] = v[v_base + key * v_stride + t % DIM_V4];
    }
    if (partial) {
      for (var t = lane; t < 8u * DIM_V4; t += THREADS) {
        if (((seen >> (t / DIM_V4)) & 1u) == 0u) {
          key_values_gpu_32x32[t] = Element();
        }
      }
    }
    workgroupBarrier();
    if (lane == 0u) {
      atomicStore(&live_anywhere_gpu_32x32, 0u);
    }

    // Values: weights times v, in registers; v is staged 8 rows at a time.
    const VALUE_ROWS = 8u;
    let f0 = row_factor_gpu_32x32[row0 + 0u];
    o0_0 *= f0; o0_1 *= f0; o0_2 *= f0; o0_3 *= f0;
    let f1 = row_factor_gpu_32x32[row0 + 1u];
    o1_0 *= f1; o1_1 *= f1; o1_2 *= f1; o1_3 *= f1;
    let f2 = row_factor_gpu_32x32[row0 + 2u];
    o2_0 *= f2; o2_1 *= f2; o2_2 *= f2; o2_3 *= f2;
    let f3 = row_factor_gpu_32x32[row0 + 3u];
    o3_0 *= f3; o3_1 *= f3; o3_2 *= f3; o3_3 *= f3;
    for (var v0 = 0u; v0 < TILE_KEYS; v0 += VALUE_ROWS) {
      if (v0 > 0u) {
        workgroupBarrier();
        for (var t = lane; t < 8u * DIM_V4; t += THREADS) {
          let key = min(key0 + (v0 + t / DIM_V4), last_key);
          key_values_gpu_32x32[t] = v[v_base + key * v_stride + t % DIM_V4];
        }
        if (partial) {
          for (var t = lane; t < 8u * DIM_V4; t += THREADS) {
            if (((seen >> (v0 + t / DIM_V4)) & 1u) == 0u) {
              key_values_gpu_32x32[t] = Element();
            }
          }
        }
        workgroupBarrier();
      }
      for (var key = 0u; key < VALUE_ROWS; key++) {
        let w_at = row0 * TILE_KEYS + v0 + key;
        let w0 = weights_gpu_32x32[w_at];
        let w1 = weights_gpu_32x32[w_at + 1u * TILE_KEYS];
        let w2 = weights_gpu_32x32[w_at + 2u * TILE_KEYS];
        let w3 = weights_gpu_32x32[w_at + 3u * TILE_KEYS];
        let v0 = key_values_gpu_32x32[key * DIM_V4 + column];
        o0_0 += w0 * v0; o1_0 += w1 * v0; o2_0 += w2 * v0; o3_0 += w3 * v0;
        let v1 = key_values_gpu_32x32[key * DIM_V4 + column + 8u];
        o0_1 += w0 * v1; o1_1 += w1 * v1; o2_1 += w2 * v1; o3_1 += w3 * v1;
        let v2 = key_values_gpu_32x32[key * DIM_V4 + column + 16u];
        o0_2 += w0 * v2; o1_2 += w1 * v2; o2_2 += w2 * v2; o3_2 += w3 * v2;
        let v3 = key_values_gpu_32x32[key * DIM_V4 + column + 24u];
        o0_3 += w0 * v3; o1_3 += w1 * v3; o2_3 += w2 * v3; o3_3 += w3 * v3;
      }
    }
  }

  // One over the denominator of each row; a row without live keys has weight 0 throughout.
  workgroupBarrier();
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    let sum = row_sum_gpu_32x32[row];
    row_factor_gpu_32x32[row] = select(1.0 / sum, 0.0, sum == 0.0);
  }
  workgroupBarrier();

  if (first_row + row0 + 0u <= last_row) {
    let factor = row_factor_gpu_32x32[row0 + 0u];
    let at = out_base + (first_row + row0 + 0u) * out_stride + column;
    out[at + 0u] = o0_0 * factor;
    out[at + 8u] = o0_1 * factor;
    out[at + 16u] = o0_2 * factor;
    out[at + 24u] = o0_3 * factor;
  }
  if (first_row + row0 + 1u <= last_row) {
    let factor = row_factor_gpu_32x32[row0 + 1u];
    let at = out_base + (first_row + row0 + 1u) * out_stride + column;
    out[at + 0u] = o1_0 * factor;
    out[at + 8u] = o1_1 * factor;
    out[at + 16u] = o1_2 * factor;
    out[at + 24u] = o1_3 * factor;
  }
  if (first_row + row0 + 2u <= last_row) {
    let factor = row_factor_gpu_32x32[row0 + 2u];
    let at = out_base + (first_row + row0 + 2u) * out_stride + column;
    out[at + 0u] = o2_0 * factor;
    out[at + 8u] = o2_1 * factor;
    out[at + 16u] = o2_2 * factor;
    out[at + 24u] = o2_3 * factor;
  }
  if (first_row + row0 + 3u <= last_row) {
    let factor = row_factor_gpu_32x32[row0 + 3u];
    let at = out_base + (first_row + row0 + 3u) * out_stride + column;
    out[at + 0u] = o3_0 * factor;
    out[at + 8u] = o3_1 * factor;
    out[at + 16u] = o3_2 * factor;
    out[at + 24u] = o3_3 * factor;
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
  // Start with the last rows: where ranges grow, they have the most keys.
  let first_row = (params.query_tiles - 1u - tile) * TILE_QUERIES;
  let last_row = params.nq - 1u;
  let last_key = params.nk - 1u;

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

  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    row_maximum_few_gpu_8x32[row] = LOWEST;
    row_sum_few_gpu_8x32[row] = 0.0;
  }
  if (lane == 0u) {
    atomicStore(&live_anywhere_few_gpu_8x32, 0u);
  }
  var o0_0 = vec4<f32>(); var o0_1 = vec4<f32>();
  var o1_0 = vec4<f32>(); var o1_1 = vec4<f32>();

  let i_first = i32(first_row) + params.offset;
  let i_last = i32(min(first_row + TILE_QUERIES - 1u, last_row)) + params.offset;
  let begin = u32(row_begin(i_first, head_id, batch_id));
  let end = u32(max(row_end(i_last, head_id, batch_id), 0));
  let full_begin = u32(row_begin(i_last, head_id, batch_id));
  let full_end = u32(max(row_end(i_first, head_id, batch_id), 0));
  for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {
    let partial = (key0 < full_begin) | (key0 + TILE_KEYS > full_end);

    // What the tile before has left is no longer read.
    workgroupBarrier();
    if (partial) {
      for (var row = lane; row < TILE_QUERIES; row += THREADS) {
        let i = i32(min(first_row + row, last_row)) + params.offset;
        let from_key = row_begin(i, head_id, batch_id) - i32(key0);
        let to_key = row_end(i, head_id, batch_id) - i32(key0);
        let live = bits_below(min(to_key, i32(TILE_KEYS))) & ~bits_below(from_key);
        live_keys_few_gpu_8x32[row] = live;
        atomicOr(&live_anywhere_few_gpu_8x32, live);
      }
    }

    var s0_0 = 0.0; var s0_1 = 0.0;
    var s1_0 = 0.0; var s1_1 = 0.0;
    const CHUNK = 16u;
    // Scores: rows of q times keys, in registers; q and k are staged a chunk of the head dimension at a time.
    for (var d0 = 0u; d0 < DIM4; d0 += CHUNK) {
      if (d0 > 0u) {
        workgroupBarrier();
      }
      for (var t = lane; t < TILE_QUERIES * CHUNK; t += THREADS) {
        let row = min(first_row + t / CHUNK, last_row);
        queries_few_gpu_8x32[t] = q[q_base + row * q_stride + d0 + t % CHUNK];
      }
      for (var t = lane; t < TILE_KEYS * CHUNK; t += THREADS) {
        let key = min(key0 + t / CHUNK, last_key);
        key_values_few_gpu_8x32[t / CHUNK * (CHUNK + 1u) + t % CHUNK] = k[k_base + key * k_stride + d0 + t % CHUNK];
      }
      workgroupBarrier();
      for (var d = 0u; d < CHUNK; d++) {
        let q_at = row0 * CHUNK + d;
        let a0 = queries_few_gpu_8x32[q_at];
        let a1 = queries_few_gpu_8x32[q_at + 1u * CHUNK];
        let k_at = column * (CHUNK + 1u) + d;
        let b0 = key_values_few_gpu_8x32[k_at];
        s0_0 += dot(a0, b0); s1_0 += dot(a1, b0);
        let b1 = key_values_few_gpu_8x32[k_at + 16u * (CHUNK + 1u)];
        s0_1 += dot(a0, b1); s1_1 += dot(a1, b1);
      }
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
    for (var t = lane; t < 16u * DIM_V4; t += THREADS) {
      let key = min(key0 + t / DIM_V4, last_key);
      key_values_few_gpu_8x32[t] = v[v_base + key * v_stride + t % DIM_V4];
    }
    if (partial) {
      for (var t = lane; t < 16u * DIM_V4; t += THREADS) {
        if (((seen >> (t / DIM_V4)) & 1u) == 0u) {
          key_values_few_gpu_8x32[t] = Element();
        }
      }
    }
    workgroupBarrier();
    if (lane == 0u) {
      atomicStore(&live_anywhere_few_gpu_8x32, 0u);
    }

    // Values: weights times v, in registers; v is staged 16 rows at a time.
    const VALUE_ROWS = 16u;
    let f0 = row_factor_few_gpu_8x32[row0 + 0u];
    o0_0 *= f0; o0_1 *= f0;
    let f1 = row_factor_few_gpu_8x32[row0 + 1u];
    o1_0 *= f1; o1_1 *= f1;
    for (var v0 = 0u; v0 < TILE_KEYS; v0 += VALUE_ROWS) {
      if (v0 > 0u) {
        workgroupBarrier();
        for (var t = lane; t < 16u * DIM_V4; t += THREADS) {
          let key = min(key0 + (v0 + t / DIM_V4), last_key);
          key_values_few_gpu_8x32[t] = v[v_base + key * v_stride + t % DIM_V4];
        }
        if (partial) {
          for (var t = lane; t < 16u * DIM_V4; t += THREADS) {
            if (((seen >> (v0 + t / DIM_V4)) & 1u) == 0u) {
              key_values_few_gpu_8x32[t] = Element();
            }
          }
        }
        workgroupBarrier();
      }
      for (var key = 0u; key < VALUE_ROWS; key++) {
        let w_at = row0 * TILE_KEYS + v0 + key;
        let w0 = weights_few_gpu_8x32[w_at];
        let w1 = weights_few_gpu_8x32[w_at + 1u * TILE_KEYS];
        let v0 = key_values_few_gpu_8x32[key * DIM_V4 + column];
        o0_0 += w0 * v0; o1_0 += w1 * v0;
        let v1 = key_values_few_gpu_8x32[key * DIM_V4 + column + 16u];
        o0_1 += w0 * v1; o1_1 += w1 * v1;
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

  if (first_row + row0 + 0u <= last_row) {
    let factor = row_factor_few_gpu_8x32[row0 + 0u];
    let at = out_base + (first_row + row0 + 0u) * out_stride + column;
    out[at + 0u] = o0_0 * factor;
    out[at + 16u] = o0_1 * factor;
  }
  if (first_row + row0 + 1u <= last_row) {
    let factor = row_factor_few_gpu_8x32[row0 + 1u];
    let at = out_base + (first_row + row0 + 1u) * out_stride + column;
    out[at + 0u] = o1_0 * factor;
    out[at + 16u] = o1_1 * factor;
  }
}

// 32 queries x 32 keys a tile: 4 x 4 threads of
// 8 rows x 8 keys each. Target class: software.
var<workgroup> queries_software_32x32: array<Element, 512>; // [row][d / 4]
var<workgroup> key_values_software_32x32: array<Element, 1024>; // a tile of k, then of v: [key][d / 4]
var<workgroup> weights_software_32x32: array<f32, 1024>; // [row][key]: logits, then softmax weights
var<workgroup> row_maximum_software_32x32: array<f32, 32>; // running maximum of the logits
var<workgroup> row_sum_software_32x32: array<f32, 32>; // running sum of the weights
var<workgroup> row_factor_software_32x32: array<f32, 32>; // what the accumulators are to be scaled by
var<workgroup> live_keys_software_32x32: array<u32, 32>; // partial tiles: a bit for each live key
var<workgroup> live_anywhere_software_32x32: atomic<u32>; // partial tiles: keys that are live for some row

@compute @workgroup_size(16)
fn attend_software_32x32(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  const THREADS = 16u;
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
  // Start with the last rows: where ranges grow, they have the most keys.
  let first_row = (params.query_tiles - 1u - tile) * TILE_QUERIES;
  let last_row = params.nq - 1u;
  let last_key = params.nk - 1u;

  let kv_head = head / HEADS_PER_KV;
  let q_base = (batch * params.q_batch_stride + head * params.q_head_stride) / 4u;
  let k_base = (batch * params.k_batch_stride + kv_head * params.k_head_stride) / 4u;
  let v_base = (batch * params.v_batch_stride + kv_head * params.v_head_stride) / 4u;
  let out_base = (batch * params.out_batch_stride + head * params.out_head_stride) / 4u;
  let q_stride = params.q_row_stride / 4u;
  let k_stride = params.k_row_stride / 4u;
  let v_stride = params.v_row_stride / 4u;
  let out_stride = params.out_row_stride / 4u;

  // This thread: rows row0 ..< row0 + 8; keys and columns column, column + 4, ...
  let column = lane % 4u;
  let row0 = lane / 4u * 8u;

  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    row_maximum_software_32x32[row] = LOWEST;
    row_sum_software_32x32[row] = 0.0;
  }
  if (lane == 0u) {
    atomicStore(&live_anywhere_software_32x32, 0u);
  }
  var o0_0 = vec4<f32>(); var o0_1 = vec4<f32>(); var o0_2 = vec4<f32>(); var o0_3 = vec4<f32>(); var o0_4 = vec4<f32>(); var o0_5 = vec4<f32>(); var o0_6 = vec4<f32>(); var o0_7 = vec4<f32>();
  var o1_0 = vec4<f32>(); var o1_1 = vec4<f32>(); var o1_2 = vec4<f32>(); var o1_3 = vec4<f32>(); var o1_4 = vec4<f32>(); var o1_5 = vec4<f32>(); var o1_6 = vec4<f32>(); var o1_7 = vec4<f32>();
  var o2_0 = vec4<f32>(); var o2_1 = vec4<f32>(); var o2_2 = vec4<f32>(); var o2_3 = vec4<f32>(); var o2_4 = vec4<f32>(); var o2_5 = vec4<f32>(); var o2_6 = vec4<f32>(); var o2_7 = vec4<f32>();
  var o3_0 = vec4<f32>(); var o3_1 = vec4<f32>(); var o3_2 = vec4<f32>(); var o3_3 = vec4<f32>(); var o3_4 = vec4<f32>(); var o3_5 = vec4<f32>(); var o3_6 = vec4<f32>(); var o3_7 = vec4<f32>();
  var o4_0 = vec4<f32>(); var o4_1 = vec4<f32>(); var o4_2 = vec4<f32>(); var o4_3 = vec4<f32>(); var o4_4 = vec4<f32>(); var o4_5 = vec4<f32>(); var o4_6 = vec4<f32>(); var o4_7 = vec4<f32>();
  var o5_0 = vec4<f32>(); var o5_1 = vec4<f32>(); var o5_2 = vec4<f32>(); var o5_3 = vec4<f32>(); var o5_4 = vec4<f32>(); var o5_5 = vec4<f32>(); var o5_6 = vec4<f32>(); var o5_7 = vec4<f32>();
  var o6_0 = vec4<f32>(); var o6_1 = vec4<f32>(); var o6_2 = vec4<f32>(); var o6_3 = vec4<f32>(); var o6_4 = vec4<f32>(); var o6_5 = vec4<f32>(); var o6_6 = vec4<f32>(); var o6_7 = vec4<f32>();
  var o7_0 = vec4<f32>(); var o7_1 = vec4<f32>(); var o7_2 = vec4<f32>(); var o7_3 = vec4<f32>(); var o7_4 = vec4<f32>(); var o7_5 = vec4<f32>(); var o7_6 = vec4<f32>(); var o7_7 = vec4<f32>();

  let i_first = i32(first_row) + params.offset;
  let i_last = i32(min(first_row + TILE_QUERIES - 1u, last_row)) + params.offset;
  let begin = u32(row_begin(i_first, head_id, batch_id));
  let end = u32(max(row_end(i_last, head_id, batch_id), 0));
  let full_begin = u32(row_begin(i_last, head_id, batch_id));
  let full_end = u32(max(row_end(i_first, head_id, batch_id), 0));
  for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {
    let partial = (key0 < full_begin) | (key0 + TILE_KEYS > full_end);

    // What the tile before has left is no longer read.
    workgroupBarrier();
    if (partial) {
      for (var row = lane; row < TILE_QUERIES; row += THREADS) {
        let i = i32(min(first_row + row, last_row)) + params.offset;
        let from_key = row_begin(i, head_id, batch_id) - i32(key0);
        let to_key = row_end(i, head_id, batch_id) - i32(key0);
        let live = bits_below(min(to_key, i32(TILE_KEYS))) & ~bits_below(from_key);
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
    const CHUNK = 16u;
    // Scores: rows of q times keys, in registers; q and k are staged a chunk of the head dimension at a time.
    for (var d0 = 0u; d0 < DIM4; d0 += CHUNK) {
      if (d0 > 0u) {
        workgroupBarrier();
      }
      for (var t = lane; t < TILE_QUERIES * CHUNK; t += THREADS) {
        let row = min(first_row + t / CHUNK, last_row);
        queries_software_32x32[t] = q[q_base + row * q_stride + d0 + t % CHUNK];
      }
      for (var t = lane; t < TILE_KEYS * CHUNK; t += THREADS) {
        let key = min(key0 + t / CHUNK, last_key);
        key_values_software_32x32[t] = k[k_base + key * k_stride + d0 + t % CHUNK];
      }
      workgroupBarrier();
      for (var d = 0u; d < CHUNK; d++) {
        let q_at = row0 * CHUNK + d;
        let a0 = queries_software_32x32[q_at];
        let a1 = queries_software_32x32[q_at + 1u * CHUNK];
        let a2 = queries_software_32x32[q_at + 2u * CHUNK];
        let a3 = queries_software_32x32[q_at + 3u * CHUNK];
        let a4 = queries_software_32x32[q_at + 4u * CHUNK];
        let a5 = queries_software_32x32[q_at + 5u * CHUNK];
        let a6 = queries_software_32x32[q_at + 6u * CHUNK];
        let a7 = queries_software_32x32[q_at + 7u * CHUNK];
        let k_at = column * CHUNK + d;
        let b0 = key_values_software_32x32[k_at];
        s0_0 += dot(a0, b0); s1_0 += dot(a1, b0); s2_0 += dot(a2, b0); s3_0 += dot(a3, b0);
        s4_0 += dot(a4, b0); s5_0 += dot(a5, b0); s6_0 += dot(a6, b0); s7_0 += dot(a7, b0);
        let b1 = key_values_software_32x32[k_at + 4u * CHUNK];
        s0_1 += dot(a0, b1); s1_1 += dot(a1, b1); s2_1 += dot(a2, b1); s3_1 += dot(a3, b1);
        s4_1 += dot(a4, b1); s5_1 += dot(a5, b1); s6_1 += dot(a6, b1); s7_1 += dot(a7, b1);
        let b2 = key_values_software_32x32[k_at + 8u * CHUNK];
        s0_2 += dot(a0, b2); s1_2 += dot(a1, b2); s2_2 += dot(a2, b2); s3_2 += dot(a3, b2);
        s4_2 += dot(a4, b2); s5_2 += dot(a5, b2); s6_2 += dot(a6, b2); s7_2 += dot(a7, b2);
        let b3 = key_values_software_32x32[k_at + 12u * CHUNK];
        s0_3 += dot(a0, b3); s1_3 += dot(a1, b3); s2_3 += dot(a2, b3); s3_3 += dot(a3, b3);
        s4_3 += dot(a4, b3); s5_3 += dot(a5, b3); s6_3 += dot(a6, b3); s7_3 += dot(a7, b3);
        let b4 = key_values_software_32x32[k_at + 16u * CHUNK];
        s0_4 += dot(a0, b4); s1_4 += dot(a1, b4); s2_4 += dot(a2, b4); s3_4 += dot(a3, b4);
        s4_4 += dot(a4, b4); s5_4 += dot(a5, b4); s6_4 += dot(a6, b4); s7_4 += dot(a7, b4);
        let b5 = key_values_software_32x32[k_at + 20u * CHUNK];
        s0_5 += dot(a0, b5); s1_5 += dot(a1, b5); s2_5 += dot(a2, b5); s3_5 += dot(a3, b5);
        s4_5 += dot(a4, b5); s5_5 += dot(a5, b5); s6_5 += dot(a6, b5); s7_5 += dot(a7, b5);
        let b6 = key_values_software_32x32[k_at + 24u * CHUNK];
        s0_6 += dot(a0, b6); s1_6 += dot(a1, b6); s2_6 += dot(a2, b6); s3_6 += dot(a3, b6);
        s4_6 += dot(a4, b6); s5_6 += dot(a5, b6); s6_6 += dot(a6, b6); s7_6 += dot(a7, b6);
        let b7 = key_values_software_32x32[k_at + 28u * CHUNK];
        s0_7 += dot(a0, b7); s1_7 += dot(a1, b7); s2_7 += dot(a2, b7); s3_7 += dot(a3, b7);
        s4_7 += dot(a4, b7); s5_7 += dot(a5, b7); s6_7 += dot(a6, b7); s7_7 += dot(a7, b7);
      }
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
      let key = min(key0 + t / DIM_V4, last_key);
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
    o0_0 *= f0; o0_1 *= f0; o0_2 *= f0; o0_3 *= f0; o0_4 *= f0; o0_5 *= f0; o0_6 *= f0; o0_7 *= f0;
    let f1 = row_factor_software_32x32[row0 + 1u];
    o1_0 *= f1; o1_1 *= f1; o1_2 *= f1; o1_3 *= f1; o1_4 *= f1; o1_5 *= f1; o1_6 *= f1; o1_7 *= f1;
    let f2 = row_factor_software_32x32[row0 + 2u];
    o2_0 *= f2; o2_1 *= f2; o2_2 *= f2; o2_3 *= f2; o2_4 *= f2; o2_5 *= f2; o2_6 *= f2; o2_7 *= f2;
    let f3 = row_factor_software_32x32[row0 + 3u];
    o3_0 *= f3; o3_1 *= f3; o3_2 *= f3; o3_3 *= f3; o3_4 *= f3; o3_5 *= f3; o3_6 *= f3; o3_7 *= f3;
    let f4 = row_factor_software_32x32[row0 + 4u];
    o4_0 *= f4; o4_1 *= f4; o4_2 *= f4; o4_3 *= f4; o4_4 *= f4; o4_5 *= f4; o4_6 *= f4; o4_7 *= f4;
    let f5 = row_factor_software_32x32[row0 + 5u];
    o5_0 *= f5; o5_1 *= f5; o5_2 *= f5; o5_3 *= f5; o5_4 *= f5; o5_5 *= f5; o5_6 *= f5; o5_7 *= f5;
    let f6 = row_factor_software_32x32[row0 + 6u];
    o6_0 *= f6; o6_1 *= f6; o6_2 *= f6; o6_3 *= f6; o6_4 *= f6; o6_5 *= f6; o6_6 *= f6; o6_7 *= f6;
    let f7 = row_factor_software_32x32[row0 + 7u];
    o7_0 *= f7; o7_1 *= f7; o7_2 *= f7; o7_3 *= f7; o7_4 *= f7; o7_5 *= f7; o7_6 *= f7; o7_7 *= f7;
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
      let v0 = key_values_software_32x32[key * DIM_V4 + column];
      o0_0 += w0 * v0; o1_0 += w1 * v0; o2_0 += w2 * v0; o3_0 += w3 * v0;
      o4_0 += w4 * v0; o5_0 += w5 * v0; o6_0 += w6 * v0; o7_0 += w7 * v0;
      let v1 = key_values_software_32x32[key * DIM_V4 + column + 4u];
      o0_1 += w0 * v1; o1_1 += w1 * v1; o2_1 += w2 * v1; o3_1 += w3 * v1;
      o4_1 += w4 * v1; o5_1 += w5 * v1; o6_1 += w6 * v1; o7_1 += w7 * v1;
      let v2 = key_values_software_32x32[key * DIM_V4 + column + 8u];
      o0_2 += w0 * v2; o1_2 += w1 * v2; o2_2 += w2 * v2; o3_2 += w3 * v2;
      o4_2 += w4 * v2; o5_2 += w5 * v2; o6_2 += w6 * v2; o7_2 += w7 * v2;
      let v3 = key_values_software_32x32[key * DIM_V4 + column + 12u];
      o0_3 += w0 * v3; o1_3 += w1 * v3; o2_3 += w2 * v3; o3_3 += w3 * v3;
      o4_3 += w4 * v3; o5_3 += w5 * v3; o6_3 += w6 * v3; o7_3 += w7 * v3;
      let v4 = key_values_software_32x32[key * DIM_V4 + column + 16u];
      o0_4 += w0 * v4; o1_4 += w1 * v4; o2_4 += w2 * v4; o3_4 += w3 * v4;
      o4_4 += w4 * v4; o5_4 += w5 * v4; o6_4 += w6 * v4; o7_4 += w7 * v4;
      let v5 = key_values_software_32x32[key * DIM_V4 + column + 20u];
      o0_5 += w0 * v5; o1_5 += w1 * v5; o2_5 += w2 * v5; o3_5 += w3 * v5;
      o4_5 += w4 * v5; o5_5 += w5 * v5; o6_5 += w6 * v5; o7_5 += w7 * v5;
      let v6 = key_values_software_32x32[key * DIM_V4 + column + 24u];
      o0_6 += w0 * v6; o1_6 += w1 * v6; o2_6 += w2 * v6; o3_6 += w3 * v6;
      o4_6 += w4 * v6; o5_6 += w5 * v6; o6_6 += w6 * v6; o7_6 += w7 * v6;
      let v7 = key_values_software_32x32[key * DIM_V4 + column + 28u];
      o0_7 += w0 * v7; o1_7 += w1 * v7; o2_7 += w2 * v7; o3_7 += w3 * v7;
      o4_7 += w4 * v7; o5_7 += w5 * v7; o6_7 += w6 * v7; o7_7 += w7 * v7;
    }
  }

  // One over the denominator of each row; a row without live keys has weight 0 throughout.
  workgroupBarrier();
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    let sum = row_sum_software_32x32[row];
    row_factor_software_32x32[row] = select(1.0 / sum, 0.0, sum == 0.0);
  }
  workgroupBarrier();

  if (first_row + row0 + 0u <= last_row) {
    let factor = row_factor_software_32x32[row0 + 0u];
    let at = out_base + (first_row + row0 + 0u) * out_stride + column;
    out[at + 0u] = o0_0 * factor;
    out[at + 4u] = o0_1 * factor;
    out[at + 8u] = o0_2 * factor;
    out[at + 12u] = o0_3 * factor;
    out[at + 16u] = o0_4 * factor;
    out[at + 20u] = o0_5 * factor;
    out[at + 24u] = o0_6 * factor;
    out[at + 28u] = o0_7 * factor;
  }
  if (first_row + row0 + 1u <= last_row) {
    let factor = row_factor_software_32x32[row0 + 1u];
    let at = out_base + (first_row + row0 + 1u) * out_stride + column;
    out[at + 0u] = o1_0 * factor;
    out[at + 4u] = o1_1 * factor;
    out[at + 8u] = o1_2 * factor;
    out[at + 12u] = o1_3 * factor;
    out[at + 16u] = o1_4 * factor;
    out[at + 20u] = o1_5 * factor;
    out[at + 24u] = o1_6 * factor;
    out[at + 28u] = o1_7 * factor;
  }
  if (first_row + row0 + 2u <= last_row) {
    let factor = row_factor_software_32x32[row0 + 2u];
    let at = out_base + (first_row + row0 + 2u) * out_stride + column;
    out[at + 0u] = o2_0 * factor;
    out[at + 4u] = o2_1 * factor;
    out[at + 8u] = o2_2 * factor;
    out[at + 12u] = o2_3 * factor;
    out[at + 16u] = o2_4 * factor;
    out[at + 20u] = o2_5 * factor;
    out[at + 24u] = o2_6 * factor;
    out[at + 28u] = o2_7 * factor;
  }
  if (first_row + row0 + 3u <= last_row) {
    let factor = row_factor_software_32x32[row0 + 3u];
    let at = out_base + (first_row + row0 + 3u) * out_stride + column;
    out[at + 0u] = o3_0 * factor;
    out[at + 4u] = o3_1 * factor;
    out[at + 8u] = o3_2 * factor;
    out[at + 12u] = o3_3 * factor;
    out[at + 16u] = o3_4 * factor;
    out[at + 20u] = o3_5 * factor;
    out[at + 24u] = o3_6 * factor;
    out[at + 28u] = o3_7 * factor;
  }
  if (first_row + row0 + 4u <= last_row) {
    let factor = row_factor_software_32x32[row0 + 4u];
    let at = out_base + (first_row + row0 + 4u) * out_stride + column;
    out[at + 0u] = o4_0 * factor;
    out[at + 4u] = o4_1 * factor;
    out[at + 8u] = o4_2 * factor;
    out[at + 12u] = o4_3 * factor;
    out[at + 16u] = o4_4 * factor;
    out[at + 20u] = o4_5 * factor;
    out[at + 24u] = o4_6 * factor;
    out[at + 28u] = o4_7 * factor;
  }
  if (first_row + row0 + 5u <= last_row) {
    let factor = row_factor_software_32x32[row0 + 5u];
    let at = out_base + (first_row + row0 + 5u) * out_stride + column;
    out[at + 0u] = o5_0 * factor;
    out[at + 4u] = o5_1 * factor;
    out[at + 8u] = o5_2 * factor;
    out[at + 12u] = o5_3 * factor;
    out[at + 16u] = o5_4 * factor;
    out[at + 20u] = o5_5 * factor;
    out[at + 24u] = o5_6 * factor;
    out[at + 28u] = o5_7 * factor;
  }
  if (first_row + row0 + 6u <= last_row) {
    let factor = row_factor_software_32x32[row0 + 6u];
    let at = out_base + (first_row + row0 + 6u) * out_stride + column;
    out[at + 0u] = o6_0 * factor;
    out[at + 4u] = o6_1 * factor;
    out[at + 8u] = o6_2 * factor;
    out[at + 12u] = o6_3 * factor;
    out[at + 16u] = o6_4 * factor;
    out[at + 20u] = o6_5 * factor;
    out[at + 24u] = o6_6 * factor;
    out[at + 28u] = o6_7 * factor;
  }
  if (first_row + row0 + 7u <= last_row) {
    let factor = row_factor_software_32x32[row0 + 7u];
    let at = out_base + (first_row + row0 + 7u) * out_stride + column;
    out[at + 0u] = o7_0 * factor;
    out[at + 4u] = o7_1 * factor;
    out[at + 8u] = o7_2 * factor;
    out[at + 12u] = o7_3 * factor;
    out[at + 16u] = o7_4 * factor;
    out[at + 20u] = o7_5 * factor;
    out[at + 24u] = o7_6 * factor;
    out[at + 28u] = o7_7 * factor;
  }
}

// 8 queries x 32 keys a tile: 4 x 2 threads of
// 4 rows x 8 keys each. Target class: software. For launches of at most 8 query rows.
var<workgroup> queries_few_software_8x32: array<Element, 256>; // [row][d / 4]
var<workgroup> key_values_few_software_8x32: array<Element, 1024>; // a tile of k, then of v: [key][d / 4]
var<workgroup> weights_few_software_8x32: array<f32, 256>; // [row][key]: logits, then softmax weights
var<workgroup> row_maximum_few_software_8x32: array<f32, 8>; // running maximum of the logits
var<workgroup> row_sum_few_software_8x32: array<f32, 8>; // running sum of the weights
var<workgroup> row_factor_few_software_8x32: array<f32, 8>; // what the accumulators are to be scaled by
var<workgroup> live_keys_few_software_8x32: array<u32, 8>; // partial tiles: a bit for each live key
var<workgroup> live_anywhere_few_software_8x32: atomic<u32>; // partial tiles: keys that are live for some row

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
  // Start with the last rows: where ranges grow, they have the most keys.
  let first_row = (params.query_tiles - 1u - tile) * TILE_QUERIES;
  let last_row = params.nq - 1u;
  let last_key = params.nk - 1u;

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

  // Queries stay for the whole kernel. Rows past the end repeat the last row and are not stored.
  for (var t = lane; t < TILE_QUERIES * DIM4; t += THREADS) {
    let row = min(first_row + t / DIM4, last_row);
    queries_few_software_8x32[t] = q[q_base + row * q_stride + t % DIM4];
  }
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    row_maximum_few_software_8x32[row] = LOWEST;
    row_sum_few_software_8x32[row] = 0.0;
  }
  if (lane == 0u) {
    atomicStore(&live_anywhere_few_software_8x32, 0u);
  }
  var o0_0 = vec4<f32>(); var o0_1 = vec4<f32>(); var o0_2 = vec4<f32>(); var o0_3 = vec4<f32>(); var o0_4 = vec4<f32>(); var o0_5 = vec4<f32>(); var o0_6 = vec4<f32>(); var o0_7 = vec4<f32>();
  var o1_0 = vec4<f32>(); var o1_1 = vec4<f32>(); var o1_2 = vec4<f32>(); var o1_3 = vec4<f32>(); var o1_4 = vec4<f32>(); var o1_5 = vec4<f32>(); var o1_6 = vec4<f32>(); var o1_7 = vec4<f32>();
  var o2_0 = vec4<f32>(); var o2_1 = vec4<f32>(); var o2_2 = vec4<f32>(); var o2_3 = vec4<f32>(); var o2_4 = vec4<f32>(); var o2_5 = vec4<f32>(); var o2_6 = vec4<f32>(); var o2_7 = vec4<f32>();
  var o3_0 = vec4<f32>(); var o3_1 = vec4<f32>(); var o3_2 = vec4<f32>(); var o3_3 = vec4<f32>(); var o3_4 = vec4<f32>(); var o3_5 = vec4<f32>(); var o3_6 = vec4<f32>(); var o3_7 = vec4<f32>();

  let i_first = i32(first_row) + params.offset;
  let i_last = i32(min(first_row + TILE_QUERIES - 1u, last_row)) + params.offset;
  let begin = u32(row_begin(i_first, head_id, batch_id));
  let end = u32(max(row_end(i_last, head_id, batch_id), 0));
  let full_begin = u32(row_begin(i_last, head_id, batch_id));
  let full_end = u32(max(row_end(i_first, head_id, batch_id), 0));
  for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {
    let partial = (key0 < full_begin) | (key0 + TILE_KEYS > full_end);

    // What the tile before has left is no longer read.
    workgroupBarrier();
    if (partial) {
      for (var row = lane; row < TILE_QUERIES; row += THREADS) {
        let i = i32(min(first_row + row, last_row)) + params.offset;
        let from_key = row_begin(i, head_id, batch_id) - i32(key0);
        let to_key = row_end(i, head_id, batch_id) - i32(key0);
        let live = bits_below(min(to_key, i32(TILE_KEYS))) & ~bits_below(from_key);
        live_keys_few_software_8x32[row] = live;
        atomicOr(&live_anywhere_few_software_8x32, live);
      }
    }

    var s0_0 = 0.0; var s0_1 = 0.0; var s0_2 = 0.0; var s0_3 = 0.0; var s0_4 = 0.0; var s0_5 = 0.0; var s0_6 = 0.0; var s0_7 = 0.0;
    var s1_0 = 0.0; var s1_1 = 0.0; var s1_2 = 0.0; var s1_3 = 0.0; var s1_4 = 0.0; var s1_5 = 0.0; var s1_6 = 0.0; var s1_7 = 0.0;
    var s2_0 = 0.0; var s2_1 = 0.0; var s2_2 = 0.0; var s2_3 = 0.0; var s2_4 = 0.0; var s2_5 = 0.0; var s2_6 = 0.0; var s2_7 = 0.0;
    var s3_0 = 0.0; var s3_1 = 0.0; var s3_2 = 0.0; var s3_3 = 0.0; var s3_4 = 0.0; var s3_5 = 0.0; var s3_6 = 0.0; var s3_7 = 0.0;
    // Stage a tile of k. Keys past the end repeat the last key; they are dead.
    for (var t = lane; t < TILE_KEYS * DIM4; t += THREADS) {
      let key = min(key0 + t / DIM4, last_key);
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
      let key = min(key0 + t / DIM_V4, last_key);
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
    o0_0 *= f0; o0_1 *= f0; o0_2 *= f0; o0_3 *= f0; o0_4 *= f0; o0_5 *= f0; o0_6 *= f0; o0_7 *= f0;
    let f1 = row_factor_few_software_8x32[row0 + 1u];
    o1_0 *= f1; o1_1 *= f1; o1_2 *= f1; o1_3 *= f1; o1_4 *= f1; o1_5 *= f1; o1_6 *= f1; o1_7 *= f1;
    let f2 = row_factor_few_software_8x32[row0 + 2u];
    o2_0 *= f2; o2_1 *= f2; o2_2 *= f2; o2_3 *= f2; o2_4 *= f2; o2_5 *= f2; o2_6 *= f2; o2_7 *= f2;
    let f3 = row_factor_few_software_8x32[row0 + 3u];
    o3_0 *= f3; o3_1 *= f3; o3_2 *= f3; o3_3 *= f3; o3_4 *= f3; o3_5 *= f3; o3_6 *= f3; o3_7 *= f3;
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
      let v4 = key_values_few_software_8x32[key * DIM_V4 + column + 16u];
      o0_4 += w0 * v4; o1_4 += w1 * v4; o2_4 += w2 * v4; o3_4 += w3 * v4;
      let v5 = key_values_few_software_8x32[key * DIM_V4 + column + 20u];
      o0_5 += w0 * v5; o1_5 += w1 * v5; o2_5 += w2 * v5; o3_5 += w3 * v5;
      let v6 = key_values_few_software_8x32[key * DIM_V4 + column + 24u];
      o0_6 += w0 * v6; o1_6 += w1 * v6; o2_6 += w2 * v6; o3_6 += w3 * v6;
      let v7 = key_values_few_software_8x32[key * DIM_V4 + column + 28u];
      o0_7 += w0 * v7; o1_7 += w1 * v7; o2_7 += w2 * v7; o3_7 += w3 * v7;
    }
  }

  // One over the denominator of each row; a row without live keys has weight 0 throughout.
  workgroupBarrier();
  for (var row = lane; row < TILE_QUERIES; row += THREADS) {
    let sum = row_sum_few_software_8x32[row];
    row_factor_few_software_8x32[row] = select(1.0 / sum, 0.0, sum == 0.0);
  }
  workgroupBarrier();

  if (first_row + row0 + 0u <= last_row) {
    let factor = row_factor_few_software_8x32[row0 + 0u];
    let at = out_base + (first_row + row0 + 0u) * out_stride + column;
    out[at + 0u] = o0_0 * factor;
    out[at + 4u] = o0_1 * factor;
    out[at + 8u] = o0_2 * factor;
    out[at + 12u] = o0_3 * factor;
    out[at + 16u] = o0_4 * factor;
    out[at + 20u] = o0_5 * factor;
    out[at + 24u] = o0_6 * factor;
    out[at + 28u] = o0_7 * factor;
  }
  if (first_row + row0 + 1u <= last_row) {
    let factor = row_factor_few_software_8x32[row0 + 1u];
    let at = out_base + (first_row + row0 + 1u) * out_stride + column;
    out[at + 0u] = o1_0 * factor;
    out[at + 4u] = o1_1 * factor;
    out[at + 8u] = o1_2 * factor;
    out[at + 12u] = o1_3 * factor;
    out[at + 16u] = o1_4 * factor;
    out[at + 20u] = o1_5 * factor;
    out[at + 24u] = o1_6 * factor;
    out[at + 28u] = o1_7 * factor;
  }
  if (first_row + row0 + 2u <= last_row) {
    let factor = row_factor_few_software_8x32[row0 + 2u];
    let at = out_base + (first_row + row0 + 2u) * out_stride + column;
    out[at + 0u] = o2_0 * factor;
    out[at + 4u] = o2_1 * factor;
    out[at + 8u] = o2_2 * factor;
    out[at + 12u] = o2_3 * factor;
    out[at + 16u] = o2_4 * factor;
    out[at + 20u] = o2_5 * factor;
    out[at + 24u] = o2_6 * factor;
    out[at + 28u] = o2_7 * factor;
  }
  if (first_row + row0 + 3u <= last_row) {
    let factor = row_factor_few_software_8x32[row0 + 3u];
    let at = out_base + (first_row + row0 + 3u) * out_stride + column;
    out[at + 0u] = o3_0 * factor;
    out[at + 4u] = o3_1 * factor;
    out[at + 8u] = o3_2 * factor;
    out[at + 12u] = o3_3 * factor;
    out[at + 16u] = o3_4 * factor;
    out[at + 20u] = o3_5 * factor;
    out[at + 24u] = o3_6 * factor;
    out[at + 28u] = o3_7 * factor;
  }
}

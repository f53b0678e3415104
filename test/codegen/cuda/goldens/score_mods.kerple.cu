// Attention "kerple": 4 heads, dim 64, bf16.
// The live keys of a row are one range; key tiles follow from the ranges of the first and the last row.
// No include: nvcc -arch=sm_80 --cubin, or NVRTC. Grid: query tiles x (batch * heads).

#ifdef SP_PRELUDE
#include SP_PRELUDE
#else
typedef unsigned short u16; // an element of a tensor, by its bits
typedef unsigned int u32;
typedef long long i64;
#define SP_DEVICE [[maybe_unused]] static __device__ __forceinline__
#define SP_MEMBER __device__ __forceinline__
#define SP_KERNEL(threads, blocks) extern "C" __global__ void __launch_bounds__(threads, blocks)
#define SP_PARAMETER const __grid_constant__
#define SP_INFINITY __int_as_float(0x7f800000)
struct __align__(16) sp_chunk { u32 x, y, z, w; };

SP_DEVICE int sp_thread() { return threadIdx.x; }
SP_DEVICE int sp_block_x() { return blockIdx.x; }
SP_DEVICE int sp_block_y() { return blockIdx.y; }

// Addresses in shared memory are 32-bit offsets.
SP_DEVICE u32 sp_shared() {
  extern __shared__ __align__(1024) unsigned char sp_memory[];
  return (u32)__cvta_generic_to_shared(sp_memory);
}
SP_DEVICE void sp_barrier() { __syncthreads(); }
SP_DEVICE void sp_warp_barrier() { __syncwarp(); }
SP_DEVICE float sp_shuffle_xor(float value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }
SP_DEVICE u32 sp_shuffle_xor(u32 value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }
SP_DEVICE u32 sp_ballot(bool holds) { return __ballot_sync(0xffffffffu, holds); } // a bit for each lane

// Asynchronous copies of 16 bytes; the last 16 - bytes become zero. Copies of a thread are committed and waited for in
// groups: sp_copy_wait<n> returns when at most n groups are on their way.
SP_DEVICE void sp_copy16(u32 to, const void *from, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(to), "l"(from), "r"(bytes) : "memory");
}
SP_DEVICE void sp_copy_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int GROUPS> SP_DEVICE void sp_copy_wait() {
  asm volatile("cp.async.wait_group %0;" :: "n"(GROUPS) : "memory");
}

// Four 8 x 8 matrices from the rows whose addresses lanes 0 .. 31 give, as fragments of sp_multiply.
SP_DEVICE void sp_load_matrix(u32 (&r)[4], u32 from) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(from) : "memory");
}
SP_DEVICE void sp_load_matrix_transposed(u32 (&r)[4], u32 from) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(from) : "memory");
}
// d += a b: 16 x 16 times 16 x 8 elements, sums in f32.
SP_DEVICE void sp_multiply(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
               "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
// Two elements in a word, the first in the low half.
SP_DEVICE u32 sp_pack(float low, float high) {
  u32 word;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
}
SP_DEVICE float sp_exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
SP_DEVICE float sp_log2(float x) {
  float y;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
SP_DEVICE int sp_leading_zeros(u32 x) { return __clz(x); }

SP_DEVICE void sp_store_shared(u32 to, u32 word) {
  asm volatile("st.shared.b32 [%0], %1;" :: "r"(to), "r"(word) : "memory");
}
SP_DEVICE sp_chunk sp_load_shared16(u32 from) {
  sp_chunk c;
  asm volatile("ld.shared.v4.b32 {%0,%1,%2,%3}, [%4];"
               : "=r"(c.x), "=r"(c.y), "=r"(c.z), "=r"(c.w) : "r"(from) : "memory");
  return c;
}
SP_DEVICE void sp_store16(u16 *to, sp_chunk c) { *(sp_chunk *)to = c; }
#endif

constexpr int HEADS = 4;
constexpr int HEADS_PER_KV = 1;
constexpr int DIM = 64; // elements of a row of q or k
constexpr int DIM_V = 64; // elements of a row of v or out
constexpr int STATE = DIM_V + 4; // floats of a row of the state: accumulators, maximum, sum, two of nothing
// Logits are kept in units of log 2, so that weights are powers of two.
constexpr float LOG2_E = 1.4426950408889634f;
#define NEVER (-SP_INFINITY) // the logit of a dead pair

// Sizes and strides count elements, `_at` counts words from the start of an arena.
struct SpParams {
  const u16 *q;
  const u16 *k;
  const u16 *v;
  u16 *out;
  const float *floats;
  float *state;
  i64 q_batch_stride;
  i64 q_head_stride;
  i64 q_row_stride;
  i64 k_batch_stride;
  i64 k_head_stride;
  i64 k_row_stride;
  i64 v_batch_stride;
  i64 v_head_stride;
  i64 v_row_stride;
  i64 out_batch_stride;
  i64 out_head_stride;
  i64 out_row_stride;
  int nq;
  int nk;
  int offset;
  int query_tiles;
  float scale;
  int r1_at;
  int r2_at;
  int r1_dim0;
  int r2_dim0;
  int part_count;
  int batches;
};

// r1[any], 0 outside.
SP_DEVICE float read_r1(const SpParams &p, int i0) {
  if (i0 < 0 || i0 >= p.r1_dim0) return 0.0f;
  return p.floats[p.r1_at + i0];
}

// r2[any], 0 outside.
SP_DEVICE float read_r2(const SpParams &p, int i0) {
  if (i0 < 0 || i0 >= p.r2_dim0) return 0.0f;
  return p.floats[p.r2_at + i0];
}

// Tiles by what lies in their slots: the row of q, or the key, of a slot, and -1 where the slot is empty.

template <int QUERIES> struct RowsInOrder {
  static constexpr bool NEIGHBOURS = true;
  int first;

  SP_DEVICE RowsInOrder tile(const SpParams &, int tile) { return {tile * QUERIES}; }
  SP_MEMBER int row(const SpParams &p, int slot) const {
    return first + slot < p.nq ? first + slot : -1;
  }
};

struct KeysInOrder {
  static constexpr bool NEIGHBOURS = true;
  int first;

  template <class Walk> SP_DEVICE KeysInOrder tile(const SpParams &, const Walk &walk) { return {walk.key0}; }
  SP_MEMBER int key(const SpParams &p, int slot) const {
    return first + slot < p.nk ? first + slot : -1;
  }
};

// The key tiles that a tile of queries visits where live keys of a row are one range: one after another from `begin`
// on, but the full ones, which follow on the first `left`, come last.
template <class Pass, int QUERIES, int KEYS> struct RangeWalk {
  static constexpr int part = 0; // of one
  int tile; // of queries
  int begin, visited, count, left, full;
  int key0; // the tile of keys is [key0, key0 + KEYS)

  // The x-th tile of queries of a launch.
  SP_DEVICE RangeWalk start(const SpParams &p, int x, int head, int batch) {
    RangeWalk walk;
    // Start with the last rows: where ranges grow, they have the most keys.
    walk.tile = p.query_tiles - 1 - x;
    const int i_first = walk.tile * QUERIES + p.offset;
    const int i_last = min((walk.tile + 1) * QUERIES, p.nq) - 1 + p.offset;
    const int full_begin = Pass::row_begin(p, i_last, head, batch);
    const int full_end = Pass::row_end(p, i_first, head, batch);
    walk.begin = Pass::row_begin(p, i_first, head, batch);
    walk.visited = 0;
    walk.count = max(Pass::row_end(p, i_last, head, batch) - walk.begin + KEYS - 1, 0) / KEYS;
    walk.left = min((full_begin - walk.begin + KEYS - 1) / KEYS, walk.count);
    walk.full = max(full_end - walk.begin - walk.left * KEYS, 0) / KEYS;
    walk.enter_tile();
    return walk;
  }
  SP_MEMBER bool done() const { return visited >= count; }
  // Whether some pairs of the tile may be dead.
  SP_MEMBER bool masked() const { return visited < count - full; }
  SP_MEMBER void advance() {
    visited++;
    enter_tile();
  }
  SP_MEMBER void enter_tile() {
    const int masked = count - full, n = visited;
    key0 = begin + KEYS * (n < left ? n : n < masked ? n + full : n - masked + left);
  }
};

// A part of the key tiles that a tile of queries visits. The tiles of a launch are then the parts of all tiles, those of
// a tile one after another.
template <class Pass, int QUERIES, int KEYS> struct RangePart : RangeWalk<Pass, QUERIES, KEYS> {
  int part, last; // tiles of keys from `visited` to `last` are those of the part

  SP_DEVICE RangePart start(const SpParams &p, int x, int head, int batch) {
    const int last_tile = p.query_tiles - 1, at = last_tile - x, tile = at / p.part_count;
    RangePart walk;
    (RangeWalk<Pass, QUERIES, KEYS> &)walk = RangeWalk<Pass, QUERIES, KEYS>::start(p, last_tile - tile, head, batch);
    walk.part = at % p.part_count;
    const int least = walk.count / p.part_count, more = walk.count % p.part_count;
    walk.visited = walk.part * least + min(walk.part, more);
    walk.last = walk.visited + least + (walk.part < more);
    walk.enter_tile();
    return walk;
  }
  SP_MEMBER bool done() const { return this->visited >= last; }
};

// The keys that a lane holds of every row of a tile, t of KEYS / 4: two neighbours of every eight.
SP_DEVICE int lane_key(int t) { return (t >> 1) * 8 + (sp_thread() & 3) * 2 + (t & 1); }
// Those below `end`, a bit each.
SP_DEVICE u32 lane_keys_below(int end) {
  const int own = end - (sp_thread() & 3) * 2, count = (own >> 3) * 2 + min(own & 7, 2);
  return count <= 0 ? 0u : count >= 32 ? ~0u : (1u << count) - 1;
}
// Those of which a condition holds, a bit each. Every lane asks KEYS / 32 slots for all lanes of the warp.
template <int KEYS, class Condition> SP_DEVICE u32 lane_keys(Condition holds) {
  const int lane = sp_thread() & 31;
  u32 found = 0;
#pragma unroll
  for (int first = 0; first < KEYS; first += 32) {
    const u32 all = sp_ballot(first + lane < KEYS && holds(first + lane));
    const u32 own = all >> (lane & 3) * 2 & 0x03030303u; // two bits of each byte
    found |= ((own | own >> 6 | own >> 12 | own >> 18) & 0xff) << first / 4;
  }
  return found;
}

// Pass "all": live keys of a row are one range.
struct All {
  static constexpr bool TAKES_STATE = false, LEAVES_STATE = false;
  static constexpr int COLUMN = 0; // of out

  template <int QUERIES, int KEYS> using Walk = RangeWalk<All, QUERIES, KEYS>;

  // The live keys of the query at position i are row_begin(i) <= j < row_end(i); both never fall as i grows.
  SP_DEVICE int row_begin(const SpParams &p, int i, int head, int batch) {
    return 0;
  }
  SP_DEVICE int row_end(const SpParams &p, int i, int head, int batch) {
    return min(p.nk, i + 1);
  }

  // The keys of a tile that are live for each of a lane's rows, a bit for each lane_key. Empty slots see nothing.
  template <int M, int KEYS, class Queries, class Keys>
  SP_DEVICE void live_keys(const SpParams &p, u32 (&live)[2 * M], const Queries &queries, int slot0,
                           const Keys &keys, int head, int batch) {
#pragma unroll
    for (int r = 0; r < 2 * M; r++) {
      const int row = queries.row(p, slot0 + r * 8), i = row + p.offset;
      const int begin = row_begin(p, i, head, batch) - keys.first, end = row_end(p, i, head, batch) - keys.first;
      live[r] = row < 0 ? 0 : lane_keys_below(end) & ~lane_keys_below(begin);
    }
  }
};

// Pass "all" in parts, each of which leaves a state of its own.
struct AllParts : All {
  static constexpr bool LEAVES_STATE = true;
  template <int QUERIES, int KEYS> using Walk = RangePart<All, QUERIES, KEYS>;
};

// Rows of WIDTH elements in shared memory, in chunks of 16 bytes: swizzled where rows are whole lines of 128 bytes,
// else padded to an odd number of chunks, so that eight rows of a matrix never meet in a bank.
template <int WIDTH> constexpr u32 ROW_BYTES = WIDTH % 64 == 0 ? WIDTH * 2 : WIDTH * 2 + 16;
template <int WIDTH> SP_DEVICE u32 place(int row, int chunk) {
  return row * ROW_BYTES<WIDTH> + ((WIDTH % 64 == 0 ? chunk ^ (row & 7) : chunk) << 4);
}

// Starts to copy a tile of rows; row t of it is row row_of(t) of the tensor, or zero where that is -1.
template <int ROWS, int WIDTH, int THREADS, class RowOf>
SP_DEVICE void copy_rows(u32 to, const u16 *from, i64 stride, RowOf row_of) {
  constexpr int CHUNKS = WIDTH / 8, COUNT = ROWS * CHUNKS;
#pragma unroll 2
  for (int first = 0; first < COUNT; first += THREADS) {
    const int c = first + sp_thread();
    if (COUNT % THREADS == 0 || c < COUNT) {
      const int t = c / CHUNKS, chunk = c % CHUNKS, row = row_of(t);
      sp_copy16(to + place<WIDTH>(t, chunk), from + max(row, 0) * stride + chunk * 8, row < 0 ? 0 : 16);
    }
  }
}

// s = q k: 16 * M queries of a warp times KEYS keys, from shared memory. In lane x, s[a][b][e] belongs to query
// a * 16 + e / 2 * 8 + x / 4 and key b * 8 + x % 4 * 2 + e % 2.
template <int M, int KEYS> SP_DEVICE void multiply_keys(float (&s)[M][KEYS / 8][4], u32 queries, int row0, u32 keys) {
  constexpr int STEPS = DIM / 16 * M > 12 ? 4 : DIM / 16; // a longer unrolled loop keeps more addresses than there is room for
  const int lane = sp_thread() & 31;
#pragma unroll
  for (int a = 0; a < M; a++)
#pragma unroll
    for (int b = 0; b < KEYS / 8; b++) s[a][b][0] = s[a][b][1] = s[a][b][2] = s[a][b][3] = 0.0f;
#pragma unroll STEPS
  for (int d = 0; d < DIM / 16; d++) {
    u32 q[M][4];
#pragma unroll
    for (int a = 0; a < M; a++)
      sp_load_matrix(q[a], queries + place<DIM>(row0 + a * 16 + (lane & 15), d * 2 + (lane >> 4)));
#pragma unroll
    for (int b = 0; b < KEYS / 16; b++) {
      u32 k[4];
      sp_load_matrix(k, keys + place<DIM>(b * 16 + (lane & 7) + (lane >> 4) * 8, d * 2 + (lane >> 3 & 1)));
#pragma unroll
      for (int a = 0; a < M; a++) {
        sp_multiply(s[a][2 * b], q[a], k[0], k[1]);
        sp_multiply(s[a][2 * b + 1], q[a], k[2], k[3]);
      }
    }
  }
}

// o += s v: the weights of a warp, still in registers, times KEYS rows of v. In a partial tile, rows of v that no row of
// the warp sees count as zero, whatever they hold.
template <bool PARTIAL, int M, int KEYS>
SP_DEVICE void multiply_values(float (&o)[M][DIM_V / 8][4], const float (&s)[M][KEYS / 8][4], u32 values, u32 seen) {
  const int lane = sp_thread() & 31;
#pragma unroll
  for (int b = 0; b < KEYS / 16; b++) {
    u32 w[M][4];
#pragma unroll
    for (int a = 0; a < M; a++)
#pragma unroll
      for (int e = 0; e < 4; e++) w[a][e] = sp_pack(s[a][2 * b + e / 2][e % 2 * 2], s[a][2 * b + e / 2][e % 2 * 2 + 1]);
    // A fragment of v holds two neighbouring keys a word: those of bits 4 b, 4 b + 1 and of 4 b + 2, 4 b + 3.
    const u32 bits = seen >> 4 * b;
    const u32 first = (bits & 1 ? 0xffffu : 0u) | (bits & 2 ? 0xffff0000u : 0u);
    const u32 second = (bits & 4 ? 0xffffu : 0u) | (bits & 8 ? 0xffff0000u : 0u);
#pragma unroll
    for (int d = 0; d < DIM_V / 16; d++) {
      u32 v[4];
      sp_load_matrix_transposed(v, values + place<DIM_V>(b * 16 + (lane & 15), d * 2 + (lane >> 4)));
      if (PARTIAL) {
        v[0] &= first;
        v[1] &= second;
        v[2] &= first;
        v[3] &= second;
      }
#pragma unroll
      for (int a = 0; a < M; a++) {
        sp_multiply(o[a][2 * d], w[a], v[0], v[1]);
        sp_multiply(o[a][2 * d + 1], w[a], v[2], v[3]);
      }
    }
  }
}

// From logits to weights 2^(scale * (s - maximum)). Kept up are the running maximum of each row, -infinity where it has
// seen no key, and the sum of this lane's weights; accumulators are to be multiplied by factor.
template <int M, int KEYS>
SP_DEVICE void soften(float (&s)[M][KEYS / 8][4], float (&maximum)[M][2], float (&sum)[M][2], float (&factor)[M][2],
                      float scale) {
#pragma unroll
  for (int a = 0; a < M; a++)
#pragma unroll
    for (int r = 0; r < 2; r++) {
      float most = maximum[a][r];
#pragma unroll
      for (int b = 0; b < KEYS / 8; b++) most = fmaxf(most, fmaxf(s[a][b][2 * r], s[a][b][2 * r + 1]));
      most = fmaxf(most, sp_shuffle_xor(most, 1));
      most = fmaxf(most, sp_shuffle_xor(most, 2));
      const float scaled = most == NEVER ? 0.0f : most * scale;
      factor[a][r] = sp_exp2(maximum[a][r] * scale - scaled);
      float weights = 0.0f;
#pragma unroll
      for (int b = 0; b < KEYS / 8; b++)
#pragma unroll
        for (int e = 2 * r; e < 2 * r + 2; e++) {
          s[a][b][e] = sp_exp2(s[a][b][e] * scale - scaled);
          weights += s[a][b][e];
        }
      maximum[a][r] = most;
      sum[a][r] = sum[a][r] * factor[a][r] + weights;
    }
}

template <int M> SP_DEVICE void rescale(float (&o)[M][DIM_V / 8][4], const float (&factor)[M][2]) {
#pragma unroll
  for (int a = 0; a < M; a++)
#pragma unroll
    for (int d = 0; d < DIM_V / 8; d++)
#pragma unroll
      for (int e = 0; e < 4; e++) o[a][d][e] *= factor[a][e / 2];
}

// The logit of a pair in units of log 2, from the scaled product of q and k.
SP_DEVICE float logit(const SpParams &p, float s, int i, int j, int head, int batch) {
  const float logarithm = sp_log2(1.0f + fmaxf(read_r2(p, head), 0.01f) * float(abs(i - j))) * 0.693147181f;
  s = s - fmaxf(read_r1(p, head), 0.01f) * logarithm;
  return s * LOG2_E <= -1e38f ? NEVER : s * LOG2_E; // what weighs nothing is as good as dead
}

// From products to logits.
template <int M, int KEYS, class Queries, class Keys>
SP_DEVICE void score_pairs(const SpParams &p, float (&s)[M][KEYS / 8][4], const Queries &queries, int slot0,
                           const Keys &keys, int head, int batch) {
#pragma unroll
  for (int t = 0; t < KEYS / 4; t++) {
    const int j = keys.key(p, lane_key(t));
#pragma unroll
    for (int r = 0; r < 2 * M; r++) {
      const int i = queries.row(p, slot0 + r * 8) + p.offset;
      float &pair = s[r / 2][t / 2][2 * (r & 1) + (t & 1)];
      pair = logit(p, pair * p.scale, i, j, head, batch);
    }
  }
}

// Partial tiles: -infinity where a pair is dead. Returns the keys that some row of the warp sees, a bit for each
// lane_key.
template <class Pass, int M, int KEYS, class Queries, class Keys>
SP_DEVICE u32 mask_scores(const SpParams &p, float (&s)[M][KEYS / 8][4], const Queries &queries, int slot0,
                          const Keys &keys, int head, int batch) {
  u32 live[2 * M], seen = 0;
  Pass::template live_keys<M, KEYS>(p, live, queries, slot0, keys, head, batch);
#pragma unroll
  for (int r = 0; r < 2 * M; r++) {
    seen |= live[r];
#pragma unroll
    for (int t = 0; t < KEYS / 4; t++) {
      float &pair = s[r / 2][t / 2][2 * (r & 1) + (t & 1)];
      pair = live[r] >> t & 1 ? pair : NEVER;
    }
  }
#pragma unroll
  for (int other = 4; other < 32; other *= 2) seen |= sp_shuffle_xor(seen, other);
  return seen;
}

// The state of a row: where the next pass goes on. That of part n of a pass stands n batches behind it.
struct alignas(8) Pair { float low, high; };
SP_DEVICE float *state_of(const SpParams &p, int row, int head, int batch) {
  return p.state + ((i64)(batch * HEADS + head) * p.nq + row) * STATE;
}

// Leaves accumulators and row statistics to the next pass.
template <int M, class Queries>
SP_DEVICE void leave_state(const SpParams &p, const float (&o)[M][DIM_V / 8][4], const float (&maximum)[M][2],
                           const float (&sum)[M][2], const Queries &queries, int slot0, int head, int batch) {
  const int lane = sp_thread() & 3;
#pragma unroll
  for (int r = 0; r < 2 * M; r++) {
    float total = sum[r / 2][r % 2];
    total += sp_shuffle_xor(total, 1);
    total += sp_shuffle_xor(total, 2);
    const int row = queries.row(p, slot0 + r * 8);
    if (row < 0) continue;
    float *state = state_of(p, row, head, batch);
#pragma unroll
    for (int d = 0; d < DIM_V / 8; d++)
      *(Pair *)(state + d * 8 + lane * 2) = {o[r / 2][d][r % 2 * 2], o[r / 2][d][r % 2 * 2 + 1]};
    if (lane == 0) *(Pair *)(state + DIM_V) = {maximum[r / 2][r % 2], total};
  }
}

// Divides by the sums of the weights, and stores rows of out by way of shared memory: 16 bytes a lane, a warp its own.
template <class Pass, int M, class Queries>
SP_DEVICE void store_rows(const SpParams &p, const float (&o)[M][DIM_V / 8][4], const float (&maximum)[M][2],
                          const float (&sum)[M][2], float scale, const Queries &queries, int warp_slot, u32 rows,
                          int head, int batch) {
  const int lane = sp_thread() & 31;
#pragma unroll
  for (int r = 0; r < 2 * M; r++) {
    const int a = r / 2, e = r % 2;
    float total = sum[a][e];
    total += sp_shuffle_xor(total, 1);
    total += sp_shuffle_xor(total, 2);
    const float factor = total == 0.0f ? 0.0f : 1.0f / total;
#pragma unroll
    for (int d = 0; d < DIM_V / 8; d++)
      sp_store_shared(rows + place<DIM_V>(r * 8 + lane / 4, d) + (lane & 3) * 4,
                      sp_pack(o[a][d][2 * e] * factor, o[a][d][2 * e + 1] * factor));
  }
  sp_warp_barrier();
  u16 *out = p.out + batch * p.out_batch_stride + head * p.out_head_stride + Pass::COLUMN;
#pragma unroll
  for (int first = 0; first < 16 * M * DIM_V / 8; first += 32) {
    const int c = first + lane, t = c / (DIM_V / 8), chunk = c % (DIM_V / 8);
    const int row = queries.row(p, warp_slot + t);
    if (row >= 0) sp_store16(out + row * p.out_row_stride + chunk * 8, sp_load_shared16(rows + place<DIM_V>(t, chunk)));
  }
}

// One block: the QUERIES slots of a tile of queries of one (batch, head), a warp ROWS of them.
template <class Pass, class Queries, class Keys, int WARPS, int ROWS, int KEYS, int STAGES>
SP_DEVICE void attend(const SpParams &p) {
  constexpr int THREADS = 32 * WARPS, QUERIES = WARPS * ROWS, M = ROWS / 16;
  constexpr u32 KEY_BYTES = KEYS * ROW_BYTES<DIM>, STAGE_BYTES = KEY_BYTES + KEYS * ROW_BYTES<DIM_V>;
  using Walk = typename Pass::template Walk<QUERIES, KEYS>;
  const int batch = sp_block_y() / HEADS, head = sp_block_y() % HEADS, kv_head = head / HEADS_PER_KV;
  const u16 *q = p.q + batch * p.q_batch_stride + head * p.q_head_stride;
  const u16 *k = p.k + batch * p.k_batch_stride + kv_head * p.k_head_stride;
  const u16 *v = p.v + batch * p.v_batch_stride + kv_head * p.v_head_stride;

  // Shared memory: the rows of q, then the stages: rows of k and rows of v each.
  const u32 q_rows = sp_shared(), stages = q_rows + QUERIES * ROW_BYTES<DIM>;

  Walk walk = Walk::start(p, sp_block_x(), head, batch), ahead = walk;
  const Queries queries = Queries::tile(p, walk.tile);
  auto copy_tile = [&](int stage) {
    if (!ahead.done()) {
      const u32 to = stages + stage * STAGE_BYTES;
      const Keys keys = Keys::tile(p, ahead);
      auto key_of = [&](int t) { return keys.key(p, t); };
      copy_rows<KEYS, DIM, THREADS>(to, k, p.k_row_stride, key_of);
      copy_rows<KEYS, DIM_V, THREADS>(to + KEY_BYTES, v, p.v_row_stride, key_of);
      ahead.advance();
    }
    sp_copy_commit();
  };
  copy_rows<QUERIES, DIM, THREADS>(q_rows, q, p.q_row_stride, [&](int t) { return queries.row(p, t); });
#pragma unroll
  for (int stage = 0; stage < STAGES - 1; stage++) copy_tile(stage);

  // This lane: slots slot0, slot0 + 8, ... of the tile.
  const int warp_slot = sp_thread() / 32 * ROWS, slot0 = warp_slot + (sp_thread() & 31) / 4;
  float o[M][DIM_V / 8][4], maximum[M][2], sum[M][2];
#pragma unroll
  for (int a = 0; a < M; a++) {
    maximum[a][0] = maximum[a][1] = NEVER;
    sum[a][0] = sum[a][1] = 0.0f;
#pragma unroll
    for (int d = 0; d < DIM_V / 8; d++) o[a][d][0] = o[a][d][1] = o[a][d][2] = o[a][d][3] = 0.0f;
  }
  const float scale = 1.0f; // logits are complete

#pragma unroll 1
  for (int stage = 0; !walk.done(); walk.advance(), stage = (stage + 1) % STAGES) {
    // The tile has come; and everyone has left the stage that is copied to next.
    sp_copy_wait<STAGES - 2>();
    sp_barrier();
    copy_tile((stage + STAGES - 1) % STAGES);
    const u32 k_rows = stages + stage * STAGE_BYTES, v_rows = k_rows + KEY_BYTES;
    const Keys keys = Keys::tile(p, walk);

    float s[M][KEYS / 8][4];
    multiply_keys<M, KEYS>(s, q_rows, warp_slot, k_rows);
    score_pairs<M, KEYS>(p, s, queries, slot0, keys, head, batch);
    u32 seen = ~0u;
    const bool partial = walk.masked();
    if (partial) seen = mask_scores<Pass, M, KEYS>(p, s, queries, slot0, keys, head, batch);
    float factor[M][2];
    soften<M, KEYS>(s, maximum, sum, factor, scale);
    rescale<M>(o, factor);
    if (partial) multiply_values<true, M, KEYS>(o, s, v_rows, seen);
    else multiply_values<false, M, KEYS>(o, s, v_rows, seen);
  }
  sp_copy_wait<0>();

  if constexpr (Pass::LEAVES_STATE) {
    leave_state<M>(p, o, maximum, sum, queries, slot0, head, batch + walk.part * p.batches);
  } else {
    sp_barrier(); // everyone has left the stages: rows of out take their place
    const u32 rows = sp_shared() + warp_slot * ROW_BYTES<DIM_V>;
    store_rows<Pass, M>(p, o, maximum, sum, scale, queries, warp_slot, rows, head, batch);
  }
}

// 128 queries x 64 keys a tile: 4 warps of 32 rows, 2 tiles of k and v at a time.
SP_KERNEL(128, 2) attend_sm80_128x64(SP_PARAMETER SpParams p) {
  attend<All, RowsInOrder<128>, KeysInOrder, 4, 32, 64, 2>(p);
}

// The same, a part of what a tile of queries visits.
SP_KERNEL(128, 2) attend_sm80_128x64_parts(SP_PARAMETER SpParams p) {
  attend<AllParts, RowsInOrder<128>, KeysInOrder, 4, 32, 64, 2>(p);
}

// 16 queries x 64 keys a tile: 1 warps of 16 rows, 2 tiles of k and v at a time.
SP_KERNEL(32, 2) attend_few_sm80_16x64(SP_PARAMETER SpParams p) {
  attend<All, RowsInOrder<16>, KeysInOrder, 1, 16, 64, 2>(p);
}

// The same, a part of what a tile of queries visits.
SP_KERNEL(32, 2) attend_few_sm80_16x64_parts(SP_PARAMETER SpParams p) {
  attend<AllParts, RowsInOrder<16>, KeysInOrder, 1, 16, 64, 2>(p);
}

// Merges what the parts of a row have left, a warp a row: LANES lanes take 8 columns each, and parts in turn with the
// others. The largest maximum of all parts is that of the row.
template <class Pass> SP_DEVICE void merge_states(const SpParams &p) {
  constexpr int LANES = DIM_V > 128 ? 32 : DIM_V > 64 ? 16 : 8;
  const int row = sp_block_x(), batch = sp_block_y() / HEADS, head = sp_block_y() % HEADS;
  const int turn = sp_thread() / LANES, column = sp_thread() % LANES * 8;
  const float scale = 1.0f; // logits are complete
  auto state_of_part = [&](int part) { return state_of(p, row, head, batch + part * p.batches); };

  float most = NEVER;
  for (int part = sp_thread(); part < p.part_count; part += 32) most = fmaxf(most, state_of_part(part)[DIM_V]);
#pragma unroll
  for (int other = 1; other < 32; other *= 2) most = fmaxf(most, sp_shuffle_xor(most, other));
  const float scaled = most == NEVER ? 0.0f : most * scale;

  float o[8] = {}, total = 0.0f;
#pragma unroll 4
  for (int part = turn; part < p.part_count; part += 32 / LANES) {
    const float *state = state_of_part(part);
    const float factor = sp_exp2(state[DIM_V] * scale - scaled);
    total += state[DIM_V + 1] * factor;
    if (column < DIM_V) {
#pragma unroll
      for (int e = 0; e < 8; e += 2) {
        const Pair pair = *(const Pair *)(state + column + e);
        o[e] += pair.low * factor;
        o[e + 1] += pair.high * factor;
      }
    }
  }
#pragma unroll
  for (int other = LANES; other < 32; other *= 2) {
    total += sp_shuffle_xor(total, other);
#pragma unroll
    for (int e = 0; e < 8; e++) o[e] += sp_shuffle_xor(o[e], other);
  }
  const float inverse = total == 0.0f ? 0.0f : 1.0f / total;
  u16 *out = p.out + batch * p.out_batch_stride + head * p.out_head_stride + row * p.out_row_stride;
  if (turn == 0 && column < DIM_V)
    sp_store16(out + Pass::COLUMN + column,
               {sp_pack(o[0] * inverse, o[1] * inverse), sp_pack(o[2] * inverse, o[3] * inverse),
                sp_pack(o[4] * inverse, o[5] * inverse), sp_pack(o[6] * inverse, o[7] * inverse)});
}

SP_KERNEL(32, 1) merge_parts(SP_PARAMETER SpParams p) { merge_states<All>(p); }

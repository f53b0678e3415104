// Attention "encoder_laplace": 2 heads, dim 64, bf16.
// Key tiles come from a run table: partial runs evaluate the mask, full runs do not.
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
SP_DEVICE float sp_reciprocal(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
#endif

constexpr int HEADS = 2;
constexpr int HEADS_PER_KV = 1;
constexpr int DIM = 64; // elements of a row of q or k
constexpr int DIM_V = 64; // elements of a row of v or out
constexpr int STATE = DIM_V; // floats of a row of the state: accumulators
constexpr float LOG2_E = 1.4426950408889634f;

#ifndef SP_PRELUDE
struct __align__(64) sp_tensor_map { unsigned long long words[16]; }; // a CUtensorMap
#endif

// Sizes and strides count elements, `_at` counts words from the start of an arena.
struct SpParams {
  sp_tensor_map q_map;
  sp_tensor_map k_map;
  sp_tensor_map v_map;
  const u16 *q;
  const u16 *k;
  const u16 *v;
  u16 *out;
  const int *arena;
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
  int tables_at;
  int active_at;
  int active_rank_at;
  int active_dim0;
  int active_dim1;
  int active_rank_dim0;
  int active_rank_dim1;
  int part_count;
  int batches;
  int grid;
};

// Whether active[i0, i1] is set, false outside. 32 bits a word, rows padded to whole words.
SP_DEVICE bool test_active(const SpParams &p, int i0, int i1) {
  if (i0 < 0 || i0 >= p.active_dim0 || i1 < 0 || i1 >= p.active_dim1) return false;
  const u32 word = p.arena[p.active_at + (i0) * ((p.active_dim1 + 31) / 32) + i1 / 32];
  return ((word >> (i1 % 32)) & 1u) == 1u;
}

// active_rank[i0, i1], -1 outside.
SP_DEVICE int read_active_rank(const SpParams &p, int i0, int i1) {
  if (i0 < 0 || i0 >= p.active_rank_dim0 || i1 < 0 || i1 >= p.active_rank_dim1) return -1;
  return p.arena[p.active_rank_at + i0 * p.active_rank_dim1 + i1];
}

// Tiles by what lies in their slots: the row of q, or the key, of a slot, and -1 where the slot is empty.

// Parted rows: those that come first, then the others. They stand behind the runs.
template <int QUERIES> struct PartedRows {
  static constexpr bool NEIGHBOURS = false;
  const int *rows; // from slot 0 on
  int count;

  SP_DEVICE PartedRows tile(const SpParams &p, int tile, const int *rows) {
    return {rows + tile * QUERIES, p.nq - tile * QUERIES};
  }
  SP_MEMBER int row(const SpParams &, int slot) const { return slot < count ? rows[slot] : -1; }
};

// Listed keys: their number and the keys stand behind the runs.
struct ListedKeys {
  static constexpr bool NEIGHBOURS = false;
  const int *keys; // from slot 0 on
  int count;

  template <class Walk> SP_DEVICE ListedKeys tile(const SpParams &, const Walk &walk) {
    return {walk.list + 1 + walk.key0, walk.list[0] - walk.key0};
  }
  SP_MEMBER int key(const SpParams &, int slot) const { return slot < count ? keys[slot] : -1; }
};

// The key tiles that a tile of queries visits: those of its runs. A table is the tiles of queries in the order of
// their work, of each the tile whose runs it has and how far they are moved, where the runs of each start, and the
// runs, as slots of keys; then parted rows; then listed keys.
template <class Pass, int KEYS> struct RunWalk {
  static constexpr int part = 0; // of one
  int tile; // of queries
  const int *runs; // begin and end of each run
  const int *rows; // what stands behind the runs
  const int *list; // what stands behind the rows
  int run, first_full, run_end;
  int shift; // of the runs
  int key0, end; // the tile of keys is [key0, key0 + KEYS), in a run up to `end`

  // The x-th tile of queries of a launch.
  SP_DEVICE RunWalk start(const SpParams &p, int x, int head, int batch) {
    const int *table = p.arena + Pass::tables(p)[batch * HEADS + head];
    const int *sources = table + p.query_tiles;
    const int *starts = sources + 2 * p.query_tiles;
    RunWalk walk;
    walk.tile = table[x];
    walk.runs = starts + 2 * p.query_tiles + 1;
    walk.rows = walk.runs + 2 * starts[2 * p.query_tiles];
    walk.list = walk.rows + (Pass::PARTED ? p.nq : 0);
    const int source = sources[2 * walk.tile];
    walk.shift = sources[2 * walk.tile + 1];
    walk.run = starts[2 * source];
    walk.first_full = starts[2 * source + 1];
    walk.run_end = starts[2 * source + 2];
    walk.enter_run();
    return walk;
  }
  SP_MEMBER bool done() const { return run >= run_end; }
  // Whether some pairs of the tile may be dead.
  SP_MEMBER bool masked() const { return run < first_full; }
  SP_MEMBER void advance() {
    key0 += KEYS;
    if (key0 < end) return;
    run++;
    enter_run();
  }
  SP_MEMBER void enter_run() {
    if (done()) return;
    key0 = runs[2 * run] + shift;
    end = runs[2 * run + 1] + shift;
  }
};

// The same of a table, whose rows are the parts of all tiles.
template <class Pass, int KEYS> struct RunPart : RunWalk<Pass, KEYS> {
  int part;

  SP_DEVICE RunPart start(const SpParams &p, int x, int head, int batch) {
    RunPart walk;
    (RunWalk<Pass, KEYS> &)walk = RunWalk<Pass, KEYS>::start(p, x, head, batch);
    walk.part = walk.tile % p.part_count;
    walk.tile /= p.part_count;
    return walk;
  }
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

// Pass "all": listed keys in tiles, for parted rows.
struct All {
  static constexpr bool TAKES_STATE = false, LEAVES_STATE = false;
  static constexpr int COLUMN = 0; // of out
  static constexpr bool PARTED = true; // rows of queries

  template <int QUERIES, int KEYS> using Walk = RunWalk<All, KEYS>;

  // Where in the arena the table of each (batch, head) begins.
  SP_DEVICE const int *tables(const SpParams &p) { return p.arena + p.tables_at; }

  // The keys of a tile that are live for each of a lane's rows, a bit for each lane_key. Empty slots see nothing.
  template <int M, int KEYS, class Queries, class Keys>
  SP_DEVICE void live_keys(const SpParams &p, u32 (&live)[2 * M], const Queries &queries, int slot0,
                           const Keys &keys, int head, int batch) {
    const u32 exists = lane_keys<KEYS>([&](int slot) { return keys.key(p, slot) >= 0; });
    const u32 chosen1 = lane_keys<KEYS>([&](int slot) {
      const int j = keys.key(p, slot);
      return j >= 0 && test_active(p, batch, j);
    });
    u32 open[2 * M], any = 0; // keys that are left to ask
    int active_rank_value[2 * M];
    int sum_[2 * M];
#pragma unroll
    for (int r = 0; r < 2 * M; r++) {
      const int row = queries.row(p, slot0 + r * 8), i = row + p.offset;
      const int active_rank_value_2 = read_active_rank(p, batch, i);
      active_rank_value[r] = active_rank_value_2;
      sum_[r] = active_rank_value_2 + 16;
      const u32 whole0 = test_active(p, batch, i) ? ~0u : 0u;
      live[r] = 0;
      open[r] = row < 0 ? 0 : exists & whole0 & chosen1;
      any |= open[r];
    }
#pragma unroll 4
    for (int t = 0; t < KEYS / 4; t++) {
      if ((any >> t & 1) == 0) continue;
      const int j = keys.key(p, lane_key(t));
      const int active_rank_value_4 = read_active_rank(p, batch, j);
      const int sum_2 = active_rank_value_4 + 16;
      const int active_rank_value_3 = active_rank_value_4;
#pragma unroll
      for (int r = 0; r < 2 * M; r++) {
        const bool is_live = active_rank_value[r] <= sum_2 && active_rank_value_3 <= sum_[r];
        if ((open[r] >> t & 1) != 0 && is_live) live[r] |= 1u << t;
      }
    }
  }
};

// Pass "all" in parts, each of which leaves a state of its own.
struct AllParts : All {
  static constexpr bool LEAVES_STATE = true;
  template <int QUERIES, int KEYS> using Walk = RunPart<All, KEYS>;
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

// The weight of a score: (1 + erf((s - mu) / (sigma sqrt 2))) / 2, mu = sqrt(1/2), sigma = sqrt(1/(4 pi)).
SP_DEVICE float weight_of(float s) {
  const float x = (s - 0.707106781f) * 2.50662827f;
  // erfc |x|, to 1.2e-7 of itself (Numerical Recipes, section 6.2).
  const float z = fabsf(x), t = sp_reciprocal(1.0f + 0.5f * z);
  float sum = 0.17087277f;
  sum = sum * t - 0.82215223f;
  sum = sum * t + 1.48851587f;
  sum = sum * t - 1.13520398f;
  sum = sum * t + 0.27886807f;
  sum = sum * t - 0.18628806f;
  sum = sum * t + 0.09678418f;
  sum = sum * t + 0.37409196f;
  sum = sum * t + 1.00002368f;
  sum = sum * t - 1.26551223f;
  const float tail = 0.5f * t * sp_exp2((sum - z * z) * LOG2_E);
  return x > 0.0f ? 1.0f - tail : tail;
}

// From products or logits to weights, each of its own; scale makes scores of them.
template <int M, int KEYS> SP_DEVICE void weigh(float (&s)[M][KEYS / 8][4], float scale) {
#pragma unroll
  for (int a = 0; a < M; a++)
#pragma unroll
    for (int b = 0; b < KEYS / 8; b++)
#pragma unroll
      for (int e = 0; e < 4; e++) s[a][b][e] = weight_of(s[a][b][e] * scale);
}

// Partial tiles: weight 0 where a pair is dead. Returns the keys that some row of the warp sees, a bit for each
// lane_key.
template <class Pass, int M, int KEYS, class Queries, class Keys>
SP_DEVICE u32 mask_weights(const SpParams &p, float (&s)[M][KEYS / 8][4], const Queries &queries, int slot0,
                           const Keys &keys, int head, int batch) {
  u32 live[2 * M], seen = 0;
  Pass::template live_keys<M, KEYS>(p, live, queries, slot0, keys, head, batch);
#pragma unroll
  for (int r = 0; r < 2 * M; r++) {
    seen |= live[r];
#pragma unroll
    for (int t = 0; t < KEYS / 4; t++) {
      float &pair = s[r / 2][t / 2][2 * (r & 1) + (t & 1)];
      pair = live[r] >> t & 1 ? pair : 0.0f;
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

// Leaves accumulators to the next pass.
template <int M, class Queries>
SP_DEVICE void leave_state(const SpParams &p, const float (&o)[M][DIM_V / 8][4], const Queries &queries, int slot0,
                           int head, int batch) {
  const int lane = sp_thread() & 3;
#pragma unroll
  for (int r = 0; r < 2 * M; r++) {
    const int row = queries.row(p, slot0 + r * 8);
    if (row < 0) continue;
    float *state = state_of(p, row, head, batch);
#pragma unroll
    for (int d = 0; d < DIM_V / 8; d++)
      *(Pair *)(state + d * 8 + lane * 2) = {o[r / 2][d][r % 2 * 2], o[r / 2][d][r % 2 * 2 + 1]};
  }
}

// Stores rows of out by way of shared memory: 16 bytes a lane, a warp its own.
template <class Pass, int M, class Queries>
SP_DEVICE void store_rows(const SpParams &p, const float (&o)[M][DIM_V / 8][4], const Queries &queries, int warp_slot,
                          u32 rows, int head, int batch) {
  const int lane = sp_thread() & 31;
#pragma unroll
  for (int r = 0; r < 2 * M; r++) {
    const int a = r / 2, e = r % 2;
#pragma unroll
    for (int d = 0; d < DIM_V / 8; d++)
      sp_store_shared(rows + place<DIM_V>(r * 8 + lane / 4, d) + (lane & 3) * 4,
                      sp_pack(o[a][d][2 * e], o[a][d][2 * e + 1]));
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
  const Queries queries = Queries::tile(p, walk.tile, walk.rows);
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
  float o[M][DIM_V / 8][4];
#pragma unroll
  for (int a = 0; a < M; a++) {
#pragma unroll
    for (int d = 0; d < DIM_V / 8; d++) o[a][d][0] = o[a][d][1] = o[a][d][2] = o[a][d][3] = 0.0f;
  }
  const float scale = p.scale;

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
    weigh<M, KEYS>(s, scale);
    u32 seen = ~0u;
    const bool partial = walk.masked();
    if (partial) seen = mask_weights<Pass, M, KEYS>(p, s, queries, slot0, keys, head, batch);
    if (partial) multiply_values<true, M, KEYS>(o, s, v_rows, seen);
    else multiply_values<false, M, KEYS>(o, s, v_rows, seen);
  }
  sp_copy_wait<0>();

  if constexpr (Pass::LEAVES_STATE) {
    leave_state<M>(p, o, queries, slot0, head, batch + walk.part * p.batches);
  } else {
    sp_barrier(); // everyone has left the stages: rows of out take their place
    const u32 rows = sp_shared() + warp_slot * ROW_BYTES<DIM_V>;
    store_rows<Pass, M>(p, o, queries, warp_slot, rows, head, batch);
  }
}

// 128 queries x 64 keys a tile: 4 warps of 32 rows, 2 tiles of k and v at a time.
SP_KERNEL(128, 2) attend_sm80_128x64(SP_PARAMETER SpParams p) {
  attend<All, PartedRows<128>, ListedKeys, 4, 32, 64, 2>(p);
}

// The same, a part of what a tile of queries visits.
SP_KERNEL(128, 2) attend_sm80_128x64_parts(SP_PARAMETER SpParams p) {
  attend<AllParts, PartedRows<128>, ListedKeys, 4, 32, 64, 2>(p);
}

// 16 queries x 64 keys a tile: 1 warps of 16 rows, 2 tiles of k and v at a time.
SP_KERNEL(32, 2) attend_few_sm80_16x64(SP_PARAMETER SpParams p) {
  attend<All, PartedRows<16>, ListedKeys, 1, 16, 64, 2>(p);
}

// The same, a part of what a tile of queries visits.
SP_KERNEL(32, 2) attend_few_sm80_16x64_parts(SP_PARAMETER SpParams p) {
  attend<AllParts, PartedRows<16>, ListedKeys, 1, 16, 64, 2>(p);
}

// Merges what the parts of a row have left, a warp a row: LANES lanes take 8 columns each, and parts in turn with the
// others.
template <class Pass> SP_DEVICE void merge_states(const SpParams &p) {
  constexpr int LANES = DIM_V > 128 ? 32 : DIM_V > 64 ? 16 : 8;
  const int row = sp_block_x(), batch = sp_block_y() / HEADS, head = sp_block_y() % HEADS;
  const int turn = sp_thread() / LANES, column = sp_thread() % LANES * 8;
  auto state_of_part = [&](int part) { return state_of(p, row, head, batch + part * p.batches); };

  float o[8] = {};
#pragma unroll 4
  for (int part = turn; part < p.part_count; part += 32 / LANES) {
    const float *state = state_of_part(part);
    if (column < DIM_V) {
#pragma unroll
      for (int e = 0; e < 8; e += 2) {
        const Pair pair = *(const Pair *)(state + column + e);
        o[e] += pair.low;
        o[e + 1] += pair.high;
      }
    }
  }
#pragma unroll
  for (int other = LANES; other < 32; other *= 2) {
#pragma unroll
    for (int e = 0; e < 8; e++) o[e] += sp_shuffle_xor(o[e], other);
  }
  u16 *out = p.out + batch * p.out_batch_stride + head * p.out_head_stride + row * p.out_row_stride;
  if (turn == 0 && column < DIM_V)
    sp_store16(out + Pass::COLUMN + column,
               {sp_pack(o[0], o[1]), sp_pack(o[2], o[3]),
                sp_pack(o[4], o[5]), sp_pack(o[6], o[7])});
}

SP_KERNEL(32, 1) merge_parts(SP_PARAMETER SpParams p) { merge_states<All>(p); }

// Capability 9.0 alone: compiled for sm_90a. Blocks lie along x; however many there are, they share all tiles.
#if defined(__CUDA_ARCH_FEAT_SM90_ALL) || defined(SP_PRELUDE)

#ifndef SP_PRELUDE
SP_DEVICE int sp_blocks_x() { return gridDim.x; }

// A signal completes a phase when all its arrivals have come and all the bytes that were announced.
SP_DEVICE void sp_signal_init(u32 signal, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" :: "r"(signal), "r"(arrivals) : "memory");
}
SP_DEVICE void sp_signal_init_done() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }
SP_DEVICE void sp_signal_announce(u32 signal, int bytes) { // and arrives
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"(signal), "r"(bytes) : "memory");
}
SP_DEVICE void sp_signal_arrive(u32 signal) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" :: "r"(signal) : "memory");
}
SP_DEVICE void sp_signal_wait(u32 signal, int phase) {
  asm volatile("{\n.reg .pred done;\nAGAIN:\n"
               "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n@!done bra AGAIN;\n}"
               :: "r"(signal), "r"(phase) : "memory");
}

// A box of a tensor, in shared memory as rows of 64 columns, swizzled. What lies beside the tensor comes as zero.
SP_DEVICE void sp_box_load(u32 to, const sp_tensor_map *map, u32 signal, int column, int row, int head, int batch) {
  asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
               "[%0], [%1, {%3,%4,%5,%6}], [%2];"
               :: "r"(to), "l"(map), "r"(signal), "r"(column), "r"(row), "r"(head), "r"(batch) : "memory");
}
// What this thread stored or copied to shared memory is seen by boxes and products from here on.
SP_DEVICE void sp_store_fence() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

SP_DEVICE void sp_named_barrier(int id, int threads) {
  asm volatile("bar.sync %0, %1;" :: "r"(id), "r"(threads) : "memory");
}
SP_DEVICE void sp_named_arrive(int id, int threads) {
  asm volatile("bar.arrive %0, %1;" :: "r"(id), "r"(threads) : "memory");
}
template <int COUNT> SP_DEVICE void sp_more_registers() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" :: "n"(COUNT));
}
template <int COUNT> SP_DEVICE void sp_fewer_registers() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" :: "n"(COUNT));
}

// Products of a warpgroup run beside it from their commit until they are waited for: sp_product_wait<n> returns when at
// most n groups run. Registers that they use are pinned, so that the compiler moves no use of them across.
SP_DEVICE void sp_product_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
SP_DEVICE void sp_product_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
template <int GROUPS> SP_DEVICE void sp_product_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(GROUPS) : "memory");
}
template <int N> SP_DEVICE void sp_pin(float (&d)[N][4]) {
#pragma unroll
  for (int i = 0; i < N * 4; i++) asm volatile("" : "+f"(d[i / 4][i % 4]) :: "memory");
}
SP_DEVICE void sp_pin(u32 &a) { asm volatile("" : "+r"(a) :: "memory"); }
template <int N> SP_DEVICE void sp_pin(u32 (&a)[N][4]) {
#pragma unroll
  for (int i = 0; i < N * 4; i++) asm volatile("" : "+r"(a[i / 4][i % 4]) :: "memory");
}

// d = or += a b over 16 elements: 64 rows, 128 columns, both from shared memory, b by its rows.
SP_DEVICE void sp_product_shared(float (&d)[16][4], unsigned long long a, unsigned long long b, bool add) {
  asm volatile("{\n.reg .pred add;\nsetp.ne.b32 add, %66, 0;\n"
               "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 "
               "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,"
               "%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31,"
               "%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,"
               "%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63}, "
               "%64, %65, add, 1, 1, 0, 0;\n}"
               : "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]),
                 "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]),
                 "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]),
                 "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]),
                 "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]),
                 "+f"(d[7][2]), "+f"(d[7][3]), "+f"(d[8][0]), "+f"(d[8][1]), "+f"(d[8][2]), "+f"(d[8][3]),
                 "+f"(d[9][0]), "+f"(d[9][1]), "+f"(d[9][2]), "+f"(d[9][3]), "+f"(d[10][0]), "+f"(d[10][1]),
                 "+f"(d[10][2]), "+f"(d[10][3]), "+f"(d[11][0]), "+f"(d[11][1]), "+f"(d[11][2]), "+f"(d[11][3]),
                 "+f"(d[12][0]), "+f"(d[12][1]), "+f"(d[12][2]), "+f"(d[12][3]), "+f"(d[13][0]), "+f"(d[13][1]),
                 "+f"(d[13][2]), "+f"(d[13][3]), "+f"(d[14][0]), "+f"(d[14][1]), "+f"(d[14][2]), "+f"(d[14][3]),
                 "+f"(d[15][0]), "+f"(d[15][1]), "+f"(d[15][2]), "+f"(d[15][3])
               : "l"(a), "l"(b), "r"((int)add));
}
// d += a b over 16 rows of b: 64 rows, 64 columns, a from registers, b from shared memory by its columns.
SP_DEVICE void sp_product_registers(float (&d)[8][4], const u32 (&a)[4], unsigned long long b) {
  asm volatile("wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 "
               "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,"
               "%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31}, "
               "{%32,%33,%34,%35}, %36, 1, 1, 1, 1;"
               : "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]),
                 "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]),
                 "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]),
                 "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]),
                 "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]),
                 "+f"(d[7][2]), "+f"(d[7][3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));
}
#endif

// Rows in shared memory for products and boxes: panels of 64 columns, ROWS lines of 128 bytes each, swizzled. Columns
// behind the row, in the last panel, are never read.
template <int WIDTH> constexpr int PANELS = (WIDTH + 63) / 64;
template <int ROWS> SP_DEVICE u32 panel_place(int row, int chunk) {
  return (chunk >> 3) * ROWS * 128 + row * 128 + (((chunk & 7) ^ (row & 7)) << 4);
}
// Such rows as an operand: 1024 bytes between groups of eight rows, and where rows are the summed dimension `panel`
// bytes between panels.
SP_DEVICE unsigned long long operand(u32 address, u32 panel) {
  return (unsigned long long)(address >> 4) | (unsigned long long)(panel >> 4) << 16 | 64ull << 32 | 1ull << 62;
}

// Shared memory of a block: 64 rows of q for each of GROUPS warpgroups, STAGES places for KEYS rows of k and as many for
// rows of v. A signal says that something has come, another that everyone has left its place. Where rows of out are
// APART they have places of their own, else those of q.
template <int GROUPS, int KEYS, int STAGES, bool APART> struct Places {
  static constexpr u32 QUERY_BYTES = 64 * PANELS<DIM> * 128, OUT_BYTES = 64 * ROW_BYTES<DIM_V>;
  static constexpr u32 GROUP_BYTES = APART || PANELS<DIM> >= PANELS<DIM_V> ? QUERY_BYTES : 64 * PANELS<DIM_V> * 128;
  static constexpr u32 KEY_BYTES = KEYS * PANELS<DIM> * 128, VALUE_BYTES = KEYS * PANELS<DIM_V> * 128;
  static constexpr u32 OUT_AT = GROUPS * GROUP_BYTES + STAGES * (KEY_BYTES + VALUE_BYTES);
  static constexpr u32 SIGNALS_AT = OUT_AT + (APART ? GROUPS * OUT_BYTES : 0);

  SP_DEVICE u32 queries(int group) { return sp_shared() + group * GROUP_BYTES; }
  SP_DEVICE u32 keys(int stage) { return queries(GROUPS) + stage * KEY_BYTES; }
  SP_DEVICE u32 values(int stage) { return keys(STAGES) + stage * VALUE_BYTES; }
  SP_DEVICE u32 out(int group) { return APART ? sp_shared() + OUT_AT + group * OUT_BYTES : queries(group); }

  SP_DEVICE u32 signal(int at) { return sp_shared() + SIGNALS_AT + 8 * at; }
  SP_DEVICE u32 queries_came() { return signal(0); }
  SP_DEVICE u32 queries_left() { return signal(1); }
  SP_DEVICE u32 keys_came(int stage) { return signal(2 + stage); }
  SP_DEVICE u32 keys_left(int stage) { return signal(2 + STAGES + stage); }
  SP_DEVICE u32 values_came(int stage) { return signal(2 + 2 * STAGES + stage); }
  SP_DEVICE u32 values_left(int stage) { return signal(2 + 3 * STAGES + stage); }
};

// A place of STAGES, and the phase of its signals, which changes each time around.
template <int STAGES> struct Ring {
  int stage = 0, phase = 0;
  SP_MEMBER void advance() {
    stage++;
    if (stage < STAGES) return;
    stage = 0;
    phase ^= 1;
  }
};

// Starts to copy rows into panels; the signal gets ROWS * PANELS<WIDTH> * 128 bytes.
template <int WIDTH, int ROWS>
SP_DEVICE void copy_boxes(u32 to, const sp_tensor_map *map, u32 signal, int row, int head, int batch) {
#pragma unroll
  for (int panel = 0; panel < PANELS<WIDTH>; panel++)
    sp_box_load(to + panel * ROWS * 128, map, signal, panel * 64, row, head, batch);
}

// Starts to copy rows into panels, a warpgroup together; row t of them is row row_of(t) of the tensor, or zero where that
// is -1.
template <int WIDTH, int ROWS, class RowOf> SP_DEVICE void gather_rows(u32 to, const u16 *from, i64 stride, RowOf row_of) {
  constexpr int CHUNKS = WIDTH / 8, COUNT = ROWS * CHUNKS;
#pragma unroll 2
  for (int first = 0; first < COUNT; first += 128) {
    const int c = first + sp_thread();
    if (COUNT % 128 == 0 || c < COUNT) {
      const int t = c / CHUNKS, chunk = c % CHUNKS, row = row_of(t);
      sp_copy16(to + panel_place<ROWS>(t, chunk), from + max(row, 0) * stride + chunk * 8, row < 0 ? 0 : 16);
    }
  }
}

// Gathered rows are announced by every thread that gathers them, and one step late: while the next ones are on their way.
struct Gathered {
  u32 signal = 0; // of the rows that are on their way; 0 for none
  SP_MEMBER void announce(u32 next) {
    sp_copy_commit();
    if (signal != 0) arrive<1>();
    signal = next;
  }
  SP_MEMBER void finish() {
    if (signal != 0) arrive<0>();
    signal = 0;
  }
  template <int NEWER> SP_MEMBER void arrive() {
    sp_copy_wait<NEWER>();
    sp_store_fence();
    sp_signal_arrive(signal);
  }
};

// s = q k for the 64 rows of a warpgroup. Fragments are those of multiply_keys.
template <int KEYS> SP_DEVICE void multiply_queries(float (&s)[KEYS / 8][4], u32 queries, u32 keys) {
  const unsigned long long a = operand(queries, 0), b = operand(keys, 0);
#pragma unroll
  for (int d = 0; d < DIM / 16; d++)
    sp_product_shared(s, a + ((d / 4 * 64 * 128 + d % 4 * 32) >> 4), b + ((d / 4 * KEYS * 128 + d % 4 * 32) >> 4),
                      d > 0);
}

// o += w v.
template <int KEYS> SP_DEVICE void multiply_weights(float (&o)[DIM_V / 8][4], const u32 (&w)[KEYS / 16][4], u32 values) {
  const unsigned long long b = operand(values, KEYS * 128);
#pragma unroll
  for (int k = 0; k < KEYS / 16; k++) sp_product_registers(o, w[k], b + ((k * 2048) >> 4));
}
template <int KEYS> SP_DEVICE void pack_weights(u32 (&w)[KEYS / 16][4], const float (&s)[KEYS / 8][4]) {
#pragma unroll
  for (int e = 0; e < KEYS / 4; e++) w[e / 4][e % 4] = sp_pack(s[e / 2][e % 2 * 2], s[e / 2][e % 2 * 2 + 1]);
}

// o += s v where rows of v that no row of the warp sees count as zero, whatever they hold: a warp at a time, by
// fragments of v in registers. Sixteen keys that the warp sees nothing of are left out.
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
}

// The tiles of queries that a block computes, one after another: in each round of the grid one, in every second round
// counted from the end. Tiles with the most keys come first, and heads in sections whose k and v the L2 cache holds.
struct Items {
  int section, round, item;
  int x, y; // the x-th tile of queries of batch * HEADS + head = y

  SP_DEVICE Items start(const SpParams &p) {
    constexpr i64 CACHED = 32 << 20;
    const u32 kept = (u32)(CACHED / ((i64)p.nk * (DIM + DIM_V) * 2)) | 1; // heads of k and v
    Items items;
    items.section = min((1 << (31 - sp_leading_zeros(kept))) * HEADS_PER_KV, p.grid);
    items.round = 0;
    items.enter(p, sp_block_x());
    return items;
  }
  SP_MEMBER bool done(const SpParams &p) const { return item >= p.query_tiles * p.grid; }
  SP_MEMBER void advance(const SpParams &p) {
    round++;
    const int blocks = sp_blocks_x(), place = round & 1 ? blocks - 1 - sp_block_x() : sp_block_x();
    enter(p, round * blocks + place);
  }
  SP_MEMBER void enter(const SpParams &p, int next) {
    item = next;
    if (done(p)) return;
    const int first = item / (section * p.query_tiles) * section, heads = min(section, p.grid - first);
    const int rest = item - first * p.query_tiles;
    x = rest / heads;
    y = first + rest % heads;
  }
};

// What the copying warpgroup does: boxes are copied by its first thread, rows that lie apart by all.
template <class Pass, class Queries, class Keys, int GROUPS, int KEYS, int STAGES, bool APART>
SP_DEVICE void copy_tiles(const SpParams &p) {
  using Place = Places<GROUPS, KEYS, STAGES, APART>;
  using Walk = typename Pass::template Walk<64 * GROUPS, KEYS>;
  Gathered gathered;
  Ring<STAGES> ring;
  int phase = 0; // of the queries
#pragma unroll 1
  for (Items items = Items::start(p); !items.done(p); items.advance(p), phase ^= 1) {
    const int batch = items.y / HEADS, head = items.y % HEADS, kv_head = head / HEADS_PER_KV;
    const u16 *q = p.q + batch * p.q_batch_stride + head * p.q_head_stride;
    const u16 *k = p.k + batch * p.k_batch_stride + kv_head * p.k_head_stride;
    const u16 *v = p.v + batch * p.v_batch_stride + kv_head * p.v_head_stride;
    Walk walk = Walk::start(p, items.x, head, batch);
    auto copy_keys = [&]() {
      sp_signal_wait(Place::keys_left(ring.stage), ring.phase ^ 1);
      const Keys keys = Keys::tile(p, walk);
      auto key_of = [&](int t) { return keys.key(p, t); };
      gather_rows<DIM, KEYS>(Place::keys(ring.stage), k, p.k_row_stride, key_of);
      gathered.announce(Place::keys_came(ring.stage));
    };
    auto copy_values = [&]() {
      sp_signal_wait(Place::values_left(ring.stage), ring.phase ^ 1);
      const Keys keys = Keys::tile(p, walk);
      auto key_of = [&](int t) { return keys.key(p, t); };
      gather_rows<DIM_V, KEYS>(Place::values(ring.stage), v, p.v_row_stride, key_of);
      gathered.announce(Place::values_came(ring.stage));
    };
    auto copy_queries = [&]() {
      gathered.finish(); // the queries wait for what needs it
      sp_signal_wait(Place::queries_left(), phase ^ 1);
      const Queries queries = Queries::tile(p, walk.tile, walk.rows);
      for (int group = 0; group < GROUPS; group++)
        gather_rows<DIM, 64>(Place::queries(group), q, p.q_row_stride,
                             [&](int t) { return queries.row(p, group * 64 + t); });
      gathered.announce(Place::queries_came());
    };

    // The place of the queries is left last: the first keys go ahead of them.
#pragma unroll 1
    for (bool asked = false;; asked = true) {
      const bool more = !walk.done();
      if (more) copy_keys();
      if (!asked) copy_queries();
      if (!more) break;
      copy_values();
      walk.advance();
      ring.advance();
    }
  }
  gathered.finish();
}

// One block: a warpgroup that copies and GROUPS that compute 64 rows of a tile of queries each.
template <class Pass, class Queries, class Keys, int GROUPS, int KEYS, int STAGES, bool APART>
SP_DEVICE void attend_in_turns(const SpParams &p) {
  using Place = Places<GROUPS, KEYS, STAGES, APART>;
  using Walk = typename Pass::template Walk<64 * GROUPS, KEYS>;
  if (sp_thread() == 0) {
    sp_signal_init(Place::queries_came(), 128);
    sp_signal_init(Place::queries_left(), 4 * GROUPS);
    for (int stage = 0; stage < STAGES; stage++) {
      sp_signal_init(Place::keys_came(stage), 128);
      sp_signal_init(Place::values_came(stage), 128);
      sp_signal_init(Place::keys_left(stage), 4 * GROUPS);
      sp_signal_init(Place::values_left(stage), 4 * GROUPS);
    }
    sp_signal_init_done();
  }
  sp_barrier();
  if (sp_thread() < 128) {
    sp_fewer_registers<40>();
    copy_tiles<Pass, Queries, Keys, GROUPS, KEYS, STAGES, APART>(p);
    return;
  }
  sp_more_registers<232>();

  // This lane: slots slot0 and slot0 + 8 of the tile.
  const int group = sp_thread() / 128 - 1, lane = sp_thread() & 31;
  const int warp_row = sp_thread() / 32 % 4 * 16, slot0 = group * 64 + warp_row + lane / 4;
  const float scale = p.scale;
  float o[1][DIM_V / 8][4];
  float s[1][KEYS / 8][4];
  u32 w[KEYS / 16][4]; // the weights as elements
  auto multiply_own_keys = [&](int stage) {
    multiply_queries<KEYS>(s[0], Place::queries(group), Place::keys(stage));
  };
  auto multiply_own_values = [&](int stage) { multiply_weights<KEYS>(o[0], w, Place::values(stage)); };
  auto leave = [&](u32 signal) {
    if (lane == 0) sp_signal_arrive(signal);
  };

  Ring<STAGES> ring;
  int phase = 0; // of the queries
#pragma unroll 1
  for (Items items = Items::start(p); !items.done(p); items.advance(p), phase ^= 1) {
    const int batch = items.y / HEADS, head = items.y % HEADS;
    Walk walk = Walk::start(p, items.x, head, batch);
    const Queries queries = Queries::tile(p, walk.tile, walk.rows);
#pragma unroll
    for (int d = 0; d < DIM_V / 8; d++) o[0][d][0] = o[0][d][1] = o[0][d][2] = o[0][d][3] = 0.0f;
    sp_signal_wait(Place::queries_came(), phase);

    // Tiles whose mask is to be asked, one step after another.
#pragma unroll 1
    for (; !walk.done() && walk.masked(); walk.advance(), ring.advance()) {
      sp_signal_wait(Place::keys_came(ring.stage), ring.phase);
      sp_pin(s[0]);
      sp_product_fence();
      multiply_own_keys(ring.stage);
      sp_product_commit();
      sp_product_wait<0>();
      sp_pin(s[0]);
      leave(Place::keys_left(ring.stage));
      weigh<1, KEYS>(s, scale);
      const u32 seen = mask_weights<Pass, 1, KEYS>(p, s, queries, slot0, Keys::tile(p, walk), head, batch);
      sp_signal_wait(Place::values_came(ring.stage), ring.phase);
      multiply_seen_values<KEYS>(o[0], s[0], Place::values(ring.stage), seen);
      leave(Place::values_left(ring.stage));
    }

    // Full tiles: the products of a tile with v run while the weights of the next are computed.
    if (!walk.done()) {
      if (group == 0) sp_named_arrive(1, 256); // the first turn
      sp_signal_wait(Place::keys_came(ring.stage), ring.phase);
      sp_pin(s[0]);
      sp_product_fence();
      multiply_own_keys(ring.stage);
      sp_product_commit();
      sp_product_wait<0>();
      sp_pin(s[0]);
      leave(Place::keys_left(ring.stage));
      weigh<1, KEYS>(s, scale);
      pack_weights<KEYS>(w, s[0]);
      walk.advance();
#pragma unroll 1
      for (; !walk.done(); walk.advance()) {
        const Ring<STAGES> last = ring;
        ring.advance();
        sp_signal_wait(Place::keys_came(ring.stage), ring.phase);
        sp_named_barrier(1 + group, 256);
        sp_pin(s[0]);
        sp_pin(w);
        sp_pin(o[0]);
        sp_product_fence();
        multiply_own_keys(ring.stage);
        sp_product_commit();
        sp_signal_wait(Place::values_came(last.stage), last.phase);
        sp_product_fence();
        multiply_own_values(last.stage);
        sp_product_commit();
        sp_named_arrive(2 - group, 256);
        sp_product_wait<1>();
        sp_pin(s[0]);
        leave(Place::keys_left(ring.stage));
        weigh<1, KEYS>(s, scale);
        sp_product_wait<0>();
        sp_pin(o[0]);
        sp_pin(w);
        leave(Place::values_left(last.stage));
        pack_weights<KEYS>(w, s[0]);
      }
      sp_signal_wait(Place::values_came(ring.stage), ring.phase);
      sp_pin(o[0]);
      sp_pin(w);
      sp_product_fence();
      multiply_own_values(ring.stage);
      sp_product_commit();
      sp_product_wait<0>();
      sp_pin(o[0]);
      leave(Place::values_left(ring.stage));
      ring.advance();
      if (group == 0) sp_named_barrier(1, 256); // the turn that is left over
    }

    leave(Place::queries_left());
    const u32 rows = Place::out(group) + warp_row * ROW_BYTES<DIM_V>;
    store_rows<Pass, 1>(p, o, queries, group * 64 + warp_row, rows, head, batch);
  }
}

// 128 queries x 128 keys a tile: 2 warpgroups that compute and one that copies, 4 stages.
SP_KERNEL(384, 1) attend_sm90a_128x128(SP_PARAMETER SpParams p) {
  attend_in_turns<All, PartedRows<128>, ListedKeys, 2, 128, 4, true>(p);
}

#endif

// Attention "test": 2 heads, dim 64, bf16.
// Diagonals come from a list of distances: a row of queries visits its keys one by one.
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
SP_DEVICE sp_chunk sp_load16(const u16 *from) { return *(const sp_chunk *)from; }
SP_DEVICE float sp_low(u32 word) { return __uint_as_float(word << 16); }
SP_DEVICE float sp_high(u32 word) { return __uint_as_float(word & 0xffff0000u); }
#endif

constexpr int HEADS = 2;
constexpr int HEADS_PER_KV = 1;
constexpr int DIM = 64; // elements of a row of q or k
constexpr int DIM_V = 64; // elements of a row of v or out
// Logits are kept in units of log 2, so that weights are powers of two.
constexpr float LOG2_E = 1.4426950408889634f;
constexpr float LN_2 = 0.6931471805599453f;
#define NEVER (-SP_INFINITY) // the logit of a dead pair

// Sizes and strides count elements, `_at` counts words from the start of an arena.
struct SpParams {
  const u16 *q;
  const u16 *k;
  const u16 *v;
  u16 *out;
  float *lse;
  const int *arena;
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
};

// Tiles by what lies in their slots: the row of q, or the key, of a slot, and -1 where the slot is empty.

template <int QUERIES> struct RowsInOrder {
  static constexpr bool NEIGHBOURS = true;
  int first;

  SP_DEVICE RowsInOrder tile(const SpParams &, int tile) { return {tile * QUERIES}; }
  SP_MEMBER int row(const SpParams &p, int slot) const {
    return first + slot < p.nq ? first + slot : -1;
  }
};

// Pass "all": diagonals.
struct All {
  static constexpr bool TAKES_STATE = false, LEAVES_STATE = false;
  static constexpr int COLUMN = 0; // of out

  // Where in the arena the table of each (batch, head) begins.
  SP_DEVICE const int *tables(const SpParams &p) { return p.arena + p.tables_at; }

  // Whether the query at position i attends to the key at position j.
  SP_DEVICE bool is_live(const SpParams &p, int i, int j, int head, int batch) {
    const int distance = j - i;
    return distance == 0 || distance == -1000 || distance == -2000 || distance == -3000;
  }
};

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

// One block: the slots of a tile of queries of one (batch, head). LANES lanes share a row: its 16-byte chunks go
// round them, and all of them keep its statistics. KEYS rows of k and of v are on their way at a time.
template <class Pass, class Queries, int LANES, int KEYS> SP_DEVICE void attend_diagonals(const SpParams &p) {
  constexpr int PARTS = (DIM / 8 + LANES - 1) / LANES, PARTS_V = (DIM_V / 8 + LANES - 1) / LANES;
  const int batch = sp_block_y() / HEADS, head = sp_block_y() % HEADS, kv_head = head / HEADS_PER_KV;
  const u16 *q = p.q + batch * p.q_batch_stride + head * p.q_head_stride;
  const u16 *k = p.k + batch * p.k_batch_stride + kv_head * p.k_head_stride;
  const u16 *v = p.v + batch * p.v_batch_stride + kv_head * p.v_head_stride;
  const Queries queries = Queries::tile(p, sp_block_x());
  const int lane = sp_thread() % LANES, row = queries.row(p, sp_thread() / LANES);
  const int i = row + p.offset;
  const float scale = p.scale * LOG2_E;

  sp_chunk own[PARTS];
  load_chunks<DIM, LANES>(own, q, row < 0 ? -1 : row * p.q_row_stride, lane);
  float o[PARTS_V][8] = {}, maximum = NEVER, sum = 0.0f;

  // How many distances there are, and the distances.
  const int *distances = p.arena + Pass::tables(p)[sp_block_y()];
  const int count = distances[0];
#pragma unroll 1
  for (int first = 0; first < count; first += KEYS) {
    sp_chunk k_rows[KEYS][PARTS], v_rows[KEYS][PARTS_V];
    int keys[KEYS]; // -1 where there is none, or the row does not see it
#pragma unroll
    for (int t = 0; t < KEYS; t++) {
      const int j = i + distances[1 + min(first + t, count - 1)];
      const bool exists = row >= 0 && first + t < count && 0 <= j && j < p.nk;
      keys[t] = exists && Pass::is_live(p, i, j, head, batch) ? j : -1;
      load_chunks<DIM, LANES>(k_rows[t], k, keys[t] < 0 ? -1 : j * p.k_row_stride, lane);
      load_chunks<DIM_V, LANES>(v_rows[t], v, keys[t] < 0 ? -1 : j * p.v_row_stride, lane);
    }
    float s[KEYS], most = maximum;
#pragma unroll
    for (int t = 0; t < KEYS; t++) {
      s[t] = multiply_chunks(own, k_rows[t]);
#pragma unroll
      for (int other = 1; other < LANES; other *= 2) s[t] += sp_shuffle_xor(s[t], other);
      if (keys[t] < 0) s[t] = NEVER;
      most = fmaxf(most, s[t]);
    }
    const float scaled = most == NEVER ? 0.0f : most * scale;
    const float factor = sp_exp2(maximum * scale - scaled);
    maximum = most;
    sum *= factor;
#pragma unroll
    for (int part = 0; part < PARTS_V; part++)
#pragma unroll
      for (int e = 0; e < 8; e++) o[part][e] *= factor;
#pragma unroll
    for (int t = 0; t < KEYS; t++) {
      const float weight = sp_exp2(s[t] * scale - scaled);
      sum += weight;
      add_chunks(o, v_rows[t], weight);
    }
  }
  if (row < 0) return;
  const float total = sum;
  const float inverse = total == 0.0f ? 0.0f : 1.0f / total;
  u16 *out = p.out + batch * p.out_batch_stride + head * p.out_head_stride + row * p.out_row_stride;
#pragma unroll
  for (int part = 0; part < PARTS_V; part++) {
    const int chunk = part * LANES + lane;
    const float (&r)[8] = o[part];
    if (chunk < DIM_V / 8)
      sp_store16(out + Pass::COLUMN + chunk * 8,
                 {sp_pack(r[0] * inverse, r[1] * inverse), sp_pack(r[2] * inverse, r[3] * inverse),
                  sp_pack(r[4] * inverse, r[5] * inverse), sp_pack(r[6] * inverse, r[7] * inverse)});
  }
  if (lane == 0)
    p.lse[(i64)sp_block_y() * p.nq + row] = total == 0.0f ? NEVER : (maximum * scale + sp_log2(total)) * LN_2;
}

// 32 queries a tile: 4 warps of 8 rows, 4 distances at a time.
SP_KERNEL(128, 4) attend_sm80_32x4(SP_PARAMETER SpParams p) {
  attend_diagonals<All, RowsInOrder<32>, 4, 4>(p);
}

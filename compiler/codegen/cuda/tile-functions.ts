import type { Block } from '../text.ts';

/** The parts of the algorithm that are the same for every attention: copies, products, and the softmax where there is one. */
export function writeTileFunctions(softmax: boolean): Block[] {
  const texts = [ROWS_IN_SHARED, KEY_PRODUCTS, VALUE_PRODUCTS, ...(softmax ? [SOFTMAX] : [])];
  return texts.map((text) => text.trim().split('\n'));
}

const ROWS_IN_SHARED = String.raw`
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
`;

const KEY_PRODUCTS = String.raw`
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
`;

const VALUE_PRODUCTS = String.raw`
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
`;

const SOFTMAX = String.raw`
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
`;

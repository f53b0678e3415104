import type { Block } from '../text.ts';

/** The parts of the algorithm for capability 9.0 that are the same for every attention: places, copies, products. */
export function writeGroupFunctions({ gathers }: { readonly gathers: boolean }): Block[] {
  const texts = [
    PANELS,
    PLACES,
    BOXES,
    ...(gathers ? [GATHERING] : []),
    PRODUCTS,
    WEIGHT_PRODUCTS,
    SEEN_PRODUCTS,
  ];
  return texts.map((text) => text.trim().split('\n'));
}

const PANELS = String.raw`
// Rows in shared memory for products and boxes: panels of 64 columns, ROWS lines of 128 bytes each, swizzled. Columns
// behind the row, in the last panel, are never read.
template <int WIDTH> constexpr int PANELS = (WIDTH + 63) / 64;
template <int ROWS> SP_DEVICE u32 panel_place(int row, int chunk) {
  return (chunk >> 3) * ROWS * 128 + row * 128 + (((chunk & 7) ^ (row & 7)) << 4);
}
// Such rows as an operand: 1024 bytes between groups of eight rows, and where rows are the summed dimension ${'`panel`'}
// bytes between panels.
SP_DEVICE unsigned long long operand(u32 address, u32 panel) {
  return (unsigned long long)(address >> 4) | (unsigned long long)(panel >> 4) << 16 | 64ull << 32 | 1ull << 62;
}`;

const PLACES = String.raw`
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
};`;

const BOXES = String.raw`
// Starts to copy rows into panels; the signal gets ROWS * PANELS<WIDTH> * 128 bytes.
template <int WIDTH, int ROWS>
SP_DEVICE void copy_boxes(u32 to, const sp_tensor_map *map, u32 signal, int row, int head, int batch) {
#pragma unroll
  for (int panel = 0; panel < PANELS<WIDTH>; panel++)
    sp_box_load(to + panel * ROWS * 128, map, signal, panel * 64, row, head, batch);
}`;

const GATHERING = String.raw`
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
};`;

const PRODUCTS = String.raw`
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
}`;

import type { Block } from '../text.ts';

/**
 * What kernels call instead of the hardware: the `sp_` primitives, as inline PTX. The text includes a file instead where
 * SP_PRELUDE names one, so that the same kernels run under an emulation of these primitives on a CPU.
 */
export function writeCudaPrelude(
  dtype: 'f16' | 'bf16',
  uses: { readonly diagonals: boolean; readonly reciprocals: boolean },
): Block {
  return [
    '#ifdef SP_PRELUDE',
    '#include SP_PRELUDE',
    '#else',
    ...PRELUDE.replaceAll('$TYPE', dtype).trim().split('\n'),
    ...(uses.reciprocals ? RECIPROCAL.trim().split('\n') : []),
    ...(uses.diagonals ? [LOAD, ...WIDENING[dtype]].join('\n').trim().split('\n') : []),
    '#endif',
  ];
}

const PRELUDE = String.raw`
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
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.$TYPE.$TYPE.f32 "
               "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
// Two elements in a word, the first in the low half.
SP_DEVICE u32 sp_pack(float low, float high) {
  u32 word;
  asm("cvt.rn.$TYPEx2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
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
`;

/** What some weights without a softmax need besides. */
const RECIPROCAL = String.raw`
SP_DEVICE float sp_reciprocal(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
`;

/** What kernels of diagonals need besides. */
const LOAD = 'SP_DEVICE sp_chunk sp_load16(const u16 *from) { return *(const sp_chunk *)from; }';

/** The elements of a word. */
const WIDENING = {
  bf16: [
    'SP_DEVICE float sp_low(u32 word) { return __uint_as_float(word << 16); }',
    'SP_DEVICE float sp_high(u32 word) { return __uint_as_float(word & 0xffff0000u); }',
  ],
  f16: [
    'SP_DEVICE float sp_low(u32 word) {',
    '  float x;',
    '  asm("{\\n.reg .b16 low, high;\\nmov.b32 {low, high}, %1;\\ncvt.f32.f16 %0, low;\\n}" : "=f"(x) : "r"(word));',
    '  return x;',
    '}',
    'SP_DEVICE float sp_high(u32 word) { return sp_low(word >> 16); }',
  ],
};

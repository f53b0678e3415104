// The sp_ primitives of the emitted text on a CPU: the names and the meaning of the prelude in inline PTX.
#pragma once
#include <cmath>
#include <cstdlib>
#include "collectives.h"
#include "groups.h"

#define SP_DEVICE [[maybe_unused]] static inline
#define SP_MEMBER inline
#define SP_KERNEL(threads, blocks) extern "C" void
#define SP_PARAMETER const
#define SP_INFINITY INFINITY
struct alignas(16) sp_chunk {
  u32 x, y, z, w;
};

SP_DEVICE int min(int a, int b) { return a < b ? a : b; }
SP_DEVICE int max(int a, int b) { return a > b ? a : b; }

SP_DEVICE int sp_thread() { return emulator::block.current->id; }
SP_DEVICE int sp_block_x() { return emulator::block.x; }
SP_DEVICE int sp_block_y() { return emulator::block.y; }
SP_DEVICE int sp_blocks_x() { return emulator::block.blocks_x; }
SP_DEVICE u32 sp_shared() { return 0; }
SP_DEVICE void sp_barrier() { emulator::wait(emulator::Wait::BLOCK); }
SP_DEVICE void sp_warp_barrier() { emulator::wait(emulator::Wait::WARP); }

SP_DEVICE u32 sp_shuffle_xor(u32 value, int mask) {
  emulator::Thread *thread = emulator::block.current;
  thread->word = value;
  thread->mask = mask;
  emulator::wait(emulator::Wait::SHUFFLE);
  return thread->word;
}
SP_DEVICE float sp_shuffle_xor(float value, int mask) {
  u32 word;
  memcpy(&word, &value, 4);
  word = sp_shuffle_xor(word, mask);
  memcpy(&value, &word, 4);
  return value;
}
SP_DEVICE u32 sp_ballot(bool holds) {
  u32 word = (holds ? 1u : 0u) << (sp_thread() & 31);
  for (int other = 1; other < 32; other *= 2) word |= sp_shuffle_xor(word, other);
  return word;
}

SP_DEVICE void sp_copy16(u32 to, const void *from, int bytes) {
  if (to % 16 != 0 || (uintptr_t)from % 16 != 0) emulator::fail("cp.async: not at a multiple of 16 bytes");
  memset(emulator::shared(to, 16), emulator::POISON, 16);
  emulator::block.current->open.push_back({to, from, bytes});
}
SP_DEVICE void sp_copy_commit() {
  emulator::Thread *thread = emulator::block.current;
  thread->groups.push_back(std::move(thread->open));
  thread->open.clear();
}
template <int GROUPS> SP_DEVICE void sp_copy_wait() { emulator::arrive(*emulator::block.current, GROUPS); }

SP_DEVICE void sp_load_matrix(u32 (&r)[4], u32 from) {
  emulator::block.current->address = from;
  emulator::block.current->fragment = r;
  emulator::wait(emulator::Wait::MATRIX);
}
SP_DEVICE void sp_load_matrix_transposed(u32 (&r)[4], u32 from) {
  emulator::block.current->address = from;
  emulator::block.current->fragment = r;
  emulator::wait(emulator::Wait::MATRIX_TRANSPOSED);
}
SP_DEVICE void sp_multiply(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  emulator::Thread *thread = emulator::block.current;
  thread->d = d;
  thread->a = a;
  thread->b0 = b0;
  thread->b1 = b1;
  emulator::wait(emulator::Wait::PRODUCT);
}
SP_DEVICE u32 sp_pack(float low, float high) { return emulator::narrow(low) | (u32)emulator::narrow(high) << 16; }
SP_DEVICE float sp_exp2(float x) { return exp2f(x); }
SP_DEVICE float sp_reciprocal(float x) { return 1.0f / x; }
SP_DEVICE float sp_log2(float x) { return log2f(x); }
SP_DEVICE int sp_leading_zeros(u32 x) { return x == 0 ? 32 : __builtin_clz(x); }

SP_DEVICE void sp_store_shared(u32 to, u32 word) {
  memcpy(emulator::shared(to, 4), &word, 4);
  emulator::block.current->unfenced.add(to, 4);
}
SP_DEVICE sp_chunk sp_load_shared16(u32 from) {
  sp_chunk chunk;
  memcpy(&chunk, emulator::shared(from, 16), 16);
  return chunk;
}
SP_DEVICE void sp_store16(u16 *to, sp_chunk chunk) {
  if ((uintptr_t)to % 16 != 0) emulator::fail("a store of 16 bytes is not at a multiple of 16 bytes");
  memcpy(to, &chunk, 16);
}
SP_DEVICE sp_chunk sp_load16(const u16 *from) {
  if ((uintptr_t)from % 16 != 0) emulator::fail("a load of 16 bytes is not at a multiple of 16 bytes");
  sp_chunk chunk;
  memcpy(&chunk, from, 16);
  return chunk;
}
SP_DEVICE float sp_low(u32 word) { return emulator::widen(word & 0xffff); }
SP_DEVICE float sp_high(u32 word) { return emulator::widen(word >> 16); }

// Capability 9.0.
SP_DEVICE void sp_signal_init(u32 signal, int arrivals) { emulator::signals[signal] = {arrivals, arrivals, 0, 0, {}}; }
SP_DEVICE void sp_signal_init_done() {}
SP_DEVICE void sp_signal_announce(u32 signal, int bytes) {
  emulator::signal_at(signal).bytes += bytes;
  emulator::arrive_at(signal);
}
SP_DEVICE void sp_signal_arrive(u32 signal) {
  if (emulator::block.current->unfenced.copied) emulator::fail("copies are announced before the fence after them");
  emulator::arrive_at(signal);
  if (emulator::block.reversed) emulator::wait(emulator::Wait::OTHERS);
}
SP_DEVICE void sp_signal_wait(u32 signal, int phase) {
  if (emulator::has_completed(signal, phase)) return;
  emulator::block.current->address = signal;
  emulator::block.current->phase = phase;
  emulator::wait(emulator::Wait::SIGNAL);
}
SP_DEVICE void sp_box_load(u32 to, const sp_tensor_map *map, u32 signal, int column, int row, int head, int batch) {
  emulator::issue_box({to, map, column, row, head, batch}, signal);
}
SP_DEVICE void sp_store_fence() { emulator::block.current->unfenced = {}; }
SP_DEVICE void sp_named_barrier(int id, int threads) {
  if (!emulator::arrive_named(id, threads)) {
    emulator::block.current->mask = id;
    emulator::wait(emulator::Wait::NAMED);
  }
}
SP_DEVICE void sp_named_arrive(int id, int threads) { emulator::arrive_named(id, threads); }
template <int COUNT> SP_DEVICE void sp_more_registers() {}
template <int COUNT> SP_DEVICE void sp_fewer_registers() {}

SP_DEVICE void sp_product_fence() {}
SP_DEVICE void sp_product_commit() { emulator::wait(emulator::Wait::GROUP_COMMIT); }
template <int GROUPS> SP_DEVICE void sp_product_wait() {
  emulator::block.current->mask = GROUPS;
  emulator::wait(emulator::Wait::GROUP_WAIT);
}
SP_DEVICE void sp_issue(float *d, int width, const u32 *a, u64 operand_a, u64 operand_b, bool add) {
  emulator::Thread *thread = emulator::block.current;
  thread->d = d;
  thread->width = width;
  thread->a = a;
  thread->operand_a = operand_a;
  thread->operand_b = operand_b;
  thread->add = add;
  emulator::wait(emulator::Wait::GROUP_ISSUE);
}
template <int N> SP_DEVICE void sp_product_shared(float (&d)[N][4], u64 a, u64 b, bool add) {
  sp_issue(&d[0][0], N * 8, nullptr, a, b, add);
}
template <int N> SP_DEVICE void sp_product_registers(float (&d)[N][4], const u32 (&a)[4], u64 b) {
  sp_issue(&d[0][0], N * 8, a, 0, b, true);
}
template <class T> SP_DEVICE void sp_pin(T &) {}

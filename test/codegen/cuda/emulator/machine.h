// One block of threads. A thread runs until it needs others: a collective of its warp, a barrier of its block. Warps run
// one after another, as far as they come, in the order that the launch file says; so what a missing barrier would let
// happen happens. Copies arrive when they are waited for; until then their target holds poison. Where warps run in
// reverse, a thread that has given a signal moreover goes on only when nobody else can.
#pragma once
#include <cstdint>
#include <cstdio>
#include <functional>
#include <vector>
#include "fiber.h"

typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned long long u64;
typedef long long i64;

namespace emulator {

constexpr unsigned char POISON = 0xff;  // a NaN in f16, bf16 and f32

/** What a thread waits for. */
enum class Wait {
  NOTHING,
  BLOCK,
  WARP,  // from here to PRODUCT what a warp does together
  SHUFFLE,
  MATRIX,
  MATRIX_TRANSPOSED,
  PRODUCT,
  NAMED,  // a named barrier
  SIGNAL,
  GROUP_ISSUE,  // from here to GROUP_WAIT what a warpgroup does together
  GROUP_COMMIT,
  GROUP_WAIT,
  OTHERS,  // until nobody else moves
  END
};

struct Copy {
  u32 to;
  const void *from;
  int bytes;
};

/** Bytes of shared memory that a thread has stored or copied to, and that boxes and products need not see yet. */
struct Unfenced {
  u32 from = ~0u, to = 0;
  bool copied = false;  // some came by copies
  void add(u32 at, u32 bytes) {
    from = at < from ? at : from;
    to = at + bytes > to ? at + bytes : to;
  }
};

struct Thread {
  int id = 0;
  Stack stack;
  void *context = nullptr;
  Wait wait = Wait::NOTHING;
  // The operands of the collective that the thread waits for.
  u32 word = 0, address = 0, b0 = 0, b1 = 0;
  int mask = 0;
  u32 *fragment = nullptr;
  const u32 *a = nullptr;
  float *d = nullptr;
  u64 operand_a = 0, operand_b = 0;
  int width = 0, phase = 0;
  bool add = false;
  Unfenced unfenced;
  std::vector<Copy> open;
  std::vector<std::vector<Copy>> groups;
};

struct Block {
  int x = 0, y = 0, blocks_x = 0;
  bool reversed = false;
  std::vector<unsigned char> shared;
  std::vector<Thread> threads;
  Thread *current = nullptr;
  void *scheduler = nullptr;
  std::function<void()> body;
};
inline Block block;

[[noreturn]] inline void fail(const char *message) {
  fprintf(stderr, "emulator: %s (block %d,%d thread %d)\n", message, block.x, block.y,
          block.current == nullptr ? -1 : block.current->id);
  exit(3);
}

inline unsigned char *shared(u32 address, u32 bytes) {
  if ((u64)address + bytes > block.shared.size()) fail("address outside of shared memory");
  return block.shared.data() + address;
}

inline void wait(Wait what) {
  Thread *thread = block.current;
  thread->wait = what;
  emulator_switch(&thread->context, block.scheduler);
}

inline void enter() {
  block.body();
  wait(Wait::END);
  abort();
}

inline void arrive(Thread &thread, size_t groups) {
  while (thread.groups.size() > groups) {
    for (const Copy &copy : thread.groups.front()) {
      unsigned char *to = shared(copy.to, 16);
      memset(to, 0, 16);
      memcpy(to, copy.from, copy.bytes);
      thread.unfenced.add(copy.to, 16);
      thread.unfenced.copied = true;
    }
    thread.groups.erase(thread.groups.begin());
  }
}

void warp_collective(Thread *warp);  // in collectives.h
void reset_groups(int warps);        // in groups.h
bool run_groups();                   // in groups.h: signals and warpgroups; false where nothing moved

/** Lets a warp run until all of it waits for other warps; false where it did nothing. */
inline bool run_warp(Thread *warp) {
  bool ran = false;
  for (;;) {
    bool moved = false;
    for (int lane = 0; lane < 32; lane++) {
      if (warp[lane].wait != Wait::NOTHING) continue;
      moved = ran = true;
      block.current = &warp[lane];
      emulator_switch(&block.scheduler, warp[lane].context);
    }
    int collective = 0;
    for (int lane = 0; lane < 32; lane++)
      collective += warp[lane].wait >= Wait::WARP && warp[lane].wait <= Wait::PRODUCT;
    if (collective == 32) {
      warp_collective(warp);
      ran = true;
    } else if (!moved) {
      return ran;
    }
  }
}

/** Lets threads go on that wait until nobody else moves; false where there are none. */
inline bool release_patient() {
  bool released = false;
  for (Thread &thread : block.threads)
    if (thread.wait == Wait::OTHERS) {
      thread.wait = Wait::NOTHING;
      released = true;
    }
  return released;
}

inline void run_block(int x, int y, int threads, size_t shared_bytes, bool reversed, std::function<void()> body) {
  block.x = x;
  block.y = y;
  block.reversed = reversed;
  block.body = body;
  block.shared.assign(shared_bytes, POISON);
  if ((int)block.threads.size() != threads) block.threads = std::vector<Thread>(threads);
  for (int id = 0; id < threads; id++) {
    Thread &thread = block.threads[id];
    thread.id = id;
    thread.wait = Wait::NOTHING;
    thread.unfenced = {};
    thread.open.clear();
    thread.groups.clear();
    thread.context = thread.stack.start(enter);
  }
  const int warps = threads / 32;
  reset_groups(warps);
  for (;;) {
    bool progress = false;
    for (int w = 0; w < warps; w++) progress |= run_warp(&block.threads[32 * (reversed ? warps - 1 - w : w)]);
    progress |= run_groups();
    int ended = 0, waiting = 0;
    for (Thread &thread : block.threads) {
      ended += thread.wait == Wait::END;
      waiting += thread.wait == Wait::BLOCK;
    }
    if (ended == threads) break;
    if (waiting == threads)
      for (Thread &thread : block.threads) thread.wait = Wait::NOTHING;
    else if (!progress && !release_patient())
      fail("deadlock: threads wait for each other");
  }
  for (Thread &thread : block.threads)
    if (!thread.groups.empty() || !thread.open.empty()) {
      for (const auto &group : thread.groups)
        if (!group.empty()) fail("a block ended before its copies had come");
      if (!thread.open.empty()) fail("copies were never committed");
    }
}

}  // namespace emulator

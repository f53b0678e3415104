// What capability 9.0 adds: signals (mbarrier), boxes of tensors (TMA), products of warpgroups (wgmma), named barriers.
// Boxes arrive when their signal is waited for and products are computed when they are: as late as the hardware may.
#pragma once
#include <unordered_map>
#include "elements.h"
#include "machine.h"

/** Filled in by the launch: what cuTensorMapEncodeTiled is told. Sizes and strides as the driver wants them. */
struct alignas(64) sp_tensor_map {
  unsigned char *base;
  u64 sizes[4];
  u64 strides[3];  // bytes
  u32 box[4];
  u32 swizzled;  // bytes of a row
  u32 unused[11];
};
static_assert(sizeof(sp_tensor_map) == 128, "a CUtensorMap has 128 bytes");

namespace emulator {

struct Box {
  u32 to;
  const sp_tensor_map *map;
  int column, row, head, batch;
};

struct Signal {
  int arrivals = 0, missing = 0, phase = 0;
  i64 bytes = 0;
  std::vector<Box> boxes;
};
inline std::unordered_map<u32, Signal> signals;

inline Signal &signal_at(u32 address) {
  const auto found = signals.find(address);
  if (found == signals.end()) fail("a signal that was never set up");
  return found->second;
}

inline void complete(Signal &signal) {
  if (signal.missing < 0) fail("more arrivals at a signal than it counts");
  if (signal.missing > 0 || signal.bytes != 0) return;
  signal.phase++;
  signal.missing = signal.arrivals;
}

inline void arrive_at(u32 address) {
  Signal &signal = signal_at(address);
  signal.missing--;
  complete(signal);
}

/** The 128-byte swizzle: bits 4 to 6 of an address are changed by bits 7 to 9. */
inline u32 swizzle(u32 address) { return address ^ (address >> 3 & 0x70); }

inline u32 box_bytes(const sp_tensor_map &map) {
  u32 bytes = 2;
  for (u32 size : map.box) bytes *= size;
  return bytes;
}

/** Calls `each(shared address, element, or null beside the tensor)` for the elements of a box. */
template <class Each>
void walk_box(const Box &box, Each each) {
  const sp_tensor_map &map = *box.map;
  if (box.to % 1024 != 0) fail("a box is not at a multiple of 1024 bytes");
  if (map.swizzled != 128 || map.box[0] != 64) fail("only boxes with rows of 128 bytes are emulated");
  u32 offset = 0;
  for (u32 r = 0; r < map.box[1]; r++)
    for (u32 c = 0; c < map.box[0]; c++, offset += 2) {
      const i64 where[4] = {box.column + (i64)c, box.row + (i64)r, box.head, box.batch};
      bool inside = true;
      i64 bytes = where[0] * 2;
      for (int axis = 0; axis < 4; axis++) {
        inside = inside && where[axis] >= 0 && (u64)where[axis] < map.sizes[axis];
        if (axis > 0) bytes += where[axis] * map.strides[axis - 1];
      }
      each(swizzle(box.to + offset), inside ? (u16 *)(map.base + bytes) : nullptr);
    }
}

inline void issue_box(const Box &box, u32 signal) {
  for (const Thread &thread : block.threads)
    if (thread.unfenced.from < box.to + box_bytes(*box.map) && box.to < thread.unfenced.to)
      fail("a box is copied over what was stored without a fence");
  walk_box(box, [](u32 at, u16 *) { memset(shared(at, 2), POISON, 2); });
  signal_at(signal).boxes.push_back(box);
}

inline bool has_completed(u32 address, int phase) {
  Signal &signal = signal_at(address);
  if ((signal.phase & 1) == phase && signal.missing == 0) {
    for (const Box &box : signal.boxes) {
      walk_box(box, [](u32 at, u16 *element) {
        if (element == nullptr) memset(shared(at, 2), 0, 2);
        else memcpy(shared(at, 2), element, 2);
      });
      signal.bytes -= box_bytes(*box.map);
    }
    signal.boxes.clear();
    complete(signal);
  }
  return (signal.phase & 1) != phase;
}

struct Named {
  int present = 0, threads = 0;
};
inline Named named[16];

/** True where this arrival completed the barrier. */
inline bool arrive_named(int id, int threads) {
  Named &barrier = named[id];
  if (barrier.present > 0 && barrier.threads != threads) fail("a named barrier is used with two counts");
  barrier.threads = threads;
  if (++barrier.present < threads) return false;
  barrier.present = 0;
  for (Thread &thread : block.threads)
    if (thread.wait == Wait::NAMED && thread.mask == id) thread.wait = Wait::NOTHING;
  return true;
}

struct GroupProduct {
  int width;
  bool add;
  u64 a, b;
  float *d[128];
  const u32 *fragments[128];
};
struct Group {
  std::vector<GroupProduct> open;
  std::vector<std::vector<GroupProduct>> running;
};
inline std::vector<Group> groups;

inline void reset_groups(int warps) {
  groups.assign(warps / 4 + 1, {});
  signals.clear();
  for (Named &barrier : named) barrier = {};
}

/** A matrix in shared memory by the fields of its descriptor (PTX ISA, "Matrix Descriptor Format"). */
struct Operand {
  u32 address, leading, stride;
  explicit Operand(u64 bits)
      : address((u32)(bits & 0x3fff) << 4),
        leading((u32)(bits >> 16 & 0x3fff) << 4),
        stride((u32)(bits >> 32 & 0x3fff) << 4) {
    if (bits >> 62 != 1) fail("an operand that is not in the 128-byte swizzle");
  }
  /** Row by row, the summed dimension contiguous. */
  float by_rows(int row, int k) const { return load(row / 8 * stride + row % 8 * 128 + k * 2); }
  /** Panels of 64 columns, the summed dimension from row to row. */
  float by_columns(int column, int k) const {
    return load(column / 64 * leading + k / 8 * stride + k % 8 * 128 + column % 64 * 2);
  }
  float load(u32 offset) const {
    u16 bits;
    memcpy(&bits, shared(swizzle(address + offset), 2), 2);
    return widen(bits);
  }
};

inline void compute(const GroupProduct &product) {
  static float a[64][16], b[16][256];
  const Operand right(product.b);
  const bool from_registers = product.fragments[0] != nullptr;
  for (int t = 0; t < 128; t++) {
    const int row = t / 32 * 16 + t % 32 / 4, column = t % 4 * 2;
    for (int r = 0; from_registers && r < 4; r++) {
      a[row + r % 2 * 8][column + r / 2 * 8] = widen(product.fragments[t][r] & 0xffff);
      a[row + r % 2 * 8][column + r / 2 * 8 + 1] = widen(product.fragments[t][r] >> 16);
    }
  }
  if (!from_registers) {
    const Operand left(product.a);
    for (int row = 0; row < 64; row++)
      for (int k = 0; k < 16; k++) a[row][k] = left.by_rows(row, k);
  }
  for (int column = 0; column < product.width; column++)
    for (int k = 0; k < 16; k++)
      b[k][column] = from_registers ? right.by_columns(column, k) : right.by_rows(column, k);
  for (int t = 0; t < 128; t++)
    for (int e = 0; e < product.width / 2; e++) {
      const int row = t / 32 * 16 + t % 32 / 4 + e % 4 / 2 * 8, column = e / 4 * 8 + t % 4 * 2 + e % 2;
      float total = product.add ? product.d[t][e] : 0;
      for (int k = 0; k < 16; k++) total += a[row][k] * b[k][column];
      product.d[t][e] = total;
    }
}

inline void group_collective(Thread *threads, Group &group) {
  const Wait what = threads[0].wait;
  for (int t = 1; t < 128; t++)
    if (threads[t].wait != what) {
      block.current = &threads[t];
      fail("the threads of a warpgroup wait for different things");
    }
  if (what == Wait::GROUP_ISSUE) {
    GroupProduct product{threads[0].width, threads[0].add, threads[0].operand_a, threads[0].operand_b, {}, {}};
    for (int t = 0; t < 128; t++) {
      const Thread &thread = threads[t];
      if (thread.operand_a != product.a || thread.operand_b != product.b || thread.add != product.add)
        fail("an operand of a product differs between the threads of a warpgroup");
      product.d[t] = thread.d;
      product.fragments[t] = thread.a;
    }
    group.open.push_back(product);
  } else if (what == Wait::GROUP_COMMIT) {
    group.running.push_back(std::move(group.open));
    group.open.clear();
  } else {
    while ((int)group.running.size() > threads[0].mask) {
      for (const GroupProduct &product : group.running.front()) compute(product);
      group.running.erase(group.running.begin());
    }
  }
  for (int t = 0; t < 128; t++) threads[t].wait = Wait::NOTHING;
}

inline bool run_groups() {
  bool moved = false;
  for (Thread &thread : block.threads)
    if (thread.wait == Wait::SIGNAL && has_completed(thread.address, thread.phase)) {
      thread.wait = Wait::NOTHING;
      moved = true;
    }
  if (moved) return true;  // products are computed when nothing else can happen
  for (size_t first = 0; first + 128 <= block.threads.size(); first += 128) {
    Thread *threads = &block.threads[first];
    int waiting = 0;
    for (int t = 0; t < 128; t++)
      waiting += threads[t].wait >= Wait::GROUP_ISSUE && threads[t].wait <= Wait::GROUP_WAIT;
    if (waiting == 128) {
      group_collective(threads, groups[first / 128]);
      moved = true;
    }
  }
  return moved;
}

}  // namespace emulator

// What the 32 lanes of a warp do together. PTX ISA, "Matrix Fragments for mma.m16n8k16" and "ldmatrix".
#pragma once
#include "elements.h"
#include "machine.h"

namespace emulator {

inline void shuffle(Thread *warp) {
  u32 words[32];
  for (int lane = 0; lane < 32; lane++) words[lane] = warp[lane].word;
  for (int lane = 0; lane < 32; lane++) warp[lane].word = words[lane ^ warp[lane].mask];
}

inline void load_matrix(Thread *warp, bool transposed) {
  for (int matrix = 0; matrix < 4; matrix++) {
    const u16 *rows[8];
    for (int r = 0; r < 8; r++) {
      const u32 address = warp[matrix * 8 + r].address;
      if (address % 16 != 0) fail("ldmatrix: a row does not start at a multiple of 16 bytes");
      rows[r] = (const u16 *)shared(address, 16);
    }
    for (int lane = 0; lane < 32; lane++) {
      const int major = lane / 4, minor = lane % 4 * 2;
      const u16 low = transposed ? rows[minor][major] : rows[major][minor];
      const u16 high = transposed ? rows[minor + 1][major] : rows[major][minor + 1];
      warp[lane].fragment[matrix] = low | (u32)high << 16;
    }
  }
}

inline void product(Thread *warp) {
  static float a[16][16], b[16][8];
  for (int lane = 0; lane < 32; lane++) {
    const int group = lane / 4, pair = lane % 4 * 2;
    for (int r = 0; r < 4; r++) {
      const int row = group + r % 2 * 8, column = pair + r / 2 * 8;
      a[row][column] = widen(warp[lane].a[r] & 0xffff);
      a[row][column + 1] = widen(warp[lane].a[r] >> 16);
    }
    const u32 words[2] = {warp[lane].b0, warp[lane].b1};
    for (int r = 0; r < 2; r++) {
      b[pair + r * 8][group] = widen(words[r] & 0xffff);
      b[pair + r * 8 + 1][group] = widen(words[r] >> 16);
    }
  }
  for (int lane = 0; lane < 32; lane++) {
    const int group = lane / 4, pair = lane % 4 * 2;
    for (int e = 0; e < 4; e++) {
      const int row = group + e / 2 * 8, column = pair + e % 2;
      float sum = warp[lane].d[e];
      for (int k = 0; k < 16; k++) sum += a[row][k] * b[k][column];
      warp[lane].d[e] = sum;
    }
  }
}

inline void warp_collective(Thread *warp) {
  const Wait what = warp[0].wait;
  for (int lane = 1; lane < 32; lane++)
    if (warp[lane].wait != what) {
      block.current = &warp[lane];
      fail("the lanes of a warp wait for different things");
    }
  switch (what) {
    case Wait::SHUFFLE:
      shuffle(warp);
      break;
    case Wait::MATRIX:
      load_matrix(warp, false);
      break;
    case Wait::MATRIX_TRANSPOSED:
      load_matrix(warp, true);
      break;
    case Wait::PRODUCT:
      product(warp);
      break;
    default:
      break;
  }
  for (int lane = 0; lane < 32; lane++) warp[lane].wait = Wait::NOTHING;
}

}  // namespace emulator

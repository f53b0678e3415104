// f16 or bf16, as SP_F16 says.
#pragma once
#include <cstring>
#include "machine.h"

namespace emulator {

#ifdef SP_F16
inline float widen(u16 bits) {
  _Float16 half;
  memcpy(&half, &bits, 2);
  return half;
}
inline u16 narrow(float value) {
  const _Float16 half = value;
  u16 bits;
  memcpy(&bits, &half, 2);
  return bits;
}
#else
inline float widen(u16 bits) {
  const u32 word = (u32)bits << 16;
  float value;
  memcpy(&value, &word, 4);
  return value;
}
inline u16 narrow(float value) {
  u32 word;
  memcpy(&word, &value, 4);
  if ((word & 0x7fffffff) > 0x7f800000) return (u16)(word >> 16 | 64);
  return (u16)((word + 0x7fff + (word >> 16 & 1)) >> 16);
}
#endif

}  // namespace emulator

// Runs emitted kernels under the emulation of their primitives, one block after the other.
#define SP_PRELUDE "../../../codegen/cuda/emulator/prelude.h"
#include SP_PROGRAM

extern "C" const unsigned long sp_stub_params_bytes = sizeof(SpParams);
extern "C" int sp_stub_launch(void* kernel, const void* params, const unsigned* grid, const unsigned* block, unsigned shared) {
  auto run = (void (*)(const SpParams))kernel;
  const SpParams& given = *(const SpParams*)params;
  emulator::block.blocks_x = grid[0];
  for (unsigned y = 0; y < grid[1]; y++)
    for (unsigned x = 0; x < grid[0]; x++) emulator::run_block(x, y, block[0], shared, false, [&] { run(given); });
  return 0;
}

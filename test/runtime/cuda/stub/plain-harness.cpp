// Runs kernels that are plain functions of their parameters and block, one block after the other.
#include SP_PROGRAM

extern "C" const unsigned long sp_stub_params_bytes = sizeof(SpParams);
extern "C" int sp_stub_launch(void* kernel, const void* params, const unsigned* grid, const unsigned*, unsigned) {
  auto run = (void (*)(const SpParams*, int, int))kernel;
  for (unsigned y = 0; y < grid[1]; y++)
    for (unsigned x = 0; x < grid[0]; x++) run((const SpParams*)params, x, y);
  return 0;
}

// Runs the kernels of a launch over all their blocks, one after the other. Usage: run LAUNCH RESULT
//
// LAUNCH is words of 32 bits: 1 where warps run in reverse, bytes of the parameters, pointers in them, buffers, launches;
// then an offset into the parameters and a buffer for each pointer (a tensor map begins with one); then the bytes of each
// buffer; then of each launch its entry of SP_ENTRIES, threads, bytes of shared memory, blocks along x and along y; then
// the parameters of each launch and the buffers themselves. RESULT is the buffers, afterwards.
#include SP_TEXT
#include <fstream>
#include <iterator>

namespace {

/** Memory that ends where a page ends that nobody may touch. */
unsigned char *guarded(size_t bytes) {
  const size_t page = 4096, pages = (bytes + page - 1) / page * page;
  unsigned char *memory =
      (unsigned char *)mmap(nullptr, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) emulator::fail("out of memory");
  mprotect(memory + pages, page, PROT_NONE);
  return memory + pages - bytes;
}

}  // namespace

int main(int count, char **arguments) {
  if (count != 3) emulator::fail("usage: run LAUNCH RESULT");
  std::ifstream input(arguments[1], std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
  const u32 *head = (const u32 *)bytes.data();
  const u32 reversed = head[0], parameter_bytes = head[1], pointers = head[2], buffers = head[3], launches = head[4];
  if (parameter_bytes != sizeof(SpParams)) emulator::fail("the parameters have another size than SpParams");
  const u32 *patches = head + 5, *sizes = patches + 2 * pointers, *launch = sizes + buffers;
  const char *parameters = (const char *)(launch + 5 * launches), *at = parameters + launches * sizeof(SpParams);
  void (*const entries[])(const SpParams) = {SP_ENTRIES};

  std::vector<unsigned char *> memory;
  for (u32 b = 0; b < buffers; b++) {
    memory.push_back(guarded(sizes[b]));
    memcpy(memory[b], at, sizes[b]);
    at += sizes[b];
  }
  for (u32 n = 0; n < launches; n++, launch += 5) {
    alignas(64) SpParams p;
    memcpy((void *)&p, parameters + n * sizeof p, sizeof p);
    for (u32 i = 0; i < pointers; i++) memcpy((char *)&p + patches[2 * i], &memory[patches[2 * i + 1]], 8);
    emulator::block.blocks_x = launch[3];
    for (u32 y = 0; y < launch[4]; y++)
      for (u32 x = 0; x < launch[3]; x++)
        emulator::run_block(x, y, launch[1], launch[2], reversed != 0, [&] { entries[launch[0]](p); });
  }

  std::ofstream output(arguments[2], std::ios::binary);
  for (u32 b = 0; b < buffers; b++) output.write((const char *)memory[b], sizes[b]);
}

// A CUDA driver without a GPU, for tests: the same symbols, device memory on the host, kernels executed by emulation.
// Work waits in its stream until something waits for it, so that a missing synchronisation shows as poison (0xff).
// Arguments are checked by the rules of cuda.h; calls are written down, and any call can be told to fail.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include <dlfcn.h>
#include <unistd.h>

typedef int CUresult;
typedef uint64_t Handle;
enum { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_DEVICE = 101, INVALID_CONTEXT = 201, INVALID_IMAGE = 200,
       INVALID_PTX = 218, INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700 };
typedef int (*Launcher)(void* kernel, const void* params, const unsigned* grid, const unsigned* block, unsigned shared);

namespace {
struct Device { int capability = 90, units = 4, shared = 232448, count = 1, version = 12040; uint64_t memory = 1ull << 30; } device;
struct Block { size_t size; void* base; };
struct Stream { std::deque<std::function<void()>> work; };
struct Event { Handle stream = 0; bool recorded = false; std::shared_ptr<bool> passed = std::make_shared<bool>(false); int polls = 0; double at = 0; };
struct Module { void* library; };
struct Function { void* entry; Launcher launch; size_t params; int shared; std::string name; };
std::map<Handle, Block> memory;
std::map<Handle, Stream> streams = {{0, {}}};
std::map<Handle, Event> events;
std::map<Handle, Module> modules;
std::map<Handle, Function> functions;
std::map<std::string, std::pair<int, int>> failures;
std::string calls;
Handle next = 0x1000, context = 0;
uint64_t used = 0;
int retained = 0, lost = 0, pollsUntilReady = 2;
thread_local Handle current = 0;
const size_t GUARD = 256;

double now() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
void note(const std::string& line) { calls += line + "\n"; }
std::string text(uint64_t value) { return std::to_string(value); }

// What a call does before anything else: is written down, and fails where it was told to.
int begin(const char* name, const std::string& arguments, bool needsContext = true) {
  note(std::string(name) + " " + arguments);
  auto told = failures.find(name);
  if (told != failures.end() && told->second.second-- == 0) { int code = told->second.first; failures.erase(told); return code; }
  if (needsContext && (current == 0 || current != context)) return INVALID_CONTEXT;
  return needsContext && lost ? lost : OK;
}

// Whether bytes from an address on lie in one allocation.
bool inside(Handle pointer, size_t bytes) {
  auto found = memory.upper_bound(pointer);
  if (found == memory.begin()) return false;
  --found;
  return pointer + bytes <= found->first + found->second.size;
}
bool guardsIntact(const Block& block) {
  auto* base = (unsigned char*)block.base;
  for (size_t i = 0; i < GUARD; i++) if (base[i] != 0xa5 || base[GUARD + block.size + i] != 0xa5) return false;
  return true;
}
void drain(Stream& stream) { while (!stream.work.empty()) { auto job = stream.work.front(); stream.work.pop_front(); job(); } }
void drainUntil(Handle stream, const bool& passed) {
  auto found = streams.find(stream);
  while (found != streams.end() && !passed && !found->second.work.empty()) {
    auto job = found->second.work.front(); found->second.work.pop_front(); job(); } }
void drainAll() { for (auto& [handle, stream] : streams) drain(stream); }
}

#define API extern "C" __attribute__((visibility("default")))
#define BEGIN(name, ...) { int code = begin(name, __VA_ARGS__); if (code) return code; }

// ---- what tests call
API const char* stub_calls() { return calls.c_str(); }
API void stub_fail(const char* name, int code, int after) { failures[name] = {code, after}; }
API uint64_t stub_used() { return used; }
API int stub_alive() { return (int)(events.size() + modules.size() + streams.size() - 1) + retained; }
API void stub_device(int capability, int units, int shared, int count, uint64_t bytes) {
  device.capability = capability; device.units = units; device.shared = shared; device.count = count; device.memory = bytes; }
API void stub_reset() { calls.clear(); failures.clear(); device = Device(); lost = 0; }

// ---- the driver API
API CUresult cuInit(unsigned flags) { BEGIN("cuInit", text(flags), false) return flags == 0 ? OK : INVALID_VALUE; }
API CUresult cuDriverGetVersion(int* version) { BEGIN("cuDriverGetVersion", "", false) *version = device.version; return OK; }
API CUresult cuDeviceGetCount(int* count) { BEGIN("cuDeviceGetCount", "", false) *count = device.count; return OK; }
API CUresult cuDeviceGet(int* out, int ordinal) { BEGIN("cuDeviceGet", text(ordinal), false)
  if (ordinal < 0 || ordinal >= device.count) return INVALID_DEVICE; *out = ordinal; return OK; }
API CUresult cuDeviceGetName(char* name, int length, int) { BEGIN("cuDeviceGetName", text(length), false)
  snprintf(name, length, "Stub GPU"); return OK; }
API CUresult cuDeviceTotalMem_v2(size_t* bytes, int) { BEGIN("cuDeviceTotalMem", "", false) *bytes = device.memory; return OK; }
API CUresult cuDeviceGetAttribute(int* value, int attribute, int) {
  BEGIN("cuDeviceGetAttribute", text(attribute), false)
  switch (attribute) {
    case 1: *value = 1024; return OK;
    case 5: *value = 2147483647; return OK;
    case 6: *value = 65535; return OK;
    case 16: *value = device.units; return OK;
    case 38: *value = 50 << 20; return OK;
    case 75: *value = device.capability / 10; return OK;
    case 76: *value = device.capability % 10; return OK;
    case 97: *value = device.shared; return OK;
    default: return INVALID_VALUE;
  }
}
API CUresult cuDevicePrimaryCtxRetain(Handle* out, int) { BEGIN("cuDevicePrimaryCtxRetain", "", false)
  if (!context) context = next++; retained++; *out = context; return OK; }
API CUresult cuDevicePrimaryCtxRelease_v2(int) { BEGIN("cuDevicePrimaryCtxRelease", "", false) retained--; return OK; }
API CUresult cuCtxSetCurrent(Handle given) {
  if (given != context) return INVALID_CONTEXT;
  current = given; return OK; }

API CUresult cuModuleLoadDataEx(Handle* out, const void* image, unsigned count, const int* options, void** values) {
  BEGIN("cuModuleLoadData", text(count))
  char* log = nullptr; size_t room = 0;
  for (unsigned i = 0; i < count; i++) {
    if (options[i] == 5) log = (char*)values[i];
    else if (options[i] == 6) room = (size_t)values[i];
    else return INVALID_VALUE;
  }
  std::string path;
  if (memcmp(image, "\177ELF", 4) == 0) {
    // A module is a shared object here; its length stands in its section headers, as the length of a cubin does.
    uint64_t sections; uint16_t size, number; const char* bytes = (const char*)image;
    memcpy(&sections, bytes + 40, 8); memcpy(&size, bytes + 58, 2); memcpy(&number, bytes + 60, 2);
    char name[] = "/tmp/sparsec-stub-XXXXXX";
    int file = mkstemp(name);
    if (file < 0 || write(file, image, sections + (uint64_t)size * number) < 0) return OUT_OF_MEMORY;
    close(file); path = name;
  } else if (strncmp((const char*)image, "// ptx ", 7) == 0) path = (const char*)image + 7;
  else { if (log) snprintf(log, room, "ptxas application ptx input, line 1; fatal: syntax error"); return INVALID_PTX; }
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library && log) snprintf(log, room, "%s", dlerror());
  if (memcmp(image, "\177ELF", 4) == 0) unlink(path.c_str());
  if (!library) return INVALID_IMAGE;
  *out = next++; modules[*out] = {library}; return OK;
}
API CUresult cuModuleUnload(Handle module) { BEGIN("cuModuleUnload", "")
  drainAll();
  if (!modules.count(module)) return INVALID_HANDLE;
  dlclose(modules[module].library); modules.erase(module); return OK; }
API CUresult cuModuleGetFunction(Handle* out, Handle module, const char* name) {
  BEGIN("cuModuleGetFunction", name)
  if (!modules.count(module)) return INVALID_HANDLE;
  void* library = modules[module].library;
  auto* launch = (Launcher)dlsym(library, "sp_stub_launch");
  auto* bytes = (const size_t*)dlsym(library, "sp_stub_params_bytes");
  void* entry = dlsym(library, name);
  if (!entry) return NOT_FOUND;
  if (!launch || !bytes) return INVALID_IMAGE;
  *out = next++; functions[*out] = {entry, launch, *bytes, 48 * 1024, name}; return OK;
}
API CUresult cuFuncGetAttribute(int* value, int attribute, Handle function) {
  BEGIN("cuFuncGetAttribute", text(attribute))
  if (!functions.count(function)) return INVALID_HANDLE;
  switch (attribute) {
    case 0: *value = 1024; return OK;
    case 1: *value = 0; return OK;
    case 3: *value = 0; return OK;
    case 4: *value = 128; return OK;
    default: return INVALID_VALUE;
  }
}
API CUresult cuFuncSetAttribute(Handle function, int attribute, int value) {
  BEGIN("cuFuncSetAttribute", text(attribute) + " " + text(value))
  if (!functions.count(function)) return INVALID_HANDLE;
  if (attribute != 8 || value < 0 || value > device.shared) return INVALID_VALUE;
  functions[function].shared = value; return OK;
}
API CUresult cuMemAlloc_v2(Handle* out, size_t size) {
  BEGIN("cuMemAlloc", text(size))
  if (size == 0) return INVALID_VALUE;
  if (used + size > device.memory) return OUT_OF_MEMORY;
  size_t total = (size + 2 * GUARD + 255) / 256 * 256;
  auto* base = (unsigned char*)aligned_alloc(256, total);
  memset(base, 0xa5, total);
  memset(base + GUARD, 0xff, size);
  *out = (Handle)(base + GUARD); memory[*out] = {size, base}; used += size; return OK;
}
API CUresult cuMemFree_v2(Handle pointer) {
  BEGIN("cuMemFree", "")
  drainAll();
  auto found = memory.find(pointer);
  if (found == memory.end()) return INVALID_VALUE;
  bool intact = guardsIntact(found->second);
  used -= found->second.size; free(found->second.base); memory.erase(found);
  if (!intact) { note("out of bounds write found"); return ILLEGAL_ADDRESS; }
  return OK;
}
API CUresult cuMemcpyHtoDAsync_v2(Handle to, const void* from, size_t bytes, Handle stream) {
  BEGIN("cuMemcpyHtoDAsync", text(bytes))
  if (!streams.count(stream)) return INVALID_HANDLE;
  if (!from || !inside(to, bytes)) return INVALID_VALUE;
  // Pageable memory is staged before the call returns.
  std::vector<char> staged((const char*)from, (const char*)from + bytes);
  streams[stream].work.push_back([to, staged] { memcpy((void*)to, staged.data(), staged.size()); });
  return OK;
}
API CUresult cuMemcpyDtoHAsync_v2(void* to, Handle from, size_t bytes, Handle stream) {
  BEGIN("cuMemcpyDtoHAsync", text(bytes))
  if (!streams.count(stream)) return INVALID_HANDLE;
  if (!to || !inside(from, bytes)) return INVALID_VALUE;
  drain(streams[stream]);
  memcpy(to, (void*)from, bytes);
  return lost ? lost : OK;
}
API CUresult cuMemsetD8Async(Handle to, unsigned char value, size_t bytes, Handle stream) {
  BEGIN("cuMemsetD8Async", text(value) + " " + text(bytes))
  if (!streams.count(stream)) return INVALID_HANDLE;
  if (!inside(to, bytes)) return INVALID_VALUE;
  streams[stream].work.push_back([=] { memset((void*)to, value, bytes); });
  return OK;
}
API CUresult cuStreamCreate(Handle* out, unsigned flags) { BEGIN("cuStreamCreate", text(flags))
  if (flags > 1) return INVALID_VALUE;
  *out = next++; streams[*out] = {}; return OK; }
API CUresult cuStreamDestroy_v2(Handle stream) { BEGIN("cuStreamDestroy", "")
  if (!streams.count(stream) || stream == 0) return INVALID_HANDLE;
  drain(streams[stream]); streams.erase(stream); return OK; }
API CUresult cuStreamSynchronize(Handle stream) { BEGIN("cuStreamSynchronize", "")
  if (!streams.count(stream)) return INVALID_HANDLE;
  drain(streams[stream]); return lost ? lost : OK; }
API CUresult cuEventCreate(Handle* out, unsigned flags) { BEGIN("cuEventCreate", text(flags))
  *out = next++; events[*out] = {}; return OK; }
API CUresult cuEventDestroy_v2(Handle event) { BEGIN("cuEventDestroy", "")
  return events.erase(event) ? OK : INVALID_HANDLE; }
API CUresult cuEventRecord(Handle event, Handle stream) { BEGIN("cuEventRecord", "")
  if (!events.count(event) || !streams.count(stream)) return INVALID_HANDLE;
  Event fresh; fresh.stream = stream; fresh.recorded = true; events[event] = fresh;
  streams[stream].work.push_back([event, passed = fresh.passed] { *passed = true; auto found = events.find(event); if (found != events.end()) found->second.at = now(); });
  return OK;
}
API CUresult cuStreamWaitEvent(Handle stream, Handle event, unsigned flags) { BEGIN("cuStreamWaitEvent", "")
  if (!events.count(event) || !streams.count(stream)) return INVALID_HANDLE;
  if (flags) return INVALID_VALUE;
  // An event that was never recorded is waited for by nobody; one that is recorded again later is meant as it is now.
  if (!events[event].recorded) return OK;
  streams[stream].work.push_back([other = events[event].stream, passed = events[event].passed] { drainUntil(other, *passed); });
  return OK;
}
API CUresult cuEventQuery(Handle event) {
  BEGIN("cuEventQuery", "")
  if (!events.count(event)) return INVALID_HANDLE;
  if (events[event].polls++ < pollsUntilReady) return NOT_READY;
  drainUntil(events[event].stream, *events[event].passed);
  return lost ? lost : OK;
}
API CUresult cuEventElapsedTime(float* milliseconds, Handle begun, Handle ended) {
  BEGIN("cuEventElapsedTime", "")
  if (!events.count(begun) || !events.count(ended)) return INVALID_HANDLE;
  if (!*events[begun].passed || !*events[ended].passed) return NOT_READY;
  *milliseconds = (float)(events[ended].at - events[begun].at); return OK;
}
API CUresult cuLaunchKernel(Handle function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                            unsigned shared, Handle stream, void** params, void** extra) {
  BEGIN("cuLaunchKernel", (functions.count(function) ? functions[function].name : "?") + " " + text(gx) + " " + text(gy) + " " +
        text(gz) + " " + text(bx) + " " + text(by) + " " + text(bz) + " " + text(shared))
  if (!functions.count(function) || !streams.count(stream)) return INVALID_HANDLE;
  if (!gx || !gy || !gz || gy > 65535 || gz > 65535 || !bx || bx * by * bz > 1024 || extra || !params || !params[0]) return INVALID_VALUE;
  auto& called = functions[function];
  if (shared > (unsigned)called.shared) return INVALID_VALUE;
  // The driver copies the parameters before the call returns.
  size_t room = (called.params + 127) / 64 * 64;
  std::shared_ptr<void> copy(aligned_alloc(64, room), free);
  memcpy(copy.get(), params[0], called.params);
  std::vector<unsigned> grid = {gx, gy, gz}, block = {bx, by, bz};
  streams[stream].work.push_back([=] {
    if (called.launch(called.entry, copy.get(), grid.data(), block.data(), shared)) lost = ILLEGAL_ADDRESS;
  });
  return OK;
}
API CUresult cuTensorMapEncodeTiled(void* map, int type, unsigned rank, Handle address, const uint64_t* dims, const uint64_t* strides,
                                    const uint32_t* box, const uint32_t* steps, int interleave, int swizzle, int promotion, int fill) {
  std::string line = text(type) + " " + text(rank) + " dims";
  for (unsigned i = 0; i < rank && i < 5; i++) line += " " + text(dims[i]);
  line += " strides"; for (unsigned i = 0; i + 1 < rank && i < 4; i++) line += " " + text(strides[i]);
  line += " box"; for (unsigned i = 0; i < rank && i < 5; i++) line += " " + text(box[i]);
  BEGIN("cuTensorMapEncodeTiled", line + " swizzle " + text(swizzle), false)
  const int bytes[] = {1, 2, 4, 4, 8, 8, 2, 4, 8, 2};
  const unsigned inner[] = {0, 32, 64, 128};
  if (type < 0 || type > 9 || rank < 1 || rank > 5 || (uintptr_t)map % 64 || address % 16 || interleave || fill) return INVALID_VALUE;
  if (swizzle < 0 || swizzle > 3 || promotion < 0 || promotion > 3) return INVALID_VALUE;
  for (unsigned i = 0; i < rank; i++) if (!dims[i] || dims[i] > (1ull << 32) || !box[i] || box[i] > 256 || steps[i] != 1) return INVALID_VALUE;
  for (unsigned i = 0; i + 1 < rank; i++) if (strides[i] % 16 || strides[i] >= (1ull << 40) || strides[i] == 0) return INVALID_VALUE;
  if (box[0] * bytes[type] % 16 || (swizzle && box[0] * bytes[type] > inner[swizzle])) return INVALID_VALUE;
  // As sp_tensor_map of test/codegen/cuda/emulator/groups.h.
  if (rank > 4) return INVALID_VALUE;
  struct { uint64_t base, sizes[4], strides[3]; uint32_t box[4], swizzled, rest[11]; } encoded = {};
  static_assert(sizeof encoded == 128, "a CUtensorMap has 128 bytes");
  encoded.base = address; encoded.swizzled = inner[swizzle];
  for (unsigned i = 0; i < 4; i++) { encoded.sizes[i] = i < rank ? dims[i] : 1; encoded.box[i] = i < rank ? box[i] : 1; }
  for (unsigned i = 0; i + 1 < rank; i++) encoded.strides[i] = strides[i];
  memcpy(map, &encoded, sizeof encoded);
  return OK;
}
API CUresult cuGetErrorName(int code, const char** name) {
  static const std::map<int, const char*> names = {{0, "CUDA_SUCCESS"}, {1, "CUDA_ERROR_INVALID_VALUE"}, {2, "CUDA_ERROR_OUT_OF_MEMORY"},
    {100, "CUDA_ERROR_NO_DEVICE"}, {101, "CUDA_ERROR_INVALID_DEVICE"}, {200, "CUDA_ERROR_INVALID_IMAGE"}, {201, "CUDA_ERROR_INVALID_CONTEXT"},
    {209, "CUDA_ERROR_NO_BINARY_FOR_GPU"}, {218, "CUDA_ERROR_INVALID_PTX"}, {400, "CUDA_ERROR_INVALID_HANDLE"}, {500, "CUDA_ERROR_NOT_FOUND"},
    {600, "CUDA_ERROR_NOT_READY"}, {700, "CUDA_ERROR_ILLEGAL_ADDRESS"}};
  auto found = names.find(code);
  *name = found == names.end() ? nullptr : found->second;
  return found == names.end() ? INVALID_VALUE : OK;
}
API CUresult cuGetErrorString(int code, const char** said) {
  const char* name; if (cuGetErrorName(code, &name)) { *said = nullptr; return INVALID_VALUE; }
  *said = code == 209 ? "no kernel image is available for execution on the device" : code == 2 ? "out of memory" : code == 1 ? "invalid argument" : "an error of the stub";
  return OK;
}

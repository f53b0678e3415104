// NVRTC without CUDA, for tests: "cubins" are shared objects that g++ makes of the text and of a harness, the file that
// SPARSEC_STUB_HARNESS names; it includes SP_PROGRAM and says how ./driver.cpp runs a kernel. "PTX" names such an object.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>
#include <unistd.h>

namespace {
struct Program { std::string text, log, object, ptx; std::vector<char> bytes; };
std::map<uint64_t, Program> programs;
std::vector<int> architectures = {75, 80, 86, 89, 90, 100, 120};
std::string options;
uint64_t next = 1;
enum { OK = 0, INVALID_INPUT = 3, INVALID_PROGRAM = 4, INVALID_OPTION = 5, COMPILATION = 6 };

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}
}

#define API extern "C" __attribute__((visibility("default")))
#define PROGRAM(handle) auto at = programs.find(handle); if (at == programs.end()) return INVALID_PROGRAM; Program& program = at->second;

API const char* stub_options() { return options.c_str(); }
API int stub_programs() { return (int)programs.size(); }
API int stub_compilations() { return (int)(next - 1); }
API void stub_architectures(int newest) {
  architectures.clear();
  for (int known : {75, 80, 86, 89, 90, 100, 120}) if (known <= newest) architectures.push_back(known);
}

API int nvrtcVersion(int* major, int* minor) { *major = 12; *minor = 4; return OK; }
API int nvrtcGetNumSupportedArchs(int* count) { *count = (int)architectures.size(); return OK; }
API int nvrtcGetSupportedArchs(int* list) {
  for (size_t i = 0; i < architectures.size(); i++) list[i] = architectures[i];
  return OK;
}
API int nvrtcCreateProgram(uint64_t* out, const char* text, const char* name, int headers, const char** sources, const char** names) {
  if (!text || !name || headers != 0 || sources || names) return INVALID_INPUT;
  *out = next++;
  programs[*out].text = text;
  return OK;
}
API int nvrtcCompileProgram(uint64_t handle, int count, const char** given) {
  PROGRAM(handle)
  options.clear();
  for (int i = 0; i < count; i++) {
    options += std::string(i ? " " : "") + given[i];
    if (strncmp(given[i], "--gpu-architecture=", 19) && strcmp(given[i], "--std=c++17")) return INVALID_OPTION;
  }
  const char* harness = getenv("SPARSEC_STUB_HARNESS");
  if (!harness) { program.log = "SPARSEC_STUB_HARNESS is not set"; return COMPILATION; }
  char folder[] = "/tmp/sparsec-nvrtc-XXXXXX";
  if (!mkdtemp(folder)) return COMPILATION;
  std::string base = folder;
  std::ofstream(base + "/program.cu") << program.text;
  program.object = base + "/program.so";
  // The emulation is told the type of elements that the PTX of the text multiplies. The state of one module must not be
  // that of another that is loaded too.
  const char* type = program.text.find(".f16.f16.f32") == std::string::npos ? "" : "-DSP_F16 ";
  std::string command = std::string("g++ -std=c++17 -O1 -w -shared -fPIC -fno-gnu-unique ") + type + "-DSP_PROGRAM='\"" + base +
                        "/program.cu\"' -I \"$(dirname " + harness + ")\" " + harness + " -o " + program.object + " 2> " + base + "/log";
  int code = system(command.c_str());
  program.log = read(base + "/log");
  std::string object = read(program.object);
  program.bytes.assign(object.begin(), object.end());
  program.ptx = "// ptx " + program.object;
  unlink((base + "/program.cu").c_str()); unlink((base + "/log").c_str());
  // PTX only names the object, which then has to stay.
  if (options.find("=compute_") == std::string::npos) { unlink(program.object.c_str()); rmdir(folder); }
  return code == 0 ? OK : COMPILATION;
}
API int nvrtcGetCUBINSize(uint64_t handle, size_t* size) { PROGRAM(handle) *size = program.bytes.size(); return OK; }
API int nvrtcGetCUBIN(uint64_t handle, char* to) { PROGRAM(handle) memcpy(to, program.bytes.data(), program.bytes.size()); return OK; }
API int nvrtcGetPTXSize(uint64_t handle, size_t* size) { PROGRAM(handle) *size = program.ptx.size() + 1; return OK; }
API int nvrtcGetPTX(uint64_t handle, char* to) { PROGRAM(handle) strcpy(to, program.ptx.c_str()); return OK; }
API int nvrtcGetProgramLogSize(uint64_t handle, size_t* size) { PROGRAM(handle) *size = program.log.size() + 1; return OK; }
API int nvrtcGetProgramLog(uint64_t handle, char* to) { PROGRAM(handle) strcpy(to, program.log.c_str()); return OK; }
API int nvrtcDestroyProgram(uint64_t* handle) { return programs.erase(*handle) ? OK : INVALID_PROGRAM; }

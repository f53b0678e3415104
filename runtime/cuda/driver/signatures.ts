/**
 * The functions of the CUDA driver API that are used, by the symbols that the library exports: cuda.h of CUDA 13.0,
 * which defines `cuMemAlloc` as `cuMemAlloc_v2` and so on. Handles (CUcontext, CUmodule, CUfunction, CUstream, CUevent)
 * and CUdeviceptr are 64-bit integers; `out` is a pointer to what the call writes, `in` one to what it reads.
 */
export const driverSignatures = {
  cuInit: ['uint32_t'],
  cuDriverGetVersion: ['out'],
  cuDeviceGetCount: ['out'],
  cuDeviceGet: ['out', 'int'],
  cuDeviceGetName: ['out', 'int', 'int'],
  cuDeviceTotalMem_v2: ['out', 'int'],
  cuDeviceGetAttribute: ['out', 'int', 'int'],
  cuDevicePrimaryCtxRetain: ['out', 'int'],
  cuDevicePrimaryCtxRelease_v2: ['int'],
  cuCtxSetCurrent: ['uint64_t'],
  cuModuleLoadDataEx: ['out', 'in', 'uint32_t', 'in', 'in'],
  cuModuleUnload: ['uint64_t'],
  cuModuleGetFunction: ['out', 'uint64_t', 'str'],
  cuFuncGetAttribute: ['out', 'int', 'uint64_t'],
  cuFuncSetAttribute: ['uint64_t', 'int', 'int'],
  cuMemAlloc_v2: ['out', 'size_t'],
  cuMemFree_v2: ['uint64_t'],
  cuMemcpyHtoDAsync_v2: ['uint64_t', 'in', 'size_t', 'uint64_t'],
  cuMemcpyDtoHAsync_v2: ['out', 'uint64_t', 'size_t', 'uint64_t'],
  cuMemsetD8Async: ['uint64_t', 'uint8_t', 'size_t', 'uint64_t'],
  cuStreamCreate: ['out', 'uint32_t'],
  cuStreamDestroy_v2: ['uint64_t'],
  cuStreamSynchronize: ['uint64_t'],
  cuStreamWaitEvent: ['uint64_t', 'uint64_t', 'uint32_t'],
  cuEventCreate: ['out', 'uint32_t'],
  cuEventDestroy_v2: ['uint64_t'],
  cuEventRecord: ['uint64_t', 'uint64_t'],
  cuEventQuery: ['uint64_t'],
  cuEventElapsedTime: ['out', 'uint64_t', 'uint64_t'],
  cuLaunchKernel: [
    ...['uint64_t', 'uint32_t', 'uint32_t', 'uint32_t', 'uint32_t', 'uint32_t', 'uint32_t'],
    ...['uint32_t', 'uint64_t', 'in', 'in'],
  ],
  cuTensorMapEncodeTiled: [
    ...['out', 'int', 'uint32_t', 'uint64_t', 'in', 'in', 'in', 'in', 'int', 'int', 'int', 'int'],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type DriverFunction = keyof typeof driverSignatures;

/** Not in drivers before 12.0; needed by kernels with TMA alone. */
export const optionalFunctions: readonly DriverFunction[] = ['cuTensorMapEncodeTiled'];

/** The functions of NVRTC that are used, as in nvrtc.h. `nvrtcProgram` is a 64-bit integer. */
export const nvrtcSignatures = {
  nvrtcVersion: ['out', 'out'],
  nvrtcGetNumSupportedArchs: ['out'],
  nvrtcGetSupportedArchs: ['out'],
  nvrtcCreateProgram: ['out', 'str', 'str', 'int', 'in', 'in'],
  nvrtcCompileProgram: ['uint64_t', 'int', 'in'],
  nvrtcGetCUBINSize: ['uint64_t', 'out'],
  nvrtcGetCUBIN: ['uint64_t', 'out'],
  nvrtcGetPTXSize: ['uint64_t', 'out'],
  nvrtcGetPTX: ['uint64_t', 'out'],
  nvrtcGetProgramLogSize: ['uint64_t', 'out'],
  nvrtcGetProgramLog: ['uint64_t', 'out'],
  nvrtcDestroyProgram: ['in'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type NvrtcFunction = keyof typeof nvrtcSignatures;

/** The koffi type of a parameter. */
export function nativeType(type: string): string {
  switch (type) {
    case 'in':
    case 'out':
      return 'void *';
    case 'str':
      return 'const char *';
    default:
      return type;
  }
}

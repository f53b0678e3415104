/** CUdevice_attribute. */
export const deviceAttribute = {
  maxThreadsPerBlock: 1,
  maxGridX: 5,
  maxGridY: 6,
  multiprocessors: 16,
  l2CacheBytes: 38,
  computeMajor: 75,
  computeMinor: 76,
  maxSharedBytes: 97,
} as const;

/** CUfunction_attribute. */
export const functionAttribute = {
  maxThreadsPerBlock: 0,
  staticSharedBytes: 1,
  localBytes: 3,
  registers: 4,
  maxDynamicSharedBytes: 8,
} as const;

/** CUjit_option. */
export const jitOption = { errorLog: 5, errorLogBytes: 6 } as const;

/** CUtensorMapDataType, CUtensorMapSwizzle (by bytes), CUtensorMapL2promotion. */
export const tensorMap = {
  dataType: { f16: 6, bf16: 9 },
  swizzle: { 64: 2, 128: 3 },
  l2Promotion256: 3,
} as const;

/** CUresult values that are handled by name. */
export const result = { success: 0, outOfMemory: 2, notReady: 600 } as const;

export const STREAM_NON_BLOCKING = 1;
export const EVENT_DEFAULT = 0;
/** What a block may use of dynamic shared memory before it asks for more. */
export const DEFAULT_SHARED_BYTES = 48 * 1024;

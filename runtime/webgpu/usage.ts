/** GPUBufferUsage by value: Node has no such global. https://www.w3.org/TR/webgpu/#buffer-usage */
export const BufferUsage = {
  MAP_READ: 0x0001,
  COPY_SRC: 0x0004,
  COPY_DST: 0x0008,
  UNIFORM: 0x0040,
  STORAGE: 0x0080,
  QUERY_RESOLVE: 0x0200,
} as const;

/** GPUMapMode.READ. */
export const MAP_MODE_READ = 0x0001;
/** GPUShaderStage.COMPUTE. */
export const COMPUTE_STAGE = 0x0004;

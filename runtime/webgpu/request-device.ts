/** Features that kernels or timing use; each is asked for where the adapter has it. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];

/** Limits that WebGPU sets low by default and that larger tiles or longer sequences need. */
const RAISED_LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/**
 * A device with every optional feature that attention can use and with the limits raised to what the adapter allows.
 * Any other device works too; a kernel that needs more than it offers is refused with the limit named.
 */
export async function requestRaisedDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of RAISED_LIMITS) {
    const value = adapter.limits[name];
    if (typeof value === 'number') requiredLimits[name] = value;
  }
  return adapter.requestDevice({
    requiredFeatures: OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits,
  });
}

/** Software adapters (SwiftShader, lavapipe, WARP) want other tiles than hardware; an unknown adapter is hardware. */
export function adapterClass(info: GPUAdapterInfo | undefined): 'software' | 'gpu' {
  return info?.isFallbackAdapter || info?.architecture === 'swiftshader' ? 'software' : 'gpu';
}

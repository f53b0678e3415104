import type { DeviceCapabilities } from '../runtime/launch/choose-kernel.ts';

/** A device without limits, for choosing a kernel where none is opened. */
export const anyDevice: DeviceCapabilities = {
  features: { has: () => true },
  limits: {
    maxComputeWorkgroupStorageSize: Infinity,
    maxComputeInvocationsPerWorkgroup: Infinity,
    maxComputeWorkgroupSizeX: Infinity,
  },
};

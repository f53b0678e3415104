/** `sparsec/runtime/node`: WebGPU devices in Node. Everything else an app needs is in `sparsec/runtime`. */
export { acquireDevice, acquireNullDevice } from './acquire-device.ts';
export type { AcquireOptions, AcquiredDevice, NoDevice } from './acquire-device.ts';
export { MissingPackageError } from './optional-packages.ts';

import { deviceAttribute } from './driver/constants.ts';
import type { Driver } from './driver/driver.ts';

/** What a GPU is and allows. */
export interface DeviceProperties {
  readonly ordinal: number;
  readonly name: string;
  /** Compute capability times ten: 80, 86, 89, 90, 100, 120. */
  readonly capability: number;
  readonly multiprocessors: number;
  /** Bytes of shared memory that one block may ask for. */
  readonly sharedBytes: number;
  readonly threads: number;
  /** Blocks along x, y, z of a launch. */
  readonly grid: readonly [x: number, y: number];
  readonly l2Bytes: number;
  readonly memoryBytes: number;
  /** The CUDA version that the driver serves: 12040 is 12.4. */
  readonly driverVersion: number;
}

/** Reads the properties of the GPU `ordinal`. @throws {CudaError} */
export function readProperties(driver: Driver, ordinal: number): DeviceProperties {
  const subject = `GPU ${ordinal}`;
  const device = new Int32Array(1);
  driver.call('cuDeviceGet', subject, device, ordinal);
  const attribute = (name: keyof typeof deviceAttribute): number => {
    const value = new Int32Array(1);
    driver.call('cuDeviceGetAttribute', `${subject}: ${name}`, value, deviceAttribute[name], device[0]);
    return value[0];
  };
  const name = new Uint8Array(256);
  driver.call('cuDeviceGetName', subject, name, name.length, device[0]);
  const memory = new BigUint64Array(1);
  driver.call('cuDeviceTotalMem_v2', subject, memory, device[0]);
  const version = new Int32Array(1);
  driver.call('cuDriverGetVersion', 'the driver', version);
  return {
    ordinal: device[0],
    name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
    capability: attribute('computeMajor') * 10 + attribute('computeMinor'),
    multiprocessors: attribute('multiprocessors'),
    sharedBytes: attribute('maxSharedBytes'),
    threads: attribute('maxThreadsPerBlock'),
    grid: [attribute('maxGridX'), attribute('maxGridY')],
    l2Bytes: attribute('l2CacheBytes'),
    memoryBytes: Number(memory[0]),
    driverVersion: version[0],
  };
}

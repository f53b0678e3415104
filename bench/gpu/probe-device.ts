import type { CudaDevice } from '../../runtime/cuda/index.ts';

/**
 * Writes where dynamic shared memory begins: bare, and as kernels of sm_90a declare it. Boxes of TMA that are swizzled over
 * 128 bytes, and descriptors of wgmma, want multiples of 1024. An emulation (SP_PRELUDE) has no such addresses.
 */
const code = `
struct SpParams { unsigned* where; };
#ifndef SP_PRELUDE
__device__ __forceinline__ unsigned address_of(const void* pointer) {
  return static_cast<unsigned>(__cvta_generic_to_shared(pointer));
}
extern "C" __global__ void bare(const __grid_constant__ SpParams p) {
  extern __shared__ unsigned char bytes[];
  p.where[0] = address_of(bytes);
}
extern "C" __global__ void aligned(const __grid_constant__ SpParams p) {
  extern __shared__ __align__(1024) unsigned char lines[];
  p.where[1] = address_of(lines);
}
#else
#include SP_PRELUDE
extern "C" void bare(const SpParams p) { p.where[0] = 0; }
extern "C" void aligned(const SpParams p) { p.where[1] = 0; }
#endif
`;

/** Bytes of shared memory that the kernels of sm_90a ask for, about. */
const SHARED_BYTES = 200 * 1024;

export interface ProbeReport {
  /** Address of dynamic shared memory in the window of a block. */
  readonly bare: number;
  readonly aligned: number;
  readonly compile_ms: number;
}

/** Compiles, loads and launches two tiny kernels by hand: the least that everything else stands on. */
export async function probeDevice(device: CudaDevice): Promise<ProbeReport> {
  if (!device.compiler) throw new Error(device.compilerReason);
  const { driver, properties } = device;
  const start = performance.now();
  const image = await device.compiler.compile(code, 'probe', properties.capability);
  const compiled = performance.now() - start;
  const where = device.allocate(8, 'the answer');
  device.fill(where, 0xff);
  device.use();
  const handle = new BigUint64Array(1);
  driver.call('cuModuleLoadDataEx', 'the probe', handle, image.bytes, 0, null, null);
  const [module] = handle;
  const address = BigUint64Array.of(where.pointer);
  const pointers = BigUint64Array.of(driver.koffi.address(address));
  const bytes = Math.min(SHARED_BYTES, properties.sharedBytes);
  for (const name of ['bare', 'aligned']) {
    driver.call('cuModuleGetFunction', name, handle, module, name);
    driver.call('cuFuncSetAttribute', name, handle[0], 8, bytes);
    const shape = [1, 1, 1, 128, 1, 1, bytes];
    driver.call('cuLaunchKernel', name, handle[0], ...shape, device.stream, pointers, null);
  }
  const answer = new Uint32Array(2);
  await device.download(where, answer);
  driver.call('cuModuleUnload', 'the probe', module);
  where.free();
  return { bare: answer[0], aligned: answer[1], compile_ms: compiled };
}

import { messageOf } from '../node/optional-packages.ts';
import { CachedCompiler } from './cached-compiler.ts';
import { CodeCache } from './code-cache.ts';
import { CudaDevice } from './device.ts';
import { readProperties } from './device-properties.ts';
import { Driver } from './driver/driver.ts';
import { importCudaKoffi, type Koffi } from './driver/koffi.ts';
import { cacheFolder } from './find-cache.ts';
import { DRIVER_VARIABLE, driverCandidates, thisMachine, type Machine } from './find-driver.ts';
import { findNvrtc, NVRTC_VARIABLE } from './find-nvrtc.ts';
import { Nvrtc, type CudaCompiler } from './nvrtc.ts';

export interface AcquireCudaOptions {
  /** Which GPU of those that CUDA_VISIBLE_DEVICES leaves; 0 by default. */
  readonly ordinal?: number;
  /** Where to look for libraries: the platform and environment of this process by default. */
  readonly machine?: Machine;
}

export interface AcquiredCuda {
  readonly kind: 'cuda';
  readonly device: CudaDevice;
  /** The GPU for people: `NVIDIA H200 (sm_90, CUDA 12.4)`. */
  readonly description: string;
  /** Gives the context back. The process can end without it. */
  close(): void;
}

/** No GPU: `reason` is a sentence for people that says what was looked for and what is needed. */
export interface NoCuda {
  readonly kind: 'none';
  readonly reason: string;
}

/** The least compute capability times ten that kernels are made for: Ampere. */
const LEAST_CAPABILITY = 80;

const drivers = new Map<string, Driver>();

/**
 * A GPU of the machine through the NVIDIA driver, which is found by the loader, by SPARSEC_CUDA_DRIVER or where
 * containers and WSL keep it. Nothing is thrown where there is none: the answer says why.
 */
export async function acquireCuda(options: AcquireCudaOptions = {}): Promise<AcquiredCuda | NoCuda> {
  const machine = options.machine ?? thisMachine;
  const ordinal = options.ordinal ?? 0;
  try {
    const koffi = await importCudaKoffi();
    const found = openDriver(koffi, machine);
    if (typeof found === 'string') return { kind: 'none', reason: found };
    const count = new Int32Array(1);
    found.call('cuInit', 'the driver', 0);
    found.call('cuDeviceGetCount', 'the driver', count);
    if (ordinal >= count[0]) {
      const present = count[0] === 0 ? 'the driver sees no GPU' : `the driver sees ${count[0]} GPUs`;
      return { kind: 'none', reason: `there is no GPU ${ordinal}: ${present}` };
    }
    const properties = readProperties(found, ordinal);
    const { name, capability, driverVersion } = properties;
    if (capability < LEAST_CAPABILITY) {
      const has = `compute capability ${capability / 10}`;
      return { kind: 'none', reason: `${name} has ${has}, kernels need 8.0 (Ampere) or newer` };
    }
    const major = Math.floor(driverVersion / 1000);
    const device = new CudaDevice(found, properties, openCompiler(koffi, major, machine));
    const version = `CUDA ${major}.${Math.floor((driverVersion % 1000) / 10)}`;
    const description = `${name} (sm_${capability}, ${version})`;
    return { kind: 'cuda', device, description, close: () => device.close() };
  } catch (error) {
    return { kind: 'none', reason: messageOf(error) };
  }
}

/** The driver, or the sentence that says why there is none. */
function openDriver(koffi: Koffi, machine: Machine): Driver | string {
  const candidates = driverCandidates(machine);
  if (candidates.length === 0) return `there is no CUDA on ${machine.platform}: it needs Linux or Windows`;
  const failures: string[] = [];
  for (const path of candidates) {
    try {
      const driver = drivers.get(path) ?? new Driver(koffi, path);
      drivers.set(path, driver);
      return driver;
    } catch (error) {
      failures.push(`${path}: ${messageOf(error)}`);
    }
  }
  return (
    `no CUDA driver was found (${failures.join('; ')}); ` +
    `install the NVIDIA driver, or name its library in ${DRIVER_VARIABLE}`
  );
}

/** NVRTC, the first that loads, behind the user's cache unless that is switched off. */
function openCompiler(
  koffi: Koffi,
  driverMajor: number,
  machine: Machine,
): { readonly found: CudaCompiler | null; readonly reason: string } {
  const failures: string[] = [];
  for (const { path } of findNvrtc(driverMajor, machine)) {
    try {
      const compiler = new Nvrtc(koffi, path);
      const folder = cacheFolder(machine);
      return {
        found: folder === null ? compiler : new CachedCompiler(compiler, new CodeCache(folder)),
        reason: '',
      };
    } catch (error) {
      failures.push(`${path}: ${messageOf(error)}`);
    }
  }
  const looked = failures.length > 0 ? ` (${failures.join('; ')})` : '';
  const reason =
    `no NVRTC was found${looked}: install the CUDA toolkit or \`pip install nvidia-cuda-nvrtc\`, name its library in ` +
    `${NVRTC_VARIABLE}, or compile with \`sparsec compile --target cuda --cubin\` where there is nvcc`;
  return { found: null, reason };
}

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import type { Machine } from '../../../../runtime/cuda/find-driver.ts';

/** Paths of the stub libraries, and what tests ask and tell them; or why there are none. */
export type Stub =
  | { readonly kind: 'none'; readonly reason: string }
  | {
      readonly kind: 'stub';
      /** A machine whose driver and NVRTC are the stubs. */
      readonly machine: Machine;
      /** Every call since the last reset, one a line. */
      calls(): readonly string[];
      /** The `after`-th call from now on of a function (by its public name) gives `code`. */
      fail(name: string, code: number, after?: number): void;
      /** Bytes that are allocated. */
      used(): number;
      /** Contexts, streams, events and modules that are alive. */
      alive(): number;
      device(properties: {
        capability?: number;
        units?: number;
        shared?: number;
        count?: number;
        bytes?: number;
      }): void;
      reset(): void;
      /** The options of the last compilation, and programs that were not destroyed. */
      options(): string;
      programs(): number;
      /** Programs that NVRTC was given since it was loaded. */
      compilations(): number;
      /** The newest architecture that NVRTC knows. */
      architectures(newest: number): void;
    };

/** Builds the stubs once a text of theirs; `harness` (a file beside this one) says how kernels are run. */
export function openStub(harness = 'plain-harness.cpp'): Stub {
  if (process.platform !== 'linux')
    return { kind: 'none', reason: `the stubs are for Linux, not ${process.platform}` };
  try {
    execFileSync('g++', ['--version'], { stdio: 'ignore' });
  } catch {
    return { kind: 'none', reason: 'there is no g++ to build the stub libraries with' };
  }
  const driver = build('driver.cpp');
  const nvrtc = build('nvrtc.cpp');
  process.env.SPARSEC_STUB_HARNESS = fileURLToPath(new URL(harness, import.meta.url));
  const ofDriver = koffi.load(driver);
  const ofNvrtc = koffi.load(nvrtc);
  const fail = ofDriver.func('stub_fail', 'void', ['const char *', 'int', 'int']);
  const device = ofDriver.func('stub_device', 'void', ['int', 'int', 'int', 'int', 'uint64_t']);
  const architectures = ofNvrtc.func('stub_architectures', 'void', ['int']);
  const reset = ofDriver.func('stub_reset', 'void', []);
  const calls = ofDriver.func('stub_calls', 'const char *', []);
  return {
    kind: 'stub',
    machine: {
      platform: 'linux',
      env: { ...process.env, SPARSEC_CUDA_DRIVER: driver, SPARSEC_NVRTC: nvrtc, SPARSEC_CACHE: 'off' },
    },
    calls: () => (calls() as string).split('\n').filter((line) => line !== ''),
    fail: (name, code, after = 0) => fail(name, code, after),
    used: ofDriver.func('stub_used', 'uint64_t', []) as () => number,
    alive: ofDriver.func('stub_alive', 'int', []) as () => number,
    device: ({ capability = 90, units = 4, shared = 232448, count = 1, bytes = 2 ** 30 }) =>
      device(capability, units, shared, count, bytes),
    reset: () => {
      reset();
      architectures(120);
    },
    options: ofNvrtc.func('stub_options', 'const char *', []) as () => string,
    programs: ofNvrtc.func('stub_programs', 'int', []) as () => number,
    compilations: ofNvrtc.func('stub_compilations', 'int', []) as () => number,
    architectures,
  };
}

function build(source: string): string {
  const path = fileURLToPath(new URL(source, import.meta.url));
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `sparsec-stubs-${process.getuid?.() ?? 'user'}`);
  const library = join(folder, `${source}-${hash}.so`);
  if (existsSync(library)) return library;
  mkdirSync(folder, { recursive: true });
  const fresh = `${library}.${process.pid}`;
  const flags = ['-std=c++17', '-O1', '-shared', '-fPIC', '-fvisibility=hidden'];
  execFileSync('g++', [...flags, path, '-o', fresh, '-ldl'], { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(fresh, library);
  return library;
}

import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CudaError } from './cuda-error.ts';
import { architectureOf } from './architecture.ts';
import type { Koffi, NativeFunction } from './driver/koffi.ts';
import { nativeType, nvrtcSignatures, type NvrtcFunction } from './driver/signatures.ts';

/** Code for the driver: a cubin of one architecture, or PTX (with its final zero). */
export interface ModuleImage {
  readonly kind: 'cubin' | 'ptx';
  readonly architecture: string;
  readonly bytes: Uint8Array;
}

/** What the compiler is asked for on a device. */
export interface CompileJob extends Omit<ModuleImage, 'bytes'> {
  readonly options: readonly string[];
}

/** Makes code out of CUDA text at run time. */
export interface CudaCompiler {
  /** `NVRTC 12.4 (/usr/local/cuda/lib64/libnvrtc.so.12)`. */
  readonly description: string;
  /** @throws {CudaError} `shader` with the log of the compiler. */
  compile(code: string, name: string, capability: number): Promise<ModuleImage>;
}

/** NVRTC, the compiler of CUDA as a library: no headers, no host compiler, nothing but the library is needed. */
export class Nvrtc implements CudaCompiler {
  readonly description: string;
  /** The version and the very file of the library: another one may make other code. */
  readonly identity: string;
  private readonly koffi: Koffi;
  private readonly functions = new Map<string, NativeFunction>();

  /** @throws {Error} where the file does not load or lacks a function. */
  constructor(koffi: Koffi, path: string) {
    this.koffi = koffi;
    loadBuiltins(koffi, path);
    const library = koffi.load(path);
    for (const [name, types] of Object.entries(nvrtcSignatures)) {
      this.functions.set(name, library.func(name, 'int', types.map(nativeType)));
    }
    const [major, minor] = [new Int32Array(1), new Int32Array(1)];
    this.check(
      'nvrtcVersion',
      'the version',
      '',
      this.functions.get('nvrtcVersion')!(major, minor) as number,
    );
    this.description = `NVRTC ${major[0]}.${minor[0]} (${path})`;
    this.identity = `${this.description} ${fileIdentity(path)}`;
  }

  /**
   * A device that is newer than the compiler gets PTX of the newest architecture, which its driver translates.
   *
   * @throws {CudaError} `limit` for a device that is older than all that it makes code for.
   */
  jobFor(name: string, capability: number): CompileJob {
    const known = this.architectures();
    const exact = known.includes(capability);
    const newest = known.filter((number) => number <= capability).at(-1);
    if (newest === undefined) {
      const text = `${this.description} makes code for no device of compute capability ${capability / 10}`;
      throw new CudaError('limit', 'nvrtcGetSupportedArchs', 0, name, text);
    }
    const architecture = exact ? architectureOf(capability) : `compute_${newest}`;
    const options = [`--gpu-architecture=${architecture}`, '--std=c++17'];
    return { kind: exact ? 'cubin' : 'ptx', architecture, options };
  }

  async compile(code: string, name: string, capability: number): Promise<ModuleImage> {
    const { kind, architecture, options } = this.jobFor(name, capability);
    const program = new BigUint64Array(1);
    this.call('nvrtcCreateProgram', name, program, code, `${name}.cu`, 0, null, null);
    try {
      await this.translate(program[0], name, options);
      const bytes =
        kind === 'cubin'
          ? this.read(program[0], name, 'nvrtcGetCUBINSize', 'nvrtcGetCUBIN')
          : this.read(program[0], name, 'nvrtcGetPTXSize', 'nvrtcGetPTX');
      return { kind, architecture, bytes };
    } finally {
      this.call('nvrtcDestroyProgram', name, program);
    }
  }

  /** Compute capabilities times ten that code can be made for, ascending. */
  private architectures(): readonly number[] {
    const count = new Int32Array(1);
    this.call('nvrtcGetNumSupportedArchs', 'the architectures', count);
    const list = new Int32Array(count[0]);
    this.call('nvrtcGetSupportedArchs', 'the architectures', list);
    return [...list].sort((a, b) => a - b);
  }

  /** Compiling takes up to seconds, so it runs on a thread of koffi. */
  private async translate(program: bigint, name: string, options: readonly string[]): Promise<void> {
    const texts = options.map((option) => new TextEncoder().encode(`${option}\0`));
    const list = BigUint64Array.from(texts, (text) => this.koffi.address(text));
    const compile = this.functions.get('nvrtcCompileProgram')!;
    const code = await new Promise<number>((resolve, reject) => {
      compile.async(program, list.length, list, (error: unknown, value: number) =>
        error ? reject(error) : resolve(value),
      );
    });
    // The option texts must outlive the call: only their addresses were handed over.
    void texts.length;
    if (code !== 0) {
      const log = this.text(this.read(program, name, 'nvrtcGetProgramLogSize', 'nvrtcGetProgramLog'));
      this.check('nvrtcCompileProgram', `${name} (${options[0]})`, log, code);
    }
  }

  private read(program: bigint, name: string, sizeOf: NvrtcFunction, get: NvrtcFunction): Uint8Array {
    const size = new BigUint64Array(1);
    this.call(sizeOf, name, program, size);
    const bytes = new Uint8Array(Number(size[0]));
    this.call(get, name, program, bytes);
    return bytes;
  }

  private text(bytes: Uint8Array): string {
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
  }

  private call(name: NvrtcFunction, subject: string, ...values: readonly unknown[]): void {
    const log = '';
    this.check(name, subject, log, this.functions.get(name)!(...values) as number);
  }

  private check(name: NvrtcFunction, subject: string, log: string, code: number): void {
    if (code === 0) return;
    const detail = log ? `:\n${log}` : '';
    const text = `${name} failed for ${subject}: ${RESULTS[code] ?? 'an unknown nvrtcResult'} (${code})${detail}`;
    throw new CudaError('shader', name, code, subject, text);
  }
}

/**
 * NVRTC opens the library of its built-in functions by name, when it first compiles, and the loader finds that only where it
 * looks anyway. Wheels of pip bring it beside NVRTC: what was loaded before is found by its name. Where it is missing
 * NVRTC says so.
 */
function loadBuiltins(koffi: Koffi, path: string): void {
  const folder = dirname(path);
  if (folder === '.') return;
  for (const name of filesOf(folder)) {
    if (!/^(libnvrtc-builtins\.so\.\d+\.\d+|nvrtc-builtins64_\d+\.dll)$/.test(name)) continue;
    try {
      koffi.load(join(folder, name));
    } catch {
      // Of another version or machine: NVRTC may not want this one.
    }
  }
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Size and time of a library, where the path is one and not a name that the loader looks up. */
function fileIdentity(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.size} ${found.mtimeMs}` : '';
}

/** nvrtcResult by value, nvrtc.h. */
const RESULTS: readonly string[] = [
  'NVRTC_SUCCESS',
  'NVRTC_ERROR_OUT_OF_MEMORY',
  'NVRTC_ERROR_PROGRAM_CREATION_FAILURE',
  'NVRTC_ERROR_INVALID_INPUT',
  'NVRTC_ERROR_INVALID_PROGRAM',
  'NVRTC_ERROR_INVALID_OPTION',
  'NVRTC_ERROR_COMPILATION',
  'NVRTC_ERROR_BUILTIN_OPERATION_FAILURE',
  'NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION',
  'NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION',
  'NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID',
  'NVRTC_ERROR_INTERNAL_ERROR',
];

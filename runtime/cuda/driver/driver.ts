import { CudaError, kindOfResult } from '../cuda-error.ts';
import { result } from './constants.ts';
import type { Koffi, NativeFunction } from './koffi.ts';
import { driverSignatures, nativeType, optionalFunctions, type DriverFunction } from './signatures.ts';

/** What a call takes: integers, addresses and handles, typed arrays and texts. */
export type NativeValue = number | bigint | string | ArrayBufferView | null;

/** The CUDA driver library of the machine: its functions by name, every result checked. */
export class Driver {
  readonly koffi: Koffi;
  /** The file that was loaded. */
  readonly path: string;
  private readonly functions = new Map<string, NativeFunction>();
  private readonly errorName: NativeFunction;
  private readonly errorText: NativeFunction;

  /** @throws {Error} where the file does not load or lacks a function. */
  constructor(koffi: Koffi, path: string) {
    this.koffi = koffi;
    this.path = path;
    const library = koffi.load(path);
    for (const [name, types] of Object.entries(driverSignatures)) {
      try {
        this.functions.set(name, library.func(name, 'int', types.map(nativeType)));
      } catch (error) {
        if (!(optionalFunctions as readonly string[]).includes(name)) throw error;
      }
    }
    this.errorName = library.func('cuGetErrorName', 'int', ['int', 'void *']);
    this.errorText = library.func('cuGetErrorString', 'int', ['int', 'void *']);
  }

  has(name: DriverFunction): boolean {
    return this.functions.has(name);
  }

  /**
   * Calls a function; `subject` is what the call works on, for the message: `q (2 MiB)`.
   *
   * @throws {CudaError}
   */
  call(name: DriverFunction, subject: string, ...values: readonly NativeValue[]): void {
    const code = this.attempt(name, ...values);
    if (code !== result.success) throw this.error(name, code, subject);
  }

  /** Calls a function and gives its CUresult. */
  attempt(name: DriverFunction, ...values: readonly NativeValue[]): number {
    const callee = this.functions.get(name);
    if (!callee) {
      const text = `${publicName(name)} is not in ${this.path}: the driver is too old for this kernel`;
      throw new CudaError('limit', publicName(name), 0, publicName(name), text);
    }
    return callee(...values) as number;
  }

  /** The error of a call that gave `code`; `detail` is what else is known, such as the log of the JIT compiler. */
  error(name: DriverFunction, code: number, subject: string, detail = ''): CudaError {
    const said = this.describe(code);
    const more = detail ? `\n${detail}` : '';
    const text = `${publicName(name)} failed for ${subject}: ${said}${more}`;
    return new CudaError(kindOfResult(code), publicName(name), code, subject, text);
  }

  /** `CUDA_ERROR_INVALID_VALUE (1): invalid argument`. */
  private describe(code: number): string {
    const read = (from: NativeFunction): string | null => {
      const pointer = new BigUint64Array(1);
      return from(code, pointer) === result.success && pointer[0] !== 0n
        ? this.koffi.decode.string(pointer[0])
        : null;
    };
    const name = read(this.errorName) ?? 'an unknown CUresult';
    const text = read(this.errorText);
    return `${name} (${code})${text ? `: ${text}` : ''}`;
  }
}

/** The name that documentation uses: `cuMemAlloc` for `cuMemAlloc_v2`. */
function publicName(name: string): string {
  return name.replace(/_v\d+$/, '').replace(/Ex$/, '');
}

import { koffiPurpose, MissingPackageError } from '../../node/optional-packages.ts';

/** A C function: integers and floats as numbers or bigints, pointers as typed arrays, addresses or null. */
export interface NativeFunction {
  (...values: readonly unknown[]): unknown;
  /** The same on a thread of koffi; the last argument hears the result. */
  readonly async: (...values: readonly unknown[]) => void;
}

export interface NativeLibrary {
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
}

/** The part of npm `koffi` that is used. */
export interface Koffi {
  load(path: string): NativeLibrary;
  /** The address of the bytes of a typed array. */
  address(value: ArrayBufferView): bigint;
  readonly decode: { string(address: bigint): string };
}

/** npm `koffi`. @throws {MissingPackageError} */
export async function importCudaKoffi(): Promise<Koffi> {
  try {
    const loaded = (await import('koffi')) as unknown as Koffi & { default?: Koffi };
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new MissingPackageError('koffi', koffiPurpose, cause);
  }
}

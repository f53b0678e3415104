import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The part of npm `webgpu` (Dawn) that is used. */
export interface DawnModule {
  /** A new instance; `options` are `key=value` texts such as `enable-dawn-features=…` and `backend=null`. */
  create(options: string[]): GPU;
}

/** The part of npm `koffi` that is used: loads a shared library and throws when the loader refuses it. */
export interface KoffiModule {
  load(path: string): unknown;
}

export interface PackageRoot {
  readonly folder: string;
  readonly version: string;
}

/** A package of the optional peers is not installed, or does not load on this machine. */
export class MissingPackageError extends Error {
  readonly packageName: string;
  constructor(packageName: string, purpose: string, cause: unknown) {
    const absent = isNotFound(cause);
    super(
      absent
        ? `the package "${packageName}" is not installed; it ${purpose}: npm install ${packageName}`
        : `the package "${packageName}" does not load (it ${purpose}): ${messageOf(cause)}`,
      { cause },
    );
    this.name = 'MissingPackageError';
    this.packageName = packageName;
  }
}

/** npm `webgpu`. @throws {MissingPackageError} */
export async function importDawn(): Promise<DawnModule> {
  try {
    return (await import('webgpu')) as unknown as DawnModule;
  } catch (cause) {
    throw new MissingPackageError('webgpu', 'runs WebGPU in Node', cause);
  }
}

/** What npm `koffi` is for. */
export const koffiPurpose = 'calls native libraries: the Vulkan loader, the CUDA driver';

/** npm `koffi`. @throws {MissingPackageError} */
export async function importKoffi(): Promise<KoffiModule> {
  try {
    const loaded = (await import('koffi')) as unknown as KoffiModule & { default?: KoffiModule };
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new MissingPackageError('koffi', koffiPurpose, cause);
  }
}

/** Where npm `@sparticuz/chromium`, the carrier of SwiftShader, is installed. @throws {MissingPackageError} */
export function findSwiftShaderPackage(): PackageRoot {
  const name = '@sparticuz/chromium';
  try {
    let folder = dirname(createRequire(import.meta.url).resolve(name));
    for (; folder !== dirname(folder); folder = dirname(folder)) {
      const manifest = join(folder, 'package.json');
      if (!existsSync(manifest)) continue;
      const parsed = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; version?: string };
      if (parsed.name === name) return { folder, version: parsed.version ?? 'unknown' };
    }
    throw new Error('its package.json was not found');
  } catch (cause) {
    throw new MissingPackageError(name, 'carries the software adapter SwiftShader', cause);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isNotFound(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

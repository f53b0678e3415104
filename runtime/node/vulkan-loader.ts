import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { importKoffi } from './optional-packages.ts';
import { unpackSwiftShader } from './unpack-swiftshader.ts';

let loaded: Promise<void> | null = null;

/**
 * Puts a Vulkan loader into the process, the machine's or else the one beside SwiftShader: Dawn opens
 * "libvulkan.so.1", and a library that is already loaded under that soname is what it gets. Off Linux, Dawn brings its
 * backend itself.
 *
 * @throws {MissingPackageError} when there is no system loader and a package for the other one is missing.
 */
export function loadVulkan(): Promise<void> {
  loaded ??= process.platform === 'linux' ? loadOnLinux() : Promise.resolve();
  return loaded;
}

async function loadOnLinux(): Promise<void> {
  const koffi = await importKoffi();
  try {
    koffi.load('libvulkan.so.1');
  } catch {
    koffi.load(unpackSwiftShader().loader);
  }
}

/** The user named a Vulkan driver, which then goes before the one out of npm. */
export function hasChosenDriver(): boolean {
  return !!(process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES);
}

/** Whether a Vulkan driver is installed, by its manifest; without one the loader only writes warnings to stderr. */
export function hasSystemDriver(): boolean {
  if (process.platform !== 'linux' || hasChosenDriver()) return true;
  const data = process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share');
  const dataDirs = (process.env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(':');
  const bases = [...dataDirs, data, '/usr/local/share', '/usr/share', '/usr/local/etc', '/etc'];
  return bases.some((base) => holdsManifest(join(base, 'vulkan', 'icd.d')));
}

function holdsManifest(folder: string): boolean {
  try {
    return readdirSync(folder).some((file) => file.endsWith('.json'));
  } catch {
    return false;
  }
}

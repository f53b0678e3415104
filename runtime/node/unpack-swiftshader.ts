import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { findSwiftShaderPackage, type PackageRoot } from './optional-packages.ts';
import { readTar } from './read-tar.ts';

/** Paths of the unpacked software adapter. */
export interface SwiftShaderFiles {
  readonly version: string;
  /** The Vulkan loader, `libvulkan.so.1`. */
  readonly loader: string;
  /** The driver manifest that VK_ICD_FILENAMES names; it points at `libvk_swiftshader.so` beside it. */
  readonly driver: string;
}

const LOADER = 'libvulkan.so.1';
const DRIVER = 'vk_swiftshader_icd.json';
const NEEDED: readonly string[] = [LOADER, DRIVER, 'libvk_swiftshader.so'];

/**
 * Unpacks SwiftShader and its Vulkan loader out of npm `@sparticuz/chromium` into a folder of this user, once a version.
 * Processes that do so at the same time do not disturb each other: each unpacks beside the target and renames.
 *
 * @throws {MissingPackageError} when the package is not installed.
 * @throws {Error} on another platform than Linux on x64, or when no folder can be written.
 */
export function unpackSwiftShader(cacheRoot: string = userCacheFolder()): SwiftShaderFiles {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `SwiftShader out of npm serves linux-x64 only, this is ${process.platform}-${process.arch}`,
    );
  }
  const carrier = findSwiftShaderPackage();
  const target = join(cacheRoot, `swiftshader-${carrier.version}-${process.arch}`);
  if (!isComplete(target)) unpackInto(target, carrier, cacheRoot);
  return { version: carrier.version, loader: join(target, LOADER), driver: join(target, DRIVER) };
}

function unpackInto(target: string, carrier: PackageRoot, cacheRoot: string): void {
  const packed = readFileSync(join(carrier.folder, 'bin', 'swiftshader.tar.br'));
  const fresh = mkdtempSync(join(cacheRoot, 'unpack-'));
  try {
    for (const entry of readTar(brotliDecompressSync(packed))) {
      const name = basename(entry.name);
      if (NEEDED.includes(name)) writeFileSync(join(fresh, name), entry.data, { mode: 0o700 });
    }
    const absent = NEEDED.filter((name) => !existsSync(join(fresh, name)));
    if (absent.length > 0)
      throw new Error(`@sparticuz/chromium ${carrier.version} holds no ${absent.join(', ')}`);
    replaceFolder(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Renaming onto a folder that has files fails: then another process was faster, or the old one lost a file. */
function replaceFolder(fresh: string, target: string): void {
  try {
    renameSync(fresh, target);
  } catch (error) {
    if (isComplete(target)) return;
    if (!existsSync(target)) throw error;
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  }
}

function isComplete(folder: string): boolean {
  return NEEDED.every((name) => existsSync(join(folder, name)));
}

/**
 * A folder that only this user can write: libraries are loaded from it. XDG_CACHE_HOME or ~/.cache, else a private
 * folder in the temporary one.
 */
export function userCacheFolder(): string {
  const bases = [process.env.XDG_CACHE_HOME, join(homedir(), '.cache')].filter(
    (base): base is string => !!base,
  );
  for (const base of bases) {
    try {
      return privateFolder(join(base, 'sparsec'));
    } catch {
      // Read-only homes are usual in containers; the temporary folder is next.
    }
  }
  return privateFolder(join(tmpdir(), `sparsec-${process.getuid?.() ?? 'user'}`));
}

function privateFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const status = lstatSync(folder);
  const owner = process.getuid?.();
  if (!status.isDirectory() || (owner !== undefined && status.uid !== owner)) {
    throw new Error(`${folder} is not a folder of this user`);
  }
  chmodSync(folder, 0o700);
  return folder;
}

import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files together; beyond that those that were not used for longest go, down to three quarters. */
const LIMIT = 256 * 2 ** 20;

/** A file begins with the hash of what follows it. */
const DIGEST_BYTES = 32;
const SUFFIX = '.code';

/**
 * Compiled code in files of one folder, by key. Files appear whole, by renaming, and one that was damaged is not read, so
 * that any number of processes may share a folder. A folder that cannot be read or written is no error: nothing is
 * found there and nothing is kept.
 */
export class CodeCache {
  readonly folder: string;
  private readonly limit: number;

  constructor(folder: string, limit = LIMIT) {
    this.folder = folder;
    this.limit = limit;
  }

  /** What was kept under a key, or null. */
  read(key: string): Uint8Array | null {
    const path = this.pathOf(key);
    return quietly(null, () => {
      if (!isOwn(this.folder)) return null;
      const file = readFileSync(path);
      const bytes = file.subarray(DIGEST_BYTES);
      if (!digestOf(bytes).equals(file.subarray(0, DIGEST_BYTES))) {
        rmSync(path, { force: true });
        return null;
      }
      // The time of the last use is the age of the file.
      const now = new Date();
      utimesSync(path, now, now);
      return bytes;
    });
  }

  /** Keeps bytes under a key; false where the folder cannot be written. */
  write(key: string, bytes: Uint8Array): boolean {
    return quietly(false, () => {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      if (!isOwn(this.folder)) return false;
      const fresh = join(this.folder, `${randomBytes(8).toString('hex')}.new`);
      try {
        writeFileSync(fresh, Buffer.concat([digestOf(bytes), bytes]), { mode: 0o600 });
        renameSync(fresh, this.pathOf(key));
      } finally {
        rmSync(fresh, { force: true });
      }
      this.shrink();
      return true;
    });
  }

  private shrink(): void {
    const files = readdirSync(this.folder).flatMap((name) =>
      quietly([], () => {
        const path = join(this.folder, name);
        const { size, mtimeMs } = statSync(path);
        return [{ path, size, used: mtimeMs }];
      }),
    );
    let total = files.reduce((sum, { size }) => sum + size, 0);
    if (total <= this.limit) return;
    for (const { path, size } of files.sort((a, b) => a.used - b.used)) {
      if (total <= 0.75 * this.limit) return;
      rmSync(path, { force: true });
      total -= size;
    }
  }

  private pathOf(key: string): string {
    return join(this.folder, `${key}${SUFFIX}`);
  }
}

/** A key for everything that code depends on. */
export function codeKey(parts: readonly string[]): string {
  const hash = createHash('sha256');
  // Lengths keep two lists with the same text apart.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

/** Whether this user alone can put files there: what is found is run. Windows keeps users apart by other means. */
function isOwn(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** What `action` gives; `otherwise` where the file system refuses. */
function quietly<Value>(otherwise: Value, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return otherwise;
    throw error;
  }
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTar } from '../../../runtime/node/read-tar.ts';

function archiveOf(files: Readonly<Record<string, string>>): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'tar-'));
  try {
    mkdirSync(join(folder, 'inner'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return execFileSync('tar', ['--format=ustar', '-cf', '-', '-C', folder, '.']);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('files of an archive that tar wrote, of every length around a block', () => {
  const files: Record<string, string> = {};
  for (const length of [0, 1, 511, 512, 513, 2000]) files[`inner/f${length}`] = 'x'.repeat(length);
  const entries = readTar(archiveOf(files));
  expect(entries.map(({ name }) => name.replace('./', '')).sort()).toEqual(Object.keys(files).sort());
  for (const { name, data } of entries) expect(data.length).toBe(Number(name.match(/f(\d+)$/)?.[1]));
});

test('an archive that ends inside a file is refused by the name of the file', () => {
  const archive = archiveOf({ long: 'y'.repeat(5000) });
  expect(() => readTar(archive.subarray(0, 2048))).toThrow(/the archive is damaged at ".*long"/);
});

test('an empty archive has no files', () => {
  expect(readTar(new Uint8Array(1024))).toEqual([]);
  expect(readTar(new Uint8Array(0))).toEqual([]);
});

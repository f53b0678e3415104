import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpackSwiftShader, userCacheFolder } from '../../../runtime/node/unpack-swiftshader.ts';

let cache: string;
beforeEach(() => (cache = mkdtempSync(join(tmpdir(), 'cache-'))));
afterEach(() => rmSync(cache, { recursive: true }));

test('unpacks once, whole, and leaves nothing else behind', () => {
  const files = unpackSwiftShader(cache);
  const folder = dirname(files.loader);
  expect(readdirSync(folder).sort()).toEqual([
    'libvk_swiftshader.so',
    'libvulkan.so.1',
    'vk_swiftshader_icd.json',
  ]);
  expect(JSON.parse(readFileSync(files.driver, 'utf8'))).toMatchObject({
    ICD: { library_path: './libvk_swiftshader.so' },
  });
  expect(readdirSync(cache)).toHaveLength(1);
  const before = statSync(files.loader).mtimeMs;
  expect(unpackSwiftShader(cache)).toEqual(files);
  expect(statSync(files.loader).mtimeMs).toBe(before);
});

test('a folder that lost a file is unpacked again', () => {
  const files = unpackSwiftShader(cache);
  rmSync(files.driver);
  unpackSwiftShader(cache);
  expect(existsSync(files.driver)).toBe(true);
  expect(readdirSync(cache)).toHaveLength(1);
});

test('the cache is a folder that only this user can write', () => {
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = cache;
  try {
    const folder = userCacheFolder();
    expect(folder).toBe(join(cache, 'sparsec'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  }
});

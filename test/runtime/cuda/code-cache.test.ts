import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireCuda } from '../../../runtime/cuda/index.ts';
import { codeKey, CodeCache } from '../../../runtime/cuda/code-cache.ts';
import { cacheFolder } from '../../../runtime/cuda/find-cache.ts';
import { stub, whyNot } from './stubbed-device.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-cache-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytesOf = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);
const fileOf = (key: string): string => join(folder, `${key}.code`);

test.each([
  ['linux', {}, join(homedir(), '.cache')],
  ['linux', { HOME: '/home/ann' }, '/home/ann/.cache'],
  ['linux', { HOME: '/home/ann', XDG_CACHE_HOME: '/fast/cache' }, '/fast/cache'],
  ['win32', { LOCALAPPDATA: 'C:/Users/ann/AppData/Local' }, 'C:/Users/ann/AppData/Local'],
  ['linux', { XDG_CACHE_HOME: '/fast/cache', SPARSEC_CACHE: '/mine' }, '/mine'],
] as const)('on %s with %o code is kept in %s', (platform, env: Record<string, string>, root) => {
  expect(cacheFolder({ platform, env: { HOME: env.HOME ?? homedir(), ...env } })).toBe(
    join(root, 'sparsec', 'nvrtc'),
  );
});

test('SPARSEC_CACHE=off keeps nothing', () => {
  expect(cacheFolder({ platform: 'linux', env: { SPARSEC_CACHE: 'off' } })).toBeNull();
});

describe('the folder', () => {
  test('gives back what was kept, and nothing for another key', () => {
    const cache = new CodeCache(join(folder, 'deep', 'down'));
    expect(cache.read('a')).toBeNull();
    expect(cache.write('a', bytesOf(1000, 7))).toBe(true);
    expect(cache.read('a')).toEqual(Buffer.from(bytesOf(1000, 7)));
    expect(cache.read('b')).toBeNull();
    expect(readdirSync(cache.folder)).toEqual(['a.code']);
  });

  test.each([
    ['cut short', (file: Buffer) => file.subarray(0, 900)],
    ['changed in one bit', (file: Buffer) => (file.writeUInt8(file[700] ^ 1, 700), file)],
    ['empty', () => Buffer.alloc(0)],
  ])('does not read a file that is %s, and removes it', (_, damage) => {
    const cache = new CodeCache(folder);
    cache.write('a', bytesOf(1000, 7));
    writeFileSync(fileOf('a'), damage(readFileSync(fileOf('a'))));
    expect(cache.read('a')).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is kept under its bound: what was not used for longest goes', () => {
    const cache = new CodeCache(folder, 4600);
    ['a', 'b', 'c'].forEach((key, at) => {
      cache.write(key, bytesOf(key === 'b' ? 1500 : 1000, at));
      utimesSync(fileOf(key), new Date(), new Date(Date.now() - 1e6 + at * 1e5));
    });
    // Used now, so that `b` is the oldest.
    expect(cache.read('a')).not.toBeNull();
    cache.write('d', bytesOf(1000, 4));
    const left = readdirSync(folder).sort();
    expect(left).toEqual(['a.code', 'c.code', 'd.code']);
    expect(left.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThanOrEqual(3450);
  });

  test('is none where it cannot be made', () => {
    writeFileSync(join(folder, 'file'), '');
    const cache = new CodeCache(join(folder, 'file', 'below'));
    expect(cache.write('a', bytesOf(10, 1))).toBe(false);
    expect(cache.read('a')).toBeNull();
  });

  test.skipIf(process.platform === 'win32')('is none where others may write', () => {
    const cache = new CodeCache(folder);
    cache.write('a', bytesOf(10, 1));
    chmodSync(folder, 0o777);
    expect(cache.read('a')).toBeNull();
    expect(cache.write('b', bytesOf(10, 2))).toBe(false);
    chmodSync(folder, 0o700);
    expect(cache.read('a')).not.toBeNull();
  });

  // Root may write everywhere.
  test.skipIf(process.getuid?.() === 0)('is read where it cannot be written', () => {
    const cache = new CodeCache(folder);
    cache.write('a', bytesOf(10, 1));
    chmodSync(folder, 0o500);
    expect(cache.write('b', bytesOf(10, 2))).toBe(false);
    expect(cache.read('a')).toEqual(Buffer.from(bytesOf(10, 1)));
    chmodSync(folder, 0o700);
  });
});

test('keys tell lists of texts apart', () => {
  const lists = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], ['1:a']];
  expect(new Set(lists.map(codeKey)).size).toBe(lists.length);
});

describe.skipIf(whyNot)(`in front of the stub NVRTC ${whyNot}`, () => {
  const text = (number: number): string => `
    struct SpParams { int x; };
    extern "C" void attend(const SpParams*, int, int) { (void)${number}; }`;

  async function compilerOf(env: Record<string, string>) {
    if (stub.kind === 'none') throw new Error(stub.reason);
    stub.reset();
    const cuda = await acquireCuda({ machine: { ...stub.machine, env: { ...stub.machine.env, ...env } } });
    if (cuda.kind === 'none') throw new Error(cuda.reason);
    return { compiler: cuda.device.compiler!, stub, close: () => cuda.close() };
  }

  test('a text is compiled once; another text, name or device is compiled anew', async () => {
    const env = { SPARSEC_CACHE: folder };
    const first = await compilerOf(env);
    expect(first.compiler.description).toMatch(/^NVRTC 12\.4 \(.+\), code is kept in .+nvrtc$/);
    const image = await first.compiler.compile(text(1), 'one', 90);
    const compiled = first.stub.compilations();
    first.close();

    const second = await compilerOf(env);
    const again = await second.compiler.compile(text(1), 'one', 90);
    expect(second.stub.compilations()).toBe(compiled);
    expect({ ...again, bytes: Buffer.from(again.bytes) }).toEqual({
      ...image,
      bytes: Buffer.from(image.bytes),
    });
    expect(again).toMatchObject({ kind: 'cubin', architecture: 'sm_90a' });

    await second.compiler.compile(text(2), 'one', 90);
    await second.compiler.compile(text(1), 'two', 90);
    await second.compiler.compile(text(1), 'one', 89);
    expect(second.stub.compilations()).toBe(compiled + 3);
    expect(readdirSync(join(folder, 'sparsec', 'nvrtc'))).toHaveLength(4);
    second.close();
  });

  test('its built-in functions are loaded from beside it, where the loader would not look', async () => {
    const library = stub.kind === 'stub' ? stub.machine.env.SPARSEC_NVRTC! : '';
    const builtins = join(folder, 'libnvrtc-builtins.so.12.4');
    for (const name of ['libnvrtc.so.12', 'libnvrtc-builtins.so.12.4', 'libnvrtc-builtins.alt.so.12.4'])
      copyFileSync(library, join(folder, name));
    const maps = (): string => readFileSync('/proc/self/maps', 'utf8');
    expect(maps()).not.toContain(builtins);
    const env = { SPARSEC_NVRTC: join(folder, 'libnvrtc.so.12'), SPARSEC_CACHE: 'off' };
    const { close } = await compilerOf(env);
    expect(maps()).toContain(builtins);
    expect(maps()).not.toContain('builtins.alt');
    close();
  });

  test('a text that does not compile is not kept', async () => {
    const { compiler, close } = await compilerOf({ SPARSEC_CACHE: folder });
    for (let time = 0; time < 2; time++) {
      await expect(compiler.compile('this is no program', 'bad', 90)).rejects.toMatchObject({
        kind: 'shader',
      });
    }
    expect(readdirSync(folder)).toEqual([]);
    close();
  });

  test('switched off, nothing is written', async () => {
    const {
      compiler,
      close,
      stub: opened,
    } = await compilerOf({ SPARSEC_CACHE: 'off', XDG_CACHE_HOME: folder });
    const before = opened.compilations();
    for (let time = 0; time < 2; time++) await compiler.compile(text(3), 'one', 90);
    expect(opened.compilations()).toBe(before + 2);
    expect(compiler.description).not.toContain('kept');
    expect(readdirSync(folder)).toEqual([]);
    close();
  });
});

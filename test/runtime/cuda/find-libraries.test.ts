import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { driverCandidates } from '../../../runtime/cuda/find-driver.ts';
import { findNvrtc, nvrtcFolders } from '../../../runtime/cuda/find-nvrtc.ts';

let root: string;
beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'sparsec-nvrtc-places-'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An empty file, its folders made. */
function touch(...path: string[]): string {
  const file = join(root, ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

/** What is found below the root of this test; the machine may have libraries of its own. */
function found(env: Record<string, string>, driverMajor = 12): string[] {
  return findNvrtc(driverMajor, { platform: 'linux', env: { HOME: join(root, 'nobody'), ...env } })
    .map(({ path }) => path)
    .filter((path) => path.startsWith(root))
    .map((path) => path.slice(root.length + 1));
}

describe('the driver', () => {
  test('the loader goes first on Linux, its one name serves Windows, elsewhere there is none', () => {
    expect(driverCandidates({ platform: 'linux', env: {} })[0]).toBe('libcuda.so.1');
    expect(driverCandidates({ platform: 'win32', env: {} })).toEqual(['nvcuda.dll']);
    expect(driverCandidates({ platform: 'darwin', env: {} })).toEqual([]);
  });

  test('a library that is named is the only one tried', () => {
    const env = { SPARSEC_CUDA_DRIVER: '/opt/stub/libcuda.so' };
    for (const platform of ['linux', 'darwin'] as const)
      expect(driverCandidates({ platform, env })).toEqual(['/opt/stub/libcuda.so']);
  });
});

describe('NVRTC', () => {
  test('is found in a toolkit, whichever variable names it', () => {
    touch('toolkit', 'lib64', 'libnvrtc.so.12');
    touch('toolkit', 'lib64', 'libnvrtc-builtins.so.12.4');
    touch('toolkit', 'lib64', 'libnvrtc_static.a');
    for (const variable of ['CUDA_HOME', 'CUDA_PATH'])
      expect(found({ [variable]: join(root, 'toolkit') })).toEqual(['toolkit/lib64/libnvrtc.so.12']);
    expect(found({ LD_LIBRARY_PATH: `${root}/none:${root}/toolkit/lib64` })).toEqual([
      'toolkit/lib64/libnvrtc.so.12',
    ]);
  });

  test('is found in the wheels of pip, of CUDA 12 and of CUDA 13, in every kind of environment', () => {
    const twelve = 'venv/lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12';
    const thirteen = 'venv/lib/python3.12/site-packages/nvidia/cu13/lib/libnvrtc.so.13';
    touch(twelve);
    touch(thirteen);
    touch('venv', 'bin', 'python3');
    expect(found({ VIRTUAL_ENV: join(root, 'venv') })).toEqual([twelve, thirteen]);
    expect(found({ PATH: `/nowhere:${join(root, 'venv', 'bin')}` })).toEqual([twelve, thirteen]);
    expect(found({ PYTHONPATH: join(root, 'venv/lib/python3.12/site-packages') })).toEqual([
      twelve,
      thirteen,
    ]);
    mkdirSync(join(root, 'shims'));
    symlinkSync(join(root, 'venv', 'bin', 'python3'), join(root, 'shims', 'python3'));
    expect(found({ PATH: join(root, 'shims') })).toEqual([twelve, thirteen]);
  });

  test('the newest that the driver serves goes first, newer ones last', () => {
    touch('all', 'lib64', 'libnvrtc.so.11.8.89');
    touch('all', 'lib64', 'libnvrtc.so.12');
    touch('all', 'lib64', 'libnvrtc.so.13');
    const order = (major: number) =>
      found({ CUDA_HOME: join(root, 'all') }, major).map((path) => path.slice(22, 24));
    expect(order(12)).toEqual(['12', '11', '13']);
    expect(order(13)).toEqual(['13', '12', '11']);
    expect(order(11)).toEqual(['11', '12', '13']);
  });

  test('one file under two names counts once', () => {
    touch('twice', 'lib64', 'libnvrtc.so.12.4.127');
    symlinkSync('libnvrtc.so.12.4.127', join(root, 'twice', 'lib64', 'libnvrtc.so.12'));
    expect(found({ CUDA_HOME: join(root, 'twice') })).toHaveLength(1);
  });

  test('a library that is named is the only one', () => {
    const env = { SPARSEC_NVRTC: '/opt/nvrtc.so', CUDA_HOME: join(root, 'all') };
    expect(findNvrtc(12, { platform: 'linux', env })).toEqual([{ path: '/opt/nvrtc.so', major: 0 }]);
  });

  test('on Windows beside the programs of the toolkit', () => {
    touch('windows', 'bin', 'nvrtc64_120_0.dll');
    touch('windows', 'bin', 'x64', 'nvrtc64_130_0.dll');
    touch('windows', 'bin', 'nvrtc-builtins64_124.dll');
    const machine = { platform: 'win32', env: { CUDA_PATH: join(root, 'windows') } } as const;
    expect(nvrtcFolders(machine)).toEqual([join(root, 'windows/bin'), join(root, 'windows/bin/x64')]);
    expect(findNvrtc(12, machine).map(({ major }) => major)).toEqual([12, 13]);
  });
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { acquireDevice, acquireNullDevice } from '../../../runtime/node/index.ts';
import { MissingPackageError } from '../../../runtime/node/optional-packages.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

function runScript(script: string): { status: number | null; stdout: string; stderr: string } {
  const environment = { ...process.env, NODE_OPTIONS: '' };
  delete (environment as NodeJS.ProcessEnv).XDG_RUNTIME_DIR;
  return spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: ROOT,
    env: environment,
    encoding: 'utf8',
  });
}

describe('acquireDevice', () => {
  test('software out of npm, twice in one process, with the environment as before', async () => {
    const before = { ...process.env };
    for (let round = 0; round < 2; round++) {
      const found = await acquireDevice({ prefer: 'software' });
      if (found.kind === 'none') throw new Error(found.reason);
      expect(found.kind).toBe('software');
      expect(found.description).toMatch(/SwiftShader.*\(software\)$/);
      expect(found.device.features.has('timestamp-query')).toBe(true);
      expect(found.device.limits.maxComputeWorkgroupStorageSize).toBe(
        found.adapter.limits.maxComputeWorkgroupStorageSize,
      );
      found.close();
    }
    expect(process.env).toEqual(before);
  });

  test('hardware is found or refused with a reason, never replaced', async () => {
    const found = await acquireDevice({ prefer: 'hardware' });
    if (found.kind === 'none')
      expect(found.reason).toMatch(/^the machine has no (hardware adapter|Vulkan driver)/);
    else {
      expect(found.kind).toBe('hardware');
      found.close();
    }
  });

  test('a process ends by itself and writes nothing to stderr', () => {
    const { status, stdout, stderr } = runScript(`
      import { acquireDevice } from './runtime/node/index.ts';
      const found = await acquireDevice();
      console.log(found.kind);
    `);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trim()).toMatch(/^(software|hardware)$/);
  });
});

test('the null device validates shaders and executes nothing', async () => {
  const { device, close } = await acquireNullDevice();
  expect(device.features.has('shader-f16')).toBe(true);
  const good = device.createShaderModule({ code: 'enable f16; @compute @workgroup_size(1) fn main() {}' });
  expect((await good.getCompilationInfo()).messages).toEqual([]);
  device.pushErrorScope('validation');
  const bad = device.createShaderModule({ code: 'fn main() {\n  let x: i32 = 1.5;\n}' });
  const [message] = (await bad.getCompilationInfo()).messages;
  expect([message.type, message.lineNum]).toEqual(['error', 2]);
  expect(await device.popErrorScope()).not.toBeNull();
  close();
});

test.each([
  ['webgpu', 'runs WebGPU in Node'],
  ['koffi', 'calls native libraries: the Vulkan loader, the CUDA driver'],
])('an app without %s hears what to install', (name, purpose) => {
  const { stdout, stderr } = runScript(`
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      export async function resolve(specifier, context, next) {
        if (specifier !== '${name}') return next(specifier, context);
        throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
      }
    \`));
    const { acquireDevice } = await import('./runtime/node/index.ts');
    console.log(JSON.stringify(await acquireDevice({ prefer: 'software' })));
  `);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    kind: 'none',
    reason: expect.stringContaining(
      `the package "${name}" is not installed; it ${purpose}: npm install ${name}`,
    ) as string,
  });
});

describe('MissingPackageError', () => {
  test('a package that is not there: what to install', () => {
    const cause = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    const error = new MissingPackageError('webgpu', 'runs WebGPU in Node', cause);
    expect(error.message).toBe(
      'the package "webgpu" is not installed; it runs WebGPU in Node: npm install webgpu',
    );
  });

  test('a package that does not load: why', () => {
    const error = new MissingPackageError(
      'koffi',
      'calls native libraries: the Vulkan loader, the CUDA driver',
      new Error('bad ELF'),
    );
    expect(error.message).toBe(
      'the package "koffi" does not load (it calls native libraries: the Vulkan loader, the CUDA driver): bad ELF',
    );
  });
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './load-module.ts';

function runTypeScript(
  file: string,
  ...parameters: readonly string[]
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file, ...parameters], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describe('examples', () => {
  test.each([
    ['node-app', 'packed'],
    ['web-page', 'local_global'],
  ])('the generated module of %s is fresh', (folder, name) => {
    const example = join('examples', folder);
    const { status, output } = runTypeScript(
      join('cli', 'main.ts'),
      'compile',
      join(example, `${name}.sa`),
      '--target',
      'wgsl',
      '--out',
      join(example, 'generated'),
      '--check',
    );
    expect(output).toBe('');
    expect(status).toBe(0);
  });

  test('the Node app runs and ends with ok', () => {
    const { status, output } = runTypeScript(join('examples', 'node-app', 'main.ts'));
    expect(output).toMatch(/^device: .*\n\w+: 128000 values, .*\nok\n$/);
    expect(status).toBe(0);
  });
});

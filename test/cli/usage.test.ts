import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { usesColor } from '../../cli/terminal.ts';
import { version } from '../../compiler/version.ts';
import { sparsec } from './test-terminal.ts';

describe('sparsec', () => {
  it('prints its version, the one of package.json', async () => {
    const { code, stdout, stderr } = await sparsec(['--version']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(version);
  });

  it('prints help with every command, examples and exit codes to stdout', async () => {
    const { code, stdout } = await sparsec(['--help']);
    expect(code).toBe(0);
    for (const command of ['check', 'fmt', 'compile', 'mask', 'explain', 'draw', 'run']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('Exit codes: 0 done, 1 errors in the input, 2 usage, 3 internal error.');
    expect((await sparsec(['help', 'mask'])).stdout).toBe((await sparsec(['mask', '--help'])).stdout);
  });

  it('prints help to stderr and says usage where no command is given', async () => {
    const { code, stdout, stderr } = await sparsec([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: sparsec');
  });

  it.each([
    [['chek', 'a.sa'], 'Did you mean check?'],
    [['check'], "missing required argument 'file'"],
    [['check', 'a.sa', '--formt', 'json'], '(Did you mean --format?)'],
    [['check', 'a.sa', '--format', 'xml'], 'Allowed choices are text, json, github.'],
    [['mask', 'a.sa', 'b.sa'], 'too many arguments'],
    [['mask', 'a.sa', '--n', '0'], 'It must be at least 1.'],
    [['mask', 'a.sa', '--n', '-3'], 'It must be at least 1.'],
    [['mask', 'a.sa', '--n', '1e3'], 'It must be a whole number below 2^31.'],
    [['mask', 'a.sa', '--n', '99999999999'], 'It must be a whole number below 2^31.'],
    [['mask', 'a.sa', '--layer', '-1'], 'It must not be negative.'],
    [['compile', 'a.sa'], 'give --out DIR to write files or --emit STAGE to print'],
    [['compile', 'a.sa', '--check'], '--check needs --out DIR'],
    [['compile', 'a.sa', '--target', 'hip'], 'Allowed choices are wgsl, cuda.'],
    [['compile', 'a.sa', '--emit', 'wgsl,hlsl'], '--emit knows no stage "hlsl"'],
    [['fmt', 'a.sa', '--check', '--write'], 'exclude each other'],
    [['fmt', '-', '--write'], 'stdin is printed to stdout'],
    [['run', 'a.sa', '--device', 'tpu'], 'Allowed choices are auto, hardware, software, reference, cuda.'],
  ])('%j is a usage error', async (argv, message) => {
    const { code, stdout, stderr } = await sparsec(argv);
    expect(stderr).toContain(message);
    expect(stderr).toContain('--help lists the options');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it.each([
    [['check', 'missing.sa'], 'cannot read "missing.sa": no such file'],
    [['check', 'test'], 'cannot read "test": it is a directory'],
    [['mask', 'package.json/x.sa', '--n', '4'], 'a part of its path is a file'],
  ])('%j is an error of the input', async (argv, message) => {
    const { code, stderr } = await sparsec(argv);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });
});

describe('colours', () => {
  const pipe = { write: () => undefined, isTerminal: false, columns: undefined };
  const terminal = { ...pipe, isTerminal: true };

  it('follow the flag, then the environment, then the terminal', () => {
    expect(usesColor('always', pipe, { NO_COLOR: '1' })).toBe(true);
    expect(usesColor('never', terminal, { FORCE_COLOR: '1' })).toBe(false);
    expect(usesColor('auto', terminal, { NO_COLOR: '1' })).toBe(false);
    expect(usesColor('auto', terminal, { NO_COLOR: '' })).toBe(true);
    expect(usesColor('auto', pipe, { FORCE_COLOR: '1' })).toBe(true);
    expect(usesColor('auto', terminal, { TERM: 'dumb' })).toBe(false);
    expect(usesColor('auto', terminal, {})).toBe(true);
    expect(usesColor('auto', pipe, {})).toBe(false);
  });

  it('reach messages wherever the flag stands', async () => {
    const stdin = 'pattern p = windw(each: 3)\n';
    const escape = '\u001b[';
    expect((await sparsec(['--color', 'always', 'check', '-'], { stdin })).stderr).toContain(escape);
    expect((await sparsec(['check', '-', '--color', 'always'], { stdin })).stderr).toContain(escape);
    expect((await sparsec(['check', '-', '--no-color'], { stdin, columns: 80 })).stderr).not.toContain(
      escape,
    );
    expect((await sparsec(['check', '-'], { stdin, columns: 80 })).stderr).toContain(escape);
  });
});

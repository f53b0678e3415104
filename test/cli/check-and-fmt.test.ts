import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sparsec } from './test-terminal.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-cli-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = '/// A window.\npattern near(w: int = 4) = window(each: w)\n';
const ugly = 'pattern   near( w:int=4 )=window(each:w) // kept\n';
const bad = 'pattern near(w: int = 4) = windw(each: w) & offset(1..2)\n';

describe('check', () => {
  it('says nothing about a sound file', async () => {
    expect(await sparsec(['check', '-'], { stdin: good })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('reports every error of a stage with its place, and exits with 1', async () => {
    const { code, stdout, stderr } = await sparsec(['check', '-'], { stdin: bad });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('--> <stdin>:1:28');
    expect(stderr).toContain('--> <stdin>:1:45');
    expect(stderr).toMatch(/\n2 errors\n$/);
  });

  it('prints JSON with places counted from 0, an empty list where nothing is wrong', async () => {
    const { code, stdout, stderr } = await sparsec(['check', '-', '--format', 'json'], { stdin: bad });
    const [first] = JSON.parse(stdout);
    expect(first).toMatchObject({
      severity: 'error',
      file: '<stdin>',
      range: { start: { line: 0, character: 27 } },
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse((await sparsec(['check', '-', '--format', 'json'], { stdin: good })).stdout)).toEqual(
      [],
    );
  });

  it('prints annotations for GitHub Actions', async () => {
    const { stdout } = await sparsec(['check', '-', '--format', 'github'], { stdin: bad });
    expect(stdout).toMatch(/^::error file=<stdin>,line=1,endLine=1,col=28,endColumn=33,title=SA\d{4}::/);
  });

  it('takes several files, and reports what two of them share once', async () => {
    writeFileSync(join(folder, 'shared.sa'), 'pattern near = windw(each: 4)\n');
    writeFileSync(join(folder, 'a.sa'), 'use "./shared.sa"\npattern a = near\n');
    writeFileSync(join(folder, 'b.sa'), 'use "./shared.sa"\npattern b = near\n');
    const { code, stderr } = await sparsec(['check', 'a.sa', 'b.sa'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr.match(/unknown|no form/g)?.length).toBe(1);
    expect(stderr).toContain('--> shared.sa:1:16');
  });

  it('reads tables from the folder of the file', async () => {
    writeFileSync(join(folder, 'widths.json'), '[3, 5]');
    writeFileSync(
      join(folder, 'table.sa'),
      'attention a {\n  mask window(back: table("widths.json")[head], ahead: 0)\n  heads 2\n  dim 32\n}\n',
    );
    expect(await sparsec(['check', 'table.sa'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
    rmSync(join(folder, 'widths.json'));
    expect((await sparsec(['check', 'table.sa'], { cwd: folder })).stderr).toContain('widths.json');
  });
});

describe('fmt', () => {
  it('prints the formatted text, comments kept, and again the same', async () => {
    const { code, stdout } = await sparsec(['fmt', '-'], { stdin: ugly });
    expect(code).toBe(0);
    expect(stdout).toContain('// kept');
    expect(stdout).toContain('pattern near(w: int = 4) = window(each: w)');
    expect((await sparsec(['fmt', '-'], { stdin: stdout })).stdout).toBe(stdout);
  });

  it('checks, and writes in place', async () => {
    const file = join(folder, 'ugly.sa');
    writeFileSync(file, ugly);
    const stale = await sparsec(['fmt', '--check', 'ugly.sa'], { cwd: folder });
    expect(stale).toMatchObject({ code: 1, stdout: '', stderr: 'ugly.sa would change\n' });
    expect(readFileSync(file, 'utf8')).toBe(ugly);
    expect(await sparsec(['fmt', '--write', 'ugly.sa'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(await sparsec(['fmt', '--check', 'ugly.sa'], { cwd: folder })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(readFileSync(file, 'utf8')).not.toBe(ugly);
  });

  it('leaves a file alone that does not parse', async () => {
    const file = join(folder, 'broken.sa');
    writeFileSync(file, 'pattern = (');
    const { code, stderr } = await sparsec(['fmt', '--write', 'broken.sa'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('broken.sa:1');
    expect(readFileSync(file, 'utf8')).toBe('pattern = (');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sparsec } from './test-terminal.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sparsec-'));
  writeFileSync(join(folder, 'good.sa'), 'pattern a = causal\n');
  writeFileSync(join(folder, 'wrong.sa'), 'pattern b = nothing_at_all\n');
  writeFileSync(join(folder, 'latin.sa'), Uint8Array.of(0x2f, 0x2f, 0xe9));
  writeFileSync(join(folder, 'user.sa'), 'use "./latin.sa"\npattern c = causal\n');
  writeFileSync(join(folder, 'table.sa'), 'pattern d = window(keys: table("latin.sa")[0])\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('files that cannot be read', () => {
  it('do not keep the others from being checked', async () => {
    const { code, stderr } = await sparsec(['check', 'good.sa', 'missing.sa', 'wrong.sa'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('error: cannot read "missing.sa": no such file\n');
    expect(stderr).toContain('There is no name "nothing_at_all" here.');
  });

  it('fail a check alone', async () => {
    const { code, stderr } = await sparsec(['check', 'good.sa', 'missing.sa'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: cannot read "missing.sa": no such file\n' });
  });

  it('are named with the reason where another file uses them', async () => {
    const used = await sparsec(['check', 'user.sa'], { cwd: folder });
    expect(used.code).toBe(1);
    expect(used.stderr).toContain(
      'The file "./latin.sa" beside "user.sa" cannot be used: it is not UTF-8 text.',
    );
    const read = await sparsec(['check', 'table.sa'], { cwd: folder });
    expect(read.stderr).toContain('"latin.sa" is no table of numbers: it is not UTF-8 text.');
  });
});

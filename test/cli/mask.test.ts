import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../cli/formats/npy.ts';
import { sparsec } from './test-terminal.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-mask-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = `
pattern near(w: int = 2) = causal & window(keys: w)
pattern by_heads = by head { 0: causal; else: window(each: head) }
pattern by_layers = if layer mod 2 == 0 then causal else full
pattern documents(ids: int[n]) = causal & same(ids)
`;

async function text(...argv: string[]): Promise<string> {
  const result = await sparsec(['mask', '-', '--format', 'text', ...argv], { stdin: source, cwd: folder });
  expect(result).toMatchObject({ code: 0 });
  return result.stdout;
}

describe('mask', () => {
  it('prints the contract: sizes, base64 bits, count', async () => {
    const argv = [
      'mask',
      '-',
      '--pattern',
      'near',
      '--nq',
      '3',
      '--nk',
      '3',
      '--set',
      'w=2',
      '--format',
      'json',
    ];
    const { code, stdout } = await sparsec(argv, { stdin: source });
    // 100 110 011 -> 1001 1001 1000 0000
    expect(stdout).toBe('{"nq":3,"nk":3,"heads":1,"mask":"mYA=","count":5}\n');
    expect(code).toBe(0);
  });

  it('takes settings', async () => {
    expect(await text('--pattern', 'near', '--n', '4', '--set', 'w=3')).toBe('1...\n11..\n111.\n.111\n');
  });

  it('aligns the last query with the last key, unless told where the first query is', async () => {
    expect(await text('--pattern', 'near', '--nq', '2', '--nk', '5')).toBe('..11.\n...11\n');
    expect(await text('--pattern', 'near', '--nq', '2', '--nk', '5', '--q-at', '0')).toBe('1....\n11...\n');
    expect(await text('--pattern', 'near', '--n', '5', '--nq', '1')).toBe('...11\n');
  });

  it('has one panel a head where heads differ or are asked for', async () => {
    expect(await text('--pattern', 'by_heads', '--n', '3', '--heads', '3')).toBe(
      '1..\n11.\n111\n\n11.\n111\n.11\n\n111\n111\n111\n',
    );
    const { stdout } = await sparsec(['mask', '-', '--pattern', 'near', '--n', '2', '--heads', '2'], {
      stdin: source,
    });
    expect(JSON.parse(stdout)).toMatchObject({ heads: 2, count: 6 });
  });

  it('takes a layer', async () => {
    expect(await text('--pattern', 'by_layers', '--n', '2')).toBe('1.\n11\n');
    expect(await text('--pattern', 'by_layers', '--n', '2', '--layer', '3')).toBe('11\n11\n');
  });

  it('reads arrays from JSON text, JSON files and .npy files', async () => {
    const expected = '1....\n11...\n..1..\n..11.\n....1\n';
    const argv = ['--pattern', 'documents', '--n', '5', '--array'];
    expect(await text(...argv, 'ids=[0, 0, 1, 1, 2]')).toBe(expected);
    writeFileSync(join(folder, 'ids.json'), '[0, 0, 1, 1, 2]');
    expect(await text(...argv, 'ids=@ids.json')).toBe(expected);
    writeFileSync(join(folder, 'ids.npy'), writeNpy('<i4', [5], [0, 0, 1, 1, 2]));
    expect(await text(...argv, 'ids=@ids.npy')).toBe(expected);
  });

  it('prints .npy and PBM', async () => {
    const argv = ['mask', '-', '--pattern', 'near', '--n', '3', '--format'];
    const npy = readNpy((await sparsec([...argv, 'npy'], { stdin: source })).bytes);
    expect(npy).toEqual({ dtype: '|b1', shape: [3, 3], data: Float64Array.of(1, 0, 0, 1, 1, 0, 0, 1, 1) });
    const pbm = (await sparsec([...argv, 'pbm'], { stdin: source })).bytes;
    expect([...pbm]).toEqual([...Buffer.from('P4\n3 3\n'), 0b10000000, 0b11000000, 0b01100000]);
  });

  it('takes the only attention of a file without being told', async () => {
    const stdin = 'attention only {\n  mask causal\n  heads 2\n  dim 32\n}\n';
    expect(await sparsec(['mask', '-', '--n', '2', '--format', 'text'], { stdin })).toMatchObject({
      code: 0,
      stdout: '1.\n11\n',
    });
  });

  it('refuses other heads than an attention has, and draw does too', async () => {
    const stdin = 'attention only {\n  mask causal\n  heads 2\n  dim 32\n}\n';
    for (const command of ['mask', 'draw']) {
      const { code, stderr } = await sparsec([command, '-', '--n', '2', '--heads', '3'], { stdin });
      expect(stderr).toContain('"only" has heads 2, not 3: --heads is for plain patterns');
      expect(code).toBe(1);
      expect(await sparsec([command, '-', '--n', '2', '--heads', '2'], { stdin })).toMatchObject({ code: 0 });
    }
  });

  it.each([
    [[], 2, 'choose one of near, by_heads, by_layers, documents with --pattern NAME'],
    [['--pattern', 'neer'], 1, 'neer'],
    [['--pattern', 'near', '--set', 'w'], 2, '--set takes name=value, not "w"'],
    [
      ['--pattern', 'near', '--set', 'w=x'],
      2,
      '--set w takes a number, true, false or a list of numbers, not "x"',
    ],
    [['--pattern', 'near', '--set', 'w=1', '--set', 'w=2'], 2, '--set gives "w" twice'],
    [['--pattern', 'near', '--set', 'v=1'], 1, '"v"'],
    [['--pattern', 'documents'], 1, 'was not given'],
    [['--pattern', 'documents', '--array', 'ids=[0, 1]'], 1, 'ids'],
    [['--pattern', 'documents', '--array', 'ids=@no.json'], 1, 'cannot read "no.json": no such file'],
    [['--pattern', 'documents', '--array', 'ids=zero'], 2, '--array ids takes @FILE or JSON text'],
    [['--pattern', 'near', '--array', 'ids=[0, 1, 2, 3]'], 1, '"ids" is not an input'],
  ])('refuses %j', async (argv, expected, message) => {
    const { code, stdout, stderr } = await sparsec(['mask', '-', '--n', '4', ...argv], {
      stdin: source,
      cwd: folder,
    });
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  });

  it('refuses a launch without sizes, and a mask too large to hold', async () => {
    const argv = ['mask', '-', '--pattern', 'near'];
    expect(await sparsec(argv, { stdin: source })).toMatchObject({ code: 2 });
    expect(await sparsec([...argv, '--nq', '4'], { stdin: source })).toMatchObject({ code: 2 });
    const { code, stderr } = await sparsec([...argv, '--n', '100000'], { stdin: source });
    expect(stderr).toContain('1 x 100000 x 100000 pairs are more than the 1073741824');
    expect(code).toBe(2);
  });

  describe('of several attends', () => {
    const stdin = `attention a {
      let near = attend(q, k, v, mask: causal & window(keys: 2))
      let far = attend(q, k, v, mask: causal & stride(3))
      heads 1
      return merge(near, far)
    }`;
    const rows = async (...argv: string[]) => {
      const { code, stdout } = await sparsec(['mask', '-', '--n', '5', '--format', 'text', ...argv], {
        stdin,
      });
      expect(code).toBe(0);
      return stdout.trimEnd().split('\n');
    };

    it('holds the pairs of all', async () => {
      expect(await rows()).toEqual(['1....', '11...', '.11..', '1.11.', '.1.11']);
    });

    it('or those of one', async () => {
      expect(await rows('--attend', 'far')).toEqual(['1....', '.1...', '..1..', '1..1.', '.1..1']);
      const wrong = await sparsec(['mask', '-', '--n', '5', '--attend', 'fa'], { stdin });
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain('"a" has no attend "fa"; its attends are near, far');
      const single = await sparsec(['mask', '-', '--n', '5', '--attend', 'x'], { stdin: source });
      expect(single.stderr).toContain('error:');
    });
  });
});

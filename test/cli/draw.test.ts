import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { sparsec } from './test-terminal.ts';

const stdin = `pattern near = causal & window(keys: 3)
pattern wide = causal & window(keys: 40)
pattern jumps = causal & stride(16)
pattern split = by head { 0: causal; else: full }
`;

async function draw(...argv: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await sparsec(['draw', '-', ...argv], { stdin });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n');
}

describe('draw', () => {
  it('draws tokens where they fit', async () => {
    expect(await draw('--pattern', 'near', '--n', '5')).toEqual([
      'near: 5 queries x 5 keys',
      '██',
      '████',
      '██████',
      '  ██████',
      '    ██████',
      '██ full   sparsity 52.00%; full 12, partial 0, empty 13',
      '',
    ]);
  });

  it('draws tiles where they do not, or where asked', async () => {
    const wide = await draw('--pattern', 'near', '--n', '1000');
    expect(wide[0]).toContain('cells of 32');
    for (const line of wide.slice(1, -2)) expect(line.length).toBeLessThanOrEqual(80);
    const tiled = await draw('--pattern', 'near', '--n', '6', '--tile', '3');
    expect(tiled.slice(1, 3)).toEqual(['▓▓', '▒▒▓▓']);
  });

  it('draws one panel for heads that are equal', async () => {
    const lines = await draw('--pattern', 'split', '--n', '4', '--heads', '3');
    expect(lines.filter((line) => line.startsWith('split'))).toEqual([
      'split, head 0: 4 queries x 4 keys',
      'split, heads 1-2: 4 queries x 4 keys',
    ]);
    expect(lines.filter((line) => line.includes('sparsity'))).toEqual([
      '██ full   sparsity 37.50%; full 10, partial 0, empty 6',
      '██ full   sparsity 0.00%; full 16, partial 0, empty 0',
    ]);
  });

  it('says from the schedule what is too large to ask pair by pair', async () => {
    const lines = await draw('--pattern', 'near', '--n', '1000000', '--tile', '50000');
    expect(lines.slice(0, 4)).toEqual([
      'near: 1000000 queries x 1000000 keys, cells of 50000',
      '░░',
      '░░░░',
      '  ░░░░',
    ]);
  });

  it.each([
    ['moa', '--n', '512'],
    ['natten_3d', '--n', '150', '--at', '2,3,4'],
  ])('keeps the picture of README up to date: %s', async (name, ...argv) => {
    const { stdout } = await sparsec(['draw', `spec-examples/${name}.sa`, ...argv, '--format', 'svg']);
    expect(stdout).toBe(readFileSync(`docs/images/${name}.svg`, 'utf8'));
  });

  it('keeps the picture of tiles in README up to date', async () => {
    const argv = ['--pattern', 'strided', '--n', '1000', '--tiles', '--format', 'svg'];
    const { stdout } = await sparsec(['draw', 'spec-examples/sparse_transformer.sa', ...argv]);
    expect(stdout).toBe(readFileSync('docs/images/strided.svg', 'utf8'));
  });

  it('draws all attends, or one of them', async () => {
    const text = `attention a {
      let near = attend(q, k, v, mask: i == j)
      let far = attend(q, k, v, mask: j == 0)
      heads 1
      return concat(near, far)
    }`;
    const rows = async (...argv: string[]) => {
      const { stdout } = await sparsec(['draw', '-', '--n', '3', ...argv], { stdin: text });
      return stdout.split('\n').slice(1, 4);
    };
    expect(await rows()).toEqual(['██', '████', '██  ██']);
    expect(await rows('--attend', 'near')).toEqual(['██', '  ██', '    ██']);
  });
});

describe('draw --tiles', () => {
  it('tells full tiles, the live part of partial ones, and what is visited in vain', async () => {
    const lines = await draw('--pattern', 'wide', '--n', '200', '--tile', '8', '--tiles');
    expect(lines.at(-2)).toMatch(
      /▒▒ live in a partial tile {3}·· visited, nothing live {3}sparsity 81\.95%; tiles: full \d+, partial \d+; visited \/ live \d\.\d\d$/,
    );
    // Live up to the diagonal; the tile that holds it reaches beyond.
    lines.slice(1, 26).forEach((line, row) => {
      expect(line.slice(2 * row, 2 * row + 2)).toBe('▒▒');
      expect(line.slice(2 * row + 2)).toMatch(/^·*$/);
    });
  });

  it('says how many distances are visited one by one', async () => {
    const lines = await draw('--pattern', 'near', '--n', '200', '--tile', '8', '--tiles');
    expect(lines.at(-2)).toContain('tiles: full 0, partial 0, distances 3; visited / live 1.00');
  });

  it('draws tiles of neighbouring positions where layouts are switched off', async () => {
    const text = ['--pattern', 'jumps', '--n', '128', '--tile', '8', '--tiles', '--adapter', 'software'];
    const ratio = (lines: string[]) => Number(/visited \/ live (\S+)/.exec(lines.at(-2)!)![1]);
    expect(ratio(await draw(...text))).toBeLessThan(4);
    expect(ratio(await draw(...text, '--no-layout'))).toBeGreaterThan(10);
  });

  it('draws the tiles of an adapter class', async () => {
    const text = (adapter: string) =>
      draw('--pattern', 'wide', '--n', '200', '--tile', '8', '--tiles', '--adapter', adapter);
    expect(await text('gpu')).not.toEqual(await text('software'));
  });

  it.each([
    [['--tiles', '--query', '3'], '--tiles draws all queries'],
    [['--query', '3', '--at', '(1, 2)'], '--at and --query both name a query'],
    [['--query', '3', '--tile', '2'], '--tile is for the plane of pairs'],
    [['--tiles', '--attend', 'x'], '--tiles draws what all attends visit'],
    [['--no-layout'], 'change what --tiles draws'],
    [['--query', '9'], 'no query stands at position 9: this launch has those from 0 to 8'],
    [
      ['--at', '(1, 2)'],
      'the positions are no grid that is numbered row by row (they are a sequence, bands, follow an order, or queries and keys have spaces of their own); --query takes a position',
    ],
  ])('refuses %j', async (argv, message) => {
    const found = await sparsec(['draw', '-', '--pattern', 'near', '--n', '9', ...argv], { stdin });
    expect(found.code).toBe(2);
    expect(found.stderr).toContain(message);
  });
});

describe('draw --at', () => {
  const image = 'pattern p over text(2) + image(y: 4, x: 5) = within(image) { neighborhood((3, 3)) }\n';
  const video = 'pattern p over (t: 4, y: 2, x: 3) = i.t - j.t in 0..1 & i.x == j.x\n';
  const at = async (text: string, ...argv: string[]) => {
    const { code, stdout } = await sparsec(['draw', '-', ...argv], { stdin: text });
    expect(code).toBe(0);
    return stdout.split('\n');
  };

  it('draws the keys of a cell on the grid, and other regions beside it', async () => {
    const lines = await at(image, '--n', '22', '--at', '(3, 1)');
    expect(lines).toEqual([
      'p: the keys of the query at image y = 3, x = 1 (position 18)',
      '',
      'text                        image',
      '┌────┐                      ┌──────────┐',
      '│    │                      │          │',
      '└────┘                      │██████    │',
      '0 keys, 2 positions a row   │██████    │',
      '                            │██<>██    │',
      '                            └──────────┘',
      '                            9 keys',
      '',
      '<> the query   ██ live',
      '',
    ]);
  });

  it('calls keys live where the query is no key itself', async () => {
    const { stdout } = await sparsec(
      ['draw', '-', '--nq', '2', '--nk', '8', '--q-at', '100', '--query', '100'],
      { stdin: 'pattern p = full' },
    );
    expect(stdout).toContain('██ live\n');
    expect(stdout).not.toContain('the query   ');
  });

  it('draws three axes as slices, those with keys and that of the query', async () => {
    const lines = await at(video, '--n', '24', '--at', '2,1,0');
    expect(lines.slice(0, 8)).toEqual([
      'p: the keys of the query at t = 2, y = 1, x = 0 (position 15)',
      '',
      't = 1      t = 2',
      '┌──────┐   ┌──────┐',
      '│██    │   │██    │',
      '│██    │   │<>    │',
      '└──────┘   └──────┘',
      '2 keys     2 keys',
    ]);
    const { stdout } = await sparsec(['draw', '-', '--n', '24', '--query', '15'], { stdin: video });
    expect(stdout.split('\n')).toEqual(lines);
    const self = 'pattern p over (t: 4, y: 2, x: 3) = i == j\n';
    expect((await sparsec(['draw', '-', '--n', '24', '--query', '15'], { stdin: self })).stdout).toContain(
      '\n1 key\n',
    );
  });

  it('folds positions without axes', async () => {
    const lines = await draw('--pattern', 'near', '--n', '40', '--query', '17');
    expect(lines[0]).toBe('near: the keys of the query at position 17');
    expect(lines.slice(4, 7).map((line) => line.indexOf('█'))).toEqual([31, 1, -1]);
    expect(lines).toContain('3 keys, 16 positions a row');
  });

  it('draws a panel for each group of equal heads', async () => {
    const lines = await draw('--pattern', 'split', '--n', '6', '--heads', '2', '--query', '1');
    expect(lines.filter((line) => line.includes('head'))).toEqual([
      'head 0: keys                head 1: keys',
    ]);
  });

  it('pools a long sequence', async () => {
    const lines = await draw('--pattern', 'near', '--n', '100000', '--query', '50000');
    expect(lines.join('\n')).toMatch(/3 keys, \d+ positions a row, cells of \d+/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.length).toBeLessThan(60);
  });

  it.each([
    [image, '(4, 0)', 'y is at most 3'],
    [image, '(1, 2, 3)', 'there is no such cell; the grid is image(y, x)'],
    [image, 'canvas(1, 2)', 'there is no such cell'],
    [image, 'one', '--at takes the coordinates of a cell'],
    [
      'pattern p over left(y: 2, x: 2) + right(a: 2, b: 2) = i == j',
      '(1, 1)',
      'several regions have 2 axes: write "left(…)" or "right(…)"',
    ],
  ])('of %s refuses %s', async (text, cell, message) => {
    const found = await sparsec(['draw', '-', '--n', '22', '--at', cell], { stdin: text });
    expect(found.code).toBe(2);
    expect(found.stderr).toContain(message);
  });

  it('takes the name of a region', async () => {
    const text = 'pattern p over left(y: 2, x: 2) + right(a: 2, b: 2) = i == j';
    expect((await at(text, '--n', '8', '--at', 'right(0, 1)'))[0]).toContain(
      'right a = 0, b = 1 (position 5)',
    );
  });
});

it('writes PNG to stdout', async () => {
  const { code, bytes } = await sparsec(['draw', '-', '--pattern', 'near', '--n', '20', '--format', 'png'], {
    stdin,
  });
  expect(code).toBe(0);
  expect(decode(bytes).text).toEqual({ Title: 'near: 20 queries x 20 keys' });
});

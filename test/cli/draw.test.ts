import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sparsec } from './test-terminal.ts';

const stdin = 'pattern near = causal & window(keys: 3)\npattern split = by head { 0: causal; else: full }\n';

describe('draw', () => {
  it('draws tokens where they fit', async () => {
    const { code, stdout } = await sparsec(['draw', '-', '--pattern', 'near', '--n', '5'], { stdin });
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'near: 5 queries x 5 keys, sparsity 52.00%',
        '██',
        '████',
        '██████',
        '  ██████',
        '    ██████',
        '██ full 12   ░░ partial 0   empty 13',
        '',
      ].join('\n'),
    );
  });

  it('draws tiles where they do not, or where asked', async () => {
    const wide = await sparsec(['draw', '-', '--pattern', 'near', '--n', '1000'], { stdin });
    expect(wide.stdout).toContain('cells of 32');
    for (const line of wide.stdout.split('\n').slice(1, -2)) expect(line.length).toBeLessThanOrEqual(80);
    const tiled = await sparsec(['draw', '-', '--pattern', 'near', '--n', '6', '--tile', '3'], { stdin });
    expect(tiled.stdout.split('\n').slice(1, 3)).toEqual(['░░', '░░░░']);
  });

  it('draws one picture for heads that are equal', async () => {
    const { stdout } = await sparsec(['draw', '-', '--pattern', 'split', '--n', '4', '--heads', '3'], {
      stdin,
    });
    expect(stdout.match(/^split, .*$/gm)).toEqual([
      'split, head 0: 4 queries x 4 keys, sparsity 37.50%',
      'split, heads 1-2: 4 queries x 4 keys, sparsity 0.00%',
    ]);
  });

  it('says from the schedule what is too large to ask pair by pair', async () => {
    const { stdout } = await sparsec(
      ['draw', '-', '--pattern', 'near', '--n', '1000000', '--tile', '50000'],
      { stdin },
    );
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'near: 1000000 queries x 1000000 keys, cells of 50000, sparsity 100.00%',
      '░░',
      '░░░░',
      '  ░░░░',
    ]);
  });

  it('keeps the picture of README up to date', async () => {
    const { stdout } = await sparsec(['draw', 'spec-examples/moa.sa', '--n', '512', '--format', 'svg']);
    expect(stdout).toBe(readFileSync('docs/images/moa.svg', 'utf8'));
  });
});

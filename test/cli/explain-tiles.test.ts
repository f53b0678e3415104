import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../cli/explain-unit.ts';
import { sparsec } from './test-terminal.ts';

async function explain(stdin: string, ...argv: string[]): Promise<Explanation> {
  const { code, stdout, stderr } = await sparsec(['explain', '-', '--format', 'json', ...argv], { stdin });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const sequence = (stride: number) => `pattern p over seq(x: 32768) = neighborhood(2048, stride: ${stride})\n`;
const image = (stride: number) =>
  `pattern p over image(y: 256, x: 256) = neighborhood((80, 80), stride: (${stride}, ${stride}))\n`;
const video = (stride: string) =>
  `pattern p over video(t: 30, y: 48, x: 80) = neighborhood((18, 24, 24), stride: ${stride})\n`;

describe('explain --tile', () => {
  it.each([
    ['1-D 32k, window 2k', sequence(1), 32768, '128x128', 15.1, 0.11],
    ['1-D 32k, window 2k, stride 256', sequence(256), 32768, '128x128', 16, 0],
    ['FLUX', image(1), 65536, '(16,8)', 7.5, 0.51],
    ['FLUX, stride 16', image(16), 65536, '(16,8)', 10.24, 0],
    ['FLUX, flattened tiles', image(1), 65536, '(1,128)', 3.2, 1],
    ['HunyuanVideo', video('(1, 1, 1)'), 115200, '(2,8,8)', 5.4, 0.83],
    ['HunyuanVideo, stride (2, 8, 8)', video('(2, 8, 8)'), 115200, '(2,8,8)', 11.1, 0],
    ['HunyuanVideo, unequal tiles', video('(16, 8, 8)'), 115200, '(4,8,8)x(2,8,8)', 10.42, 0],
  ])('gives the published answer: %s', async (_, text, n, tile, bound, partial) => {
    const found = await explain(text, '--n', String(n), '--tile', tile);
    expect(Math.abs(found.bound - bound)).toBeLessThan(0.05);
    const tiles = found.full_tiles + found.partial_tiles;
    expect(Math.abs(found.partial_tiles / tiles - partial)).toBeLessThan(0.006);
  });

  it('advises the strides without a partial tile', async () => {
    const { advice } = await explain(video('(1, 1, 1)'), '--n', '115200', '--tile', '(2,8,8)');
    expect(advice).toEqual([
      '83 % of visited tiles are partial; stride (2, 8, 8) makes this fully block-sparse: 5.4x → 11.1x',
    ]);
    const one = await explain(sequence(1), '--n', '32768', '--tile', '128');
    expect(one.advice[0]).toContain('stride 256 makes this fully block-sparse: 15.1x → 16.0x');
  });

  it('advises nothing where the mask is more than the neighborhood', async () => {
    const text = 'pattern p over video(t: 6, y: 16, x: 16) = neighborhood((4, 8, 8)) & causal\n';
    const { advice } = await explain(text, '--n', '1536', '--tile', '(2,8,8)');
    expect(advice).toEqual([]);
  });

  it('refuses boxes that the space does not have, and texts that are no tile', async () => {
    const run = (tile: string) =>
      sparsec(['explain', '-', '--n', '100', '--tile', tile], { stdin: 'pattern p = causal\n' });
    expect(await run('(4,8)')).toMatchObject({
      code: 1,
      stderr: 'error: --tile has a box of 2 axes, and its positions have no axes\n',
    });
    expect((await run('4x8x2')).code).toBe(2);
    expect((await run('0')).code).toBe(2);
  });
});

describe('explain', () => {
  it('shows the passes of a split mask, and why', async () => {
    const stdin = 'pattern p = causal & (window(keys: 128) | stride(128))\n';
    const found = await explain(stdin, '--n', '4096');
    expect(found.passes.map(({ name, strategy }) => [name, strategy])).toEqual([
      ['plain', 'dense'],
      ['residues_of_128', 'dense'],
    ]);
    expect(found.visited_pairs).toBe(found.passes.reduce((sum, { visited_pairs }) => sum + visited_pairs, 0));
    expect(found.predicted.over_plain).toBeGreaterThan(2);
    expect(found.alternatives[0].reason).toContain('chosen');
    const plain = await explain(stdin, '--n', '4096', '--no-layout', '--no-split');
    expect(plain.passes).toHaveLength(1);
    expect(plain.predicted.over_plain).toBeCloseTo(1, 6);
    expect(plain.visited_pairs).toBeGreaterThan(3 * found.visited_pairs);
  });

  it('plans for the sizes of --plan-for, whatever the launch', async () => {
    const stdin = 'pattern p = window(each: 64, step: 8)\n';
    const planned = async (...sizes: string[]) => {
      const { alternatives } = await explain(stdin, '--n', '2000', ...sizes);
      return alternatives[0].sizes;
    };
    expect(await planned()).toEqual({ nq: 4096, nk: 4096 });
    expect(await planned('--plan-for', '6000')).toEqual({ nq: 6000, nk: 6000 });
    expect(await planned('--plan-for', '1x6_000')).toEqual({ nq: 1, nk: 6000 });
  });

  it.each([
    ['0', 'It must be at least 1.'],
    ['4k', 'It must be a whole number below 2^31.'],
    ['1x2x3', 'It must be N, or NQxNK: queries x keys.'],
  ])('refuses --plan-for %s', async (sizes, message) => {
    const { code, stderr } = await sparsec(['explain', '-', '--n', '9', '--plan-for', sizes], {
      stdin: 'pattern p = causal\n',
    });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('prints layouts with their reasons', async () => {
    const stdin = 'pattern p = window(each: 64, step: 8)\n';
    const { stdout } = await sparsec(['explain', '-', '--n', '2000'], { stdin });
    expect(stdout).toMatch(/^ {2}residues of 8 +chosen: predicted \d+\.\d\dx over plain tiles$/m);
    expect(stdout).toMatch(/^ {2}plain +predicted \d+\.\d\dx the time of the chosen plan$/m);
    expect(stdout).toMatch(/^predicted by the cost model: /m);
  });

  it('prints a schedule after choose-layout, and that nothing changed', async () => {
    const after = async (mask: string) => {
      const argv = ['compile', '-', '--emit', 'mask', '--print-after', 'choose-layout'];
      return (await sparsec(argv, { stdin: `pattern p = ${mask}\n` })).stderr;
    };
    expect(await after('causal')).toContain('(unchanged)');
    expect(await after('causal & stride(64)')).toMatch(
      /keys 0 \+ \(mod 64: min\(nk, 64\) step 1\) \(div 64: \(nk \+ 63\) div 64 step 64\)/,
    );
  });
});

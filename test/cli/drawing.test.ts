import { describe, expect, it } from 'vitest';
import { drawSvg } from '../../cli/drawing/draw-svg.ts';
import { drawTerminal } from '../../cli/drawing/draw-terminal.ts';
import { countCells, pictureOf } from '../../cli/drawing/picture.ts';

const causal = (n: number) => (row: number) => Array.from({ length: n }, (_, key) => key <= row);
const picture = (n: number, tile: number) => pictureOf({ nq: n, nk: n, tile, caption: '' }, causal(n));

describe('pictureOf', () => {
  it('tells full, partial and empty cells apart, the border clipped', () => {
    const { cells, density } = picture(5, 2);
    expect(cells).toEqual([
      ['partial', 'empty', 'empty'],
      ['full', 'partial', 'empty'],
      ['full', 'full', 'full'],
    ]);
    expect(density).toBe(15 / 25);
  });

  it('has one cell a pair where the tile is 1', () => {
    expect(countCells(picture(7, 1))).toEqual({ full: 28, partial: 0, empty: 21 });
  });
});

describe('drawTerminal', () => {
  it('uses doubled glyphs', () => {
    expect(drawTerminal('causal', picture(5, 2), false)).toBe(
      [
        'causal: 5 queries x 5 keys, cells of 2, sparsity 40.00%',
        '░░',
        '██░░',
        '██████',
        '██ full 4   ░░ partial 2   empty 3',
        '',
      ].join('\n'),
    );
  });

  it('colours runs of glyphs where asked', () => {
    expect(drawTerminal('causal', picture(5, 2), true)).toContain(
      '\u001b[34m██\u001b[0m\u001b[36m░░\u001b[0m',
    );
  });
});

describe('drawSvg', () => {
  it('draws every cell once: areas add up', () => {
    const svg = drawSvg('causal', [picture(37, 4)]);
    const area = [...svg.matchAll(/h(\d+)v(\d+)h-/g)].reduce(
      (sum, [, w, h]) => sum + Number(w) * Number(h),
      0,
    );
    const unit = 32;
    expect(area / unit ** 2).toBe((10 * 11) / 2);
  });

  it('escapes names and captions', () => {
    const one = pictureOf({ nq: 1, nk: 1, tile: 1, caption: 'heads <1>' }, causal(1));
    const svg = drawSvg('a & b', [one, one]);
    expect(svg).toContain('a &amp; b');
    expect(svg).toContain('heads &lt;1&gt;, keys');
    expect(svg).not.toContain('<1>');
  });
});

import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { drawPng } from '../../../cli/drawing/draw-png.ts';
import { drawSvg } from '../../../cli/drawing/draw-svg.ts';
import { drawTerminal, drawTerminalGrid } from '../../../cli/drawing/draw-terminal.ts';
import { palette } from '../../../cli/drawing/palette.ts';
import { countCells, legendOf, lookOf } from '../../../cli/drawing/panel.ts';
import type { Drawing, Panel, VisitedCells } from '../../../cli/drawing/panel.ts';

function panel(shares: readonly number[], columns: number, change: Partial<Panel> = {}): Panel {
  return {
    title: 'causal',
    caption: '',
    note: 'a note',
    axes: { down: 'queries', across: 'keys' },
    rows: shares.length / columns,
    columns,
    shares: Float32Array.from(shares),
    tiles: null,
    mark: null,
    ...change,
  };
}

function drawing(...panels: readonly Panel[]): Drawing {
  return { title: 'a & b: 3 <4>', of: panels.some(({ mark }) => mark !== null) ? 'keys' : 'pairs', panels };
}

/** Causal over n cells a side; the diagonal is half live. */
function causal(n: number): Panel {
  const share = (row: number, column: number) => (column < row ? 1 : column === row ? 0.5 : 0);
  const shares = Array.from({ length: n * n }, (_, at) => share(Math.floor(at / n), at % n));
  return panel(shares, n);
}

const tiles = (visited: readonly number[], full: readonly number[]): VisitedCells => ({
  visited: Float32Array.from(visited),
  full: Float32Array.from(full),
});

describe('lookOf', () => {
  it('tells degrees of partial cells apart', () => {
    const cells = panel([0, 0.001, 0.3, 0.5, 0.7, 0.999, 1], 7);
    expect([...cells.shares.keys()].map((at) => lookOf(cells, at))).toEqual([
      ...['empty', 'low', 'low', 'middle', 'high', 'high', 'full'],
    ]);
    expect(countCells(cells)).toEqual({ empty: 1, partial: 5, full: 1 });
  });

  it('tells what is visited in vain, and full tiles from live parts of partial ones', () => {
    const cells = panel([0, 0, 0.5, 1, 1, 1], 6, { tiles: tiles([0, 1, 1, 1, 1, 2], [0, 0, 0, 0, 1, 0.5]) });
    expect([...cells.shares.keys()].map((at) => lookOf(cells, at))).toEqual([
      ...['empty', 'vain', 'middle', 'high', 'full', 'high'],
    ]);
    expect(legendOf(drawing(cells)).map(([sample]) => sample)).toEqual(['full', 'middle', 'vain']);
  });
});

describe('drawTerminal', () => {
  it('uses doubled glyphs, without blanks at the ends of lines', () => {
    expect(drawTerminal(drawing(causal(3)), false)).toBe(
      ['causal', '▒▒', '██▒▒', '████▒▒', '██ full   ▒▒ partial   a note', ''].join('\n'),
    );
  });

  it('colours runs of glyphs where asked', () => {
    expect(drawTerminal(drawing(causal(2)), true)).toContain('\u001b[34m██\u001b[0m\u001b[36m▒▒\u001b[0m');
  });

  it('puts framed panels side by side as far as they fit, and marks the query', () => {
    const one = panel([0, 1, 0, 0], 2, { caption: 't = 0', mark: { row: 1, column: 0 } });
    const two = panel([1, 1], 2, { caption: 't = 1' });
    const lines = (width: number) => drawTerminalGrid(drawing(one, two), width, false).split('\n');
    expect(lines(20)).toEqual([
      'a & b: 3 <4>',
      '',
      't = 0    t = 1',
      '┌────┐   ┌────┐',
      '│  ██│   │████│',
      '│<>  │   └────┘',
      '└────┘   a note',
      'a note',
      '',
      '<> the query   ██ live',
      '',
    ]);
    expect(lines(14)).toHaveLength(lines(20).length + 6);
  });
});

describe('drawSvg', () => {
  it('draws every cell once: areas add up', () => {
    const svg = drawSvg(drawing(causal(10)));
    const area = [...svg.matchAll(/h(\d+)v(\d+)h-/g)].reduce(
      (sum, [, w, h]) => sum + Number(w) * Number(h),
      0,
    );
    const unit = 32;
    expect(area / unit ** 2).toBe((10 * 11) / 2);
  });

  it('escapes what is written, and names the axes', () => {
    const svg = drawSvg(drawing(panel([1], 1, { caption: 'heads <1>', axes: { down: 'y', across: 'x' } })));
    expect(svg).toContain('<title>a &amp; b: 3 &lt;4&gt;</title>');
    expect(svg).toContain('heads &lt;1&gt;, x →');
    expect(svg).toContain('← y');
    expect(svg).not.toContain('<1>');
  });

  it('begins a new row of panels where a row is too wide', () => {
    const height = (count: number) =>
      Number(/ height="(\d+)"/.exec(drawSvg(drawing(...new Array<Panel>(count).fill(causal(4)))))![1]);
    expect(height(2)).toBe(height(1));
    expect(height(16)).toBeGreaterThan(height(8));
  });
});

describe('drawPng', () => {
  it('is a picture of the cells in their colours', () => {
    const { width, height, data, channels, text } = decode(
      drawPng(drawing(panel([1, 0, 0.5, 0.1], 2, { mark: { row: 0, column: 1 } }))),
      { checkCrc: true },
    );
    expect({ channels, text }).toEqual({ channels: 3, text: { Title: 'a & b: 3 <4>' } });
    expect(data).toHaveLength(3 * width * height);
    const counts = new Map<string, number>();
    for (let at = 0; at < data.length; at += 3) {
      const color = data.subarray(at, at + 3).join();
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    // Cells of 160 pixels a side, and samples of 10 in the legend.
    const area = (look: keyof typeof palette) => counts.get(palette[look].join());
    expect([area('full'), area('mark'), area('middle'), area('low'), area('vain')]).toEqual([
      ...[160 * 160 + 100, 160 * 160 + 100, 160 * 160 + 100, 160 * 160, undefined],
    ]);
  });

  it('is the same bytes for the same drawing', () => {
    expect(drawPng(drawing(causal(5)))).toEqual(drawPng(drawing(causal(5))));
  });
});

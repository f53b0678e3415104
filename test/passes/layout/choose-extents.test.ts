import { describe, expect, it } from 'vitest';
import { countPairs, launch } from '../../../bench/tiles/count.ts';
import { compile } from '../../../compiler/index.ts';
import type { CompileOptions } from '../../../compiler/index.ts';
import { paddedBoxes } from '../../../compiler/passes/layout/factorizations.ts';

function unitOf(mask: string, over = '', options: CompileOptions = {}) {
  const space = over === '' ? '' : `  over ${over}\n`;
  const text = `attention a {\n${space}  mask ${mask}\n  heads 1\n  dim 64\n}\n`;
  const result = compile({ name: 'test.sa', text }, options);
  if (!result.ok) throw new Error(result.diagnostics[0].message);
  return result.units[0];
}

/** Whole tiles that a plan computes for a live pair, at the size of its space or at n tokens. */
function tilesPerPair(mask: string, over: string, n: number, options: CompileOptions = {}): number {
  const unit = unitOf(mask, over, options);
  const { live, computed } = countPairs(unit, launch(unit, n, n));
  return computed / live;
}

describe('boxes of regions', () => {
  it('differ where residues have different lengths', () => {
    const unit = unitOf('neighborhood((7, 7), dilation: (5, 1))', 'image(y: 48, x: 20)');
    const { extents } = unit.schedule!.passes[0].shapes.find(
      ({ queries, keys }) => queries === 32 && keys === 32,
    )!;
    const [long, short] = extents.keys.filter(({ length }) => length === 3);
    expect(long).not.toEqual(short);
  });

  it('hold one residue where lengths depend on the launch', () => {
    const [pass] = unitOf('window(each: 12, step: 31)').schedule!.passes;
    expect(pass.keys.kind).toBe('boxes');
    for (const { extents } of pass.shapes) expect(extents.keys[0][0]).toBe(1);
  });
});

describe('plans', () => {
  it('split an axis whose residues reach over more than a quarter of all positions', () => {
    const plan = tilesPerPair('neighborhood((3, 5), dilation: (20, 1))', 'image(y: 60, x: 90)', 5400);
    const residue = tilesPerPair('neighborhood((3, 5))', 'image(y: 3, x: 90)', 270);
    expect(plan).toBeLessThanOrEqual(1.05 * residue);
  });

  it('take boxes of half a window: 9 of 5 x 6 for a window of 11 x 11, 15 of 4 x 8', () => {
    const found = tilesPerPair('neighborhood((11, 11))', 'image(y: 50, x: 70)', 3500);
    expect(found).toBeLessThan((1.1 * 9 * 32) / 121);
  });

  // Found by a search over random sizes, windows and dilations.
  it.each([
    ['image(y: 46, x: 45)', 'neighborhood((11, 11), dilation: (2, 4))', 46 * 45],
    ['image(y: 42, x: 39)', 'neighborhood((3, 33), dilation: (10, 1))', 42 * 39],
    ['image(y: 12, x: 34)', 'neighborhood((12, 11), dilation: (1, 3))', 12 * 34],
    ['image(y: 82, x: 8)', 'neighborhood((2, 2), dilation: (16, 2))', 82 * 8],
    ['video(t: 24, y: 20, x: 14)', 'neighborhood((2, 10, 3), dilation: (4, 2, 4))', 24 * 20 * 14],
    ['video(t: 6, y: 10, x: 5)', 'neighborhood((2, 7, 3), dilation: (2, 1, 1))', 300],
  ])('are no worse than plain tiles over %s with %s, padding counted', (over, mask, n) => {
    const plain = tilesPerPair(mask, over, n, { noLayout: true, noSplit: true });
    expect(tilesPerPair(mask, over, n)).toBeLessThanOrEqual(plain);
  });
});

describe('paddedBoxes', () => {
  it('have fewer slots than a tile, but three quarters of them, and fit their axes', () => {
    const boxes = paddedBoxes(32, [50, 7, 70]);
    expect(boxes).toContainEqual([5, 1, 6]);
    expect(boxes).toContainEqual([2, 5, 3]);
    for (const box of boxes) {
      const slots = box[0] * box[1] * box[2];
      expect(slots >= 24 && slots < 32 && box[1] <= 7, box.join()).toBe(true);
    }
    expect(new Set(boxes.map((box) => box.join())).size).toBe(boxes.length);
  });
});

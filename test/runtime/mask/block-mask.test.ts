import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partSymbols, type BlockRule } from '../../../runtime/declarations.ts';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { blockMask } from '../../../runtime/mask/launch/block-mask.ts';
import { MaskBuilder, evaluateBound } from '../../../runtime/mask/index.ts';
import { partSignature } from '../../../runtime/mask/launch/part-signature.ts';

/** Places at most `reach` apart, shorter the farther the parts; of far parts only every other one. */
function bandOfParts(reach: number) {
  const builder = new MaskBuilder();
  const apart = (a: number, b: number) =>
    builder.add({ kind: 'abs', operand: builder.arithmetic('sub', a, b) });
  const parts = apart(builder.symbol(partSymbols.row), builder.symbol(partSymbols.column));
  const places = apart(builder.intern({ kind: 'query' }), builder.intern({ kind: 'key' }));
  const shorter = builder.arithmetic('shr', builder.int(reach), parts);
  const near = builder.compare('le', places, shorter);
  const even = builder.compare('eq', builder.arithmetic('mod', parts, builder.int(2)), builder.int(0));
  const close = builder.compare('le', parts, builder.int(1));
  return builder.finish(builder.and(near, builder.or(even, close)));
}

const rules: readonly BlockRule[] = [
  { kind: 'any' },
  { kind: 'all' },
  { kind: 'columns', denser: 1 / 3, share: 0.6 },
];

describe('a block mask', () => {
  it('keeps the blocks of each pair of parts, counted pair by pair', () => {
    const size = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(
        fc.record({
          rule: fc.constantFrom(...rules),
          block: size(9),
          length: size(30),
          count: size(5),
          start: fc.nat(12),
          missing: fc.integer({ min: -9, max: 9 }),
          reach: fc.nat(30),
        }),
        ({ rule, block, length, count, start, missing, reach }) => {
          const set = bandOfParts(reach);
          const positions = Math.max(1, start + length * count - missing);
          const bind = (row: number, column: number) =>
            createBinder(set, { [partSymbols.row]: row, [partSymbols.column]: column }, {})(0, 0);
          const signatureOf = partSignature(set, { symbols: {}, arrays: {} });
          const request = { signatureOf, bind, positions, block, rule, canvas: { start, length, count } };
          const { words, dims } = blockMask(request);
          const side = dims[0];
          const kept = new Set<string>();
          for (let row = 0; row < count; row++) {
            for (let column = 0; column < count; column++)
              for (const [y, x] of keptBlocks(request, row, column)) kept.add(`${y} ${x}`);
          }
          const stride = Math.ceil(side / 32);
          const found = new Set<string>();
          for (let y = 0; y < side; y++)
            for (let x = 0; x < side; x++)
              if ((words[y * stride + (x >>> 5)] >>> (x & 31)) & 1) found.add(`${y} ${x}`);
          expect(found).toEqual(kept);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('tells pairs of parts apart by what their sets take from them', () => {
    const signature = partSignature(bandOfParts(100), {});
    expect(signature(0, 3)).toBe(signature(7, 4));
    expect(signature(0, 3)).not.toBe(signature(0, 2));
    // So far apart that the band is one place wide and even parts are all alike.
    expect(signature(0, 8)).toBe(signature(0, 10));
  });
});

/** The definition: every block of the canvas, every pair of places in it. */
function keptBlocks(
  { bind, positions, block, rule, canvas }: Parameters<typeof blockMask>[0],
  rowPart: number,
  columnPart: number,
): readonly (readonly [number, number])[] {
  const bound = bind(rowPart, columnPart);
  const [from, to] = [rowPart, columnPart].map((part) => canvas.start + part * canvas.length);
  const blocks = Math.ceil(canvas.length / block);
  const kept: (readonly [number, number])[] = [];
  const placesOf = (start: number, at: number) =>
    Array.from({ length: block }, (_, place) => at * block + place - (start % block)).filter(
      (place) => place >= 0 && place < canvas.length && start + place < positions,
    );
  for (let y = 0; y < blocks; y++) {
    for (let x = 0; x < blocks; x++) {
      const [rows, columns] = [placesOf(from, y), placesOf(to, x)];
      const counts = columns.map((j) => rows.filter((i) => evaluateBound(bound, i, j)).length);
      if (rows.length === 0 || columns.length === 0) continue;
      const live = counts.filter((pairs) => pairs > 0).length;
      const isKept =
        rule.kind === 'columns'
          ? live > 0 &&
            counts.filter((pairs) => pairs / block > rule.denser).length / (live + 1e-9) > rule.share
          : rule.kind === 'any'
            ? live > 0
            : counts.every((pairs) => pairs === rows.length);
      if (isKept) kept.push([Math.floor(from / block) + y, Math.floor(to / block) + x]);
    }
  }
  return kept;
}

import fc from 'fast-check';
import { MaskBuilder, type MaskProgram } from '../../../runtime/mask/index.ts';
import type { Extents, View } from '../../../runtime/view.ts';

/** A view of `count` positions from `from`, with the boxes of a tile; a tile may have slots behind its box. */
export interface RandomView {
  readonly view: View;
  readonly extents: Extents;
  readonly tile: number;
}

/** A program that is a number. */
export function numberProgram(value: number): MaskProgram {
  const builder = new MaskBuilder();
  return builder.finish(builder.int(value));
}

/** Region of axes [size, stride] from a base. */
export function region(base: number, axes: readonly (readonly [size: number, stride: number])[]) {
  return {
    base: numberProgram(base),
    axes: axes.map(([size, stride], at) => ({
      name: `axis ${at}`,
      size: numberProgram(size),
      stride: numberProgram(stride),
    })),
  };
}

/** Regions one after another that hold the positions from .. from + count - 1 at least, each as digits in any order. */
export function randomBoxes(from: number, count: number): fc.Arbitrary<RandomView> {
  return fc
    .record({
      cut: fc.nat(count),
      isCut: fc.boolean(),
      radices: fc.tuple(
        fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 2 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 2 }),
      ),
      slowest: fc.tuple(fc.nat(), fc.nat()),
      extents: fc.tuple(fc.nat(), fc.nat()),
      box: fc.constantFrom(1, 2, 4, 6, 8, 12),
      behind: fc.constantFrom(0, 0, 1, 3),
    })
    .map(({ cut, isCut, radices, slowest, extents, box, behind }) => {
      const parts = isCut ? [cut, count - cut] : [count];
      let base = from;
      const drawn = parts.map((length, at) => {
        const isLast = at === parts.length - 1;
        // Only the last region may go on behind the end, else two would hold one position.
        const inner = isLast ? radices[at] : radices[at].filter((radix) => length % radix === 0).slice(0, 1);
        const product = inner.reduce((total, radix) => total * radix, 1);
        const sizes = [...inner, Math.ceil(length / product)];
        let stride = 1;
        const axes = sizes.map((size) => {
          const own = [size, stride] as const;
          stride *= Math.max(1, size);
          return own;
        });
        const rotated = rotate(axes, slowest[at] % axes.length);
        const drawnRegion = region(base, rotated);
        base += length;
        return { region: drawnRegion, extents: factorise(box, rotated.length, extents[at]) };
      });
      return {
        view: { kind: 'boxes', regions: drawn.map((own) => own.region) },
        extents: drawn.map((own) => own.extents),
        tile: box + behind,
      };
    });
}

function rotate<T>(items: readonly T[], by: number): T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}

/** `count` factors of a number. */
function factorise(product: number, count: number, seed: number): number[] {
  const factors = new Array<number>(count).fill(1);
  let rest = product;
  let at = seed;
  for (let prime = 2; rest > 1;) {
    if (rest % prime !== 0) prime++;
    else {
      factors[at++ % count] *= prime;
      rest /= prime;
    }
  }
  return factors;
}

/** The plain view of positions. */
export const plainView: fc.Arbitrary<RandomView> = fc
  .integer({ min: 1, max: 12 })
  .map((tile) => ({ view: { kind: 'positions' }, extents: [], tile }));

/** The keys that the mask lists. */
export const listView: fc.Arbitrary<RandomView> = fc
  .integer({ min: 1, max: 12 })
  .map((tile) => ({ view: { kind: 'list' }, extents: [], tile }));

/** Rows in two parts, each ascending. */
export function partedView(nq: number): fc.Arbitrary<RandomView & { readonly rows: Int32Array }> {
  return fc
    .record({
      tile: fc.integer({ min: 1, max: 12 }),
      isFirst: fc.array(fc.boolean(), { minLength: nq, maxLength: nq }),
    })
    .map(({ tile, isFirst }) => {
      const all = isFirst.map((_, row) => row);
      const rows = Int32Array.from([
        ...all.filter((row) => isFirst[row]),
        ...all.filter((row) => !isFirst[row]),
      ]);
      return { view: { kind: 'parted', first: numberProgram(0) }, extents: [], tile, rows };
    });
}

import { describe, expect, it } from 'vitest';
import { causal, graphOf, program, window } from './graphs.ts';
import { compare, tinyTarget } from './problem.ts';
import type { Comparison, Problem } from './problem.ts';

const isCausal = (_b: number, _h: number, i: number, j: number): boolean => j <= i;
const isWindow = (_b: number, _h: number, i: number, j: number): boolean => j <= i && i - j < 5;

function expectClose(result: Comparison): void {
  expect(result.outError).toBeLessThan(1e-5);
  expect(result.lseError).toBeLessThan(1e-5);
  expect(result.strayWrites).toBe(0);
}

describe('shapes and strides', () => {
  it('groups query heads on key heads', async () => {
    const graph = graphOf(causal, { heads: 6, kvHeads: 2 });
    expectClose(await compare({ graph, nq: 9, nk: 9, live: isCausal }));
  });

  it.each(['bhnd', 'bnhd'] as const)(
    'reads %s with padded rows and NaN behind every tensor',
    async (layout) => {
      const graph = graphOf(causal, { heads: 2, kvHeads: 1, layout, dim: 16, dimV: 8 });
      expectClose(await compare({ graph, nq: 7, nk: 10, batch: 3, padding: 4, live: isCausal }));
    },
  );

  it.each([
    [4, 4],
    [16, 16],
    [20, 12],
    [8, 64],
    [64, 8],
    [80, 80],
    [128, 32],
    [192, 128],
  ])('serves dim %i with dim_v %i', async (dim, dimV) => {
    const graph = graphOf(causal, { dim, dimV });
    expectClose(await compare({ graph, nq: 6, nk: 9, live: isCausal }));
  });

  it.each([
    [64, 64, 900],
    [128, 80, 1300],
    [256, 256, 1500],
    [20, 36, 700],
  ])('stages dim %i, dim_v %i in parts where storage is scarce (%i bytes)', async (dim, dimV, bytes) => {
    const target = tinyTarget(
      { x: 2, y: 2, rows: 2, columns: 4 },
      { workgroupBytes: bytes, padding: 1, accumulators: 256 },
    );
    const graph = graphOf(window(5), { dim, dimV });
    expectClose(await compare({ graph, target, nq: 9, nk: 14, live: isWindow }));
  });

  it('keeps accumulators of a ragged last column inside the row', async () => {
    const target = tinyTarget({ x: 8, y: 1, rows: 2, columns: 1 });
    const graph = graphOf(causal, { dim: 16, dimV: 36 });
    expectClose(await compare({ graph, target, nq: 5, nk: 5, live: isCausal, padding: 4 }));
  });

  it('takes a table of many tiles over 32 keys a tile', async () => {
    const target = tinyTarget({ x: 8, y: 2, rows: 2, columns: 4 });
    const graph = graphOf(window(40), {});
    const live: Problem['live'] = (_b, _h, i, j) => j <= i && i - j < 40;
    expectClose(await compare({ graph, target, nq: 97, nk: 101, live }));
  });

  it('folds more than 65,535 query tiles into z', { timeout: 60_000 }, async () => {
    const graph = graphOf(causal, { heads: 1, kvHeads: 1, dim: 4, dimV: 4 });
    expectClose(await compare({ graph, nq: 65536 * 4 + 3, nk: 2, live: isCausal }));
  });

  it('converts f16 storage to f32 and back at the edges only', async () => {
    // SwiftShader has no f16: the same text over f32 storage shows that loads, stores and tiles are wired the same way.
    const widen = (code: string): string => code.replace('enable f16;', '').replace('vec4<f16>', 'vec4<f32>');
    const graph = graphOf(window(5), { dtype: 'f16', dim: 20, dimV: 12, heads: 2, kvHeads: 1 });
    expectClose(await compare({ graph, nq: 11, nk: 13, live: isWindow, rewrite: widen }));
  });

  it('places rows by an offset below zero', async () => {
    const graph = graphOf(causal);
    expectClose(await compare({ graph, nq: 9, nk: 9, offset: -4, live: isCausal }));
  });
});

describe('what dead keys hold', () => {
  it('leaks nothing of keys that no query sees, inside visited tiles too', async () => {
    const lengths = program((b, _i, j) =>
      b.compare(
        'lt',
        j,
        b.intern({ kind: 'lookup', array: 'lengths', indices: [b.intern({ kind: 'batch' })] }),
      ),
    );
    const graph = graphOf(lengths, { inputs: [declare('lengths', 'int', ['batch'])] });
    const values = [6, 0, 11];
    const result = await compare({
      graph,
      nq: 5,
      nk: 11,
      batch: 3,
      live: (b, _h, _i, j) => j < values[b],
      arrays: { lengths: { dims: [3], words: Uint32Array.from(values) } },
      poison: ({ k, v }, strides) => {
        for (let b = 0; b < 3; b++) {
          for (let h = 0; h < 2; h++) {
            for (let j = values[b]; j < 11; j++) {
              for (let d = 0; d < 16; d++) {
                k[b * strides.k.batch + h * strides.k.head + j * strides.k.row + d] = NaN;
                v[b * strides.v.batch + h * strides.v.head + j * strides.v.row + d] = d % 2 ? NaN : Infinity;
              }
            }
          }
        }
      },
    });
    expectClose(result);
  });

  it('leaks nothing of keys past a window, or between the keys of a stride', async () => {
    const strided = program((b, i, j) =>
      b.and(b.compare('eq', b.arithmetic('mod', j, b.int(3)), b.int(1)), b.compare('le', j, i)),
    );
    const isStrided: Problem['live'] = (_b, _h, i, j) => j % 3 === 1 && j <= i;
    const poisonDead: Problem['poison'] = ({ v, k }, strides) => {
      for (let h = 0; h < 2; h++) {
        for (let j = 0; j < 13; j++) {
          if (j % 3 === 1) continue;
          v.fill(NaN, h * strides.v.head + j * strides.v.row, h * strides.v.head + j * strides.v.row + 16);
          k.fill(NaN, h * strides.k.head + j * strides.k.row, h * strides.k.head + j * strides.k.row + 16);
        }
      }
    };
    expectClose(
      await compare({ graph: graphOf(strided), nq: 13, nk: 13, live: isStrided, poison: poisonDead }),
    );

    const early = program((b, i, j) => b.compare('lt', b.arithmetic('add', j, b.int(4)), i));
    const isEarly: Problem['live'] = (_b, _h, i, j) => j + 4 < i;
    const poisonLate: Problem['poison'] = ({ v }, strides) => {
      for (let h = 0; h < 2; h++)
        v.fill(NaN, h * strides.v.head + 8 * strides.v.row, (h + 1) * strides.v.head);
    };
    expectClose(await compare({ graph: graphOf(early), nq: 13, nk: 13, live: isEarly, poison: poisonLate }));
  });
});

function declare(
  name: string,
  kind: 'int',
  dimNames: readonly string[],
): Parameters<typeof graphOf>[1] extends { inputs?: readonly (infer D)[] } | undefined ? D : never {
  const dims = dimNames.map((dim) => program((b) => b.symbol(dim)));
  return { name, kind, dims, dimNames, sorted: false, feed: null, doc: '' } as never;
}

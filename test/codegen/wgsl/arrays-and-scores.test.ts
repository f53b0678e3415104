import { describe, expect, it } from 'vitest';
import type { ArrayDeclaration } from '../../../runtime/declarations.ts';
import type { NodeId } from '../../../runtime/mask/program/nodes.ts';
import { causal, graphOf, program } from './graphs.ts';
import { compare } from './problem.ts';
import type { Comparison } from './problem.ts';

const isCausal = (_b: number, _h: number, i: number, j: number): boolean => j <= i;

function expectClose(result: Comparison): void {
  expect(result.outError).toBeLessThan(1e-5);
  expect(result.lseError).toBeLessThan(1e-5);
}

function declare(name: string, kind: ArrayDeclaration['kind'], ...dimNames: string[]): ArrayDeclaration {
  const dims = dimNames.map((dim) => program((b) => b.symbol(dim)));
  return { name, kind, dims, dimNames, sorted: false, feed: null, doc: '' };
}

describe('arrays', () => {
  it('reads integers by row and column, -1 outside', async () => {
    const ids = (b: Parameters<Parameters<typeof program>[0]>[0], index: NodeId): NodeId =>
      b.intern({ kind: 'lookup', array: 'ids', indices: [b.intern({ kind: 'batch' }), index] });
    const mask = program((b, i, j) => {
      const before = b.arithmetic('sub', j, b.int(2));
      return b.or(b.compare('eq', ids(b, i), ids(b, j)), b.compare('lt', ids(b, before), b.int(0)));
    });
    const n = 11;
    const values = Array.from({ length: 2 * n }, (_, at) => (at * 7) % 4);
    const result = await compare({
      graph: graphOf(mask, { inputs: [declare('ids', 'int', 'batch', 'nk')] }),
      nq: n,
      nk: n,
      batch: 2,
      live: (b, _h, i, j) => values[b * n + i] === values[b * n + j] || j < 2,
      arrays: { ids: { dims: [2, n], words: Uint32Array.from(values) } },
    });
    expectClose(result);
  });

  it('tests packed bits, false outside', async () => {
    const rows = 3;
    const columns = 37;
    const words = new Uint32Array(rows * 2);
    const isSet = (r: number, c: number): boolean =>
      r >= 0 && r < rows && c >= 0 && c < columns && (r * 5 + c * 3) % 4 === 0;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) if (isSet(r, c)) words[r * 2 + (c >> 5)] |= 1 << (c & 31);
    }
    const mask = program((b, i, j) =>
      b.intern({
        kind: 'bit',
        array: 'blocks',
        indices: [b.arithmetic('sub', b.arithmetic('div', i, b.int(3)), b.int(1)), j],
      }),
    );
    const result = await compare({
      graph: graphOf(mask, { inputs: [declare('blocks', 'bits', 'rows', 'columns')] }),
      nq: 14,
      nk: 41,
      offset: -2,
      live: (_b, _h, i, j) => isSet(Math.floor(i / 3) - 1, j),
      arrays: { blocks: { dims: [rows, columns], words } },
    });
    expectClose(result);
  });

  it('searches lists, nothing in rows outside', async () => {
    const lists = [[0, 3, 9], [], [2], [1, 4, 5, 6, 10], [0]];
    const starts = lists.reduce((sum, list) => [...sum, sum[sum.length - 1] + list.length], [0]);
    const mask = program((b, i, j) =>
      b.intern({ kind: 'member', array: 'picks', row: b.arithmetic('sub', i, b.int(1)), value: j }),
    );
    const result = await compare({
      graph: graphOf(mask, { inputs: [declare('picks', 'list', 'rows')] }),
      nq: 9,
      nk: 11,
      offset: 0,
      live: (_b, _h, i, j) => (lists[i - 1] ?? []).includes(j),
      arrays: { picks: { dims: [lists.length], words: Uint32Array.from([...starts, ...lists.flat()]) } },
    });
    expectClose(result);
  });
});

describe('scores', () => {
  const heads = 2;
  const slopes = Float32Array.from([0.5, 0.125]);
  const reals = { slopes: { dims: [heads], data: slopes } };

  it('caps, slopes and biases in order', async () => {
    const bias = Float32Array.from({ length: heads * 12 }, (_, at) => ((at * 13) % 7) / 3 - 1);
    const temperature = Float32Array.from({ length: 12 }, (_, i) => 1 + i / 5);
    const result = await compare({
      graph: graphOf(causal, {
        inputs: [declare('slopes', 'real', 'heads'), declare('bias', 'real', 'heads', 'nk')],
        score: { softcap: 1.5, slopes: 'slopes', keyBias: 'bias', rowScale: 'temperature' },
      }),
      nq: 10,
      nk: 12,
      live: isCausal,
      score: {
        softcap: 1.5,
        slope: (h) => slopes[h],
        keyBias: (_b, h, j) => bias[h * 12 + j],
        rowScale: (i) => temperature[i],
      },
      reals: {
        ...reals,
        bias: { dims: [heads, 12], data: bias },
        temperature: { dims: [12], data: temperature },
      },
    });
    expectClose(result);
  });

  it('adds a sink to the denominator only', async () => {
    const sinks = Float32Array.from([2, -1]);
    const result = await compare({
      graph: graphOf(causal, { inputs: [declare('sinks', 'real', 'heads')], score: { sink: 'sinks' } }),
      nq: 7,
      nk: 5,
      live: isCausal,
      score: { sink: (h) => sinks[h] },
      reals: { sinks: { dims: [heads], data: sinks } },
    });
    expectClose(result);
  });

  it('adds biases that indices over the pair read, 0 outside of their arrays', async () => {
    const table = Float32Array.from({ length: heads * 5 }, (_, at) => ((at * 7) % 11) / 4 - 1);
    const blocks = Float32Array.from({ length: 2 * 3 * 2 }, (_, at) => ((at * 5) % 7) / 3 - 1);
    const graph = graphOf(causal, {
      inputs: [declare('table', 'real', 'heads', 'five'), declare('blocks', 'real', 'batch', 'three', 'two')],
      score: {
        biases: [
          {
            array: 'table',
            indices: [
              program((b) => b.intern({ kind: 'head' })),
              program((b, i, j) => b.arithmetic('add', b.arithmetic('sub', j, i), b.symbol('reach'))),
            ],
          },
          {
            array: 'blocks',
            indices: [
              program((b) => b.intern({ kind: 'batch' })),
              program((b, i) => b.arithmetic('div', i, b.int(4))),
              program((b, _i, j) => b.arithmetic('div', b.arithmetic('sub', j, b.int(2)), b.int(3))),
            ],
          },
        ],
      },
    });
    const at = (data: Float32Array, dims: readonly number[], ...indices: readonly number[]) =>
      indices.some((index, dim) => index < 0 || index >= dims[dim])
        ? 0
        : data[indices.reduce((flat, index, dim) => flat * dims[dim] + index, 0)];
    const result = await compare({
      graph,
      nq: 10,
      nk: 12,
      batch: 2,
      live: isCausal,
      symbols: { reach: 3 },
      score: {
        bias: (b, h, i, j) =>
          at(table, [heads, 5], h, j - i + 3) +
          at(blocks, [2, 3, 2], b, Math.floor(i / 4), Math.floor((j - 2) / 3)),
      },
      reals: { table: { dims: [heads, 5], data: table }, blocks: { dims: [2, 3, 2], data: blocks } },
    });
    expectClose(result);
  });

  it('multiplies the denominator by a number of the row, and leaves lse', async () => {
    const rho = Float32Array.from({ length: heads * 9 }, (_, at) => 0.5 + at / 8);
    const sinks = Float32Array.from([2, -1]);
    const result = await compare({
      graph: graphOf(causal, {
        inputs: [declare('rho', 'real', 'heads', 'nk'), declare('sinks', 'real', 'heads')],
        score: {
          sink: 'sinks',
          denominatorScale: {
            array: 'rho',
            indices: [program((b) => b.intern({ kind: 'head' })), program((_b, i) => i)],
          },
        },
      }),
      nq: 7,
      nk: 9,
      live: isCausal,
      score: { sink: (h) => sinks[h], denominatorScale: (_b, h, i) => rho[h * 9 + i] },
      reals: { rho: { dims: [heads, 9], data: rho }, sinks: { dims: [heads], data: sinks } },
    });
    expectClose(result);
  });

  it('keeps large logits finite', async () => {
    const result = await compare({
      graph: graphOf(causal),
      nq: 9,
      nk: 9,
      live: isCausal,
      poison: ({ q }) => q.forEach((value, at) => (q[at] = value * 1e4)),
    });
    expect(result.outError).toBeLessThan(1e-2);
    expect(result.outputs.lse.every(Number.isFinite)).toBe(true);
  });
});

describe('scalars', () => {
  it('reads launch parameters, whatever they are called', async () => {
    const mask = program((b, i, j) => {
      const back = b.arithmetic('sub', i, j);
      return b.and(
        b.compare('le', b.int(0), back),
        b.compare('lt', b.arithmetic('mod', back, b.symbol('scale')), b.symbol('loop')),
      );
    });
    const result = await compare({
      graph: graphOf(mask),
      nq: 13,
      nk: 13,
      live: (_b, _h, i, j) => j <= i && (i - j) % 5 < 2,
      symbols: { scale: 5, loop: 2 },
    });
    expectClose(result);
  });
});

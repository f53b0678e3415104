import { describe, expect, it } from 'vitest';
import { emitWgsl } from '../../../compiler/codegen/wgsl/emit-wgsl.ts';
import { planKernels } from '../../../compiler/passes/plan-kernels.ts';
import { schedulePlainly } from '../../../compiler/passes/schedule-plainly.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { graphOf, program } from './graphs.ts';
import { compare, tinyTarget } from './problem.ts';
import type { Problem } from './problem.ts';
import { boxes, scheduled } from './scheduled.ts';
import type { Live } from './tables.ts';

type Builder = Parameters<Parameters<typeof program>[0]>[0];
const target = tinyTarget({ x: 4, y: 2, rows: 4, columns: 4 });
const back = (b: Builder, i: NodeId, j: NodeId): NodeId => b.arithmetic('sub', i, j);
const isCausal = (b: Builder, i: NodeId, j: NodeId): NodeId => b.compare('le', j, i);

/** Name, mask, the same by hand, and which functions its kernels call. */
const cases: [string, MaskProgram, Live, RegExp][] = [
  [
    'a prefix and a window: bounds alone',
    program((b, i, j) =>
      b.and(isCausal(b, i, j), b.or(b.compare('lt', j, b.int(5)), b.compare('lt', back(b, i, j), b.int(7)))),
    ),
    (_b, _h, i, j) => j <= i && (j < 5 || i - j < 7),
    /live_keys_of/,
  ],
  [
    'a window and every fourth: bounds leave some open',
    program((b, i, j) =>
      b.and(
        isCausal(b, i, j),
        b.or(
          b.compare('lt', back(b, i, j), b.int(6)),
          b.compare('eq', b.arithmetic('mod', back(b, i, j), b.int(4)), b.int(0)),
        ),
      ),
    ),
    (_b, _h, i, j) => j <= i && (i - j < 6 || (i - j) % 4 === 0),
    /decided_keys_of/,
  ],
  [
    'negations and a row of its own',
    program((b, i, j) =>
      b.or(
        b.compare('eq', i, b.int(9)),
        b.not(
          b.or(
            b.compare('ne', b.arithmetic('div', i, b.int(5)), b.arithmetic('div', j, b.int(5))),
            b.and(
              b.compare('eq', b.arithmetic('mod', j, b.symbol('w')), b.int(1)),
              b.compare('ne', j, b.int(16)),
            ),
          ),
        ),
      ),
    ),
    (_b, _h, i, j) => i === 9 || (Math.floor(i / 5) === Math.floor(j / 5) && !(j % 3 === 1 && j !== 16)),
    /KeyFacts/,
  ],
  [
    'documents: facts of both sides',
    program((b, i, j) => {
      const id = (at: NodeId): NodeId =>
        b.intern({ kind: 'lookup', array: 'ids', indices: [b.intern({ kind: 'batch' }), at] });
      return b.and(isCausal(b, i, j), b.compare('eq', id(i), id(j)));
    }),
    (b, _h, i, j) => j <= i && idOf(b, i) === idOf(b, j),
    /QueryFacts[^]*KeyFacts/,
  ],
  [
    'heads of two kinds, two open parts',
    program((b, i, j) => {
      const wide = b.compare('eq', b.intern({ kind: 'head' }), b.int(1));
      const phase = (at: NodeId, n: number): NodeId => b.arithmetic('mod', at, b.int(n));
      return b.or(
        b.and(wide, b.compare('le', j, b.int(20)), b.compare('eq', phase(i, 3), phase(j, 3))),
        b.and(b.compare('le', b.int(4), j), b.compare('eq', phase(j, 5), b.int(2))),
      );
    }),
    (_b, h, i, j) => (h === 1 && j <= 20 && i % 3 === j % 3) || (j >= 4 && j % 5 === 2),
    /decided_keys_of/,
  ],
];
const idOf = (b: number, at: number): number => Math.floor((at + 3 * b) / 7);
const n = 41;
const words = Uint32Array.from({ length: 2 * n }, (_, at) => idOf(Math.floor(at / n), at % n));
const inputs = [
  {
    name: 'ids',
    kind: 'int',
    dims: ['batch', 'nk'].map((dim) => program((b) => b.symbol(dim))),
    dimNames: ['batch', 'nk'],
    sorted: false,
    feed: null,
    doc: '',
  },
] as const;
const common = {
  target,
  batch: 2,
  symbols: { w: 3 },
  arrays: { ids: { dims: [2, n], words } },
} satisfies Partial<Problem>;

describe.each(cases)('%s', (_name, mask, live, functions) => {
  const graph = graphOf(mask, { inputs });

  it.each([
    [n, n],
    [16, n],
    [5, n],
  ])('nq %i, nk %i', async (nq, nk) => {
    const result = await compare({ ...common, graph, nq, nk, live, padding: 4 });
    expect(result.outError).toBeLessThan(1e-5);
    expect(result.lseError).toBeLessThan(1e-5);
  });

  it('in boxes of residues', async () => {
    const view = boxes({
      base: 0,
      axes: [
        ['mod 3', 3, 1],
        ['a', 14, 3],
      ],
    });
    const extents = { queries: [[1, 8]], keys: [[2, 8]] };
    const schedule = scheduled(graph, target, [{ mask, queries: view, keys: view, extents }]);
    const result = await compare({ ...common, graph, schedule, nq: n - 3, nk: n, live });
    expect(result.outError).toBeLessThan(1e-5);
    expect(result.lseError).toBeLessThan(1e-5);
  });

  it('is printed whole where variants are off', async () => {
    const code = (variants: boolean): string =>
      emitWgsl(planKernels(schedulePlainly(graph), [target], { variants }), graph).module.code;
    expect(code(true)).toMatch(functions);
    expect(code(false)).not.toMatch(/Facts|keys_of/);
    const result = await compare({ ...common, graph, nq: 16, nk: n, live, variants: false });
    expect(result.outError).toBeLessThan(1e-5);
  });
});

import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../compiler/ir/graph.ts';
import type { Predicate } from '../../examples/predicates.ts';
import { program } from '../wgsl/graphs.ts';
import { boxes } from '../wgsl/scheduled.ts';
import type { PassSketch } from '../wgsl/scheduled.ts';
import { expectRight, spoilUnseen } from './expect-right.ts';
import { forcedModule, specify, specifyFields, targetOf } from './modules.ts';
import { scheduledModule } from './scheduled.ts';
import { missing, skipped } from './toolchain.ts';

const maskOf = (graph: Graph): PassSketch['mask'] => graph.nodes[0].mask;

/** Tiles of 32 x 32: the rest of n after whole tiles is 0, 1 and 31, and primes. */
const sizes = [1, 2, 31, 32, 33, 64, 67, 97].map((n) => ({ nq: n, nk: n }));
const oblong = [
  { nq: 1, nk: 65 },
  { nq: 33, nk: 101 },
  { nq: 64, nk: 3 },
];

const dilated = specify(
  'causal & window(back: 60) & stride(3)',
  'launch rows: int in 1..100\n heads 2 kv_heads 1 dim 32',
);
const isDilated: Predicate = ({ i, j }) => j <= i && i - j <= 60 && (i - j) % 3 === 0;

describe.skipIf(missing['g++'] !== null)(`views in the emulator${skipped('g++')}`, () => {
  const residues = boxes({
    base: 0,
    axes: [
      ['mod 3', 3, 1],
      ['a', 'rows', 3],
    ],
  });
  const launch = { rows: 40 };
  // No position below 0 stands in the view.
  const launched = [...sizes, ...oblong]
    .filter(({ nq, nk }) => nq <= nk)
    .map((size) => ({ ...size, launch }));
  const sketch: PassSketch = {
    mask: maskOf(dilated),
    queries: residues,
    keys: residues,
    extents: { queries: [[1, 32]], keys: [[1, 32]] },
  };

  it('boxes of residues, NaN in keys that nobody sees', async () => {
    const cases = launched.map((size) => ({ ...size, spoil: spoilUnseen(isDilated, size.nq, size.nk) }));
    const descriptor = scheduledModule(dilated, [sketch]);
    expect(descriptor.cuda.code).toContain('struct AllKeys32 {');
    await expectRight(descriptor, isDilated, cases);
    await expectRight(descriptor, isDilated, [{ nq: 67, nk: 67, batch: 2, layout: 'bnhd', launch }], {
      reversed: true,
    });
  });

  it('boxes that hang over the end of an axis, of one side', async () => {
    const onlyKeys: PassSketch = { ...sketch, queries: undefined, extents: { keys: [[4, 8]] } };
    await expectRight(scheduledModule(dilated, [onlyKeys]), isDilated, launched);
    const onlyQueries: PassSketch = { ...sketch, keys: undefined, extents: { queries: [[2, 16]] } };
    await expectRight(scheduledModule(dilated, [onlyQueries]), isDilated, launched);
  });

  it.each([
    ['both sides', sketch.queries, sketch.keys],
    ['queries alone', sketch.queries, undefined],
    ['keys alone', undefined, sketch.keys],
  ])('boxes that are less than a tile, NaN in keys that nobody sees: %s', async (_name, queries, keys) => {
    // 30 and 27 of 32 slots; 27 have digits that are no shifts.
    const padded: PassSketch = { ...sketch, queries, keys, extents: { queries: [[3, 10]], keys: [[3, 9]] } };
    const cases = launched.map((size) => ({ ...size, spoil: spoilUnseen(isDilated, size.nq, size.nk) }));
    const descriptor = scheduledModule(dilated, [padded]);
    for (const [slots, isWanted] of [
      [30, queries !== undefined],
      [27, keys !== undefined],
    ] as const)
      expect(descriptor.cuda.code.includes(`if (slot >= ${slots}) return -1;`)).toBe(isWanted);
    await expectRight(descriptor, isDilated, cases);
  });

  it('boxes that are less than a tile are never full', async () => {
    const graph = specify('stride(3)', 'launch rows: int in 1..100\n heads 1 dim 32');
    const padded = { ...sketch, mask: maskOf(graph), extents: { queries: [[1, 30]], keys: [[1, 27]] } };
    await expectRight(scheduledModule(graph, [padded]), ({ i, j }) => (i - j) % 3 === 0, [
      { nq: 97, nk: 97, launch },
      { nq: 81, nk: 81, launch: { rows: 27 } },
    ]);
  });

  it('a grid behind text: two regions, three axes, numbers of the launch, queries before the first position', async () => {
    const text = 2;
    const neighbours = program((b, i, j) => {
      const cell = (position: number): number => b.arithmetic('sub', position, b.int(text));
      const line = (position: number): number => b.arithmetic('div', cell(position), b.symbol('width'));
      const axes = [
        (position: number): number => b.arithmetic('mod', cell(position), b.symbol('width')),
        (position: number): number => b.arithmetic('mod', line(position), b.int(3)),
        (position: number): number => b.arithmetic('div', line(position), b.int(3)),
      ];
      const close = axes.map((axis) =>
        b.compare('le', b.intern({ kind: 'abs', operand: b.arithmetic('sub', axis(i), axis(j)) }), b.int(1)),
      );
      const cells = [i, j].map((position) => b.compare('le', b.int(text), position));
      return b.or(b.compare('lt', j, b.int(text)), b.and(...cells, ...close));
    });
    const isNeighbour =
      (width: number): Predicate =>
      ({ i, j }) => {
        if (j < text) return true;
        if (i < text) return false;
        const axes = (p: number): number[] => [
          Math.floor((p - text) / width / 3),
          Math.floor((p - text) / width) % 3,
          (p - text) % width,
        ];
        return axes(i).every((value, axis) => Math.abs(value - axes(j)[axis]) <= 1);
      };
    const parameters =
      'launch width: int in 1..100\n launch frame: int in 1..300\n launch frames: int in 1..100';
    const graph = specify('full', `${parameters}\n heads 1 dim 32`);
    const grid = boxes(
      { base: 0, axes: [['text', text, 1]] },
      {
        base: text,
        axes: [
          ['t', 'frames', 'frame'],
          ['row', 3, 'width'],
          ['w', 'width', 1],
        ],
      },
    );
    const extents = { queries: [[32], [2, 2, 8]], keys: [[32], [4, 1, 8]] };
    const inGrid: PassSketch = { mask: neighbours, queries: grid, keys: grid, extents };
    const descriptor = scheduledModule({ ...graph, nodes: [{ ...graph.nodes[0], mask: neighbours }] }, [
      inGrid,
    ]);
    for (const [frames, width, few] of [
      [4, 5, 62],
      [3, 13, 40],
      [1, 1, 2],
      [2, 8, 50],
    ]) {
      const nk = text + frames * 3 * width;
      const launch = { frames, width, frame: 3 * width };
      await expectRight(descriptor, isNeighbour(width), [
        { nq: nk, nk, launch },
        { nq: Math.min(few, nk), nk, launch, batch: 2 },
      ]);
    }
  });

  const sparse = specify('columns(every: 5, at: 2..<3) & causal', 'heads 2 dim 64', 'bf16');
  const isSparse: Predicate = ({ i, j }) => j % 5 === 2 && j <= i;

  it('listed keys, NaN in those that nobody sees', async () => {
    const listed: PassSketch = { mask: maskOf(sparse), keys: { kind: 'list' }, strategy: 'gathered' };
    const cases = [...sizes, ...oblong, { nq: 200, nk: 200 }].map(({ nq, nk }) => ({
      nq,
      nk,
      spoil: spoilUnseen(isSparse, nq, nk),
    }));
    await expectRight(
      scheduledModule(sparse, [listed], [targetOf({ rows: 32, stages: 3, keys: 16 })]),
      isSparse,
      cases,
    );
  });

  const scored = specifyFields(
    `mask causal & (stride(3) | sink(2) | columns(every: 5, at: 0..<1))
     input b: float[heads, n] = random(seed: 3, density: 1.0)
     input s: float[heads] = random(seed: 4, density: 1.0)
     input r: float[heads, 200] = random(seed: 5, density: 1.0)
     input d: float[n] = 0.75
     heads 2 dim 32 softcap 2.5 alibi rows scale(1 + i / 50) bias key(b) sink logit(s)
     bias pair(r[head, (i - j) div 2 mod 200]) denominator scale(d) outputs out, lse`,
  );
  const isMixed: Predicate = ({ i, j }) => j <= i && ((i - j) % 3 === 0 || j < 2 || j % 5 === 0);

  it.each([0, 1, 2, 3, 5, 7, 8, 9])('whatever schedule, every step of the score: seed %i', async (seed) => {
    await expectRight(forcedModule(scored, seed), isMixed, [...sizes, ...oblong]);
  });

  it.each([
    [80, 80, 'f16', 9],
    [128, 64, 'bf16', 10],
    [256, 256, 'bf16', 31],
    [32, 96, 'f16', 37],
  ] as const)('head dimensions %i and %i in %s, in three passes: seed %i', async (dim, dimV, dtype, seed) => {
    const graph = specify(
      'causal & (stride(3) | sink(2))',
      `heads 4 kv_heads 2 dim ${dim} dim_v ${dimV}`,
      dtype,
    );
    const keepsSunk: Predicate = ({ i, j }) => j <= i && ((i - j) % 3 === 0 || j < 2);
    const descriptor = forcedModule(graph, seed);
    expect(descriptor.passes).toHaveLength(3);
    await expectRight(descriptor, keepsSunk, [
      { nq: 37, nk: 61, layout: 'bnhd', batch: 2, spoil: spoilUnseen(keepsSunk, 37, 61) },
      { nq: 67, nk: 67 },
    ]);
  });

  it.each([10, 36])('rows without keys in three passes: seed %i', async (seed) => {
    const graph = specify('causal & stride(2)', 'heads 1 dim 16 queries at 0 - 20');
    await expectRight(forcedModule(graph, seed), ({ i, j }) => j <= i && (i - j) % 2 === 0, [
      { nq: 1, nk: 1 },
      { nq: 67, nk: 40 },
    ]);
  });
});

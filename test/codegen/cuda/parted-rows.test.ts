import { describe, expect, it } from 'vitest';
import type { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../../runtime/mask/program/nodes.ts';
import type { View } from '../../../runtime/view.ts';
import type { Predicate } from '../../examples/predicates.ts';
import { program } from '../wgsl/graphs.ts';
import { boxes } from '../wgsl/scheduled.ts';
import type { PassSketch } from '../wgsl/scheduled.ts';
import { expectRight, spoilUnseen } from './expect-right.ts';
import { groupTargetOf, smallTarget, specify, specifyFields } from './modules.ts';
import { scheduledModule } from './scheduled.ts';
import { missing, skipped } from './toolchain.ts';

/** Tiles of 32 or 64 queries: the rest of n after whole tiles is 0, 1, one less than a tile, and primes. */
const sizes = [1, 2, 31, 32, 33, 64, 67, 129].map((n) => ({ nq: n, nk: n }));
const oblong = [
  { nq: 1, nk: 65 },
  { nq: 33, nk: 101 },
  { nq: 64, nk: 3 },
];

type Test = (b: MaskBuilder, i: NodeId, j: NodeId) => NodeId;

/** Of head 0 no row comes first, of head 1 those with i mod 5 below 2, of head 2 every row. */
const first: Test = (b, i) => {
  const some = b.arithmetic('mul', b.add({ kind: 'head' }), b.int(5));
  return b.compare('lt', b.arithmetic('mod', i, b.int(5)), b.arithmetic('div', some, b.int(2)));
};
const isFirst = (i: number, head: number): boolean => ((i % 5) + 5) % 5 < [0, 2, 5][head];
const parted: View = { kind: 'parted', first: program(first) };

const back =
  (reach: number): Test =>
  (b, i, j) =>
    b.between(b.int(0), b.arithmetic('sub', i, j), b.int(reach));
const every3: Test = (b, _i, j) => b.compare('eq', b.arithmetic('mod', j, b.int(3)), b.int(1));
const both = (...tests: readonly Test[]): PassSketch['mask'] =>
  program((b, i, j) => b.and(...tests.map((test) => test(b, i, j))));
const not =
  (test: Test): Test =>
  (b, i, j) =>
    b.not(test(b, i, j));

const families = {
  sm_80: [smallTarget],
  sm_90a: [groupTargetOf(), smallTarget],
};
const each = it.each(['sm_80', 'sm_90a'] as const);

/** NaN in the keys that no query of any head sees. */
const withNaN = (keeps: Predicate) => {
  const byAny: Predicate = (pair) => [0, 1, 2].some((head) => keeps({ ...pair, head }));
  return [...sizes, ...oblong].map((size) => ({ ...size, spoil: spoilUnseen(byAny, size.nq, size.nk) }));
};

describe.skipIf(missing['g++'] !== null)(`parted rows in the emulator${skipped('g++')}`, () => {
  const graph = specify('full', 'heads 3 kv_heads 1 dim 32');

  each('rows in a window, others without keys, NaN in keys that nobody sees: %s', async (family) => {
    const keeps: Predicate = ({ i, j, head }) => isFirst(i, head) && j <= i && i - j < 40;
    const mask = both(first, back(40));
    const descriptor = scheduledModule(graph, [{ mask, queries: parted }], families[family]);
    expect(descriptor.cuda.code).toContain('struct PartedRows {');
    expect(descriptor.passes[0].kernels[0].family).toBe(family);
    await expectRight(descriptor, keeps, withNaN(keeps));
    await expectRight(descriptor, keeps, [{ nq: 67, nk: 67, batch: 2, layout: 'bnhd' }], { reversed: true });
    if (family === 'sm_80') await expectRight(descriptor, keeps, [{ nq: 67, nk: 130, parts: 3 }]);
  });

  each('parted rows over listed keys: %s', async (family) => {
    const keeps: Predicate = ({ i, j, head }) => j % 3 === 1 && j <= i && isFirst(i, head);
    const mask = both(first, every3, back(1000));
    const sketch: PassSketch = { mask, queries: parted, keys: { kind: 'list' }, strategy: 'gathered' };
    const descriptor = scheduledModule(graph, [sketch], families[family]);
    await expectRight(descriptor, keeps, withNaN(keeps));
    if (family === 'sm_80') await expectRight(descriptor, keeps, [{ nq: 67, nk: 130, parts: 2 }]);
  });

  each('rows that see everything, behind and before passes in other views: %s', async (family) => {
    const rest = not(first);
    const residues = boxes({
      base: 0,
      axes: [
        ['mod 3', 3, 1],
        ['a', 67, 3],
      ],
    });
    const descriptor = scheduledModule(
      graph,
      [
        { name: 'near', mask: program(back(9)), writes: true },
        { name: 'boxes', mask: both(rest, every3, not(back(9)), back(20)), queries: residues },
        { name: 'all', mask: both(first, not(back(9))), queries: parted },
        { name: 'few', mask: both(rest, not(back(20)), back(22)), strategy: 'diagonal' },
        {
          name: 'list',
          mask: both(rest, every3, not(back(22))),
          queries: parted,
          keys: { kind: 'list' },
          strategy: 'gathered',
        },
      ].map((sketch, at) => ({
        ...(sketch as PassSketch),
        reads: at > 0,
        writes: at < 4,
        boxesOf: (slots: number) => (sketch.name === 'boxes' ? [[1, slots]] : []),
      })),
      families[family],
    );
    const keeps: Predicate = ({ i, j, head }) => {
      const distance = i - j;
      if (distance >= 0 && distance < 9) return true;
      if (isFirst(i, head)) return true;
      return j % 3 === 1 || (distance >= 20 && distance < 22);
    };
    const cases = [...sizes, ...oblong].filter(({ nq, nk }) => nq <= nk);
    await expectRight(descriptor, keeps, cases);
  });

  const scored = specifyFields(
    `mask full
     input b: float[heads, n] = random(seed: 3, density: 1.0)
     input s: float[heads] = random(seed: 4, density: 1.0)
     input r: float[heads, 200] = random(seed: 5, density: 1.0)
     input d: float[n] = 0.75
     heads 3 dim 32 softcap 2.5 alibi rows scale(1 + i / 50) bias key(b) sink logit(s)
     bias pair(r[head, (i - j) div 2 mod 200]) denominator scale(d) outputs out, lse`,
  );

  each('every step of the score: %s', async (family) => {
    const keeps: Predicate = ({ i, j, head }) => isFirst(i, head) && j <= i && i - j < 40;
    const sketch: PassSketch = { mask: both(first, back(40)), queries: parted };
    const cases = [...sizes, ...oblong].filter(({ nq, nk }) => nq <= nk);
    await expectRight(scheduledModule(scored, [sketch], families[family]), keeps, cases);
  });
});

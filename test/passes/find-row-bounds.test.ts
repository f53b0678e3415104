import { describe, expect, it } from 'vitest';
import { findRowBounds } from '../../compiler/passes/find-row-bounds.ts';
import type { LaunchParameter } from '../../runtime/declarations.ts';
import type { HostArrays } from '../../runtime/arrays.ts';
import type { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import { evaluateProgram } from '../../runtime/mask/exact/evaluate.ts';
import type { MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import { full, graphOf, program } from '../codegen/wgsl/graphs.ts';

type Build = (b: MaskBuilder, i: NodeId, j: NodeId) => NodeId;

const LAUNCH: LaunchParameter[] = [{ name: 'w', type: 'int', min: 1, max: 100, default: 4, doc: '' }];
const ARRAYS: HostArrays = { lengths: { kind: 'int', dims: [2], data: Int32Array.from([5, 11]) } };
const HEADS = 3;
const LENGTHS = {
  name: 'lengths',
  kind: 'int',
  dims: [program((b) => b.symbol('batch'))],
  dimNames: ['batch'],
  sorted: false,
  feed: null,
  doc: '',
} as const;
const GRAPH = graphOf(full, { heads: HEADS, kvHeads: HEADS, launch: LAUNCH, inputs: [LENGTHS] });

const head = (b: MaskBuilder): NodeId => b.intern({ kind: 'head' });
const length = (b: MaskBuilder): NodeId =>
  b.intern({ kind: 'lookup', array: 'lengths', indices: [b.intern({ kind: 'batch' })] });
const abs = (b: MaskBuilder, operand: NodeId): NodeId => b.add({ kind: 'abs', operand });

const ranged: [string, Build][] = [
  ['true', (b) => b.bool(true)],
  ['false', (b) => b.bool(false)],
  ['j <= i', (b, i, j) => b.compare('le', j, i)],
  ['i < j', (b, i, j) => b.compare('lt', i, j)],
  ['i == j', (b, i, j) => b.compare('eq', i, j)],
  ['j - i <= 0', (b, i, j) => b.compare('le', b.arithmetic('sub', j, i), b.int(0))],
  ['|i - j| <= w', (b, i, j) => b.compare('le', abs(b, b.arithmetic('sub', i, j)), b.symbol('w'))],
  ['-3 <= j - i < 2', (b, i, j) => b.between(b.int(-3), b.arithmetic('sub', j, i), b.int(2))],
  ['not j > i', (b, i, j) => b.not(b.compare('lt', i, j))],
  ['j < lengths[batch] and j <= i', (b, i, j) => b.and(b.compare('lt', j, length(b)), b.compare('le', j, i))],
  [
    'j div 4 == i div 4',
    (b, i, j) => b.compare('eq', b.arithmetic('div', j, b.int(4)), b.arithmetic('div', i, b.int(4))),
  ],
  [
    'i div 4 - j div 4 in 0 .. 1',
    (b, i, j) =>
      b.between(
        b.int(0),
        b.arithmetic('sub', b.arithmetic('div', i, b.int(4)), b.arithmetic('div', j, b.int(4))),
        b.int(2),
      ),
  ],
  [
    '(j + 3) div 5 <= i div 2',
    (b, i, j) =>
      b.compare(
        'le',
        b.arithmetic('div', b.arithmetic('add', j, b.int(3)), b.int(5)),
        b.arithmetic('div', i, b.int(2)),
      ),
  ],
  [
    '3 j <= 2 i + 1',
    (b, i, j) =>
      b.compare(
        'le',
        b.arithmetic('mul', j, b.int(3)),
        b.arithmetic('add', b.arithmetic('mul', i, b.int(2)), b.int(1)),
      ),
  ],
  [
    'max(j, i) < i + w',
    (b, i, j) =>
      b.compare(
        'lt',
        b.arithmetic('max', j, b.arithmetic('sub', j, b.int(1))),
        b.arithmetic('add', i, b.symbol('w')),
      ),
  ],
  [
    'head < 1 ? causal : window',
    (b, i, j) => {
      const first = b.compare('lt', head(b), b.int(1));
      const near = b.and(b.compare('le', j, i), b.compare('lt', b.arithmetic('sub', i, j), b.int(3)));
      return b.or(b.and(first, b.compare('le', j, i)), b.and(b.not(first), near));
    },
  ],
  [
    'head <= 0 ? causal : head == 1 ? all : window',
    (b, i, j) => {
      const near = b.and(b.compare('le', j, i), b.compare('lt', b.arithmetic('sub', i, j), b.int(3)));
      const rest = b.or(b.compare('eq', head(b), b.int(1)), near);
      return b.or(
        b.and(b.compare('le', head(b), b.int(0)), b.compare('le', j, i)),
        b.and(b.compare('le', b.int(1), head(b)), rest),
      );
    },
  ],
  ['head == 0 and j <= i', (b, i, j) => b.and(b.compare('eq', head(b), b.int(0)), b.compare('le', j, i))],
  [
    'head <= 0 ? causal : head >= 2 (head 1 is empty)',
    (b, i, j) =>
      b.or(
        b.and(b.compare('le', head(b), b.int(0)), b.compare('le', j, i)),
        b.and(b.compare('le', b.int(2), head(b)), b.compare('lt', j, i)),
      ),
  ],
  ['j <= i or j < 5', (b, i, j) => b.or(b.compare('le', j, i), b.compare('lt', j, b.int(5)))],
  ['i <= j or 7 <= j', (b, i, j) => b.or(b.compare('le', i, j), b.compare('le', b.int(7), j))],
];

const tabled: [string, Build][] = [
  [
    'j div 2^20 <= i (the bound leaves 32 bits)',
    (b, i, j) => b.compare('le', b.arithmetic('div', j, b.int(2 ** 20)), i),
  ],
  ['j < 3 or j == i', (b, i, j) => b.or(b.compare('lt', j, b.int(3)), b.compare('eq', i, j))],
  ['j mod 3 == 0', (b, _i, j) => b.compare('eq', b.arithmetic('mod', j, b.int(3)), b.int(0))],
  ['i != j', (b, i, j) => b.compare('ne', i, j)],
  ['j <= 10 - i (falls)', (b, i, j) => b.compare('le', j, b.arithmetic('sub', b.int(10), i))],
  [
    'j <= lengths[i]',
    (b, i, j) => b.compare('le', j, b.intern({ kind: 'lookup', array: 'lengths', indices: [i] })),
  ],
  ['i < 4 and j <= i (closes)', (b, i, j) => b.and(b.compare('lt', i, b.int(4)), b.compare('le', j, i))],
  ['j <= i mod 4', (b, i, j) => b.compare('le', j, b.arithmetic('mod', i, b.int(4)))],
];

describe('findRowBounds', () => {
  it.each(ranged)('solves %s', (_name, build) => {
    const mask = program(build);
    const bounds = findRowBounds(mask, GRAPH);
    expect(bounds).not.toBeNull();
    if (bounds !== null) expectSameSet(mask, bounds.low, bounds.high);
  });

  it.each(tabled)('leaves %s to a run table', (_name, build) => {
    expect(findRowBounds(program(build), GRAPH)).toBeNull();
  });
});

/** Every pair of every head: live exactly inside the bounds, which lie in 0 .. nk and never fall. */
function expectSameSet(mask: MaskProgram, low: MaskProgram, high: MaskProgram): void {
  const nk = 12;
  const symbols = { nq: 9, nk, offset: 0, w: 4 };
  for (let batch = 0; batch < 2; batch++) {
    for (let h = 0; h < HEADS; h++) {
      let before = { low: -Infinity, high: -Infinity };
      for (let query = -3; query < 16; query++) {
        const at = { query, head: h, batch, symbols, arrays: ARRAYS };
        const now = { low: evaluateProgram(low, at), high: evaluateProgram(high, at) };
        for (let key = 0; key < nk; key++) {
          expect(key >= now.low && key < now.high).toBe(evaluateProgram(mask, { ...at, key }) === 1);
        }
        expect(now.low).toBeGreaterThanOrEqual(Math.max(before.low, 0));
        expect(now.high).toBeGreaterThanOrEqual(before.high);
        expect(now.high).toBeLessThanOrEqual(nk);
        before = now;
      }
    }
  }
}

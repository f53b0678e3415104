import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostArrays } from '../../../runtime/arrays.ts';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { evaluateBound, MaskBuilder } from '../../../runtime/mask/index.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/index.ts';
import { maskOverRows } from '../../../runtime/mask/views/parted-rows-mask.ts';
import { tabulateRows } from '../../../runtime/mask/exact/tabulate-rows.ts';
import { packBits } from '../../../runtime/read-arrays.ts';
import { partRows } from '../../../runtime/schedule/views/part-rows.ts';
import { randomMask, testArrays } from './random-masks.ts';

/** Queries that take part, of 40, and how many of them stand before each position. */
function takingPart(isIn: readonly boolean[]): HostArrays {
  const ranks = Int32Array.from(isIn, (_, at) => isIn.slice(0, at).filter(Boolean).length);
  return {
    active: packBits(
      [isIn.length],
      isIn.map((_, at) => at),
      (at) => isIn[at],
    ),
    ranks: { kind: 'int', dims: [isIn.length], data: ranks },
  };
}

function bound(make: (b: MaskBuilder, i: NodeId, j: NodeId) => NodeId, arrays: HostArrays) {
  const b = new MaskBuilder();
  const program: MaskProgram = b.finish(make(b, b.intern({ kind: 'query' }), b.intern({ kind: 'key' })));
  return createBinder(program, {}, arrays)(0, 0);
}

const bit = (b: MaskBuilder, index: NodeId) => b.add({ kind: 'bit', array: 'active', indices: [index] });
const rank = (b: MaskBuilder, index: NodeId) => b.add({ kind: 'lookup', array: 'ranks', indices: [index] });
const rows = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 });

describe('values of rows', () => {
  it('are elements at the rows themselves, false and -1 outside', () => {
    const isIn = Array.from({ length: 40 }, (_, row) => row % 3 === 1);
    const arrays = takingPart(isIn);
    const read = (make: typeof rank) => {
      const mask = bound((b, i) => b.compare('lt', make(b, i), b.int(100)), arrays);
      const node = mask.nodes.findIndex(({ kind }) => kind === 'bit' || kind === 'lookup');
      return [...tabulateRows(mask, node, { from: -2, count: 45 })];
    };
    const ranks = isIn.map((_, at) => isIn.slice(0, at).filter(Boolean).length);
    expect(read(rank)).toEqual([-1, -1, ...ranks, -1, -1, -1]);
    const first = bound((b, i) => bit(b, i), arrays);
    const values = [...tabulateRows(first, first.root, { from: -2, count: 45 })];
    expect(values).toEqual([0, 0, ...isIn.map(Number), 0, 0, 0]);
  });
});

describe('a mask over parted rows', () => {
  it('is that of the positions of the rows', () => {
    const drawn = fc.record({ mask: randomMask, isFirst: rows, offset: fc.integer({ min: -10, max: 20 }) });
    fc.assert(
      fc.property(drawn, ({ mask, isFirst, offset }) => {
        const own = createBinder(mask, { w: 4 }, testArrays)(0, 1);
        const all = isFirst.map((_, row) => row);
        const order = [...all.filter((row) => isFirst[row]), ...all.filter((row) => !isFirst[row])];
        const positions = Int32Array.from(order, (row) => row + offset);
        const over = maskOverRows(own, positions, offset);
        const keys = Array.from({ length: 30 }, (_, j) => j);
        const wrong = order.filter((_, slot) =>
          keys.some((j) => evaluateBound(over, slot, j) !== evaluateBound(own, positions[slot], j)),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('bounds the slots of rows that take part, and reads their ranks as the slots themselves', () => {
    fc.assert(
      fc.property(rows, (isIn) => {
        const arrays = takingPart(isIn);
        const order = partRows(
          bound((b, i) => bit(b, i), arrays),
          { nq: isIn.length, offset: 0 },
        );
        const live = isIn.filter(Boolean).length;
        expect([...order.subarray(0, live)].every((row) => isIn[row])).toBe(true);
        expect([...order].sort((a, b) => a - b)).toEqual(isIn.map((_, row) => row));
        const mask = bound((b, i, j) => b.and(bit(b, i), b.compare('le', j, rank(b, i))), arrays);
        const over = maskOverRows(mask, order, 0);
        expect(Object.keys(over.arrays)).toEqual([]);
        const slots = Array.from(order, (_, slot) => slot);
        const wrong = slots.filter((slot) =>
          slots.some((j) => evaluateBound(over, slot, j) !== (slot < live && j <= slot)),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps a table where what takes part is no stretch of slots', () => {
    const isIn = Array.from({ length: 40 }, (_, row) => row % 3 === 0);
    const mask = bound((b, i, j) => b.and(bit(b, i), b.compare('le', j, i)), takingPart(isIn));
    const reversed = Int32Array.from(isIn, (_, row) => 39 - row);
    const over = maskOverRows(mask, reversed, 0);
    expect(Object.keys(over.arrays)).toHaveLength(2);
    for (let slot = 0; slot < 40; slot++) expect(evaluateBound(over, slot, 0)).toBe(isIn[39 - slot]);
  });
});

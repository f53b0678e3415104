import { describe, expect, it } from 'vitest';
import type { HostArrays } from '../../../runtime/arrays.ts';
import type { DerivedDeclaration } from '../../../runtime/declarations.ts';
import {
  evaluateBound,
  launchMask,
  MaskBuilder,
  randomColumns,
  type MaskModel,
  type NodeId,
} from '../../../runtime/mask/index.ts';

const program = (draw: (b: MaskBuilder) => NodeId) => {
  const builder = new MaskBuilder();
  return builder.finish(draw(builder));
};
const query = (b: MaskBuilder) => b.intern({ kind: 'query' });
const key = (b: MaskBuilder) => b.intern({ kind: 'key' });

function model(draw: (b: MaskBuilder) => NodeId, rest: Partial<MaskModel> = {}): MaskModel {
  const offset = program((b) => b.arithmetic('sub', b.symbol('nk'), b.symbol('nq')));
  return { heads: 4, inputs: [], launch: [], derived: [], offset, mask: program(draw), ...rest };
}

const windowed = model((b) => b.compare('lt', b.arithmetic('sub', query(b), key(b)), b.symbol('w')), {
  launch: [{ name: 'w', type: 'int', min: 1, max: 100, default: 8, doc: '' }],
});
const sizes = { batch: 1, nq: 3, nk: 9, arrays: {} };

describe('launchMask', () => {
  it('knows sizes, parameters and the offset', () => {
    expect(launchMask(windowed, sizes).scalars).toEqual({
      nq: 3,
      nk: 9,
      heads: 4,
      batch: 1,
      layer: 0,
      w: 8,
      offset: 6,
    });
    const { bind } = launchMask(windowed, { ...sizes, launch: { w: 2 } });
    expect([4, 5, 6, 7].map((j) => evaluateBound(bind(0, 0), 6, j))).toEqual([false, true, true, true]);
  });

  it.each([
    [{ nq: 0 }, '"nq" is 0; it must be in 1'],
    [{ nk: 1.5 }, '"nk" is 1.5, not an integer'],
    [{ batch: -1 }, '"batch" is -1'],
    [{ launch: { w: 101 } }, '"w" is 101; it must be in 1 .. 100'],
    [{ launch: { w: NaN } }, '"w" is NaN'],
    [{ launch: { v: 1 } }, '"v" is no launch parameter; declared: w'],
  ])('refuses %j', (change, message) => {
    expect(() => launchMask(windowed, { ...sizes, ...change })).toThrow(message);
  });

  it('asks for parameters without a default and for arrays', () => {
    const needs = { ...windowed, launch: [{ ...windowed.launch[0], default: null }] };
    expect(() => launchMask(needs, sizes)).toThrow('the launch parameter "w" was not given');
    const ids = {
      name: 'ids',
      kind: 'int',
      dims: [program((b) => b.symbol('nk'))],
      dimNames: ['n'],
    } as const;
    const reads = model(
      (b) => b.compare('eq', b.add({ kind: 'lookup', array: 'ids', indices: [key(b)] }), b.int(1)),
      {
        inputs: [{ ...ids, sorted: false, feed: null, doc: '' }],
      },
    );
    expect(() => launchMask(reads, sizes)).toThrow('the input "ids" was not given');
    const short: HostArrays = { ids: { kind: 'int', dims: [3], data: Int32Array.of(1, 1, 1) } };
    expect(() => launchMask(reads, { ...sizes, arrays: short })).toThrow('"ids" must be int[9], not int[3]');
  });
});

describe('derived values', () => {
  const derive = (derived: readonly DerivedDeclaration[], arrays: HostArrays = {}) =>
    launchMask(
      model((b) => b.bool(true), { derived }),
      { ...sizes, arrays },
    );

  it('are computed in order, in float64', () => {
    const root = program((b) => {
      const real = b.add({ kind: 'to-real', operand: b.symbol('nk') });
      return b.add({
        kind: 'round',
        mode: 'nearest',
        operand: b.add({ kind: 'real-unary', op: 'sqrt', operand: real }),
      });
    });
    const table = program((b) => b.arithmetic('mul', b.intern({ kind: 'head' }), b.symbol('root')));
    const launched = derive([
      { kind: 'scalar', name: 'root', type: 'int', program: root },
      {
        kind: 'table',
        name: 'widths',
        type: 'int',
        over: 'head',
        size: program((b) => b.symbol('heads')),
        program: table,
      },
    ]);
    expect(launched.scalars.root).toBe(3);
    expect(launched.arrays.widths).toEqual({ kind: 'int', dims: [4], data: Int32Array.of(0, 3, 6, 9) });
  });

  it('round halves to even', () => {
    const halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 2.4999, 2.5001];
    const rounded = halves.map((value, at) => {
      const half = program((b) => {
        // Kept from folding by a symbol, so that the launch rounds it.
        const zero = b.add({ kind: 'to-real', operand: b.symbol('layer') });
        const operand = b.add({ kind: 'real-binary', op: 'add', left: zero, right: b.real(value) });
        return b.add({ kind: 'round', mode: 'nearest', operand });
      });
      return derive([{ kind: 'scalar', name: `x${at}`, type: 'int', program: half }]).scalars[`x${at}`];
    });
    expect(rounded).toEqual([-2, -2, 0, 0, 2, 2, 4, 2, 3]);
  });

  it('refuse what is no number', () => {
    const zero = program((b) => {
      const real = b.add({ kind: 'to-real', operand: b.symbol('layer') });
      return b.add({ kind: 'real-unary', op: 'log2', operand: real });
    });
    expect(() => derive([{ kind: 'scalar', name: 'x', type: 'real', program: zero }])).toThrow(
      'x is -Infinity',
    );
  });

  it('mark the edges of segments in every row', () => {
    const dims = [program((b) => b.symbol('batch')), program((b) => b.symbol('nk'))];
    const ids = {
      name: 'ids',
      kind: 'int',
      dims,
      dimNames: ['batch', 'n'],
      sorted: true,
      feed: null,
      doc: '',
    } as const;
    const data = Int32Array.of(4, 4, 9, 9, 9, 10, 11, 11, 11);
    const launched = launchMask(
      model((b) => b.bool(true), {
        inputs: [ids],
        derived: [
          { kind: 'segments', name: 'from', of: 'ids', edge: 'start' },
          { kind: 'segments', name: 'to', of: 'ids', edge: 'end' },
        ],
      }),
      { ...sizes, arrays: { ids: { kind: 'int', dims: [1, 9], data } } },
    );
    expect(launched.arrays.from).toMatchObject({ data: Int32Array.of(0, 0, 2, 2, 2, 5, 6, 6, 6) });
    expect(launched.arrays.to).toMatchObject({ data: Int32Array.of(2, 2, 5, 5, 5, 6, 9, 9, 9) });
  });
});

describe('random columns', () => {
  it('are distinct, ascending and in range, and all of them when there are too few', () => {
    for (let row = 0; row < 50; row++) {
      const columns = [...randomColumns(11, row, 20, 6)];
      expect(new Set(columns).size).toBe(6);
      expect(columns).toEqual([...columns].sort((a, b) => a - b));
      expect(columns[0]).toBeGreaterThanOrEqual(0);
      expect(columns[5]).toBeLessThan(20);
    }
    expect([...randomColumns(1, 0, 3, 9)]).toEqual([0, 1, 2]);
  });

  it('never change: they are part of the language', () => {
    expect([...randomColumns(0, 0, 1000, 5)]).toEqual([52, 181, 417, 826, 834]);
    expect([...randomColumns(7, 3, 16384, 3)]).toEqual([8901, 9272, 14506]);
    expect([...randomColumns(-5, 123456, 20, 9)]).toEqual([0, 2, 3, 4, 6, 7, 13, 15, 18]);
  });

  it('spread evenly', () => {
    const counts = new Float64Array(10);
    for (let row = 0; row < 5000; row++) for (const column of randomColumns(5, row, 10, 3)) counts[column]++;
    for (const count of counts) expect(Math.abs(count - 1500)).toBeLessThan(150);
  });
});

describe('binding', () => {
  it('shares the masks of grid indices that mean the same', () => {
    const byHead = model((b) =>
      b.compare(
        'lt',
        b.arithmetic('sub', query(b), key(b)),
        b.arithmetic('div', b.intern({ kind: 'head' }), b.int(2)),
      ),
    );
    const { bind } = launchMask(byHead, { ...sizes, batch: 3 });
    expect(bind(0, 1)).toBe(bind(2, 0));
    expect(bind(0, 2)).toBe(bind(1, 3));
    expect(bind(0, 1)).not.toBe(bind(0, 2));
  });

  it('shares the masks of rows with equal data', () => {
    const dims = [program((b) => b.symbol('batch')), program((b) => b.symbol('nk'))];
    const ids = {
      name: 'ids',
      kind: 'int',
      dims,
      dimNames: ['batch', 'n'],
      sorted: false,
      feed: null,
      doc: '',
    } as const;
    const id = (b: MaskBuilder, at: NodeId) =>
      b.add({ kind: 'lookup', array: 'ids', indices: [b.intern({ kind: 'batch' }), at] });
    const same = model((b) => b.compare('eq', id(b, query(b)), id(b, key(b))), { inputs: [ids] });
    const data = Int32Array.of(1, 1, 2, 2, 2, 3, 1, 1, 2);
    const { bind } = launchMask(same, {
      batch: 3,
      nq: 3,
      nk: 3,
      arrays: { ids: { kind: 'int', dims: [3, 3], data } },
    });
    expect(bind(0, 0)).toBe(bind(2, 3));
    expect(bind(0, 0)).not.toBe(bind(1, 0));
    expect(evaluateBound(bind(1, 0), 0, 1)).toBe(true);
    expect(evaluateBound(bind(1, 0), 0, 2)).toBe(false);
    expect(evaluateBound(bind(1, 0), 0, 3)).toBe(false);
  });

  it('costs nothing for indices that the mask does not mention', () => {
    const { bind } = launchMask(windowed, { ...sizes, batch: 2048 });
    const masks = new Set(Array.from({ length: 2048 * 4 }, (_, at) => bind(at >> 2, at & 3)));
    expect(masks.size).toBe(1);
  });

  it('merges predicates over one distance into one set', () => {
    const powers = model((b) => {
      const d = b.arithmetic('sub', query(b), key(b));
      return b.and(
        b.compare('le', b.int(0), d),
        b.or(b.compare('lt', d, b.int(5)), b.add({ kind: 'is-power-of-two', operand: d })),
      );
    });
    const bound = launchMask(powers, sizes).bind(0, 0);
    expect(bound.nodes.map((node) => node.kind)).toEqual(['query', 'key', 'arithmetic', 'in-set']);
  });

  it('reads a window inside equal chunks as a window', () => {
    const local = model((b) => {
      const part = (op: 'div' | 'mod', x: NodeId) => b.arithmetic(op, x, b.int(10));
      const distance = b.arithmetic('sub', part('mod', query(b)), part('mod', key(b)));
      return b.and(
        b.compare('eq', part('div', query(b)), part('div', key(b))),
        b.compare('lt', distance, b.int(3)),
      );
    });
    const bound = launchMask(local, sizes).bind(0, 0);
    expect(bound.nodes.some((node) => node.kind === 'arithmetic' && node.op === 'mod')).toBe(false);
  });
});

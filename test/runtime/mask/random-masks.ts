import fc from 'fast-check';
import type { HostArrays } from '../../../runtime/arrays.ts';
import {
  MaskBuilder,
  type ArithmeticOp,
  type CompareOp,
  type MaskProgram,
  type NodeId,
} from '../../../runtime/mask/index.ts';
import { packBits } from '../../../runtime/read-arrays.ts';

/** Sizes of the arrays below: smaller than the positions that are asked, so that reads outside happen. */
const LENGTH = 23;

/** Arrays for random masks: unsorted and sorted integers, bits over one and two dimensions, lists, a table by head. */
export const testArrays: HostArrays = {
  ids: { kind: 'int', dims: [LENGTH], data: Int32Array.from({ length: LENGTH }, (_, x) => (x * 7) % 5) },
  sorted: {
    kind: 'int',
    dims: [LENGTH],
    data: Int32Array.from({ length: LENGTH }, (_, x) => Math.floor(x / 6)),
  },
  widths: { kind: 'int', dims: [3, 4], data: Int32Array.from([1, 2, 3, 4, 8, 7, 6, 5, 0, 0, 9, -3]) },
  keep: packBits(
    [LENGTH],
    Array.from({ length: LENGTH }, (_, x) => x),
    (x) => x % 3 !== 1,
  ),
  blocks: packBits(
    [6, 40],
    Array.from({ length: 240 }, (_, x) => x),
    (x) => x % 40 > 20 || x % 7 < 3,
  ),
  picked: {
    kind: 'list',
    dims: [5],
    starts: Int32Array.of(0, 3, 3, 4, 12, 14),
    values: Int32Array.of(0, 4, 9, 30, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12),
  },
};

type Make = (builder: MaskBuilder) => NodeId;

const constant = fc.integer({ min: -9, max: 40 }).map(
  (value): Make =>
    (b) =>
      b.int(value),
);
const leaf: fc.Arbitrary<Make> = fc.oneof(
  fc.constant<Make>((b) => b.intern({ kind: 'query' })),
  fc.constant<Make>((b) => b.intern({ kind: 'key' })),
  fc.constant<Make>((b) => b.arithmetic('sub', b.intern({ kind: 'key' }), b.intern({ kind: 'query' }))),
  fc.constant<Make>((b) => b.intern({ kind: 'head' })),
  fc.constant<Make>((b) => b.symbol('w')),
  constant,
);

const { int, bool } = fc.letrec<{ int: Make; bool: Make }>((tie) => ({
  int: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(
        fc.constantFrom<ArithmeticOp>('add', 'sub', 'mul', 'min', 'max', 'div', 'mod', 'shl', 'shr'),
        tie('int'),
        tie('int'),
      )
      .map(
        ([op, x, y]): Make =>
          (b) =>
            b.arithmetic(op, x(b), op === 'shl' ? b.arithmetic('mod', y(b), b.int(4)) : y(b)),
      ),
    fc
      .tuple(fc.constantFrom<ArithmeticOp>('div', 'mod', 'mul'), tie('int'), fc.integer({ min: 1, max: 12 }))
      .map(
        ([op, x, by]): Make =>
          (b) =>
            b.arithmetic(op, x(b), b.int(by)),
      ),
    fc.tuple(fc.constantFrom('neg' as const, 'abs' as const, 'bit-length' as const), tie('int')).map(
      ([kind, x]): Make =>
        (b) =>
          b.add({ kind, operand: x(b) }),
    ),
    fc.tuple(tie('bool'), tie('int'), tie('int')).map(
      ([c, x, y]): Make =>
        (b) =>
          b.add({ kind: 'select', condition: c(b), then: x(b), else: y(b) }),
    ),
    fc.tuple(fc.constantFrom('ids', 'sorted'), tie('int')).map(
      ([array, x]): Make =>
        (b) =>
          b.add({ kind: 'lookup', array, indices: [x(b)] }),
    ),
    fc.tuple(tie('int'), tie('int')).map(
      ([x, y]): Make =>
        (b) =>
          b.add({ kind: 'lookup', array: 'widths', indices: [x(b), y(b)] }),
    ),
  ),
  bool: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    fc.tuple(fc.constantFrom<CompareOp>('lt', 'le', 'eq', 'ne'), tie('int'), tie('int')).map(
      ([op, x, y]): Make =>
        (b) =>
          b.compare(op, x(b), y(b)),
    ),
    fc.tuple(fc.constantFrom('and' as const, 'or' as const), tie('bool'), tie('bool')).map(
      ([kind, x, y]): Make =>
        (b) =>
          b.add({ kind, left: x(b), right: y(b) }),
    ),
    tie('bool').map(
      (x): Make =>
        (b) =>
          b.not(x(b)),
    ),
    tie('int').map(
      (x): Make =>
        (b) =>
          b.add({ kind: 'is-power-of-two', operand: x(b) }),
    ),
    tie('int').map(
      (x): Make =>
        (b) =>
          b.add({ kind: 'bit', array: 'keep', indices: [x(b)] }),
    ),
    fc.tuple(tie('int'), tie('int')).map(
      ([x, y]): Make =>
        (b) =>
          b.add({ kind: 'bit', array: 'blocks', indices: [x(b), y(b)] }),
    ),
    fc.tuple(tie('int'), tie('int')).map(
      ([x, y]): Make =>
        (b) =>
          b.add({ kind: 'member', array: 'picked', row: x(b), value: y(b) }),
    ),
  ),
}));

/** Writes a random mask with any builder. */
export const maskMaker: fc.Arbitrary<Make> = bool;

/** Masks over query, key, head, the symbol `w` and {@link testArrays}. */
export const randomMask: fc.Arbitrary<MaskProgram> = bool.map((make) => {
  const builder = new MaskBuilder();
  return builder.finish(make(builder));
});

/** Integer expressions over the same leaves. */
export const randomInteger: fc.Arbitrary<MaskProgram> = int.map((make) => {
  const builder = new MaskBuilder();
  return builder.finish(make(builder));
});

import fc from 'fast-check';
import type { HostArrays } from '../../runtime/arrays.ts';
import { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import type { ArithmeticOp, CompareOp, MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import type { Graph } from '../../compiler/ir/graph.ts';

/** A tree that is built twice: as the program of a mask, stored node by node without any folding. */
type LeafName = 'i' | 'j' | 'head' | 'batch' | 'nq' | 'nk' | 'w' | 'v';

export type Tree =
  | { readonly leaf: LeafName }
  | { readonly value: number }
  | { readonly bool: boolean }
  | { readonly op: string; readonly operands: readonly Tree[] };

const arithmetic: readonly ArithmeticOp[] = ['add', 'sub', 'mul', 'min', 'max'];
const comparisons: readonly CompareOp[] = ['lt', 'le', 'eq', 'ne'];

/** Random well-formed masks over i, j, head, batch, sizes, `w` in 1..9, `v` in -3..3, `ids: int[nk]` and `keep: bits[nk]`. */
export const maskTree: fc.Arbitrary<Tree> = fc.letrec<{ int: Tree; bool: Tree }>((tie) => {
  const node = (op: string, ...operands: fc.Arbitrary<Tree>[]): fc.Arbitrary<Tree> =>
    fc.tuple(...operands).map((made) => ({ op, operands: made }));
  const divisor = fc.oneof(
    fc.integer({ min: 1, max: 12 }).map((value) => ({ value })),
    fc.constant<Tree>({ leaf: 'w' }),
  );
  const leaf: fc.Arbitrary<Tree> = fc.oneof(
    { arbitrary: fc.constantFrom<Tree>({ leaf: 'i' }, { leaf: 'j' }), weight: 6 },
    {
      arbitrary: fc.constantFrom<Tree>({ leaf: 'nk' }, { leaf: 'nq' }, { leaf: 'w' }, { leaf: 'v' }),
      weight: 2,
    },
    { arbitrary: fc.constantFrom<Tree>({ leaf: 'head' }, { leaf: 'batch' }), weight: 1 },
    { arbitrary: fc.integer({ min: -9, max: 20 }).map((value): Tree => ({ value })), weight: 4 },
  );
  const [int, bool] = [tie('int'), tie('bool')];
  return {
    int: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      ...arithmetic.map((op) => node(op, int, int)),
      node('sub', fc.constant<Tree>({ leaf: 'j' }), fc.constant<Tree>({ leaf: 'i' })),
      node('div', int, divisor),
      node('mod', int, divisor),
      node(
        'shl',
        int,
        fc.integer({ min: 0, max: 3 }).map((value) => ({ value })),
      ),
      node(
        'shr',
        int,
        fc.integer({ min: 0, max: 3 }).map((value) => ({ value })),
      ),
      node('neg', int),
      node('abs', int),
      node('bit-length', int),
      node('select', bool, int, int),
      node('lookup', int),
    ),
    bool: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.boolean().map((value): Tree => ({ bool: value })),
      ...comparisons.map((op) => node(op, int, int)),
      node('and', bool, bool),
      node('or', bool, bool),
      node('and', bool, bool),
      node('or', bool, bool),
      node('not', bool),
      node('bit', int),
      node('is-power-of-two', int),
      node('member', int, int),
    ),
  };
}).bool;

/** The program of a tree exactly as it stands. */
export function buildTree(tree: Tree): MaskProgram {
  const builder = new MaskBuilder();
  const build = (part: Tree): NodeId => {
    if ('value' in part) return builder.int(part.value);
    if ('bool' in part) return builder.bool(part.bool);
    if ('leaf' in part) return buildLeaf(builder, part.leaf);
    const operands = part.operands.map(build);
    const [left, right, third] = operands;
    switch (part.op) {
      case 'neg':
      case 'abs':
      case 'bit-length':
      case 'not':
      case 'is-power-of-two':
        return builder.intern({ kind: part.op, operand: left });
      case 'and':
      case 'or':
        return builder.intern({ kind: part.op, left, right });
      case 'select':
        return builder.intern({ kind: 'select', condition: left, then: right, else: third });
      case 'lookup':
        return builder.intern({ kind: 'lookup', array: 'ids', indices: operands });
      case 'bit':
        return builder.intern({ kind: 'bit', array: 'keep', indices: operands });
      case 'member':
        return builder.intern({ kind: 'member', array: 'near', row: left, value: right });
      default: {
        const compare = comparisons.find((op) => op === part.op);
        if (compare) return builder.intern({ kind: 'compare', op: compare, left, right });
        return builder.intern({ kind: 'arithmetic', op: part.op as ArithmeticOp, left, right });
      }
    }
  };
  return builder.finish(build(tree));
}

function buildLeaf(builder: MaskBuilder, leaf: LeafName): NodeId {
  switch (leaf) {
    case 'i':
      return builder.intern({ kind: 'query' });
    case 'j':
      return builder.intern({ kind: 'key' });
    case 'head':
    case 'batch':
      return builder.intern({ kind: leaf });
    default:
      return builder.symbol(leaf);
  }
}

/** A program of one symbol or integer. */
export function leafProgram(leaf: string | number): MaskProgram {
  const builder = new MaskBuilder();
  return builder.finish(typeof leaf === 'number' ? builder.int(leaf) : builder.symbol(leaf));
}

/** nk - nq, or another program for the position of the first query. */
export function offsetProgram(kind: 'default' | 'zero'): MaskProgram {
  const builder = new MaskBuilder();
  if (kind === 'zero') return builder.finish(builder.int(0));
  return builder.finish(builder.arithmetic('sub', builder.symbol('nk'), builder.symbol('nq')));
}

/** A graph of one attend over what {@link maskTree} may name. */
export function graphOf(mask: MaskProgram, more: Partial<Graph> = {}): Graph {
  const span = { file: 'a.sa', start: 0, end: 1 };
  const array = { dims: [leafProgram('nk')], dimNames: ['n'], sorted: false, feed: null, doc: '' };
  const parameter = { type: 'int', default: null, doc: '' } as const;
  const score = {
    scale: 1,
    softcap: null,
    slopes: null,
    keyBias: null,
    rowScale: null,
    sink: null,
    biases: [],
    denominatorScale: null,
  };
  return {
    kind: 'graph',
    name: 'test',
    doc: '',
    span,
    heads: 4,
    kvHeads: 2,
    dim: 8,
    dimV: 8,
    dtype: 'f32',
    layout: 'bhnd',
    outputs: ['out'],
    inputs: [
      { ...array, name: 'ids', kind: 'int' },
      { ...array, name: 'keep', kind: 'bits' },
      { ...array, name: 'near', kind: 'list' },
    ],
    launch: [
      { ...parameter, name: 'w', min: 1, max: 9 },
      { ...parameter, name: 'v', min: -3, max: 3 },
    ],
    derived: [],
    offset: offsetProgram('default'),
    space: null,
    combine: 'single',
    nodes: [{ kind: 'attend', name: '', span, mask, score, spans: new Map() }],
    ...more,
  };
}

/** Arrays of nk elements, different for every size. */
export function arraysOf(nk: number): HostArrays {
  const ids = Int32Array.from({ length: nk }, (_, at) => (at * 7 + nk) % 5);
  const keep = new Uint32Array(Math.ceil(nk / 32)).map((_, at) => (0x9e3779b9 * (at + nk)) >>> 0);
  const starts = Int32Array.from({ length: nk + 1 }, (_, at) => at);
  const values = Int32Array.from({ length: nk }, (_, at) => (at * 3) % nk);
  return {
    ids: { kind: 'int', dims: [nk], data: ids },
    keep: { kind: 'bits', dims: [nk], words: keep },
    near: { kind: 'list', dims: [nk], starts, values },
  };
}

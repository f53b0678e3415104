import type { ArrayDeclaration, DerivedDeclaration } from '../../../runtime/declarations.ts';
import { MaskBuilder, type MaskModel, type NodeId } from '../../../runtime/mask/index.ts';

/** A pattern of the literature, built by hand, beside the same rule in plain TypeScript. */
export interface ClassicPattern {
  readonly name: string;
  readonly model: MaskModel;
  /** The rule over positions; `ids` are the document ids where the model has that input. */
  readonly attends: (i: number, j: number, nk: number) => boolean;
}

/** Short-hands over a builder, so that a pattern below reads like its formula. */
class Pen extends MaskBuilder {
  readonly i = this.intern({ kind: 'query' });
  readonly j = this.intern({ kind: 'key' });
  readonly d = this.sub(this.j, this.i);

  sub(a: NodeId, b: NodeId): NodeId {
    return this.arithmetic('sub', a, b);
  }
  div(a: NodeId, by: number): NodeId {
    return this.arithmetic('div', a, this.int(by));
  }
  mod(a: NodeId, by: number): NodeId {
    return this.arithmetic('mod', a, this.int(by));
  }
  le(a: NodeId, b: NodeId | number, constant = true): NodeId {
    return this.compare('le', a, constant ? this.int(b) : b);
  }
  ge(a: NodeId, b: number): NodeId {
    return this.compare('le', this.int(b), a);
  }
  equals(a: NodeId, b: NodeId): NodeId {
    return this.compare('eq', a, b);
  }
  abs(a: NodeId): NodeId {
    return this.add({ kind: 'abs', operand: a });
  }
  get causal(): NodeId {
    return this.le(this.d, 0);
  }
}

export function modelOf(
  draw: (pen: Pen) => NodeId,
  inputs: readonly ArrayDeclaration[] = [],
  derived: readonly DerivedDeclaration[] = [],
): MaskModel {
  const pen = new Pen();
  const mask = pen.finish(draw(pen));
  const offset = new MaskBuilder();
  const difference = offset.arithmetic('sub', offset.symbol('nk'), offset.symbol('nq'));
  return { heads: 1, inputs, launch: [], derived, offset: offset.finish(difference), mask };
}

const floorDiv = (a: number, b: number) => Math.floor(a / b);
const mod = (a: number, b: number) => ((a % b) + b) % b;
const isPower = (x: number) => x > 0 && Number.isInteger(Math.log2(x));

const sizeProgram = (draw: (b: MaskBuilder) => NodeId) => {
  const builder = new MaskBuilder();
  return builder.finish(draw(builder));
};

/** An int input over the keys. */
export function tokenArray(name: string, sorted = false): ArrayDeclaration {
  return {
    name,
    kind: 'int',
    dims: [sizeProgram((b) => b.symbol('nk'))],
    dimNames: ['n'],
    sorted,
    feed: { kind: 'documents', length: 512 },
    doc: '',
  };
}

const longnetParts = [
  [2048, 1],
  [8192, 4],
  [32768, 16],
] as const;

/** Patterns without inputs. Sizes are those of the papers or of common use. */
export const classicPatterns: readonly ClassicPattern[] = [
  { name: 'full', model: modelOf((p) => p.bool(true)), attends: () => true },
  { name: 'causal', model: modelOf((p) => p.causal), attends: (i, j) => j <= i },
  {
    name: 'window 4096',
    model: modelOf((p) => p.and(p.causal, p.compare('lt', p.sub(p.i, p.j), p.int(4096)))),
    attends: (i, j) => j <= i && i - j < 4096,
  },
  {
    name: 'window 256 and powers of two',
    model: modelOf((p) =>
      p.and(
        p.causal,
        p.or(p.le(p.abs(p.d), 256), p.add({ kind: 'is-power-of-two', operand: p.sub(p.i, p.j) })),
      ),
    ),
    attends: (i, j) => j <= i && (Math.abs(i - j) <= 256 || isPower(i - j)),
  },
  {
    name: 'strided 128',
    model: modelOf((p) =>
      p.and(p.causal, p.or(p.ge(p.d, -127), p.equals(p.mod(p.sub(p.i, p.j), 128), p.int(0)))),
    ),
    attends: (i, j) => j <= i && (i - j < 128 || (i - j) % 128 === 0),
  },
  {
    name: 'fixed 128',
    model: modelOf((p) =>
      p.and(p.causal, p.or(p.equals(p.div(p.i, 128), p.div(p.j, 128)), p.ge(p.mod(p.j, 128), 120))),
    ),
    attends: (i, j) => j <= i && (floorDiv(i, 128) === floorDiv(j, 128) || mod(j, 128) >= 120),
  },
  {
    name: 'longformer',
    model: modelOf((p) => p.or(p.le(p.abs(p.d), 256), p.le(p.j, 63), p.le(p.i, 63))),
    attends: (i, j) => Math.abs(i - j) <= 256 || j < 64 || i < 64,
  },
  {
    name: 'longnet',
    model: modelOf((p) =>
      p.and(
        p.causal,
        p.or(
          ...longnetParts.map(([segment, dilation]) =>
            p.and(
              p.equals(p.div(p.i, segment), p.div(p.j, segment)),
              p.equals(p.mod(p.mod(p.i, segment), dilation), p.int(0)),
              p.equals(p.mod(p.mod(p.j, segment), dilation), p.int(0)),
            ),
          ),
        ),
      ),
    ),
    attends: (i, j) =>
      j <= i &&
      longnetParts.some(
        ([s, r]) => floorDiv(i, s) === floorDiv(j, s) && mod(mod(i, s), r) === 0 && mod(mod(j, s), r) === 0,
      ),
  },
  {
    name: 'dilated window',
    model: modelOf((p) => p.and(p.le(p.abs(p.d), 1024), p.equals(p.mod(p.d, 4), p.int(0)))),
    attends: (i, j) => Math.abs(i - j) <= 1024 && mod(j - i, 4) === 0,
  },
  {
    name: 'block powers of two',
    model: modelOf((p) => {
      const blocks = p.sub(p.div(p.i, 64), p.div(p.j, 64));
      return p.and(p.causal, p.or(p.le(blocks, 2), p.add({ kind: 'is-power-of-two', operand: blocks })));
    }),
    attends: (i, j) => {
      const blocks = floorDiv(i, 64) - floorDiv(j, 64);
      return j <= i && (blocks <= 2 || isPower(blocks));
    },
  },
  {
    name: 'chunks with an inner window',
    model: modelOf((p) =>
      p.and(
        p.equals(p.div(p.i, 1000), p.div(p.j, 1000)),
        p.le(p.abs(p.sub(p.mod(p.j, 1000), p.mod(p.i, 1000))), 100),
      ),
    ),
    attends: (i, j) => floorDiv(i, 1000) === floorDiv(j, 1000) && Math.abs(i - j) <= 100,
  },
];

/** BigBird over blocks of 64: a window of three blocks, one global block each side, three random blocks a row. */
export const bigbird: MaskModel = modelOf(
  (p) => {
    const [x, y] = [p.div(p.i, 64), p.div(p.j, 64)];
    return p.or(
      p.le(p.abs(p.sub(x, y)), 1),
      p.le(x, 0),
      p.le(y, 0),
      p.add({ kind: 'member', array: 'picked', row: x, value: y }),
    );
  },
  [],
  [
    {
      kind: 'random-list',
      name: 'picked',
      rows: sizeProgram((b) => b.arithmetic('div', b.symbol('nk'), b.int(64))),
      columns: sizeProgram((b) => b.arithmetic('div', b.symbol('nk'), b.int(64))),
      perRow: sizeProgram((b) => b.int(3)),
      seed: sizeProgram((b) => b.int(7)),
    },
  ],
);

/** Causal attention inside documents given by sorted ids. */
export const documents: MaskModel = modelOf(
  (p) => {
    const id = (index: NodeId) => p.add({ kind: 'lookup', array: 'ids', indices: [index] });
    return p.and(p.causal, p.equals(id(p.i), id(p.j)));
  },
  [tokenArray('ids', true)],
);

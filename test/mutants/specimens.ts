import type { Graph } from '../../compiler/ir/graph.ts';
import type { ScheduledPass } from '../../compiler/ir/schedule.ts';
import { schedulePlainly } from '../../compiler/passes/schedule-plainly.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import type { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import type { BranchedProblem } from '../../runtime/reference/attend-branches.ts';
import type { View } from '../../runtime/view.ts';
import { graphOf, program } from '../codegen/wgsl/graphs.ts';
import { branchedGraph, namedMasks } from '../runtime/webgpu/branched-graph.ts';
import { smallTiles } from '../runtime/webgpu/launch-matrix.ts';
import { compileSchedule } from '../schedules/compile-schedule.ts';

/** Tiles of 8 x 8 and one kernel a pass. */
export const specimenTarget = { ...smallTiles, smallQuery: [] };

/** An attention that is known to be right, a launch of it, and which pairs it holds, written by hand. */
export interface Specimen {
  readonly descriptor: AttentionDescriptor;
  readonly nq: number;
  readonly nk: number;
  readonly combine: BranchedProblem['combine'];
  readonly branches: BranchedProblem['branches'];
}

type Test = (b: MaskBuilder, i: NodeId, j: NodeId) => NodeId;

const SHAPE = { heads: 4, kvHeads: 2, dim: 16, dimV: 8 } as const;

/** Tiles of positions with one residue; the passes over positions and lists leave them aside. */
const boxesOf4 = [
  { queries: 8, keys: 8, extents: { queries: [[1, 8]], keys: [[1, 8]] } },
  { queries: 4, keys: 8, extents: { queries: [[1, 4]], keys: [[1, 8]] } },
];

/** Three passes that hand one softmax on: a packed list of keys, four distances, and residues modulo 4. */
function relay(): Specimen {
  const firsts: Test = (b, _i, j) =>
    b.compare('lt', j, b.arithmetic('mul', b.int(3), b.add({ kind: 'head' })));
  const back: Test = (b, i, j) => b.arithmetic('sub', i, j);
  const near: Test = (b, i, j) => b.between(b.int(0), back(b, i, j), b.int(4));
  const far: Test = (b, i, j) =>
    b.and(
      b.compare('le', b.int(4), back(b, i, j)),
      b.compare('eq', b.arithmetic('mod', back(b, i, j), b.int(4)), b.int(0)),
    );
  const others =
    (test: Test): Test =>
    (b, i, j) =>
      b.and(b.not(firsts(b, i, j)), test(b, i, j));
  const whole = program((b, i, j) => b.or(firsts(b, i, j), near(b, i, j), far(b, i, j)));
  const graph = graphOf(whole, SHAPE);
  const part = (name: string, test: Test, rest: Pick<ScheduledPass, 'queries' | 'keys' | 'strategy'>) => ({
    ...{ name, branch: 0, mask: program(test), column: 0, shapes: boxesOf4 },
    ...rest,
  });
  const positions: View = { kind: 'positions' };
  const list = part('first', firsts, { queries: positions, keys: { kind: 'list' }, strategy: 'gathered' });
  const diagonal = part('near', others(near), { queries: positions, keys: positions, strategy: 'diagonal' });
  const residues = part('far', others(far), {
    queries: residuesOf4('offset', 'nq'),
    keys: residuesOf4(null, 'nk'),
    strategy: 'dense',
  });
  return {
    descriptor: descriptorOf(graph, [
      { ...list, state: { reads: false, writes: true } },
      { ...diagonal, state: { reads: true, writes: true } },
      { ...residues, state: { reads: true, writes: false } },
    ]),
    ...{ nq: 23, nk: 30, combine: 'single' },
    branches: [(_b, head, i, j) => j < 3 * head || (j <= i && i - j < 4) || (j <= i && (i - j) % 4 === 0)],
  };
}

/** Residues on both sides and no order in time: the last key is seen by queries before it. */
function ring(): Specimen {
  const mask = program((b, i, j) =>
    b.compare('eq', b.arithmetic('mod', b.arithmetic('sub', i, j), b.int(4)), b.int(0)),
  );
  const views = { queries: residuesOf4('offset', 'nq'), keys: residuesOf4(null, 'nk') };
  const pass = { name: 'all', branch: 0, mask, column: 0, shapes: boxesOf4 };
  const state = { reads: false, writes: false };
  return {
    descriptor: descriptorOf(graphOf(mask, SHAPE), [{ ...pass, ...views, state, strategy: 'dense' }]),
    ...{ nq: 23, nk: 23, combine: 'single' },
    branches: [(_b, _h, i, j) => (i - j) % 4 === 0],
  };
}

/** One plain pass whose kernel computes the bounds of its rows; the first rows see nothing. */
function bounds(): Specimen {
  const mask = program((b, i, j) => b.between(b.int(2), b.arithmetic('sub', i, j), b.int(9)));
  const graph = graphOf(mask, SHAPE);
  return {
    descriptor: descriptorOf(graph, schedulePlainly(graph).passes),
    ...{ nq: 31, nk: 31, combine: 'single' },
    branches: [(_b, _h, i, j) => i - j >= 2 && i - j < 9],
  };
}

/** One plain pass over a run table: blocks, so that there are full tiles. */
function blocks(): Specimen {
  const mask = program((b, i, j) => {
    const block = (position: NodeId) => b.arithmetic('div', position, b.int(16));
    return b.or(b.compare('eq', block(i), block(j)), b.compare('lt', j, b.int(5)));
  });
  const graph = graphOf(mask, SHAPE);
  return {
    descriptor: descriptorOf(graph, schedulePlainly(graph).passes),
    ...{ nq: 40, nk: 40, combine: 'single' },
    branches: [(_b, _h, i, j) => Math.floor(i / 16) === Math.floor(j / 16) || j < 5],
  };
}

/** Parted rows behind a pass over neighbours: every third row, of the later heads more, sees each second key. */
function parted(): Specimen {
  const takesPart: Test = (b, i) =>
    b.compare('lt', b.arithmetic('mod', i, b.int(3)), b.arithmetic('div', b.add({ kind: 'head' }), b.int(2)));
  const near: Test = (b, i, j) => b.between(b.int(0), b.arithmetic('sub', i, j), b.int(5));
  const even: Test = (b, _i, j) => b.compare('eq', b.arithmetic('mod', j, b.int(2)), b.int(0));
  const far: Test = (b, i, j) => b.and(b.not(near(b, i, j)), takesPart(b, i, j), even(b, i, j));
  const graph = graphOf(
    program((b, i, j) => b.or(near(b, i, j), far(b, i, j))),
    SHAPE,
  );
  const positions: View = { kind: 'positions' };
  const pass = { branch: 0, column: 0, shapes: [] };
  const [first, last] = [
    { ...pass, name: 'near', mask: program(near), queries: positions, keys: positions },
    {
      ...pass,
      name: 'far',
      mask: program(far),
      queries: partedBy(takesPart),
      keys: { kind: 'list' } as const,
    },
  ];
  return {
    descriptor: descriptorOf(graph, [
      { ...first, strategy: 'dense', state: { reads: false, writes: true } },
      { ...last, strategy: 'gathered', state: { reads: true, writes: false } },
    ]),
    ...{ nq: 23, nk: 30, combine: 'single' },
    branches: [(_b, head, i, j) => (j <= i && i - j < 5) || (i % 3 < Math.floor(head / 2) && j % 2 === 0)],
  };
}

function partedBy(test: Test): View {
  return { kind: 'parted', first: program(test) };
}

/** Branches that are merged; pairs that both hold count twice. */
function merged(): Specimen {
  const masks = [namedMasks.band, namedMasks.strided];
  return {
    descriptor: descriptorOf(
      branchedGraph(masks, 'merge'),
      schedulePlainly(branchedGraph(masks, 'merge')).passes,
    ),
    ...{ nq: 17, nk: 21, combine: 'merge' },
    branches: masks.map(({ isLive }) => isLive),
  };
}

/** Branches whose outputs stand side by side. */
function sideBySide(): Specimen {
  const masks = [namedMasks.band, namedMasks.firstOfHead];
  const graph = branchedGraph(masks, 'concat');
  return {
    descriptor: descriptorOf(graph, schedulePlainly(graph).passes),
    ...{ nq: 17, nk: 21, combine: 'concat' },
    branches: masks.map(({ isLive }) => isLive),
  };
}

export const specimens = {
  relay: relay(),
  ring: ring(),
  bounds: bounds(),
  blocks: blocks(),
  parted: parted(),
  merged: merged(),
  sideBySide: sideBySide(),
} satisfies Readonly<Record<string, Specimen>>;

function descriptorOf(graph: Graph, passes: readonly ScheduledPass[]): AttentionDescriptor {
  return compileSchedule({ kind: 'schedule', graph, passes, alternatives: [] }, [specimenTarget]);
}

/** The positions `base` .. `base` + `size` - 1 by what they leave modulo 4. */
function residuesOf4(base: string | null, size: string): View {
  const number = (value: number): MaskProgram => program((b) => b.int(value));
  const steps = program((b) => b.arithmetic('div', b.arithmetic('add', b.symbol(size), b.int(3)), b.int(4)));
  return {
    kind: 'boxes',
    regions: [
      {
        base: base === null ? number(0) : program((b) => b.symbol(base)),
        axes: [
          { name: 'mod 4', size: number(4), stride: number(1) },
          { name: 'step', size: steps, stride: number(4) },
        ],
      },
    ],
  };
}

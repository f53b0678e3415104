import type { Graph } from '../../../compiler/ir/graph.ts';
import type { Schedule, ScheduledPass } from '../../../compiler/ir/schedule.ts';
import { storageOf, tileKeys, tileQueries } from '../../../compiler/ir/kernel.ts';
import { targets as everyTarget } from '../../../compiler/cost/index.ts';
import type { TargetTable } from '../../../compiler/cost/index.ts';
import { chooseTile } from '../../../compiler/passes/choose-tiles.ts';
import { tileSizes } from '../../../compiler/passes/plan-kernels.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import type { Extents, View } from '../../../runtime/view.ts';
import { program } from './graphs.ts';

/** A pass as a test writes it; what is left out is plain. */
export interface PassSketch {
  readonly name?: string;
  readonly mask: MaskProgram;
  readonly queries?: View;
  readonly keys?: View;
  readonly strategy?: ScheduledPass['strategy'];
  readonly reads?: boolean;
  readonly writes?: boolean;
  readonly column?: number;
  /** The boxes of a tile, for views of boxes. */
  readonly extents?: { readonly queries?: Extents; readonly keys?: Extents };
}

const positions: View = { kind: 'positions' };

/** A schedule by hand; the boxes of a pass are taken for the only tile of `target`. */
export function scheduled(graph: Graph, target: TargetTable, sketches: readonly PassSketch[]): Schedule {
  return {
    kind: 'schedule',
    graph,
    alternatives: [],
    passes: sketches.map((sketch, at): ScheduledPass => {
      const { name = `part${at}`, mask, queries = positions, keys = positions, strategy = 'dense' } = sketch;
      const layouts = strategy === 'diagonal' ? target.diagonal : target.tiled;
      const shape = chooseTile(
        { ...graph, storage: storageOf({ strategy, queries, keys }) },
        target,
        layouts,
      );
      if (shape === null) throw new Error('no layout of the target fits');
      return {
        name: sketches.length === 1 ? 'all' : name,
        branch: 0,
        mask,
        queries,
        keys,
        strategy,
        state: { reads: sketch.reads ?? false, writes: sketch.writes ?? false },
        column: sketch.column ?? 0,
        shapes: [
          {
            queries: tileQueries(shape),
            keys: tileKeys(shape),
            extents: { queries: sketch.extents?.queries ?? [], keys: sketch.extents?.keys ?? [] },
          },
        ],
      };
    }),
  };
}

/** Passes of every kind, one after the other: boxes of both sides, of one side, a list, diagonals. For any targets. */
export function everyKind(
  graph: Graph,
  mask: MaskProgram,
  targets: readonly TargetTable[] = everyTarget,
): Schedule {
  const grid = boxes({
    base: 0,
    axes: [
      ['t', 'nq', 32],
      ['h', 4, 8],
      ['w', 8, 1],
    ],
  });
  const sketches: PassSketch[] = [
    { name: 'grid', mask, queries: grid, keys: grid },
    { name: 'rows', mask, queries: grid },
    { name: 'list', mask, queries: grid, keys: { kind: 'list' }, strategy: 'gathered' },
    { name: 'far', mask, queries: grid, strategy: 'diagonal' },
    { name: 'near', mask, strategy: 'diagonal' },
  ];
  const { passes, ...schedule } = scheduled(graph, targets[0], sketches);
  const halves = (slots: number): Extents => [[1, slots / 2, 2]];
  const shapes = tileSizes(graph, targets).map(({ queries, keys }) => ({
    queries,
    keys,
    extents: { queries: halves(queries), keys: halves(keys) },
  }));
  const last = sketches.length - 1;
  return {
    ...schedule,
    passes: passes.map((pass, at) => ({ ...pass, shapes, state: { reads: at > 0, writes: at < last } })),
  };
}

/** A view of boxes from numbers and symbols: `region(0, ['t', 4, 6], ['w', 'width', 1])`. */
export function boxes(
  ...regions: readonly {
    readonly base: number | string;
    readonly axes: readonly (readonly [name: string, size: number | string, stride: number | string])[];
  }[]
): View {
  return {
    kind: 'boxes',
    regions: regions.map(({ base, axes }) => ({
      base: value(base),
      axes: axes.map(([name, size, stride]) => ({ name, size: value(size), stride: value(stride) })),
    })),
  };
}

function value(number: number | string): MaskProgram {
  return program((b) => (typeof number === 'number' ? b.int(number) : b.symbol(number)));
}

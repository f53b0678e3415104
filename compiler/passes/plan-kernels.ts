import { targets as everyTarget } from '../cost/index.ts';
import type { TargetTable } from '../cost/index.ts';
import type { Graph } from '../ir/graph.ts';
import { PLAIN_STORAGE, storageOf, tileKeys, tileQueries, workgroupBytes } from '../ir/kernel.ts';
import type {
  KernelPlan,
  MaskVariant,
  PlannedKernel,
  PlannedPass,
  TileShape,
  TileStorage,
} from '../ir/kernel.ts';
import type { Schedule, ScheduledPass } from '../ir/schedule.ts';
import { wholeMask } from '../ir/whole-mask.ts';
import type { Strategy } from '../../runtime/descriptor.ts';
import type { KernelSchedule } from '../../runtime/kernel-descriptor.ts';
import { chooseTile } from './choose-tiles.ts';
import type { TileDemand } from './choose-tiles.ts';
import { findExtents } from './find-extents.ts';
import { findRowBounds } from './find-row-bounds.ts';
import { planBuffers } from './plan-buffers.ts';
import { MAX_KEY_FACTS, specialiseMask } from './specialise-mask.ts';

/** Query rows that a `small-query` kernel serves. */
export const SMALL_QUERY_ROWS = 8;

/**
 * Plans the kernels of a schedule: how each pass finds its key tiles (row bounds where they are proved, else a run
 * table), which buffers and scalars the kernels read, and a tiled and a small-query kernel of every pass for every
 * target.
 *
 * @throws {Error} where a target has no layout for the head dimensions; check-target refuses such graphs before.
 */
export function planKernels(
  { graph, passes }: Schedule,
  targets: readonly TargetTable[] = everyTarget,
  { variants }: { readonly variants: boolean } = { variants: true },
): KernelPlan {
  const attend = graph.nodes[0];
  const planned = passes.map((pass): PlannedPass => {
    const { name, mask, queries, keys, strategy, state, column } = pass;
    const schedule = chooseSchedule(pass, graph, variants);
    const variant =
      variants && schedule.kind === 'table'
        ? specialiseMask(schedule.residual, graph, { neighbouringKeys: keys.kind === 'positions' })
        : null;
    const kernels = targets.flatMap((target) => kernelsFor(pass, variant, graph, target));
    return { name, mask, queries, keys, strategy, state, column, schedule, variant, kernels };
  });
  return {
    kind: 'kernel-plan',
    name: graph.name,
    heads: graph.heads,
    kvHeads: graph.kvHeads,
    dim: graph.dim,
    dimV: graph.dimV,
    dimOut: graph.combine === 'concat' ? graph.nodes.length * graph.dimV : graph.dimV,
    dtype: storedAs(graph),
    outputs: graph.outputs,
    mask: wholeMask(graph),
    score: attend.score,
    passes: planned,
    ...planBuffers(graph, attend.score, planned),
  };
}

/** The largest head dimension that every target has a layout for. */
export const MAX_HEAD_DIM = 256;

/** Why the kernels cannot serve a head dimension, or null. Units of four elements are read at a time. */
export function refuseHeadDim(name: string, value: number): string | null {
  if (value % 4 !== 0) return `${name} must be a multiple of 4 for WGSL, and is ${value}`;
  if (value > MAX_HEAD_DIM) return `${name} must be at most ${MAX_HEAD_DIM} for WGSL, and is ${value}`;
  return null;
}

/**
 * The class of a target and the purpose that none of its layouts can serve at these head dimensions, or null. Asked for
 * plain tiles, whatever their mask leaves in workgroup storage; passes in other layouts are not planned where they do not
 * fit.
 */
export function findUnserved(demand: TileDemand, targets: readonly TargetTable[]): string | null {
  const storage = { ...PLAIN_STORAGE, keyFacts: MAX_KEY_FACTS };
  for (const target of targets) {
    const purpose = unservedPurpose({ ...demand, storage }, target, 'dense');
    if (purpose !== null)
      return `no ${purpose} layout of target "${target.class}" fits dim ${demand.dim} and dim_v ${demand.dimV}`;
  }
  return null;
}

/** The first purpose for which a target has no layout that fits; small launches are served by tiled kernels as well. */
function unservedPurpose(
  demand: TileDemand,
  target: TargetTable,
  strategy: Strategy,
): PlannedKernel['purpose'] | null {
  const unserved = purposesOf(target, strategy).find(
    ({ purpose, layouts }) =>
      (purpose === 'tiled' || layouts.length > 0) && chooseTile(demand, target, layouts) === null,
  );
  return unserved?.purpose ?? null;
}

/** The kernels of a target for a strategy, each with the layouts it may take. */
function purposesOf(target: TargetTable, strategy: Strategy) {
  if (strategy === 'diagonal') return [{ purpose: 'tiled', layouts: target.diagonal }] as const;
  return [
    { purpose: 'tiled', layouts: target.tiled },
    { purpose: 'small-query', layouts: target.smallQuery },
  ] as const;
}

function storedAs({ name, dtype }: Graph): KernelPlan['dtype'] {
  if (dtype === 'bf16') throw new Error(`"${name}" is stored as bf16, which WGSL has not.`);
  return dtype;
}

/** Row bounds where they are proved and asked for, else a table. */
export function chooseSchedule(
  { mask, queries, keys, strategy }: ScheduledPass,
  graph: Graph,
  variants: boolean,
): KernelSchedule {
  if (strategy === 'diagonal') return { kind: 'diagonals', residual: mask };
  const plain = queries.kind === 'positions' && keys.kind === 'positions';
  const bounds = plain && variants ? findRowBounds(mask, graph) : null;
  return bounds === null ? { kind: 'table', residual: mask } : { kind: 'ranges', ...bounds };
}

function kernelsFor(
  pass: ScheduledPass,
  variant: MaskVariant | null,
  graph: Graph,
  target: TargetTable,
): PlannedKernel[] {
  // Tiles are those of a softmax, which keeps more: boxes are chosen for them whatever the weights are.
  const storage = storageOf({ ...pass, variant });
  const softmax = graph.nodes[0].score.weights === undefined;
  return purposesOf(target, pass.strategy).flatMap(({ purpose, layouts }) => {
    if (layouts.length === 0) return [];
    const shape = chooseTile({ ...graph, storage: reservedStorage(storage) }, target, layouts);
    if (shape === null) {
      throw new Error(
        `No ${purpose} layout of target "${target.class}" fits dim ${graph.dim} and ${graph.dimV}.`,
      );
    }
    return [
      {
        name: kernelName(pass, purpose, target, shape),
        purpose,
        target: target.class,
        shape,
        extents: findExtents(pass, { queries: tileQueries(shape), keys: tileKeys(shape) }),
        workgroupBytes: workgroupBytes(shape, graph.dimV, graph.dtype, { ...storage, softmax }),
      },
    ];
  });
}

/** What a tile over views is chosen for: whatever its variant turns out to be, the boxes are chosen for this size. */
function reservedStorage(storage: TileStorage): TileStorage {
  return storage.queryRows || storage.keyPositions ? { ...storage, keyFacts: MAX_KEY_FACTS } : storage;
}

/** Workgroup storage that passes over views may ask for. */
const STORAGES: readonly TileStorage[] = [
  PLAIN_STORAGE,
  { ...PLAIN_STORAGE, queryRows: true },
  { ...PLAIN_STORAGE, keyPositions: true },
  { ...PLAIN_STORAGE, queryRows: true, keyPositions: true },
  { ...PLAIN_STORAGE, strategy: 'diagonal', queryRows: true, keyPositions: true },
];

/** The tile of the tiled kernel of a target for a pass of these views; null where the target has no room for a kernel. */
export function tiledTile(
  graph: TileDemand,
  target: TargetTable,
  pass: Pick<ScheduledPass, 'strategy' | 'queries' | 'keys'>,
): { readonly queries: number; readonly keys: number } | null {
  const demand = { ...graph, storage: reservedStorage(storageOf(pass)) };
  if (unservedPurpose(demand, target, pass.strategy) !== null) return null;
  const [{ layouts }] = purposesOf(target, pass.strategy);
  const shape = chooseTile(demand, target, layouts)!;
  return { queries: tileQueries(shape), keys: tileKeys(shape) };
}

/** The sizes of the tiles of all kernels that may be planned for a graph: what a schedule has to choose boxes for. */
export function tileSizes(
  graph: TileDemand,
  targets: readonly TargetTable[],
): readonly { readonly queries: number; readonly keys: number }[] {
  const sizes = targets.flatMap((target) =>
    STORAGES.flatMap((storage) =>
      purposesOf(target, storage.strategy).flatMap(({ layouts }) => {
        const shape =
          layouts.length > 0
            ? chooseTile({ ...graph, storage: reservedStorage(storage) }, target, layouts)
            : null;
        return shape === null ? [] : [{ queries: tileQueries(shape), keys: tileKeys(shape) }];
      }),
    ),
  );
  return sizes.filter(
    ({ queries, keys }, at) =>
      sizes.findIndex((other) => other.queries === queries && other.keys === keys) === at,
  );
}

function kernelName(
  pass: ScheduledPass,
  purpose: PlannedKernel['purpose'],
  target: TargetTable,
  shape: TileShape,
): string {
  const words = [
    'attend',
    ...(pass.name === 'all' ? [] : [pass.name]),
    ...(purpose === 'tiled' ? [] : ['few']),
  ];
  return [...words, target.class, `${tileQueries(shape)}x${tileKeys(shape)}`].join('_');
}

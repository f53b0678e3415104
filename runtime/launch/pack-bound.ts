import type { HostArrays } from '../arrays.ts';
import type { AttentionModel, PassDescriptor } from '../descriptor.ts';
import type { ArenaSection, KernelDescriptor } from '../kernel-descriptor.ts';
import { SparsecError } from '../errors.ts';
import { packArena, packFloats, type PassTables } from './pack-arena.ts';
import type { UniformValues } from './pack-uniforms.ts';
import type { PassKernel, PassPart, ScheduledPass } from './schedule-passes.ts';
import type { TensorLayouts } from './tensor-layout.ts';

/** What is known once sizes, scalars and arrays are checked and derived values are computed. */
export interface BoundLaunch<
  Pass extends PassPart = PassDescriptor,
  Kernel extends PassKernel = KernelDescriptor,
> {
  /** nq, nk, offset, heads, batch, layer, launch parameters and derived scalars. */
  readonly symbols: Readonly<Record<string, number>>;
  /** Inputs and derived tables and lists, by name. */
  readonly arrays: HostArrays;
  readonly passes: readonly ScheduledPass<Pass, Kernel>[];
}

/** What all kernels of a launch read. */
export interface PackedLaunch {
  readonly arena: Int32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  /** What the parameters of a pass ask for, but the number of its tiles. */
  readonly values: Omit<UniformValues, 'queryTiles'>;
}

/** Both arenas of a launch with the given tables, one entry a pass, and what parameters ask for. */
export function packBound<Pass extends PassPart, Kernel extends PassKernel>(
  { score }: AttentionModel,
  sections: { readonly arena: readonly ArenaSection[]; readonly floats: readonly string[] },
  { symbols, arrays, passes }: BoundLaunch<Pass, Kernel>,
  layouts: TensorLayouts,
  tables: readonly (PassTables | null)[],
): PackedLaunch {
  const arena = packArena(sections.arena, arrays, tables);
  const floats = packFloats(sections.floats, arrays);
  const values = {
    symbols,
    // The factor of q.k: a number of the specification or a launch parameter.
    scale: typeof score.scale === 'number' ? score.scale : symbols[score.scale],
    layouts,
    sections: new Map([...arena.offsets, ...floats.offsets]),
    arrays,
    views: passes.map(({ views }) => views),
  };
  return { arena: arena.words, floats: floats.values, values };
}

/** Workgroups or blocks along y of one dispatch, on every device. */
export const GRID_Y = 65535;

/**
 * Refuses more (batch, head) pairs than lie along y.
 *
 * @throws {SparsecError} naming the product.
 */
export function refuseLargeGrid(batch: number, heads: number): void {
  const grid = batch * heads;
  if (grid <= GRID_Y) return;
  const product = `${batch} x ${heads} = ${grid}`;
  throw new SparsecError('limit', 'batch', `batch x heads = ${product} is over ${GRID_Y}: launch in parts`);
}

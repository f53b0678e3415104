import type { CudaTarget, CudaTile } from './cuda-target.ts';
import type { TargetTable, ThreadTile } from './target-table.ts';

/** A layout that was measured to be the best of its list on some device: it goes before what the table has. */
export type TunedLayout =
  | {
      readonly target: 'wgsl';
      readonly class: TargetTable['class'];
      readonly list: 'tiled' | 'smallQuery' | 'diagonal';
      readonly layout: ThreadTile;
    }
  | {
      readonly target: 'cuda';
      readonly class: CudaTarget['class'];
      readonly list: 'tiles' | 'smallQuery' | 'diagonal';
      readonly layout: CudaTile;
    };

/** What was measured for one attention. It holds for kernels of this name and shape, whatever their mask has become. */
export interface Tuning {
  readonly attention: string;
  readonly dim: number;
  readonly dimV: number;
  readonly dtype: 'f32' | 'f16' | 'bf16';
  /** At most one a target and list. */
  readonly layouts: readonly TunedLayout[];
}

/** Tables for WGSL in which the tuned layouts go first. */
export function tunedTargets(
  targets: readonly TargetTable[],
  tuned: readonly TunedLayout[],
): readonly TargetTable[] {
  return tuned.reduce(
    (tables, layout) => (layout.target === 'wgsl' ? place(tables, layout) : tables),
    targets,
  );

  function place(
    tables: readonly TargetTable[],
    { class: of, list, layout }: Extract<TunedLayout, { target: 'wgsl' }>,
  ): readonly TargetTable[] {
    return tables.map((table) =>
      table.class === of ? { ...table, [list]: [layout, ...table[list]] } : table,
    );
  }
}

/**
 * Tables for CUDA in which the tuned layouts go first. A device of capability 9.0 prefers `cuda-sm90a`: where a layout of
 * `cuda-sm80` was found to be faster, that list of `cuda-sm90a` is empty.
 */
export function tunedCudaTargets(
  targets: readonly CudaTarget[],
  tuned: readonly TunedLayout[],
): readonly CudaTarget[] {
  return tuned.reduce(
    (tables, layout) => (layout.target === 'cuda' ? place(tables, layout) : tables),
    targets,
  );

  function place(
    tables: readonly CudaTarget[],
    { class: of, list, layout }: Extract<TunedLayout, { target: 'cuda' }>,
  ): readonly CudaTarget[] {
    return tables.map((table) => {
      if (table.class === of) return { ...table, [list]: [layout, ...table[list]] };
      return table.class === 'cuda-sm90a' ? { ...table, [list]: [] } : table;
    });
  }
}

/** The tables with a list that holds one layout, and no other family has: what a measurement compiles for. */
export function onlyLayout<Table extends TargetTable | CudaTarget>(
  targets: readonly Table[],
  { class: of, list, layout }: TunedLayout,
): readonly Table[] {
  return targets.map((table) => ({ ...table, [list]: table.class === of ? [layout] : [] }));
}

/** A layout for people: `cuda-sm90a tiles 128x128, 8 warps of 16 rows, 2 stages`. */
export function describeLayout(tuned: TunedLayout): string {
  const { class: of, list } = tuned;
  if (tuned.target === 'wgsl') {
    const { x, y, rows, columns } = tuned.layout;
    return `${of} ${list} ${y * rows}x${x * columns}, ${x}x${y} threads of ${rows}x${columns}`;
  }
  const { warps, rows, keys, stages, ...rest } = tuned.layout;
  const flags = Object.entries(rest)
    .filter(([name, value]) => name !== 'upTo' && value !== false && value !== undefined)
    .map(([name, value]) => (value === true ? name : `${name} ${JSON.stringify(value)}`));
  return [
    `${of} ${list} ${warps * rows}x${keys}`,
    `${warps} warps of ${rows} rows`,
    `${stages} stages`,
    ...flags,
  ].join(', ');
}

import type { TargetTable, ThreadTile } from '../cost/index.ts';
import { outputColumns, PLAIN_STORAGE, tileKeys, workgroupBytes, workgroupSize } from '../ir/kernel.ts';
import type { TileShape, TileStorage } from '../ir/kernel.ts';

/** What a tile must serve. */
export interface TileDemand {
  readonly dim: number;
  readonly dimV: number;
  readonly dtype: 'f32' | 'f16' | 'bf16';
  /** Tiles of neighbouring positions where left out. */
  readonly storage?: TileStorage;
}

/** Keys of a tile: a row's live keys are one 32-bit word. */
export const MAX_TILE_KEYS = 32;

/**
 * The first layout of `candidates` that the target can hold, with the largest stages that fit: whole rows of q and k
 * where there is room, else chunks of the head dimension. Null where nothing fits.
 */
export function chooseTile(
  demand: TileDemand,
  target: TargetTable,
  candidates: readonly ThreadTile[],
): TileShape | null {
  const fitting = candidates
    .map((layout) => stage(demand, target, layout))
    .filter((shape) => shape !== null && fitsTarget(shape, demand, target)) as TileShape[];
  const resident = target.keepsQueries && fitting.find((shape) => shape.chunk === demand.dim / 4);
  return resident || (fitting[0] ?? null);
}

/** The layout with the largest chunk of q and k, then the most rows of v, that fit into workgroup storage. */
function stage(demand: TileDemand, target: TargetTable, layout: ThreadTile): TileShape | null {
  const base = {
    threads: { x: layout.x, y: layout.y },
    registers: { rows: layout.rows, columns: layout.columns },
    padding: target.padding,
  };
  const { storage = PLAIN_STORAGE } = demand;
  const keys = layout.x * layout.columns;
  // Diagonals read k and v in place and keep q whole: there are no stages to choose.
  const whole = storage.strategy === 'diagonal';
  for (const chunk of whole ? [demand.dim / 4] : divisorsDown(demand.dim / 4)) {
    for (const valueRows of whole ? [keys] : divisorsDown(keys)) {
      const shape: TileShape = { ...base, chunk, valueRows };
      if (workgroupBytes(shape, demand.dimV, demand.dtype, storage) <= target.workgroupBytes) return shape;
    }
  }
  return null;
}

function fitsTarget(shape: TileShape, demand: TileDemand, target: TargetTable): boolean {
  return (
    workgroupSize(shape) <= target.invocations &&
    tileKeys(shape) <= MAX_TILE_KEYS &&
    shape.registers.rows * outputColumns(shape, demand.dimV) <= target.accumulators
  );
}

function divisorsDown(value: number): number[] {
  const divisors: number[] = [];
  for (let divisor = value; divisor >= 1; divisor--) if (value % divisor === 0) divisors.push(divisor);
  return divisors;
}

import type { CudaTarget, CudaTile } from './cuda-target.ts';
import type { TargetTable, ThreadTile } from './target-table.ts';
import type { TunedLayout } from './tuning.ts';

/** Layouts of the table alone, or also those one step away from its first. */
export type CandidateRange = 'table' | 'near';

/** Keys of a tile of WGSL: one word of live bits. */
const WGSL_KEYS = 32;
/** Keys of a tile of CUDA: a lane holds a quarter of a row's live bits, one word. */
const MOST_KEYS = 128;

/** The layouts of a list of a table of WGSL that are worth measuring, those of the table first. */
export function listCandidates(
  table: TargetTable,
  list: 'tiled' | 'smallQuery' | 'diagonal',
  range: CandidateRange,
): readonly TunedLayout[] {
  const given = table[list];
  const steps = (tile: ThreadTile): ThreadTile[] => [
    ...scaled(tile, 'rows'),
    ...scaled(tile, 'columns'),
    ...scaled(tile, 'y'),
    ...scaled(tile, 'x'),
    // The same tile on more or fewer threads.
    ...scaled(tile, 'y').map((other) => ({ ...other, rows: (tile.y * tile.rows) / other.y })),
    ...scaled(tile, 'x').map((other) => ({ ...other, columns: (tile.x * tile.columns) / other.x })),
  ];
  const near = range === 'table' || given.length === 0 ? [] : steps(given[0]);
  const possible = (tile: ThreadTile): boolean =>
    Object.values(tile).every((value) => Number.isInteger(value) && value >= 1) &&
    tile.x * tile.y <= table.invocations &&
    (list === 'diagonal' || tile.x * tile.columns <= WGSL_KEYS);
  return distinct([...given, ...near.filter(possible)]).map((layout) => ({
    target: 'wgsl',
    class: table.class,
    list,
    layout,
  }));
}

/**
 * The layouts of a list of a CUDA family that are worth measuring for heads of `width` (the larger
 * of dim and dim_v), those of the table first: of those
 * that are wide enough, and around the first of them other numbers of stages, keys, warps and blocks.
 */
export function listCudaCandidates(
  table: CudaTarget,
  list: 'tiles' | 'smallQuery' | 'diagonal',
  width: number,
  range: CandidateRange,
): readonly TunedLayout[] {
  // A layout serves heads up to its width; what is measured here is for these heads alone.
  const given = table[list].filter(({ upTo }) => width <= upTo).map((tile) => ({ ...tile, upTo: width }));
  const isHopper = table.class === 'cuda-sm90a';
  const steps = (tile: CudaTile): CudaTile[] =>
    list === 'diagonal'
      ? [
          ...scaled(tile, 'keys'),
          ...scaled(tile, 'rows'),
          ...scaled(tile, 'warps'),
          ...scaled(tile, 'blocks'),
        ]
      : [
          ...[-1, 1].map((by) => ({ ...tile, stages: tile.stages + by })),
          ...scaled(tile, 'keys'),
          ...[-32, 32].map((by) => ({ ...tile, keys: tile.keys + by })),
          ...(isHopper ? [-4, 4].map((by) => ({ ...tile, warps: tile.warps + by })) : scaled(tile, 'warps')),
          ...(isHopper
            ? [
                { ...tile, overlap: !tile.overlap },
                { ...tile, apart: !tile.apart },
              ]
            : [...scaled(tile, 'rows'), ...scaled(tile, 'blocks')]),
        ];
  const near = range === 'table' || given.length === 0 ? [] : steps(given[0]);
  const possible = ({ warps, rows, keys, stages, blocks }: CudaTile): boolean => {
    const whole = [warps, rows, keys, blocks].every((value) => Number.isInteger(value) && value >= 1);
    if (!whole || blocks > 4) return false;
    if (list === 'diagonal') return rows <= 32 && warps <= 16 && keys <= 16;
    if (keys % 16 !== 0 || keys > MOST_KEYS || stages < 2 || stages > 6) return false;
    return isHopper ? warps >= 4 && warps <= 12 : (rows === 16 || rows === 32) && warps <= 16;
  };
  return distinct([...given, ...near.filter(possible)]).map((layout) => ({
    target: 'cuda',
    class: table.class,
    list,
    layout,
  }));
}

/** A field halved and doubled. */
function scaled<Tile extends object>(tile: Tile, field: keyof Tile & string): Tile[] {
  const value = tile[field] as number;
  return [value / 2, value * 2].map((other) => ({ ...tile, [field]: other }));
}

/** A flag that is off is as one that is not there. */
function distinct<Tile extends object>(tiles: readonly Tile[]): Tile[] {
  const keys = tiles.map((tile) =>
    JSON.stringify(
      Object.entries(tile)
        .filter(([, value]) => value !== false)
        .sort(),
    ),
  );
  return tiles.filter((_, at) => keys.indexOf(keys[at]) === at);
}

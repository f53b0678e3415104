import type { PassDescriptor, Strategy } from '../../runtime/descriptor.ts';
import type {
  ArenaSection,
  BufferBinding,
  KernelDescriptor,
  KernelSchedule,
  UniformField,
} from '../../runtime/kernel-descriptor.ts';
import type { ScoreDescriptor } from '../../runtime/score.ts';
import type { MaskNode, MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import type { Extents, View } from '../../runtime/view.ts';

/**
 * The kernel plan: what is emitted for one `attend`, decided before any text is printed.
 *
 * Every kernel of a plan is the same algorithm, online softmax over tiles, in another shape. One workgroup owns
 * `queries` consecutive query rows of one (batch, head). It walks the key tiles that the schedule names, and for each:
 *
 * 1. stages a tile of k (`keys` rows) in workgroup storage, and where the tile is partial works out, for each row, a
 *    word with a bit for each live key;
 * 2. multiplies: thread (x, y) holds the scores of rows y * rows .. + rows - 1 against keys x, x + threads.x, ...;
 * 3. turns scores into weights row by row (running maximum, running sum), and stages the tile of v over the tile of k;
 * 4. multiplies the weights with v into accumulators of the same rows and of the columns x, x + threads.x, ... (in
 *    units of four elements).
 *
 * Where whole rows do not fit into workgroup storage, q and k are staged in chunks of the head dimension and v in groups
 * of keys; a q that fits is staged once.
 *
 * What is never read, or never reaches a result: elements outside the rows of a tensor (row ids are clamped), and
 * whatever k and v hold at a key that is dead for every query of a tile, NaN and infinities included: its logits are
 * replaced and its row of v is staged as zero. A key that some query of a tile sees must be finite, or the other queries
 * of that tile may become NaN too. Logits must lie above -1e38. A row without live keys gets out 0 and lse -infinity.
 *
 * All kernels of a plan share the buffers, the uniform block and the meaning of both arenas, so that the launcher may
 * choose one when a plan is made.
 */
export interface KernelPlan {
  readonly kind: 'kernel-plan';
  readonly name: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly dim: number;
  readonly dimV: number;
  /** Columns of out: more than dimV where branches are concatenated. */
  readonly dimOut: number;
  /** Storage type of q, k, v and out, and of their tiles in workgroup storage. */
  readonly dtype: 'f32' | 'f16';
  readonly outputs: readonly ('out' | 'lse')[];
  /** Every live pair of the whole attention, whatever the passes are. */
  readonly mask: MaskProgram;
  readonly score: ScoreDescriptor;
  readonly passes: readonly PlannedPass[];
  /** Integer arrays that the kernels read, in the order of their arena sections. */
  readonly arrays: readonly PlannedArray[];
  /** Real arrays that the kernels read, in the order of their sections in the float arena. */
  readonly reals: readonly PlannedReal[];
  readonly uniforms: readonly UniformField[];
  readonly bindings: readonly BufferBinding[];
  readonly arena: readonly ArenaSection[];
  readonly floats: readonly string[];
}

/** A pass of the schedule with what its kernels need: see PassDescriptor for what the fields mean. */
export interface PlannedPass {
  readonly name: string;
  readonly mask: MaskProgram;
  readonly queries: View;
  readonly keys: View;
  readonly strategy: Strategy;
  readonly state: PassDescriptor['state'];
  readonly column: number;
  readonly schedule: KernelSchedule;
  /** How partial tiles of a run table evaluate the residual; null where every pair evaluates all of it. */
  readonly variant: MaskVariant | null;
  readonly kernels: readonly PlannedKernel[];
}

/** The programs that a score evaluates: integers by which it reads its arrays, and its last step. */
export function scorePrograms({ biases, denominatorScale, change }: ScoreDescriptor): readonly MaskProgram[] {
  const readings = denominatorScale === null ? biases : [...biases, denominatorScale];
  return [...readings.flatMap(({ indices }) => indices), ...(change === undefined ? [] : [change])];
}

/** The programs that a kernel of this schedule evaluates. */
export function schedulePrograms(schedule: KernelSchedule): readonly MaskProgram[] {
  switch (schedule.kind) {
    case 'ranges':
      return [schedule.low, schedule.high];
    case 'table':
      return [schedule.residual];
    case 'diagonals':
      return schedule.residual === null ? [] : [schedule.residual];
  }
}

/**
 * A residual, specialised to the tile: what reads the query alone is evaluated once a row, what reads the key alone once a
 * key of the tile, and of a row only those keys are asked that bounds leave undecided. All ids are of `nodes`, which hold
 * the residual and what was made of it.
 */
export interface MaskVariant {
  readonly nodes: readonly MaskNode[];
  /** What decides a pair that `bounds` leaves open; null where they leave none open. */
  readonly open: NodeId | null;
  /** Costly nodes under `open` that read the query (or the head) and not the key. */
  readonly queryFacts: readonly NodeId[];
  /** Costly nodes under `open` that read the key and not the query. */
  readonly keyFacts: readonly NodeId[];
  /** Only for tiles of neighbouring keys; null where they would decide nothing. */
  readonly bounds: KeyBounds | null;
}

/**
 * The keys of a row for which a boolean holds, as far as it can be told without looking at each: an expression over sets
 * of keys. Exact but for `open`, of which nothing is known.
 */
export type KeyBounds =
  /** low <= key < high, one of them may be absent; both are integers that do not read the key. */
  | { readonly kind: 'range'; readonly low: NodeId | null; readonly high: NodeId | null }
  /** All keys or none: a condition that does not read the key. */
  | { readonly kind: 'row'; readonly condition: NodeId }
  /** The keys of which a condition that does not read the query holds; only where a plan asks for such words. */
  | { readonly kind: 'key'; readonly condition: NodeId }
  | { readonly kind: 'and' | 'or'; readonly left: KeyBounds; readonly right: KeyBounds }
  | { readonly kind: 'not'; readonly operand: KeyBounds }
  | { readonly kind: 'open' };

/** An integer array, a packed boolean array or a list in the arena. */
export interface PlannedArray {
  readonly name: string;
  readonly kind: 'int' | 'bits' | 'list';
  readonly rank: number;
}

/** A real array in the float arena; one axis a dimension: the index that reads it, `any` being an expression. */
export interface PlannedReal {
  readonly name: string;
  readonly axes: readonly ('batch' | 'head' | 'query' | 'key' | 'any')[];
}

/** One kernel of a plan. */
export interface PlannedKernel {
  /** The entry point. */
  readonly name: string;
  readonly purpose: KernelDescriptor['purpose'];
  readonly target: KernelDescriptor['target'];
  readonly shape: TileShape;
  /** The box of a tile in views of boxes; empty for other views. */
  readonly extents: { readonly queries: Extents; readonly keys: Extents };
  readonly workgroupBytes: number;
}

/** How a workgroup is laid over a tile of queries x keys. */
export interface TileShape {
  /** Threads along keys (x) and along query rows (y). */
  readonly threads: { readonly x: number; readonly y: number };
  /** Scores that one thread holds: rows x columns. */
  readonly registers: { readonly rows: number; readonly columns: number };
  /** Units of four elements of q and k that are staged at a time; divides dim / 4. */
  readonly chunk: number;
  /** Rows of v that are staged at a time; divides the keys of a tile. */
  readonly valueRows: number;
  /** Units of four elements added to each staged key row, so that neighbouring rows start in different banks. */
  readonly padding: number;
}

/** Query rows of a tile. */
export function tileQueries(shape: TileShape): number {
  return shape.threads.y * shape.registers.rows;
}

/** Keys of a tile. */
export function tileKeys(shape: TileShape): number {
  return shape.threads.x * shape.registers.columns;
}

/** Invocations of a workgroup. */
export function workgroupSize(shape: TileShape): number {
  return shape.threads.x * shape.threads.y;
}

/** Accumulators of a thread along the output columns, in units of four elements. */
export function outputColumns(shape: TileShape, dimV: number): number {
  return Math.ceil(dimV / 4 / shape.threads.x);
}

/** What a pass asks of workgroup storage, beside its shape and the head dimensions. */
export interface TileStorage {
  readonly strategy: Strategy;
  /** Whether the row of each query slot is kept: a word a query. Else a tile is rows in order. */
  readonly queryRows: boolean;
  /** Whether the position (of diagonals: the distance) of each key slot is kept: a word a key. */
  readonly keyPositions: boolean;
  /** Words kept for each key of a partial tile: facts of its variant. */
  readonly keyFacts: number;
  /** Whether the softmax of each row is kept: running maximum, running sum, factor. Three words a row. */
  readonly softmax: boolean;
}

/** Tiles of neighbouring positions. */
export const PLAIN_STORAGE: TileStorage = {
  strategy: 'dense',
  queryRows: false,
  keyPositions: false,
  keyFacts: 0,
  softmax: true,
};

/** What a pass keeps; of an attention without a softmax where `score` says so. */
export function storageOf(
  {
    strategy,
    queries,
    keys,
    variant = null,
  }: Pick<PlannedPass, 'strategy' | 'queries' | 'keys'> & { readonly variant?: MaskVariant | null },
  { weights }: Pick<ScoreDescriptor, 'weights'> = {},
): TileStorage {
  return {
    strategy,
    queryRows: queries.kind !== 'positions',
    keyPositions: keys.kind !== 'positions' || strategy === 'diagonal',
    keyFacts: variant?.keyFacts.length ?? 0,
    softmax: weights === undefined,
  };
}

/** Elements of the workgroup arrays of a kernel: vec4 elements for `queries` and `keyValues`, words for the others. */
export interface WorkgroupArrays {
  readonly queries: number;
  /** 0 for diagonals, which read k and v in place. */
  readonly keyValues: number;
  readonly weights: number;
  readonly rows: number;
  /** Of maximum, sum and factor, each: `rows`, or 0 without a softmax. */
  readonly softmaxRows: number;
  readonly queryRows: number;
  readonly keyPositions: number;
  readonly keyFacts: number;
}

/** The workgroup arrays that a shape asks for, at the given head dimensions. */
export function workgroupArrays(shape: TileShape, dimV: number, storage = PLAIN_STORAGE): WorkgroupArrays {
  const queries = tileQueries(shape);
  const keys = tileKeys(shape);
  const staged = Math.max(keys * (shape.chunk + shape.padding), shape.valueRows * (dimV / 4));
  return {
    queries: queries * shape.chunk,
    keyValues: storage.strategy === 'diagonal' ? 0 : staged,
    weights: queries * keys,
    rows: queries,
    softmaxRows: storage.softmax ? queries : 0,
    queryRows: storage.queryRows ? queries : 0,
    keyPositions: storage.keyPositions ? keys : 0,
    keyFacts: storage.keyFacts * keys,
  };
}

/** Bytes of workgroup storage, as WebGPU counts them (every variable rounded up to 16). */
export function workgroupBytes(
  shape: TileShape,
  dimV: number,
  dtype: 'f32' | 'f16' | 'bf16',
  storage = PLAIN_STORAGE,
): number {
  const arrays = workgroupArrays(shape, dimV, storage);
  const vector = dtype === 'f32' ? 16 : 8;
  const sizes = [arrays.queries * vector, arrays.keyValues * vector, arrays.weights * 4];
  // The live keys of a row; its maximum, sum and factor.
  for (const rows of [arrays.rows, ...Array<number>(3).fill(arrays.softmaxRows)]) sizes.push(rows * 4);
  sizes.push(arrays.queryRows * 4, arrays.keyPositions * 4, arrays.keyFacts * 4);
  // The keys that are live anywhere in a tile: one word. Diagonals read no key for several rows.
  if (storage.strategy !== 'diagonal') sizes.push(4);
  return sizes.reduce((sum, size) => sum + Math.ceil(size / 16) * 16, 0);
}

import type {
  ArenaSection,
  BufferBinding,
  KernelDescriptor,
  KernelSchedule,
  ScoreDescriptor,
  UniformField,
} from '../../runtime/descriptor.ts';
import type { MaskProgram } from '../../runtime/mask/nodes.ts';

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
  /** Storage type of q, k, v and out, and of their tiles in workgroup storage. */
  readonly dtype: 'f32' | 'f16';
  readonly outputs: readonly ('out' | 'lse')[];
  readonly mask: MaskProgram;
  readonly score: ScoreDescriptor;
  readonly schedule: KernelSchedule;
  /** Integer arrays that the kernels read, in the order of their arena sections. */
  readonly arrays: readonly PlannedArray[];
  /** Real arrays that the kernels read, in the order of their sections in the float arena. */
  readonly reals: readonly PlannedReal[];
  readonly uniforms: readonly UniformField[];
  readonly bindings: readonly BufferBinding[];
  readonly arena: readonly ArenaSection[];
  readonly floats: readonly string[];
  readonly kernels: readonly PlannedKernel[];
}

/** An integer array, a packed boolean array or a list in the arena. */
export interface PlannedArray {
  readonly name: string;
  readonly kind: 'int' | 'bits' | 'list';
  readonly rank: number;
}

/** A real array in the float arena; one axis a dimension, `row` being the position of the query. */
export interface PlannedReal {
  readonly name: string;
  readonly axes: readonly ('batch' | 'head' | 'query' | 'key')[];
}

/** One kernel of a plan. */
export interface PlannedKernel {
  /** The entry point. */
  readonly name: string;
  readonly purpose: KernelDescriptor['purpose'];
  readonly target: KernelDescriptor['target'];
  readonly shape: TileShape;
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

/** Elements of the workgroup arrays of a kernel: vec4 elements for `queries` and `keyValues`, words for the others. */
export interface WorkgroupArrays {
  readonly queries: number;
  readonly keyValues: number;
  readonly weights: number;
  readonly rows: number;
}

/** The workgroup arrays that a shape asks for, at the given head dimensions. */
export function workgroupArrays(shape: TileShape, dimV: number): WorkgroupArrays {
  const queries = tileQueries(shape);
  const keys = tileKeys(shape);
  return {
    queries: queries * shape.chunk,
    keyValues: Math.max(keys * (shape.chunk + shape.padding), shape.valueRows * (dimV / 4)),
    weights: queries * keys,
    rows: queries,
  };
}

/** Words a row beside its weights: running maximum, running sum, factor, live keys. */
const WORDS_PER_ROW = 4;

/** Bytes of workgroup storage, as WebGPU counts them (every variable rounded up to 16). */
export function workgroupBytes(shape: TileShape, dimV: number, dtype: 'f32' | 'f16'): number {
  const arrays = workgroupArrays(shape, dimV);
  const vector = dtype === 'f16' ? 8 : 16;
  const sizes = [arrays.queries * vector, arrays.keyValues * vector, arrays.weights * 4];
  for (let word = 0; word < WORDS_PER_ROW; word++) sizes.push(arrays.rows * 4);
  sizes.push(4);
  return sizes.reduce((sum, size) => sum + Math.ceil(size / 16) * 16, 0);
}

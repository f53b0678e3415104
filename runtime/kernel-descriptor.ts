import type { MaskProgram } from './mask/program/nodes.ts';
import type { Extents } from './view.ts';

/** One entry point of the WGSL module and how its work is laid out. */
export interface KernelDescriptor {
  /** The entry point. */
  readonly name: string;
  /** `small-query` serves nq <= tile.queries of that kernel (decode); `tiled` serves everything. */
  readonly purpose: 'tiled' | 'small-query';
  /** The adapter class that the tile was chosen for. */
  readonly target: 'software' | 'gpu';
  readonly tile: { readonly queries: number; readonly keys: number };
  readonly workgroupSize: number;
  /** Bytes of workgroup storage. */
  readonly workgroupBytes: number;
  readonly features: readonly ('shader-f16' | 'subgroups')[];
  /** The box of a tile in views of boxes; empty for other views. */
  readonly extents: { readonly queries: Extents; readonly keys: Extents };
  readonly schedule: KernelSchedule;
}

/**
 * Where a kernel's key tiles come from. Either way a partial tile evaluates `residual`, a full tile no mask at all.
 * - `ranges`: no table. For fixed i the live keys are exactly low(i) <= j < high(i), both non-decreasing in i; roots
 *   of programs over `query`, symbols and lookups. The kernel derives partial and full ranges of its query tile.
 *   Only where both views are `positions`.
 * - `table`: the run table of ./schedule/table/run-table.ts, in the arena.
 * - `diagonals` (strategy `diagonal`): a list of distances j - i, in the arena: their count, then the distances,
 *   ascending. A pair is live where its key exists and `residual` holds; null where nothing is left to ask.
 */
export type KernelSchedule =
  | { readonly kind: 'ranges'; readonly low: MaskProgram; readonly high: MaskProgram }
  | { readonly kind: 'table'; readonly residual: MaskProgram }
  | { readonly kind: 'diagonals'; readonly residual: MaskProgram | null };

export interface WgslModule {
  readonly code: string;
  /** The fields of the uniform block in order; each is 4 bytes, the block is padded to 16. */
  readonly uniforms: readonly UniformField[];
  readonly bindings: readonly BufferBinding[];
  /** Sections of the integer arena that kernels read, in order. */
  readonly arena: readonly ArenaSection[];
  /** Sections of the float arena (f32), in order: names of real arrays and tables. */
  readonly floats: readonly string[];
  /** WGSL line (1-based) to source offset, for messages from the shader compiler. */
  readonly lineMap: readonly (readonly [line: number, offset: number])[];
}

export interface UniformField {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
  readonly source:
    /** nq, nk, offset, heads, batch, layer, a launch parameter or a derived scalar. */
    | { readonly kind: 'symbol'; readonly name: string }
    | { readonly kind: 'scale' }
    /** Elements between neighbours along an axis of a tensor. */
    | {
        readonly kind: 'stride';
        readonly tensor: 'q' | 'k' | 'v' | 'out';
        readonly axis: 'batch' | 'head' | 'row';
      }
    /** First element of an arena section, in 32-bit words. */
    | { readonly kind: 'section'; readonly section: string }
    /** Length of a dimension of an array. */
    | { readonly kind: 'dim'; readonly array: string; readonly dim: number }
    /** Query tiles of the pass under the chosen kernel: rows of its table. On CUDA a tile counts once for each of its parts. */
    | { readonly kind: 'query-tiles' }
    /** A number of a bound view (see ./view.ts): of one axis its size, stride or parts, of one region its base or tiles. */
    | {
        readonly kind: 'view';
        readonly pass: number;
        readonly side: 'queries' | 'keys';
        readonly region: number;
        readonly axis: number | null;
        readonly value: 'size' | 'stride' | 'parts' | 'base' | 'tiles';
      };
}

export interface BufferBinding {
  readonly binding: number;
  /**
   * `state` (f32, in units of four elements): for every grid index and query row dimV accumulators, then the running
   * maximum (of logits in units of log 2), the running sum and two words of nothing; without a softmax the accumulators
   * alone.
   */
  readonly role: 'q' | 'k' | 'v' | 'out' | 'lse' | 'params' | 'arena' | 'floats' | 'state';
  readonly access: 'uniform' | 'read' | 'read-write';
}

/**
 * A part of the integer arena. `tables` holds, for every grid index batch * heads + head, the word offset of the run
 * table (or list of distances) of pass `pass`; `array` an int array (row-major), packed bits (row-major, 32 a word along the last dimension, least
 * significant first, rows padded to whole words) or a list (row starts, then values, see ./arrays.ts).
 */
export type ArenaSection =
  | { readonly kind: 'tables'; readonly name: string; readonly pass: number }
  | { readonly kind: 'array'; readonly name: string; readonly array: string };

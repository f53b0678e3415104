import type { AttentionModel, PassDescriptor } from '../descriptor.ts';
import type { ArenaSection, KernelDescriptor, KernelSchedule, UniformField } from '../kernel-descriptor.ts';
import type { TensorName } from '../launch/tensor-layout.ts';
import type { Extents } from '../view.ts';

/**
 * What a module compiled for CUDA hands to the runtime. Types only, and so browser-safe: the compiler imports them.
 */
export interface CudaDescriptor extends AttentionModel {
  readonly dtype: 'f16' | 'bf16';
  /** What is launched one after the other in a stream; together the passes compute every live pair of `mask`. */
  readonly passes: readonly CudaPass[];
  readonly cuda: CudaModule;
}

/** A pass with its CUDA kernels; the fields mean what they mean in PassDescriptor. */
export interface CudaPass extends Omit<PassDescriptor, 'kernels'> {
  readonly kernels: readonly CudaKernel[];
  /** What merges the parts of a tile of queries; null where no kernel computes parts. */
  readonly merge: CudaMerge | null;
}

/**
 * An entry point that brings together what the parts of a pass have left: out and lse, or the state for the next pass.
 * Block (x, y) is row x of q of grid index y. No shared memory.
 */
export interface CudaMerge {
  readonly name: string;
  readonly threads: number;
}

/** One entry point of the CUDA text (`extern "C" __global__`) and how its work is laid out. */
export interface CudaKernel {
  /** The entry point. */
  readonly name: string;
  /** `small-query` serves nq <= tile.queries of that kernel (decode); `tiled` serves everything. */
  readonly purpose: KernelDescriptor['purpose'];
  /**
   * What the text needs: `sm_80` runs on every device from compute capability 8.0, `sm_90a` on 9.0 alone (wgmma, TMA).
   * The text guards an `sm_90a` kernel, so that it is not in a module compiled for another architecture.
   */
  readonly family: CudaFamily;
  readonly tile: { readonly queries: number; readonly keys: number };
  /** Threads of a block, all along x. */
  readonly threads: number;
  /** Bytes of dynamic shared memory. */
  readonly sharedBytes: number;
  /** The box of a tile in views of boxes; empty for other views. */
  readonly extents: { readonly queries: Extents; readonly keys: Extents };
  readonly schedule: KernelSchedule;
  /**
   * - `tiles`: block (x, y) is query tile x of grid index y = batch * heads + head.
   * - `persistent`: blocksPerUnit blocks a multiprocessor, at most one a tile, along x; each walks several tiles.
   */
  readonly grid: { readonly kind: 'tiles' } | { readonly kind: 'persistent'; readonly blocksPerUnit: number };
  /**
   * The same kernel for a part of what a tile of queries visits, with its threads and shared memory: block (x, y) is the
   * x-th part of all tiles, `blocksPerUnit` the blocks that a multiprocessor should hold. Null where there is none.
   */
  readonly parts: { readonly name: string; readonly blocksPerUnit: number } | null;
  /** Boxes of the tensor maps that the parameters of this kernel hold; empty for kernels without TMA. */
  readonly boxes: readonly TensorBox[];
}

export type CudaFamily = 'sm_80' | 'sm_90a';

/**
 * What one TMA copy of a tensor brings: `rows` rows of `panel` elements of the head dimension. The map has the dimensions
 * {dim, rows of the tensor, heads, batch} and the box {panel, rows, 1, 1}; elements beside the tensor come as zero, so that
 * a dimension that is no multiple of `panel` needs nothing. Shared memory is swizzled over panel * 2 bytes (64 elements:
 * 128 B, 32: 64 B).
 */
export interface TensorBox {
  readonly tensor: 'q' | 'k' | 'v';
  readonly rows: number;
  readonly panel: 32 | 64;
}

export interface CudaModule {
  /** The whole text: no include, for nvcc and NVRTC alike. */
  readonly code: string;
  /**
   * The fields of the one parameter of every kernel, `const __grid_constant__ SpParams p`, in order, laid out as C does
   * (every field at a multiple of its alignment, the struct padded to its largest).
   */
  readonly params: readonly CudaField[];
  /** Sections of the integer arena that kernels read, in order. */
  readonly arena: readonly ArenaSection[];
  /** Sections of the float arena (f32), in order: names of real arrays and tables. */
  readonly floats: readonly string[];
  /** Line of the text (1-based) to source offset, for messages from the compiler. */
  readonly lineMap: readonly (readonly [line: number, offset: number])[];
}

/** A field: 4 bytes for i32, u32, f32; 8 for i64 and pointer; 128 at a multiple of 64 for a tensor map. */
export interface CudaField {
  readonly name: string;
  readonly type: 'i32' | 'u32' | 'f32' | 'i64' | 'pointer' | 'tensor-map';
  readonly source:
    | UniformField['source']
    /** The scale times log2(e): kernels compute 2^x. */
    | { readonly kind: 'scale-log2' }
    /** batch * heads. */
    | { readonly kind: 'grid' }
    /** Into how many parts each tile of queries is cut; 1 in kernels that compute whole ones. */
    | { readonly kind: 'parts' }
    /**
     * Device memory of a tensor, of an arena, or of the state that passes hand on; null where the attention has none.
     * The state holds, for every grid index and query row, dimV accumulators, the running maximum, the running sum and
     * two numbers of nothing, all f32 (the maximum in the unit that the kernels of the module keep it in); without a softmax
     * the accumulators alone. Where a pass is
     * computed in parts, there is such a state for each part; the first is the one that passes hand on.
     */
    | { readonly kind: 'pointer'; readonly of: TensorName | 'arena' | 'floats' | 'state' }
    | { readonly kind: 'tensor-map'; readonly tensor: TensorBox['tensor'] };
}

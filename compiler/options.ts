import type { DiagnosticName } from './diagnostics/catalogue/index.ts';
import type { Diagnostic, Source } from './diagnostics/diagnostic.ts';
import type { CudaKernelPlan } from './ir/cuda-kernel.ts';
import type { Graph } from './ir/graph.ts';
import type { KernelPlan } from './ir/kernel.ts';
import type { Schedule } from './ir/schedule.ts';
import type { SourceFile } from './parser/ast.ts';
import type { PassRecord } from './passes/pass.ts';
import type { LowerOptions, Setting } from './passes/lower/values/options.ts';
import type { ResolveFile } from './passes/link-files.ts';
import type { CudaTarget, TargetTable, Tuning } from './cost/index.ts';
import type { CudaDescriptor } from '../runtime/cuda/descriptor.ts';
import type { AttentionDescriptor } from '../runtime/descriptor.ts';

/** Everything a caller may say beside the source text. All of it is optional; nothing is read from the environment. */
export interface CompileOptions {
  /** The text of a file that `use` names; without it, every `use` is reported as missing. */
  readonly resolve?: ResolveFile;
  /** The parsed content of a file that `table("…")` names. */
  readonly tables?: LowerOptions['tables'];
  /** Head counts, dimensions, dtype and layout of a pattern that is compiled without an attention. */
  readonly defaults?: Partial<LowerOptions['defaults']>;
  /** Values of parameters by name. */
  readonly settings?: Readonly<Record<string, Setting>>;
  /** Compile this pattern, even where the file has attentions. */
  readonly pattern?: string;
  /** Compile this attention only. */
  readonly attention?: string;
  /** What kernels are written in; `wgsl` by default. */
  readonly target?: 'wgsl' | 'cuda';
  /** Adapter classes to plan WGSL kernels for; all by default. */
  readonly targets?: readonly TargetTable[];
  /** Families of devices to plan CUDA kernels for; all by default. */
  readonly cudaTargets?: readonly CudaTarget[];
  /** Layouts that `sparsec tune` found to be the best for attentions of these names. */
  readonly tuned?: readonly Tuning[];
  /** How far to go: `lower` stops at simplified graphs, `plan` before text is emitted. Default `emit`. */
  readonly until?: 'lower' | 'plan' | 'emit';
  /**
   * Queries and keys of the launches that plans are chosen for; by default sizes that suit the mask. A module serves every
   * size, whatever its plan was chosen for. An attention over a space of fixed size is planned for that space.
   */
  readonly planFor?: { readonly nq: number; readonly nk: number };
  /** Keep tiles of neighbouring positions: no views, no gathered keys, no diagonals. */
  readonly noLayout?: boolean;
  /** Keep every mask in one pass. */
  readonly noSplit?: boolean;
  /** Evaluate the whole mask in every partial tile: no row bounds. */
  readonly noVariants?: boolean;
  /** Passes whose output is printed into `passes`; `all` for every one. */
  readonly printAfter?: readonly string[];
  /**
   * Errors to report as warnings, by a caller that can go on with them: who asks for a mask may be told that it is
   * empty (`empty-mask`), where who asks for a kernel has made a mistake.
   */
  readonly tolerate?: readonly DiagnosticName[];
  /** Run the verifiers after every pass. */
  readonly verify?: boolean;
}

/** One attention (or one plain pattern) on its way; what lies behind `until`, or is of another target, is null. */
export interface CompiledUnit {
  readonly name: string;
  readonly graph: Graph;
  readonly schedule: Schedule | null;
  /** Of the target `wgsl`. */
  readonly kernelPlan: KernelPlan | null;
  /** Of the target `cuda`. */
  readonly cudaPlan: CudaKernelPlan | null;
  /** Of the target `wgsl`. */
  readonly descriptor: AttentionDescriptor | null;
  /** Of the target `cuda`. */
  readonly cuda: CudaDescriptor | null;
}

export interface CompileResult {
  /** No error was found; warnings may have been. */
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that diagnostics point into. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly tree: SourceFile;
  /** Empty where there were errors. */
  readonly units: readonly CompiledUnit[];
  /** What passes printed and how long they took. */
  readonly passes: readonly PassRecord[];
}

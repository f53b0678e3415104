import { emitWgsl } from '../../../compiler/codegen/wgsl/emit-wgsl.ts';
import type { TargetTable, ThreadTile } from '../../../compiler/cost/index.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { planKernels } from '../../../compiler/passes/plan-kernels.ts';
import { attendDense } from '../../../runtime/reference/attend-dense.ts';
import type { DenseScore } from '../../../runtime/reference/attend-dense.ts';
import { layoutStrides } from '../../../runtime/reference/strides.ts';
import type { Strides } from '../../../runtime/reference/strides.ts';
import { softwareDevice } from './device.ts';
import { runKernel } from './run-kernel.ts';
import type { Dispatch, Outputs } from './run-kernel.ts';
import { bruteTable } from './tables.ts';
import type { Live } from './tables.ts';

/** A target with one tiny layout, so that SwiftShader compiles it at once. */
export function tinyTarget(layout: ThreadTile, options: Partial<TargetTable> = {}): TargetTable {
  return {
    class: 'software',
    workgroupBytes: 16384,
    invocations: 256,
    accumulators: 64,
    padding: 0,
    keepsQueries: true,
    tiled: [layout],
    smallQuery: [],
    ...options,
  };
}

export const TINY: TargetTable = tinyTarget({ x: 2, y: 2, rows: 2, columns: 2 });

/** One launch of one kernel, and the same problem for the float64 executor. */
export interface Problem {
  readonly graph: Graph;
  readonly target?: TargetTable;
  /** Which of the target's kernels, 0 where left out. */
  readonly kernel?: number;
  readonly nq: number;
  readonly nk: number;
  readonly batch?: number;
  readonly offset?: number;
  readonly live: Live;
  readonly score?: Partial<DenseScore>;
  readonly symbols?: Dispatch['symbols'];
  readonly arrays?: Dispatch['arrays'];
  readonly reals?: Dispatch['reals'];
  readonly granularity?: number;
  /** Elements added to the row stride of every tensor; they and the ends of the buffers hold NaN. */
  readonly padding?: number;
  /** Changes the text before it is compiled. */
  readonly rewrite?: (code: string) => string;
  /** Changes the data before the launch; both executors see the change. */
  readonly poison?: (
    tensors: { q: Float32Array; k: Float32Array; v: Float32Array },
    strides: Dispatch['strides'],
  ) => void;
}

export interface Comparison {
  /** Largest |out - reference| over the largest |reference|, NaN where either has NaN. */
  readonly outError: number;
  /** Largest |lse - reference|; infinities must agree. */
  readonly lseError: number;
  /** Elements of out outside [batch, heads, nq, dimV] that were written. */
  readonly strayWrites: number;
  readonly outputs: Outputs;
}

/** Runs the first kernel of the graph on SwiftShader and holds it against attendDense. */
export async function compare(problem: Problem): Promise<Comparison> {
  const { graph, nq, nk, batch = 1, offset = nk - nq, live, granularity = 4, padding = 0 } = problem;
  const { heads, kvHeads, dim, dimV, layout } = graph;
  const plan = planKernels(graph, [problem.target ?? TINY]);
  const printed = emitWgsl(plan, graph);
  const code = (problem.rewrite ?? ((text: string) => text))(printed.module.code);
  const emitted = { ...printed, module: { ...printed.module, code } };
  const kernel = emitted.kernels[problem.kernel ?? 0];
  const strides = {
    q: padded(layoutStrides(layout, heads, nq, dim), padding, layout, heads, nq),
    k: padded(layoutStrides(layout, kvHeads, nk, dim), padding, layout, kvHeads, nk),
    v: padded(layoutStrides(layout, kvHeads, nk, dimV), padding, layout, kvHeads, nk),
    out: padded(layoutStrides(layout, heads, nq, dimV), padding, layout, heads, nq),
  };
  const random = generator(nq * 31 + nk);
  const q = tensor(random, batch, heads, nq, dim, strides.q);
  const k = tensor(random, batch, kvHeads, nk, dim, strides.k);
  const v = tensor(random, batch, kvHeads, nk, dimV, strides.v);
  problem.poison?.({ q, k, v }, strides);

  const scale = 1 / Math.sqrt(dim);
  const tables =
    kernel.schedule.kind === 'ranges'
      ? []
      : Array.from({ length: batch * heads }, (_, at) =>
          bruteTable((i, j) => live(Math.floor(at / heads), at % heads, i, j), {
            nq,
            nk,
            offset,
            queryTile: kernel.tile.queries,
            granularity,
          }),
        );
  const outElements = batch * strides.out.batch + 8;
  const outputs = await runKernel(await softwareDevice(), {
    graph,
    emitted,
    kernel,
    batch,
    nq,
    nk,
    offset,
    strides,
    q,
    k,
    v,
    outElements,
    scale,
    symbols: problem.symbols ?? {},
    arrays: problem.arrays ?? {},
    reals: problem.reals ?? {},
    tables,
  });
  const reference = attendDense({
    batch,
    heads,
    kvHeads,
    nq,
    nk,
    dim,
    dimV,
    offset,
    q,
    k,
    v,
    strides,
    isLive: live,
    score: { scale, ...problem.score },
  });
  return { ...errors(reference, outputs, strides.out, { batch, heads, nq, dimV }), outputs };
}

function errors(
  reference: { out: Float64Array; lse: Float64Array },
  { out, lse }: Outputs,
  stride: Strides,
  { batch, heads, nq, dimV }: { batch: number; heads: number; nq: number; dimV: number },
): Omit<Comparison, 'outputs'> {
  let outError = 0;
  let largest = 0;
  const written = new Uint8Array(out.length);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let r = 0; r < nq; r++) {
        for (let d = 0; d < dimV; d++) {
          const expected = reference.out[((b * heads + h) * nq + r) * dimV + d];
          const at = b * stride.batch + h * stride.head + r * stride.row + d;
          written[at] = 1;
          largest = Math.max(largest, Math.abs(expected));
          outError = worse(outError, Math.abs(out[at] - expected));
        }
      }
    }
  }
  let lseError = 0;
  reference.lse.forEach((expected, at) => {
    if (expected === -Infinity) lseError = worse(lseError, lse[at] === -Infinity ? 0 : Infinity);
    else lseError = worse(lseError, Math.abs(lse[at] - expected));
  });
  const strayWrites = out.reduce(
    (count, value, at) => count + (written[at] || Number.isNaN(value) ? 0 : 1),
    0,
  );
  return { outError: outError / (largest || 1), lseError, strayWrites };
}

/** The larger error; NaN wins and stays. */
function worse(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
}

/** Strides of a tensor whose rows are followed by `padding` elements that nobody may read. */
function padded(dense: Strides, padding: number, layout: 'bhnd' | 'bnhd', heads: number, n: number): Strides {
  if (padding === 0) return dense;
  const width = layout === 'bhnd' ? dense.row : dense.head;
  return layoutStrides(layout, heads, n, width + padding);
}

/** A tensor with values in -2 .. 2, NaN between its rows and behind its end. */
function tensor(
  random: () => number,
  batch: number,
  heads: number,
  n: number,
  width: number,
  stride: Strides,
): Float32Array {
  const data = new Float32Array(batch * stride.batch + 64).fill(NaN);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let row = 0; row < n; row++) {
        const at = b * stride.batch + h * stride.head + row * stride.row;
        for (let d = 0; d < width; d++) data[at + d] = random() * 4 - 2;
      }
    }
  }
  return data;
}

/** Numerical Recipes' linear congruential generator, 0 <= x < 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

import { emitWgsl } from '../../../compiler/codegen/wgsl/emit-wgsl.ts';
import type { EmittedWgsl } from '../../../compiler/codegen/wgsl/emit-wgsl.ts';
import type { TargetTable, ThreadTile } from '../../../compiler/cost/index.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import type { Schedule } from '../../../compiler/ir/schedule.ts';
import { planKernels } from '../../../compiler/passes/plan-kernels.ts';
import { schedulePlainly } from '../../../compiler/passes/schedule-plainly.ts';
import { attendDense } from '../../../runtime/reference/attend-dense.ts';
import type { AttentionResult, DenseProblem, DenseScore } from '../../../runtime/reference/attend-dense.ts';
import { weighingErrors } from '../../../runtime/reference/weighing-error.ts';
import { layoutStrides } from '../../../runtime/reference/strides.ts';
import type { Strides } from '../../../runtime/reference/strides.ts';
import { softwareDevice } from './device.ts';
import { runKernel } from './run-kernel.ts';
import type { Dispatch, Outputs, Step } from './run-kernel.ts';
import { slotsOf } from './slots.ts';
import { bruteDistances, bruteTable } from './tables.ts';
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
    diagonal: [layout],
    ...options,
  };
}

export const TINY: TargetTable = tinyTarget({ x: 2, y: 2, rows: 2, columns: 2 });

/** One launch of one kernel, and the same problem for the float64 executor. */
export interface Problem {
  readonly graph: Graph;
  /** The plain schedule where left out. */
  readonly schedule?: Schedule;
  readonly target?: TargetTable;
  /** Whether partial tiles are specialised; they are where left out. */
  readonly variants?: boolean;
  /** Which of the target's kernels of every pass, 0 where left out. */
  readonly kernel?: number;
  readonly nq: number;
  readonly nk: number;
  readonly batch?: number;
  readonly offset?: number;
  readonly live: Live;
  /** The pairs of each pass; `live` where left out. */
  readonly parts?: readonly Live[];
  /** The pairs of each branch of a merge or concat. */
  readonly branches?: readonly Live[];
  /** For passes with a list of keys: which keys are listed. */
  readonly listed?: (j: number) => boolean;
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
  /** Without a softmax the largest |out - reference| over what rounding explains, else null. */
  readonly weighingError: number | null;
  /** Largest |lse - reference|; infinities must agree. */
  readonly lseError: number;
  /** Elements of out outside [batch, heads, nq, dimV] that were written. */
  readonly strayWrites: number;
  readonly outputs: Outputs;
}

/** Runs one kernel of every pass on SwiftShader and holds the result against attendDense. */
export async function compare(problem: Problem): Promise<Comparison> {
  const { graph, nq, nk, batch = 1, offset = nk - nq, padding = 0 } = problem;
  const { heads, kvHeads, dim, dimV, layout } = graph;
  const plan = planKernels(problem.schedule ?? schedulePlainly(graph), [problem.target ?? TINY], {
    variants: problem.variants ?? true,
  });
  const printed = emitWgsl(plan, graph);
  const code = (problem.rewrite ?? ((text: string) => text))(printed.module.code);
  const emitted = { ...printed, module: { ...printed.module, code } };
  const strides = {
    q: padded(layoutStrides(layout, heads, nq, dim), padding, layout, heads, nq),
    k: padded(layoutStrides(layout, kvHeads, nk, dim), padding, layout, kvHeads, nk),
    v: padded(layoutStrides(layout, kvHeads, nk, dimV), padding, layout, kvHeads, nk),
    out: padded(layoutStrides(layout, heads, nq, plan.dimOut), padding, layout, heads, nq),
  };
  const random = generator(nq * 31 + nk);
  const q = tensor(random, batch, heads, nq, dim, strides.q);
  const k = tensor(random, batch, kvHeads, nk, dim, strides.k);
  const v = tensor(random, batch, kvHeads, nk, dimV, strides.v);
  problem.poison?.({ q, k, v }, strides);

  const scale = 1 / Math.sqrt(dim);
  const outElements = batch * strides.out.batch + 8;
  const outputs = await runKernel(await softwareDevice(), {
    graph,
    emitted,
    steps: emitted.passes.map((_, pass) => stepOf(problem, emitted, pass)),
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
  });
  const dense = { batch, heads, kvHeads, nq, nk, dim, dimV, offset, q, k, v, strides };
  const reference = attendBranches(
    (problem.branches ?? [problem.live]).map((isLive) => ({
      ...dense,
      isLive,
      score: { scale, ...problem.score },
    })),
    graph.combine,
  );
  const { weights } = graph.nodes[0].score;
  const explained =
    weights === undefined
      ? null
      : weighingErrors(
          {
            ...dense,
            score: { scale, ...problem.score },
            combine: graph.combine,
            branches: problem.branches ?? [problem.live],
          },
          weights,
          graph.dtype,
        );
  const sizes = { batch, heads, nq, dimV: plan.dimOut };
  return { ...errors(reference, outputs, strides.out, sizes, explained), outputs };
}

/** The chosen kernel of a pass and its tables, all by looking at every pair. */
function stepOf(problem: Problem, { passes }: EmittedWgsl, at: number): Step {
  const { graph, nq, nk, batch = 1, offset = nk - nq, granularity = 4, listed } = problem;
  const pass = passes[at];
  const kernel = pass.kernels[problem.kernel ?? 0];
  const symbols = { nq, nk, offset, heads: graph.heads, batch, layer: 0, ...problem.symbols };
  const queries = slotsOf(pass.queries, kernel.extents.queries, {
    first: offset,
    count: nq,
    symbols,
    tile: kernel.tile.queries,
  });
  const keys = slotsOf(pass.keys, kernel.extents.keys, {
    first: 0,
    count: nk,
    symbols,
    listed,
    tile: kernel.tile.keys,
  });
  const live = problem.parts?.[at] ?? problem.live;
  const tableOf = (b: number, h: number): Uint32Array => {
    const isLive = (i: number, j: number): boolean => live(b, h, i, j);
    if (kernel.schedule.kind === 'diagonals') return bruteDistances(isLive, queries, keys);
    const plain = pass.queries.kind === 'positions' && pass.keys.kind === 'positions';
    const table = bruteTable(isLive, {
      queries,
      keys,
      queryTile: kernel.tile.queries,
      granularity: plain ? granularity : kernel.tile.keys,
    });
    return pass.keys.kind === 'list'
      ? Uint32Array.from([...table, keys.length, ...keys.map((position) => position ?? -1)])
      : table;
  };
  return {
    pass,
    kernel,
    queryTiles: Math.ceil(queries.length / kernel.tile.queries),
    tables:
      kernel.schedule.kind === 'ranges'
        ? []
        : Array.from({ length: batch * graph.heads }, (_, grid) =>
            tableOf(Math.floor(grid / graph.heads), grid % graph.heads),
          ),
  };
}

/**
 * Branches brought together in float64: `concat` side by side; `merge` as sums of e^logit v over sums of e^logit, so
 * that a pair that two branches hold counts twice.
 */
function attendBranches(branches: readonly DenseProblem[], combine: Graph['combine']): AttentionResult {
  const results = branches.map(attendDense);
  if (combine === 'single') return results[0];
  const { heads, dimV, score } = branches[0];
  const rows = results[0].out.length / dimV;
  const width = combine === 'concat' ? branches.length * dimV : dimV;
  const out = new Float64Array(rows * width);
  const lse = new Float64Array(results[0].lse.length);
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / branches[0].nq) % heads;
    const sink = score.sink ? Math.exp(score.sink(head)) : 0;
    const sums = results.map((result) => Math.exp(result.lse[row]));
    const total = sums.reduce((a, b) => a + b, 0);
    results.forEach((result, branch) => {
      for (let d = 0; d < dimV; d++) {
        const value = result.out[row * dimV + d];
        if (combine === 'concat') out[row * width + branch * dimV + d] = value;
        else if (total > 0) out[row * width + d] += (value * (sums[branch] + sink)) / (total + sink);
      }
    });
    if (lse.length > 0) lse[row] = Math.log(total);
  }
  return { out, lse };
}

function errors(
  reference: { out: Float64Array; lse: Float64Array },
  { out, lse }: Outputs,
  stride: Strides,
  { batch, heads, nq, dimV }: { batch: number; heads: number; nq: number; dimV: number },
  explained: Float64Array | null,
): Omit<Comparison, 'outputs'> {
  let outError = 0;
  let weighingError = 0;
  let largest = 0;
  const written = new Uint8Array(out.length);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let r = 0; r < nq; r++) {
        for (let d = 0; d < dimV; d++) {
          const from = ((b * heads + h) * nq + r) * dimV + d;
          const expected = reference.out[from];
          const at = b * stride.batch + h * stride.head + r * stride.row + d;
          written[at] = 1;
          largest = Math.max(largest, Math.abs(expected));
          outError = worse(outError, Math.abs(out[at] - expected));
          if (explained !== null)
            weighingError = worse(weighingError, Math.abs(out[at] - expected) / explained[from]);
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
  return {
    outError: outError / (largest || 1),
    weighingError: explained && weighingError,
    lseError,
    strayWrites,
  };
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

import type { CompiledUnit } from '../../compiler/index.ts';
import { schedulePlainly } from '../../compiler/passes/schedule-plainly.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { evaluateBound, launchMask } from '../../runtime/mask/index.ts';
import type { AttentionResult } from '../../runtime/reference/attend-dense.ts';
import { expandTable, type RunTable } from '../../runtime/schedule/table/run-table.ts';
import { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import { Random } from '../fuzz/random.ts';
import { specimenTarget } from '../mutants/specimens.ts';
import { compileSchedule } from '../schedules/compile-schedule.ts';
import { forceSchedule } from '../schedules/force-schedule.ts';
import { execute, launchOf, permuteRows } from './example.ts';
import type { Run } from './example.ts';

/**
 * A change that leaves the result as it was, but for rounding: what it gives, laid out as the result of the run that it
 * began with; null where the example does not allow it.
 */
export type Property = (unit: CompiledUnit, run: Run) => AttentionResult | null;

const withTiles = (rows: number, columns: number) => ({
  ...specimenTarget,
  accumulators: 256,
  tiled: [{ x: 4, y: 4, rows, columns }],
});

const inTiles =
  (rows: number, columns: number): Property =>
  ({ graph }, run) =>
    execute({
      ...run,
      descriptor: compileSchedule(schedulePlainly(graph), [withTiles(rows, columns)]),
    });

const inForcedPasses =
  (seed: number): Property =>
  ({ graph }, run) => {
    const schedule = forceSchedule(graph, [specimenTarget], new Random(seed));
    return execute({ ...run, descriptor: compileSchedule(schedule, [specimenTarget]) });
  };

/** The runs of every row in the opposite order, distances descending. */
const runsBackwards: Property = (_unit, run) =>
  execute({
    ...run,
    schedule: (...request) => {
      const entry = schedulePass(...request);
      return entry.kind === 'runs'
        ? { ...entry, table: backwards(expandTable(entry.table)) }
        : { ...entry, distances: entry.distances.slice().reverse() };
    },
  });

function backwards(table: RunTable): RunTable {
  const runs = table.runs.slice();
  for (let segment = 0; segment + 1 < table.starts.length; segment++) {
    const [first, end] = [table.starts[segment], table.starts[segment + 1]];
    for (let at = first; at < end; at++) {
      const from = 2 * (end - 1 - (at - first));
      runs.set(table.runs.subarray(from, from + 2), 2 * at);
    }
  }
  return { ...table, runs };
}

/** Groups of query heads with their key head, one further; only where no mask and no score knows its head. */
const headsRotated: Property = (_unit, run) => {
  const { descriptor, nq, nk, tensors } = run;
  const { heads, kvHeads, dim, dimV, dimOut } = descriptor;
  if (knowsHeads(descriptor)) return null;
  const rotated =
    (count: number, n: number, turn: number) =>
    (at: number): number => {
      const [b, head, row] = [Math.floor(at / (count * n)), Math.floor(at / n) % count, at % n];
      return (b * count + ((head + turn + count) % count)) * n + row;
    };
  const group = heads / kvHeads;
  const result = execute({
    ...run,
    tensors: {
      q: permuteRows(tensors.q, dim, rotated(heads, nq, group)),
      k: permuteRows(tensors.k, dim, rotated(kvHeads, nk, 1)),
      v: permuteRows(tensors.v, dimV, rotated(kvHeads, nk, 1)),
    },
  });
  const back = rotated(heads, nq, -group);
  return {
    out: permuteRows(result.out, dimOut, back),
    lse: result.lse.length === 0 ? result.lse : permuteRows(result.lse, 1, back),
  };
};

/** Whether some mask or step of the score may differ between heads. */
function knowsHeads({ branches, score }: AttentionDescriptor): boolean {
  const { slopes, keyBias, sink, biases, denominatorScale, change } = score;
  const steps = [slopes, keyBias, sink, denominatorScale];
  const programs = change === undefined ? branches : [...branches, change];
  const inMask = programs.some(({ nodes }) => nodes.some(({ kind }) => kind === 'head'));
  return inMask || steps.some((step) => step !== null) || biases.length > 0;
}

/** Every sequence of the batch launched alone; only where no host array is given. */
const batchSplit: Property = (_unit, run) => {
  const { descriptor, batch, tensors } = run;
  const knowsBatch = descriptor.score.change?.nodes.some(({ kind }) => kind === 'batch') ?? false;
  if (descriptor.inputs.length > 0 || knowsBatch) return null;
  const parts = Array.from({ length: batch }, (_, b) => {
    const part = (values: Float64Array) =>
      values.subarray((b * values.length) / batch, ((b + 1) * values.length) / batch);
    return execute({
      ...run,
      batch: 1,
      tensors: { q: part(tensors.q), k: part(tensors.k), v: part(tensors.v) },
    });
  });
  return {
    out: Float64Array.from(parts.flatMap(({ out }) => [...out])),
    lse: Float64Array.from(parts.flatMap(({ lse }) => [...lse])),
  };
};

/** Queries and keys behind the last ones; only where no query that was there before takes notice. */
const padded: Property = (unit, run) => {
  const { descriptor, batch, nq } = run;
  const { heads, kvHeads, dim, dimV, dimOut } = descriptor;
  const length = nq + 5;
  const longer = launchOf(unit, batch, length);
  if (descriptor.inputs.length > 0 || !isUntouched(run, longer)) return null;
  const pad = (from: Float64Array, into: Float64Array, count: number, width: number): Float64Array => {
    const result = into.slice();
    for (let grid = 0; grid < batch * count; grid++) {
      result.set(from.subarray(grid * nq * width, (grid + 1) * nq * width), grid * length * width);
    }
    return result;
  };
  const { q, k, v } = longer.tensors;
  const result = execute({
    ...longer,
    tensors: {
      q: pad(run.tensors.q, q, heads, dim),
      k: pad(run.tensors.k, k, kvHeads, dim),
      v: pad(run.tensors.v, v, kvHeads, dimV),
    },
  });
  const cut = (values: Float64Array, width: number): Float64Array =>
    Float64Array.from(
      Array.from({ length: batch * heads }, (_, grid) =>
        Array.from(values.subarray(grid * length * width, (grid * length + nq) * width)),
      ).flat(),
    );
  return { out: cut(result.out, dimOut), lse: result.lse.length === 0 ? result.lse : cut(result.lse, 1) };
};

/** Whether the queries of a launch see in a longer one what they see in it. */
function isUntouched({ descriptor, batch, nq, nk, arrays }: Run, longer: Run): boolean {
  if (descriptor.score.rowScale !== null || descriptor.score.denominatorScale !== null) return false;
  // It may read sizes.
  if (descriptor.score.change?.nodes.some(({ kind }) => kind === 'symbol')) return false;
  return descriptor.branches.every((mask) => {
    const short = launchMask({ ...descriptor, mask }, { batch, nq, nk, arrays });
    const sizes = { batch, nq: longer.nq, nk: longer.nk, arrays: longer.arrays };
    const long = launchMask({ ...descriptor, mask }, sizes);
    if (short.offset !== long.offset) return false;
    for (let head = 0; head < descriptor.heads; head++) {
      const [before, after] = [short.bind(0, head), long.bind(0, head)];
      for (let i = short.offset; i < short.offset + nq; i++) {
        for (let j = 0; j < longer.nk; j++) {
          if ((j < nk && evaluateBound(before, i, j)) !== evaluateBound(after, i, j)) return false;
        }
      }
    }
    return true;
  });
}

export const properties: Readonly<Record<string, Property>> = {
  'tiles of 4 x 16': inTiles(1, 4),
  'tiles of 16 x 4': inTiles(4, 1),
  'the other layout': (_unit, run) => execute({ ...run, layout: 'bnhd' }),
  'other passes and views, seed 1': inForcedPasses(1),
  'other passes and views, seed 2': inForcedPasses(2),
  'runs in the opposite order': runsBackwards,
  'heads rotated': headsRotated,
  'a launch for each sequence': batchSplit,
  'a longer sequence': padded,
};

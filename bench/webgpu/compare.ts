import { median } from '../benchmark.ts';
import type { Table } from '../benchmark.ts';
import type { ScenarioResult } from './index.ts';
import { tileShare } from './scenarios.ts';
import type { Job, MaskName } from './scenarios.ts';

/** Our time, the other's, and the ratio; for a window the other is the tile bound, and the ratio the share reached. */
export function compareJobs(results: readonly ScenarioResult[]): Table {
  const rows = results.flatMap((result) => [
    ...versus(result, 'full', 'onnxruntime-web'),
    ...versus(result, 'full', 'jax-js'),
    ...versus(result, 'causal', 'onnxruntime-web'),
    ...versusBound(result, 'causal'),
    ...versusBound(result, 'window'),
  ]);
  return { columns: ['n', 'mask', 'sparsec ms', 'against', 'ms', 'ratio'], rows };
}

function timeOf({ jobs }: ScenarioResult, library: Job['library'], mask: MaskName): number | null {
  const job = jobs.find((candidate) => candidate.library === library && candidate.mask === mask);
  return job === undefined || job.times.length === 0 ? null : median(job.times);
}

function versus(result: ScenarioResult, mask: MaskName, library: Job['library']): (string | number)[][] {
  const [ours, theirs] = [timeOf(result, 'sparsec', mask), timeOf(result, library, mask)];
  const failure = result.jobs.find((job) => job.library === library && job.mask === mask)?.failure;
  if (ours === null || theirs === null)
    return [[result.scenario.n, mask, ours ?? 'failed', library, failure ?? 'failed', '']];
  return [[result.scenario.n, mask, ours, library, theirs, `${(theirs / ours).toFixed(2)}x`]];
}

/** The time of the dense kernel, times the share of its tiles that the mask needs. */
function versusBound(result: ScenarioResult, mask: MaskName): (string | number)[][] {
  const [ours, dense] = [timeOf(result, 'sparsec', mask), timeOf(result, 'sparsec', 'full')];
  if (ours === null || dense === null) return [[result.scenario.n, mask, 'failed', 'tile bound', '', '']];
  const bound = dense * tileShare(mask, result.scenario, result.tile);
  return [[result.scenario.n, mask, ours, 'tile bound', bound, `${((100 * bound) / ours).toFixed(0)} %`]];
}

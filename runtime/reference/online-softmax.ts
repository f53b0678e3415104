import type { AttentionDescriptor } from '../descriptor.ts';
import type { LaunchedMask } from '../mask/launch/launch-mask.ts';
import { scoreOf } from './attend-dense.ts';
import type { DenseScore } from './attend-dense.ts';
import type { KeyStep, KeyWalk, TilePlace } from './key-steps.ts';
import type { Strides } from './strides.ts';
import { weightOf } from './weight-functions.ts';

/** State of the online softmax of one row: what passes hand on. Without a softmax it is the accumulators alone. */
export interface OnlineRow {
  maximum: number;
  sum: number;
  readonly out: Float64Array;
}

/** What a step reads. */
export interface StepTensors {
  readonly descriptor: Pick<AttentionDescriptor, 'heads' | 'kvHeads' | 'dim' | 'dimV'>;
  readonly mask: Pick<LaunchedMask, 'offset'>;
  readonly score: DenseScore;
  readonly q: ArrayLike<number>;
  readonly k: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  readonly strides: { readonly q: Strides; readonly k: Strides; readonly v: Strides };
}

/** The kernels' sentinels: the floor of the running maximum, and the logit of a dead pair. */
const LOWEST = -1e38;
const DEAD = -3e38;

/** A row before its first key. */
export function emptyRow(dimV: number): OnlineRow {
  return { maximum: LOWEST, sum: 0, out: new Float64Array(dimV) };
}

/** What stands in a state that no pass has left. */
export function neverWritten(dimV: number): OnlineRow {
  return { maximum: NaN, sum: NaN, out: new Float64Array(dimV).fill(NaN) };
}

export function copyRow({ maximum, sum, out }: OnlineRow): OnlineRow {
  return { maximum, sum, out: out.slice() };
}

/**
 * The output of a row, its denominator multiplied by `scale`; a row without keys gives 0 and -infinity, with or without a
 * sink.
 */
export function finishRow(
  { maximum, sum, out }: OnlineRow,
  sink: number | undefined,
  scale = 1,
): { readonly out: Float64Array; readonly lse: number } {
  if (sum === 0) return { out: new Float64Array(out.length), lse: -Infinity };
  const denominator = (sum + (sink === undefined ? 0 : Math.exp(sink - maximum))) * scale;
  return { out: out.map((value) => value / denominator), lse: maximum + Math.log(sum) };
}

/** One key tile of one query tile: live keys, logits, weights, values, in the order of a kernel's stages. */
export function takeStep(
  tensors: StepTensors,
  keys: number,
  walk: KeyWalk,
  place: TilePlace,
  rows: readonly OnlineRow[],
  { keyOf, partial }: KeyStep,
): void {
  const { head, batch, queries } = place;
  const { v, strides, score } = tensors;
  const ownValues = batch * strides.v.batch + keyHead(tensors.descriptor, place) * strides.v.head;
  const keysOf = new Array<number | null>(keys);
  const logits = new Float64Array(keys);
  rows.forEach((row, at) => {
    const i = queries[at];
    // A full tile asks for nothing: where a key is missing, it takes in what no launch may read.
    const live: number[] = [];
    for (let column = 0; column < keys; column++) {
      const j = keyOf(i, column);
      keysOf[column] = j;
      logits[column] = DEAD;
      if (partial && (j === null || !walk.isLive(i, j, head, batch))) continue;
      live.push(column);
      logits[column] = j === null ? NaN : scoreOf(product(tensors, place, i, j), score, batch, head, i, j);
    }
    const { weights } = score;
    const weighed =
      weights === undefined ? soften(row, logits) : logits.map((logit) => weightOf(weights, logit));
    // A dead key counts nothing, whatever it holds: kernels stage a key that no row of the tile sees as zero, and one
    // that some row sees is finite.
    for (const column of live) {
      const j = keysOf[column];
      const base = j === null ? NaN : ownValues + j * strides.v.row;
      for (let d = 0; d < row.out.length; d++) row.out[d] += weighed[column] * (v[base + d] ?? NaN);
    }
  });
}

/** Weights of a tile against the running maximum, which with sum and accumulators is brought up to date. */
function soften(row: OnlineRow, logits: Float64Array): Float64Array {
  const maximum = logits.reduce((a, c) => (c > a || Number.isNaN(c) ? c : a), row.maximum);
  const factor = Math.exp(row.maximum - maximum);
  const weights = logits.map((logit) => Math.exp(logit - maximum));
  row.sum = row.sum * factor + weights.reduce((a, c) => a + c, 0);
  row.maximum = maximum;
  for (let d = 0; d < row.out.length; d++) row.out[d] *= factor;
  return weights;
}

function product(
  { descriptor, mask, q, k, strides }: StepTensors,
  place: TilePlace,
  i: number,
  j: number,
): number {
  const row = i - mask.offset;
  const qBase = place.batch * strides.q.batch + place.head * strides.q.head + row * strides.q.row;
  const kBase =
    place.batch * strides.k.batch + keyHead(descriptor, place) * strides.k.head + j * strides.k.row;
  let sum = 0;
  for (let d = 0; d < descriptor.dim; d++) sum += q[qBase + d] * k[kBase + d];
  return sum;
}

function keyHead({ heads, kvHeads }: StepTensors['descriptor'], { head }: TilePlace): number {
  return Math.floor(head / (heads / kvHeads));
}

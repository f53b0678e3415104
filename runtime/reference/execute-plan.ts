import type { AttentionDescriptor, KernelDescriptor } from '../descriptor.ts';
import type { LaunchedMask } from '../mask/launch-mask.ts';
import { scoreOf } from './attend-dense.ts';
import type { AttentionResult, DenseScore } from './attend-dense.ts';
import { bindScore } from './bind-score.ts';
import { scheduleOf } from './key-tiles.ts';
import type { KeyTile, Schedule, TilePlace } from './key-tiles.ts';
import type { Strides } from './strides.ts';

/** A kernel, a launch and its tensors in host memory. */
export interface PlanRun {
  readonly descriptor: AttentionDescriptor;
  readonly kernel: KernelDescriptor;
  readonly mask: LaunchedMask;
  readonly q: ArrayLike<number>;
  readonly k: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  readonly strides: { readonly q: Strides; readonly k: Strides; readonly v: Strides };
}

/** State of the online softmax of one row. */
interface Row {
  maximum: number;
  sum: number;
  readonly out: Float64Array;
}

/** The kernels' sentinels: the floor of the running maximum, and the logit of a dead pair. */
const LOWEST = -1e38;
const DEAD = -3e38;

/**
 * Walks a kernel as it is planned, in float64 and without a GPU: query tiles, the key tiles of its schedule, the mask on
 * partial tiles and none on full ones, keys read past the end of a tile, online softmax. What a wrong plan would do to a
 * result (a pair left out, counted twice or let in, padding read) it does here too; errors of the printed text it cannot
 * show. Results are laid out as those of attendDense.
 */
export function executePlan(run: PlanRun): AttentionResult {
  const { descriptor, kernel, mask } = run;
  const { heads, dimV } = descriptor;
  const { batch, nq } = mask.scalars;
  const score = bindScore(descriptor, mask.scalars, mask.arrays);
  const schedule = scheduleOf(kernel, mask);
  const out = new Float64Array(batch * heads * nq * dimV).fill(NaN);
  const lse = new Float64Array(batch * heads * nq).fill(NaN);
  const tiles = Math.ceil(nq / kernel.tile.queries);
  for (let grid = 0; grid < batch * heads; grid++) {
    for (let tile = 0; tile < tiles; tile++) {
      const firstRow = tile * kernel.tile.queries;
      const lastRow = Math.min(firstRow + kernel.tile.queries, nq) - 1;
      const place: TilePlace = {
        tile,
        first: firstRow + mask.offset,
        last: lastRow + mask.offset,
        head: grid % heads,
        batch: Math.floor(grid / heads),
      };
      const rows = walkTile(run, score, schedule, place);
      rows.forEach((row, at) => {
        const index = grid * nq + firstRow + at;
        const denominator = row.sum + (score.sink ? Math.exp(score.sink(place.head) - row.maximum) : 0);
        out.set(
          row.out.map((value) => (row.sum === 0 ? 0 : value / denominator)),
          index * dimV,
        );
        lse[index] = row.sum === 0 ? -Infinity : row.maximum + Math.log(row.sum);
      });
    }
  }
  return { out, lse };
}

function walkTile(run: PlanRun, score: DenseScore, schedule: Schedule, place: TilePlace): Row[] {
  const { descriptor } = run;
  const rows = Array.from({ length: place.last - place.first + 1 }, (): Row => ({
    maximum: LOWEST,
    sum: 0,
    out: new Float64Array(descriptor.dimV),
  }));
  for (const tile of schedule.keyTiles(place)) stepTile(run, score, schedule, place, rows, tile);
  return rows;
}

/** One key tile of one query tile: live keys, logits, weights, values, in the order of the kernel's stages. */
function stepTile(
  run: PlanRun,
  score: DenseScore,
  schedule: Schedule,
  place: TilePlace,
  rows: readonly Row[],
  { key0, end, partial }: KeyTile,
): void {
  const { head, batch } = place;
  const { keys } = run.kernel.tile;
  const { nk } = run.mask.scalars;
  const live = rows.map((_, at) =>
    Array.from(
      { length: keys },
      (_key, key) =>
        !partial || (key0 + key < end && schedule.isLive(place.first + at, key0 + key, head, batch)),
    ),
  );
  const seen = Array.from({ length: keys }, (_, key) => live.some((row) => row[key]));
  rows.forEach((row, at) => {
    const i = place.first + at;
    const logits = live[at].map((isLive, key) => {
      const j = Math.min(key0 + key, nk - 1);
      return isLive
        ? scoreOf(product(run, place, i - run.mask.offset, j), score, batch, head, i, key0 + key)
        : DEAD;
    });
    const maximum = logits.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), row.maximum);
    const factor = Math.exp(row.maximum - maximum);
    const weights = logits.map((logit) => Math.exp(logit - maximum));
    row.sum = row.sum * factor + weights.reduce((a, b) => a + b, 0);
    row.maximum = maximum;
    const { v, strides, descriptor } = run;
    const kvHead = Math.floor(head / (descriptor.heads / descriptor.kvHeads));
    row.out.forEach((value, d) => {
      let sum = value * factor;
      for (let key = 0; key < keys; key++) {
        const base = batch * strides.v.batch + kvHead * strides.v.head;
        // A key that no row of the tile sees is staged as zero, so that nothing it holds is multiplied.
        sum += weights[key] * (seen[key] ? v[base + Math.min(key0 + key, nk - 1) * strides.v.row + d] : 0);
      }
      row.out[d] = sum;
    });
  });
}

function product({ descriptor, q, k, strides }: PlanRun, place: TilePlace, row: number, key: number): number {
  const kvHead = Math.floor(place.head / (descriptor.heads / descriptor.kvHeads));
  const qBase = place.batch * strides.q.batch + place.head * strides.q.head + row * strides.q.row;
  const kBase = place.batch * strides.k.batch + kvHead * strides.k.head + key * strides.k.row;
  let sum = 0;
  for (let d = 0; d < descriptor.dim; d++) sum += q[qBase + d] * k[kBase + d];
  return sum;
}

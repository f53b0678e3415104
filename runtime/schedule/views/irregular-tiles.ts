import { AbstractMask } from '../../mask/abstract/abstract.ts';
import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import { ALL, MIXED, NONE, type Verdict } from '../../mask/sets/int-set.ts';
import { substitutePositions } from '../../mask/views/substitute-positions.ts';
import { BoxRefiner } from './refine-box.ts';
import type { PushRun } from './multiply-rows.ts';
import type { TilePopulation } from './tile-population.ts';
import type { TiledSpace } from './view-spaces.ts';

interface Limits {
  readonly nq: number;
  readonly nk: number;
  readonly offset: number;
}

/**
 * Corrects tiles that hold positions outside of the launch. The runs of a pair of regions are derived as if the mask went
 * on there; a tile is then dead where none of its pairs inside the launch is live, and full where all pairs of its queries
 * inside are live and none of its keys is missing.
 */
export class IrregularTiles {
  private readonly queries: TiledSpace;
  private readonly keys: TiledSpace;
  private readonly keyPopulation: TilePopulation;
  private readonly isIrregularQuery: Uint8Array;
  private readonly inside: TileReader;
  /** The same, but that queries outside are live. */
  private readonly forgiving: TileReader;
  private row = 0;
  private readonly push: PushRun;

  constructor(
    bound: BoundMask,
    { nq, nk, offset }: Limits,
    queries: TiledSpace,
    keys: TiledSpace,
    populations: { readonly queries: TilePopulation; readonly keys: TilePopulation },
    push: PushRun,
  ) {
    this.queries = queries;
    this.keys = keys;
    this.keyPopulation = populations.keys;
    this.isIrregularQuery = new Uint8Array(populations.queries.counts.length);
    for (const tile of populations.queries.irregular) this.isIrregularQuery[tile] = 1;
    const reader = (outside: 'dead' | 'live') =>
      new TileReader(bound, queries, keys, {
        keyLimits: [0, nk - 1],
        queryLimits: { range: [offset, offset + nq - 1], outside },
      });
    this.inside = reader('dead');
    this.forgiving = reader('live');
    this.push = push;
  }

  startRow(row: number): void {
    this.row = row;
  }

  get visits(): number {
    return this.inside.visits + this.forgiving.visits;
  }

  /** Takes a run of the row as it is derived, and pushes what is right. */
  readonly correct: PushRun = (begin, end, full) => {
    const { irregular } = this.keyPopulation;
    if (this.isIrregularQuery[this.row] === 1) {
      let next = firstAtLeast(irregular, begin);
      for (let tile = begin; tile < end; tile++) {
        const isIrregular = irregular[next] === tile;
        if (isIrregular) next++;
        this.decide(tile, full, isIrregular);
      }
      return;
    }
    let from = begin;
    for (let at = firstAtLeast(irregular, begin); irregular[at] < end; at++) {
      if (irregular[at] > from) this.push(from, irregular[at], full);
      this.decide(irregular[at], full, true);
      from = irregular[at] + 1;
    }
    if (from < end) this.push(from, end, full);
  };

  private decide(tile: number, full: number, isIrregularKey: boolean): void {
    if (this.keyPopulation.counts[tile] === 0) return;
    if (full === 1) return this.push(tile, tile + 1, isIrregularKey ? 0 : 1);
    const [row, column] = [this.row - this.queries.firstTile, tile - this.keys.firstTile];
    if (this.inside.verdict(row, column) === NONE) return;
    // A partial tile with a padded key is partial for that key alone.
    const isWhole = !isIrregularKey && this.keyPopulation.counts[tile] === this.wholeTile();
    this.push(tile, tile + 1, isWhole && this.forgiving.verdict(row, column) === ALL ? 1 : 0);
  }

  private wholeTile(): number {
    return this.keys.axes.reduce((slots, { extent }) => slots * extent, 1);
  }
}

/** The abstract reading of single tiles. */
class TileReader {
  private readonly sides: readonly {
    readonly axes: TiledSpace['axes'];
    readonly leaf: number;
  }[];
  private readonly mask: AbstractMask | null;
  private readonly refiner: BoxRefiner | null;
  private readonly constant: Verdict;
  private readonly box: Float64Array;

  constructor(
    bound: BoundMask,
    queries: TiledSpace,
    keys: TiledSpace,
    limits: Pick<Parameters<typeof substitutePositions>[1], 'keyLimits' | 'queryLimits'>,
  ) {
    const mask = substitutePositions(bound, { query: queries.space, key: keys.space, ...limits });
    const extents = [...queries.axes, ...keys.axes].map(({ extent }) => extent);
    this.sides = [
      { axes: queries.axes, leaf: 0 },
      { axes: keys.axes, leaf: queries.axes.length },
    ];
    this.constant = mask.isEmpty ? NONE : mask.parts.length === 0 ? ALL : MIXED;
    this.mask = this.constant === MIXED ? new AbstractMask(mask.join(mask.parts), extents) : null;
    this.refiner = this.mask && new BoxRefiner(this.mask, extents.length);
    this.box = new Float64Array(2 * extents.length);
  }

  get visits(): number {
    return this.refiner?.visits ?? 0;
  }

  verdict(row: number, column: number): Verdict {
    const { mask, refiner, box } = this;
    if (mask === null || refiner === null) return this.constant;
    this.sides.forEach(({ axes, leaf }, side) => {
      let rest = side === 0 ? row : column;
      for (let axis = axes.length - 1; axis >= 0; axis--) {
        const { size, extent, parts } = axes[axis];
        const from = (rest % parts) * extent;
        rest = Math.floor(rest / parts);
        box[2 * (leaf + axis)] = from;
        box[2 * (leaf + axis) + 1] = Math.min(size, from + extent) - 1;
      }
    });
    const verdict = mask.readBox(box);
    return verdict === NONE || verdict === ALL ? verdict : refiner.refine(box, mask.open(mask.everything));
  }
}

function firstAtLeast(sorted: Int32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

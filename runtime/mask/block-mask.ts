import { wordsPerRow, type HostArray } from '../arrays.ts';
import type { BlockRule } from '../descriptor.ts';
import { AbstractMask } from './abstract.ts';
import { boundMaskKey } from './bound-arena.ts';
import type { BoundMask } from './bound-mask.ts';
import { RowEvaluator } from './evaluate-row.ts';
import { ALL, countMembers, NONE } from './int-set.ts';

/** What a block mask is made of, sizes known. */
export interface BlockMaskRequest {
  /** The set over the places 0 .. length - 1 inside two parts, given by their numbers. */
  readonly bind: (rowPart: number, columnPart: number) => BoundMask;
  readonly positions: number;
  readonly block: number;
  readonly rule: BlockRule;
  /** The positions are cut into parts of `length` from `start`: each pair of parts has blocks of its own. */
  readonly canvas: { readonly start: number; readonly length: number; readonly count: number };
}

/** Places of two parts: rows i0 .. i1, keys j0 .. j1, ends included. */
interface Box {
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

/** Blocks first .. last - 1 of a canvas. */
interface Stretch {
  readonly first: number;
  readonly last: number;
}

/**
 * Which blocks of a set are kept whole: [rows, columns] of ceil(positions / block) each.
 *
 * A part that begins at position p lies at offset p mod b of a canvas of ceil(length / b) blocks; what hangs over the
 * canvas is cut. Its blocks count from block p div b on, and a block is kept if any pair of parts keeps it. (Radial
 * Attention, mit-han-lab/radial-attention radial_attn/attn_mask.py, shrinks frame by frame in this way.)
 *
 * Cost: boxes that the abstract reading decides are free, a border along a diagonal is counted column by column, and a
 * block on any other border is read pair by pair. The set is bound once for each pair of parts.
 */
export function blockMask({ bind, positions, block, rule, canvas }: BlockMaskRequest): HostArray {
  const side = Math.ceil(positions / block);
  const stride = wordsPerRow(side);
  const words = new Uint32Array(side * stride);
  const readers = new Map<string, DensityReader>();
  const whole = { first: 0, last: Math.ceil(canvas.length / block) };

  /** Places of a stretch of blocks of the part at `start`, cut to the part, its canvas and the positions. */
  const placesOf = (start: number, { first, last }: Stretch): readonly [number, number] => {
    const origin = -(start % block);
    const end = Math.min(canvas.length, positions - start, origin + last * block);
    return [Math.max(0, origin + first * block), end - 1];
  };
  const descend = (
    reader: DensityReader,
    from: number,
    to: number,
    rows: Stretch,
    columns: Stretch,
  ): void => {
    const [i0, i1] = placesOf(from, rows);
    const [j0, j1] = placesOf(to, columns);
    if (i0 > i1 || j0 > j1) return;
    const verdict = reader.mask.read(i0, i1, j0, j1);
    if (verdict === NONE) return;
    const [height, width] = [rows.last - rows.first, columns.last - columns.first];
    if (height === 1 && width === 1) {
      const box = { i0, i1, j0, j1 };
      const full = () => new Array<number>(j1 - j0 + 1).fill(i1 - i0 + 1);
      if (!isKept(rule, verdict === ALL ? full() : reader.columns(box), i1 - i0 + 1, block)) return;
      const row = Math.floor(from / block) + rows.first;
      const column = Math.floor(to / block) + columns.first;
      words[row * stride + (column >>> 5)] |= 1 << (column & 31);
      return;
    }
    const [rowHalves, columnHalves] = width >= height ? [[rows], halves(columns)] : [halves(rows), [columns]];
    for (const half of rowHalves) for (const other of columnHalves) descend(reader, from, to, half, other);
  };
  for (let row = 0; row < canvas.count; row++) {
    for (let column = 0; column < canvas.count; column++) {
      const bound = bind(row, column);
      const key = boundMaskKey(bound);
      const reader = readers.get(key) ?? new DensityReader(bound, block);
      readers.set(key, reader);
      const [from, to] = [row, column].map((part) => canvas.start + part * canvas.length);
      descend(reader, from, to, whole, whole);
    }
  }
  return { kind: 'bits', dims: [side, side], words };
}

function halves({ first, last }: Stretch): readonly Stretch[] {
  const middle = (first + last) >> 1;
  return [
    { first, last: middle },
    { first: middle, last },
  ];
}

/** `columns` counts the pairs of each column of a box of so many rows. */
function isKept(rule: BlockRule, columns: readonly number[], rows: number, block: number): boolean {
  switch (rule.kind) {
    case 'any':
      return columns.some((pairs) => pairs > 0);
    case 'all':
      return columns.every((pairs) => pairs === rows);
    case 'columns': {
      const live = columns.filter((pairs) => pairs > 0).length;
      const dense = columns.filter((pairs) => pairs / block > rule.denser).length;
      return live > 0 && dense / (live + 1e-9) > rule.share;
    }
  }
}

/** Counts the pairs of boxes column by column. */
class DensityReader {
  readonly mask: AbstractMask;
  private readonly rows: RowEvaluator;

  constructor(bound: BoundMask, block: number) {
    this.mask = new AbstractMask(bound, { queries: block, keys: block });
    this.rows = new RowEvaluator(bound, block);
  }

  /** The pairs of each column of the box that the mask has read last. */
  columns({ i0, i1, j0, j1 }: Box): number[] {
    const counts = new Array<number>(j1 - j0 + 1).fill(0);
    const single = this.mask.singlePredicate(this.mask.open(this.mask.everything));
    if (single !== null && single.query !== 0) {
      const { set, query, key } = single;
      return counts.map((_, at) => {
        const shift = key * (j0 + at);
        return query > 0
          ? countMembers(set, i0 + shift, i1 + shift)
          : countMembers(set, shift - i1, shift - i0);
      });
    }
    for (let i = i0; i <= i1; i++) {
      const row = this.rows.row(i, j0);
      for (let at = 0; at < counts.length; at++) if (row[at] !== 0) counts[at]++;
    }
    return counts;
  }
}

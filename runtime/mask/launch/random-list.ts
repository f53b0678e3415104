/**
 * Reproducible random columns. The generator uses 32-bit integer operations only, so that every host and every kernel
 * language can repeat it bit for bit:
 *
 *   mix(x):   x ^= x >>> 16;  x *= 0x21f0aaad;  x ^= x >>> 15;  x *= 0x735a2d97;  x ^= x >>> 15      (all mod 2^32)
 *   key(row): mix(mix(seed + 0x9e3779b9) ^ row)
 *   draw t:   mix(key + (t + 1) * 0x9e3779b9), brought to 0 .. size - 1 by the high word of draw * size
 *
 * `mix` is the 32-bit finaliser "lowbias32" with the constants found by prospecting (C. Wellons, hash-prospector);
 * the steps of 0x9e3779b9 make the draws a SplitMix sequence (Steele, Lea, Flood, OOPSLA 2014). The bias of the last
 * step is below size / 2^32.
 */
export function mix32(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

const STEP = 0x9e3779b9;

/** Draws of one row: each call of `below(size)` gives the next integer in 0 .. size - 1. */
export class RandomStream {
  private state: number;

  constructor(seed: number, row: number) {
    this.state = mix32(mix32(seed + STEP) ^ row);
  }

  /** Next 32 random bits, unsigned. */
  next(): number {
    this.state = (this.state + STEP) | 0;
    return mix32(this.state);
  }

  /** Next integer in 0 .. size - 1; 1 <= size <= 2^31. */
  below(size: number): number {
    return Math.floor((this.next() * size) / 2 ** 32);
  }

  /** Next number in [0, 1). */
  uniform(): number {
    return this.next() / 2 ** 32;
  }
}

/**
 * min(count, columns) distinct columns of 0 .. columns - 1, ascending, for one row: Floyd's sampling (Bentley and
 * Floyd, CACM 1987), which needs exactly one draw a column: for top = columns - count .. columns - 1, draw t in
 * 0 .. top; take t, or top where t is taken already.
 */
export function randomColumns(seed: number, row: number, columns: number, count: number): Int32Array {
  const drawn = new Int32Array(Math.max(0, Math.min(count, columns)));
  drawColumns(new RandomStream(seed, row), columns, drawn, 0, drawn.length);
  return drawn;
}

/** So many columns are kept in order while they are drawn. */
const FEW = 32;

/** Draws `wanted` distinct columns of 0 .. columns - 1, ascending, into list[from ..]: see {@link randomColumns}. */
export function drawColumns(
  stream: RandomStream,
  columns: number,
  list: Int32Array,
  from: number,
  wanted: number,
): void {
  if (wanted > FEW) return drawMany(stream, columns, list, from, wanted);
  for (let top = columns - wanted, end = from; top < columns; top++, end++) {
    const drawn = stream.below(top + 1);
    let at = end;
    while (at > from && list[at - 1] > drawn) at--;
    if (at > from && list[at - 1] === drawn) {
      // Every column that was taken is below the top.
      list[end] = top;
    } else {
      for (let next = end; next > at; next--) list[next] = list[next - 1];
      list[at] = drawn;
    }
  }
}

function drawMany(
  stream: RandomStream,
  columns: number,
  list: Int32Array,
  from: number,
  wanted: number,
): void {
  const taken = new Set<number>();
  for (let top = columns - wanted; top < columns; top++) {
    const drawn = stream.below(top + 1);
    taken.add(taken.has(drawn) ? top : drawn);
  }
  list.set(Int32Array.from(taken).sort(), from);
}

/** Numbers in 0 .. 1 from a seed, the same on every machine (mulberry32). */
function uniformStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers from a seed (the Box-Muller transform). */
export function randomNormal(count: number, seed: number): Float64Array {
  const uniform = uniformStream(seed);
  const values = new Float64Array(count);
  for (let at = 0; at < count; at += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[at] = radius * Math.cos(angle);
    if (at + 1 < count) values[at + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** Integers in 0 .. limit - 1 from a seed. */
export function randomIntegers(limit: number, seed: number): () => number {
  const uniform = uniformStream(seed);
  return () => Math.floor(uniform() * limit);
}

/** Kernels step their own key tile inside a run, so coarse runs keep tables small: 64 x 128 by default. */
const COARSEST = 128;
/** Columns of a table below which finer runs cost next to nothing to derive and to store. */
const COLUMNS = 512;

/**
 * Keys between possible run borders, a multiple of the kernel's key tile: 128 for long sequences, finer for short ones,
 * where the coarse border would make a kernel visit tiles that hold no live pair.
 */
export function chooseGranularity(nk: number, keyTile: number): number {
  const wanted = Math.min(COARSEST, Math.ceil(nk / COLUMNS));
  let granularity = keyTile;
  while (granularity < wanted) granularity *= 2;
  return granularity;
}

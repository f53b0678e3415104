/** Every way to write `size` as an ordered product of one divisor an axis, none above what `most` allows. */
export function factorizations(size: number, most: readonly number[]): readonly (readonly number[])[] {
  if (most.length === 1) return [[size]];
  const found: number[][] = [];
  const visit = (rest: number, chosen: readonly number[]): void => {
    if (chosen.length === most.length - 1) {
      found.push([...chosen, rest]);
      return;
    }
    for (let divisor = 1; divisor <= rest; divisor++) {
      if (rest % divisor === 0) visit(rest / divisor, [...chosen, divisor]);
    }
  };
  visit(size, []);
  const fitting = found.filter((extents) => extents.every((extent, at) => extent <= most[at]));
  return fitting.length > 0 ? fitting : found;
}

/** Padded boxes fill this part of a tile or more. */
const LEAST_FILLED = 0.75;

/**
 * Boxes of a little less than `size` slots for axes that powers of two do not divide: along every axis but one an extent
 * is a power of two or, where the axis is shorter than a tile, a cut of it into equal parts; the one takes what is left.
 */
export function paddedBoxes(size: number, lengths: readonly number[]): readonly (readonly number[])[] {
  const found = new Map<string, readonly number[]>();
  const visit = (filler: number, axis: number, chosen: readonly number[], slots: number): void => {
    if (axis === lengths.length) {
      const rest = Math.min(Math.floor(size / slots), lengths[filler]);
      const box = chosen.map((extent, at) => (at === filler ? rest : extent));
      const isPadded = slots * rest < size && slots * rest >= LEAST_FILLED * size;
      if (isPadded) found.set(box.join(), box);
      return;
    }
    const cuts = axis === filler ? [1] : cutsOf(lengths[axis], size);
    for (const extent of cuts) {
      if (slots * extent <= size) visit(filler, axis + 1, [...chosen, extent], slots * extent);
    }
  };
  for (let filler = 0; lengths.length > 1 && filler < lengths.length; filler++) visit(filler, 0, [], 1);
  return [...found.values()];
}

function cutsOf(length: number, size: number): readonly number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(size)) + 1 }, (_, power) => 2 ** power);
  const cuts = length <= size ? Array.from({ length }, (_, parts) => Math.ceil(length / (parts + 1))) : [];
  return [...new Set([...powers.filter((power) => power <= length), ...cuts])];
}

/** The least power of two that is not below a size. */
export function roundUpToPower(size: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, size)));
}

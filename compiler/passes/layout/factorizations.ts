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
 * Boxes of a little less than `size` slots: any extents along all axes but one, which takes what is left. They suit axes that
 * powers of two do not divide, 3 x 10 of 32 on rows of 10, and windows whose half they are: of a window of 11 x 11 a box of
 * 5 x 6 reaches over one box to each side, where one of 4 x 8 reaches over two.
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
    const most = axis === filler ? 1 : Math.min(lengths[axis], size);
    for (let extent = 1; extent <= most && slots * extent <= size; extent++)
      visit(filler, axis + 1, [...chosen, extent], slots * extent);
  };
  for (let filler = 0; lengths.length > 1 && filler < lengths.length; filler++) visit(filler, 0, [], 1);
  return [...found.values()];
}

/** The least power of two that is not below a size. */
export function roundUpToPower(size: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, size)));
}

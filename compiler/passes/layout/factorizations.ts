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

/** The least power of two that is not below a size. */
export function roundUpToPower(size: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, size)));
}

/** A side of a box: along which axis the curve runs through it, and how far, negative for backwards. */
interface Side {
  readonly axis: number;
  readonly length: number;
}

/** A box that the curve enters at `corner` and leaves at the far end of its first side. */
interface Box {
  readonly corner: readonly number[];
  readonly sides: readonly [Side, Side, Side];
}

const extent = ({ length }: Side): number => Math.abs(length);
const back = ({ axis, length }: Side): Side => ({ axis, length: -length });
const rest = ({ axis, length }: Side, part: Side): Side => ({ axis, length: length - part.length });

/** The first half of a side, which is even where the whole is more than two. */
function half({ axis, length }: Side): Side {
  const first = Math.floor(length / 2);
  return { axis, length: first % 2 !== 0 && Math.abs(length) > 2 ? first + Math.sign(length) : first };
}

/** The corner moved to the first cell behind a side (`behind`), or to the last one of it (`last`). */
function move(corner: readonly number[], behind: readonly Side[], last: readonly Side[]): number[] {
  const moved = [...corner];
  for (const { axis, length } of behind) moved[axis] += length;
  for (const { axis, length } of last) moved[axis] += length - Math.sign(length);
  return moved;
}

/**
 * The boxes that a box falls into, in the order of the curve: the five cases of `gilbert3d.py` of J. Cerveny
 * (github.com/jakubcerveny/gilbert, 2018). `a` is the side that the curve follows.
 */
function partsOf({ corner, sides: [a, b, c] }: Box): readonly Box[] {
  const [width, height, depth] = [a, b, c].map(extent);
  const [a1, b1, c1] = [half(a), half(b), half(c)];
  const [a2, b2, c2] = [rest(a, a1), rest(b, b1), rest(c, c1)];
  const box = (from: readonly number[], ...own: Box['sides']): Box => ({ corner: from, sides: own });
  if (2 * width > 3 * height && 2 * width > 3 * depth) {
    return [box(corner, a1, b, c), box(move(corner, [a1], []), a2, b, c)];
  }
  if (3 * height > 4 * depth) {
    return [
      box(corner, b1, c, a1),
      box(move(corner, [b1], []), a, b2, c),
      box(move(corner, [], [a, b1]), back(b1), c, back(a2)),
    ];
  }
  if (3 * depth > 4 * height) {
    return [
      box(corner, c1, a1, b),
      box(move(corner, [c1], []), a, b, c2),
      box(move(corner, [], [a, c1]), back(c1), back(a2), b),
    ];
  }
  return [
    box(corner, b1, c1, a1),
    box(move(corner, [b1], []), c, a1, b2),
    box(move(corner, [], [b1, c]), a, back(b1), back(c2)),
    box(move(corner, [b1], [a, c]), back(c), back(a2), b2),
    box(move(corner, [], [a, b1]), back(b1), c1, back(a2)),
  ];
}

/**
 * The cell at a place of the generalized Hilbert curve through a box of two or three sizes; null behind its end. The axes
 * are taken by their sizes, the longest first, and as they stand where these are equal.
 *
 * Goes down into the part that holds the place, by the numbers of cells, and never lists a curve as the compiler does.
 */
export function cellOnCurve(place: number, sizes: readonly number[]): readonly number[] | null {
  const axes = [...sizes, 1].slice(0, 3).map((length, axis): Side => ({ axis, length }));
  const [a, b, c] = axes.sort((one, other) => other.length - one.length || one.axis - other.axis);
  let box: Box = { corner: [0, 0, 0], sides: [a, b, c] };
  const count = ({ sides }: Box) => sides.reduce((product, side) => product * extent(side), 1);
  if (place < 0 || place >= count(box)) return null;
  let left = place;
  while (box.sides.filter((side) => extent(side) > 1).length > 1) {
    for (const part of partsOf(box)) {
      if (left < count(part)) {
        box = part;
        break;
      }
      left -= count(part);
    }
  }
  const long = box.sides.find((side) => extent(side) > 1);
  const cell = [...box.corner];
  if (long !== undefined) cell[long.axis] += left * Math.sign(long.length);
  return cell.slice(0, sizes.length);
}

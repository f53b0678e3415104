/**
 * The row-major numbers of the cells of a box of two or three sizes in the order of a generalized Hilbert curve: near cells
 * lie near each other on it. Where all sizes are even, neighbours on the curve are one step of one axis apart; other boxes
 * have diagonal steps, and some of three axes single jumps of up to three cells.
 *
 * By halving the box along its axes so that the parts join, after the construction of J. Cerveny ("gilbert", 2018).
 */
export function hilbertCurve(sizes: readonly number[]): Int32Array {
  const count = sizes.reduce((product, size) => product * size, 1);
  const cells = new Int32Array(count);
  let at = 0;
  const visit = ([x, y, z]: Vector): void => {
    cells[at++] = sizes.length === 2 ? x * sizes[1] + y : (x * sizes[1] + y) * sizes[2] + z;
  };
  // The longest axis first; the curve begins along it. A flat box is one cell deep.
  const lengths = [...sizes, 1].slice(0, 3);
  const [a, b, c] = lengths
    .map((length, axis) => ({ length, axis }))
    .sort((one, other) => other.length - one.length || one.axis - other.axis)
    .map(({ length, axis }): Vector => along(axis, length));
  walk([0, 0, 0], a, b, c, visit);
  return cells;
}

type Vector = readonly [number, number, number];

function along(axis: number, length: number): Vector {
  return [axis === 0 ? length : 0, axis === 1 ? length : 0, axis === 2 ? length : 0];
}

const plus = (...vectors: readonly Vector[]): Vector =>
  vectors.reduce((p, q): Vector => [p[0] + q[0], p[1] + q[1], p[2] + q[2]], [0, 0, 0]);
const minus = ([x, y, z]: Vector): Vector => [-x, -y, -z];
const unit = ([x, y, z]: Vector): Vector => [Math.sign(x), Math.sign(y), Math.sign(z)];
const lengthOf = ([x, y, z]: Vector): number => Math.abs(x + y + z);

/** Half of an axis, even where that leaves something of both parts. */
function half(vector: Vector): Vector {
  const [x, y, z] = vector;
  const floored: Vector = [Math.floor(x / 2), Math.floor(y / 2), Math.floor(z / 2)];
  return lengthOf(floored) % 2 === 1 && lengthOf(vector) > 2 ? plus(floored, unit(vector)) : floored;
}

/** Visits the box that the axes a, b and c span from `p`: from its corner p to the end of a. */
function walk(p: Vector, a: Vector, b: Vector, c: Vector, visit: (cell: Vector) => void): void {
  const [w, h, d] = [a, b, c].map(lengthOf);
  const straight = h === 1 && d === 1 ? a : w === 1 && d === 1 ? b : w === 1 && h === 1 ? c : null;
  if (straight !== null) {
    const step = unit(straight);
    let cell = p;
    for (let count = lengthOf(straight); count > 0; count--, cell = plus(cell, step)) visit(cell);
    return;
  }
  const [a2, b2, c2] = [a, b, c].map(half);
  const [da, db, dc] = [a, b, c].map((vector) => minus(unit(vector)));
  const rest = (whole: Vector, part: Vector): Vector => plus(whole, minus(part));
  if (2 * w > 3 * h && 2 * w > 3 * d) {
    walk(p, a2, b, c, visit);
    walk(plus(p, a2), rest(a, a2), b, c, visit);
  } else if (3 * h > 4 * d) {
    walk(p, b2, c, a2, visit);
    walk(plus(p, b2), a, rest(b, b2), c, visit);
    walk(plus(p, a, da, b2, db), minus(b2), c, minus(rest(a, a2)), visit);
  } else if (3 * d > 4 * h) {
    walk(p, c2, a2, b, visit);
    walk(plus(p, c2), a, b, rest(c, c2), visit);
    walk(plus(p, a, da, c2, dc), minus(c2), minus(rest(a, a2)), b, visit);
  } else {
    walk(p, b2, c2, a2, visit);
    walk(plus(p, b2), c, a2, rest(b, b2), visit);
    walk(plus(p, b2, db, c, dc), a, minus(b2), minus(rest(c, c2)), visit);
    walk(plus(p, a, da, b2, c, dc), minus(c), minus(rest(a, a2)), rest(b, b2), visit);
    walk(plus(p, a, da, b2, db), minus(b2), c2, minus(rest(a, a2)), visit);
  }
}

/** Bits of a digit of the sort. */
const DIGIT = 11;
const DIGITS = 2 ** DIGIT;

/** Row numbers by descending number of keys, a whole number below 2^31; equal rows keep their order. */
export function longestFirst(keysOfRow: Float64Array): Uint32Array {
  const rows = keysOfRow.length;
  let most = 0;
  for (let row = 0; row < rows; row++) if (keysOfRow[row] > most) most = keysOfRow[row];
  const missing = new Uint32Array(rows);
  let order = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    missing[row] = most - keysOfRow[row];
    order[row] = row;
  }
  let sorted = new Uint32Array(rows);
  const places = new Uint32Array(DIGITS);
  // Digit by digit from the lowest, each keeping the order of equal ones.
  for (let shift = 0; shift === 0 || most >= 2 ** shift; shift += DIGIT) {
    places.fill(0);
    for (let row = 0; row < rows; row++) places[(missing[row] >>> shift) & (DIGITS - 1)]++;
    let before = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = places[digit];
      places[digit] = before;
      before += count;
    }
    for (let at = 0; at < rows; at++) {
      const row = order[at];
      sorted[places[(missing[row] >>> shift) & (DIGITS - 1)]++] = row;
    }
    [order, sorted] = [sorted, order];
  }
  return order;
}

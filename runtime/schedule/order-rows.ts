/** Row numbers by descending number of keys; equal rows keep their order. */
export function longestFirst(keysOfRow: Float64Array): Uint32Array {
  const rows = keysOfRow.length;
  // Key counts and row numbers are below 2^25 each: both fit in the 53 bits of one number.
  const combined = new Float64Array(rows);
  for (let row = 0; row < rows; row++) combined[row] = row - keysOfRow[row] * rows;
  combined.sort();
  const order = new Uint32Array(rows);
  for (let at = 0; at < rows; at++) order[at] = combined[at] - Math.floor(combined[at] / rows) * rows;
  return order;
}

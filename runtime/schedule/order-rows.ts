/** Row numbers by descending number of keys; equal rows keep their order. */
export function longestFirst(keysOfRow: Float64Array): Uint32Array {
  const rows = keysOfRow.length;
  // Key counts and row numbers are below 2^25 each: both fit in the 53 bits of one number.
  const combined = keysOfRow.map((keys, row) => -keys * rows + row).sort();
  return Uint32Array.from(combined, (value) => ((value % rows) + rows) % rows);
}

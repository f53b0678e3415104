/**
 * The complementary error function 1 - erf x in float64, to 14 digits or more also where it is small.
 *
 * Below 1.5 in magnitude by the series erf x = 2 / sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (1 3 ... (2n+1)) (DLMF 7.6.2),
 * whose terms have one sign; beyond by the continued fraction of DLMF 7.9.1, from its end.
 */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x < 0) return 2 - erfc(-x);
  return x < 1.5 ? 1 - series(x) : fraction(x);
}

function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** e^(-x^2) / sqrt(pi) / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...)))). */
function fraction(x: number): number {
  if (x > 27.5) return 0; // below the smallest number
  let tail = x;
  for (let n = 120; n >= 1; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}

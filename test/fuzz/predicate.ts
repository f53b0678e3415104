import { formOf } from './forms/index.ts';
import { usedArrays } from './print-case.ts';
import { offsetOf } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { Random } from './random.ts';
import type { Environment, Nested, Term } from './term.ts';

/** Contents of the inputs of a case, by name. */
export function fillArrays(fuzzCase: FuzzCase): Record<string, Nested> {
  const { batch, heads, nk, seed } = fuzzCase;
  return Object.fromEntries(
    usedArrays(fuzzCase).map(({ name, fill }, at) => [
      name,
      fill({ batch, heads, nk }, new Random(seed + at)),
    ]),
  );
}

/** Which pairs each attend holds, by reading the specification as its definition says. */
export function referenceMasks(fuzzCase: FuzzCase): readonly Uint8Array[] {
  return [fuzzCase.mask, ...fuzzCase.others].map((mask) => referenceMask(fuzzCase, mask));
}

/** One mask, [batch, heads, nq, nk]. */
function referenceMask(fuzzCase: FuzzCase, mask: Term): Uint8Array {
  const { batch, heads, nq, nk, layer, w, shift } = fuzzCase;
  const arrays = fillArrays(fuzzCase);
  const offset = offsetOf(fuzzCase);
  const shape = meaningOfPattern(fuzzCase);
  const bits = new Uint8Array(batch * heads * nq * nk);
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < nq; row++) {
        for (let j = 0; j < nk; j++) {
          const names = { w, shift };
          bits[at++] = evaluateTerm(mask, {
            i: row + offset,
            j,
            n: nk,
            head,
            heads,
            layer,
            batch: b,
            names,
            arrays,
            shape,
          });
        }
      }
    }
  }
  return bits;
}

/** A pattern sees its parameter and its `let`, which belongs to the plane where the pattern is called. */
function meaningOfPattern({ pattern }: FuzzCase): Environment['shape'] {
  if (pattern === null) return () => 0;
  return (environment, width) => {
    const half = evaluateTerm(pattern.half, { ...environment, names: { width } });
    return evaluateTerm(pattern.body, { ...environment, names: { width, half } });
  };
}

function evaluateTerm(term: Term, environment: Environment): number {
  return formOf(term).meaning(
    environment,
    (index, inner = environment) => evaluateTerm(term.args[index], inner),
    term.value,
  );
}

import type { DenseScore } from '../../runtime/reference/attend-dense.ts';
import { formOf } from './forms/index.ts';
import { headDim } from './generate-tensors.ts';
import { usedArrays } from './print-case.ts';
import { launchOf, offsetOf } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { isCell } from './grid-orders.ts';
import { Random } from './random.ts';
import { referenceScore } from './scores/score-part.ts';
import type { Environment, Nested, Term } from './term.ts';

/** Contents of the inputs of a case, by name. */
export function fillArrays(fuzzCase: FuzzCase): Record<string, Nested> {
  const { batch, heads, nq, nk, seed } = fuzzCase;
  return Object.fromEntries(
    usedArrays(fuzzCase).map(({ name, fill }, at) => [
      name,
      fill({ batch, heads, nq, nk }, new Random(seed + at)),
    ]),
  );
}

/** Which pairs each attend holds, by reading the specification as its definition says. */
export function referenceMasks(fuzzCase: FuzzCase): readonly Uint8Array[] {
  return [fuzzCase.mask, ...fuzzCase.others].map((mask) => referenceMask(fuzzCase, mask));
}

/** The scores of a case, by the formulas of the language page. */
export function scoreOfCase(fuzzCase: FuzzCase): DenseScore {
  return referenceScore(fuzzCase.scores, headDim, environmentsOf(fuzzCase), evaluateTerm);
}

/** One mask, [batch, heads, nq, nk]. */
function referenceMask(fuzzCase: FuzzCase, mask: Term): Uint8Array {
  const { batch, heads, nq, nk } = fuzzCase;
  const environmentOf = environmentsOf(fuzzCase);
  const offset = offsetOf(fuzzCase);
  const bits = new Uint8Array(batch * heads * nq * nk);
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      for (let i = offset; i < offset + nq; i++) {
        for (let j = 0; j < nk; j++, at++) {
          const environment = environmentOf(b, head, i, j);
          if (isCell(environment, i) && isCell(environment, j)) bits[at] = evaluateTerm(mask, environment);
        }
      }
    }
  }
  return bits;
}

/** What the mask and the scores of a case are evaluated in: the environment of a pair, until the next one is asked for. */
function environmentsOf(
  fuzzCase: FuzzCase,
): (batch: number, head: number, i: number, j: number) => Environment {
  const { nq, nk, heads, kvHeads, layer, grid, order } = fuzzCase;
  const shared = {
    n: nk,
    nq,
    heads,
    kvHeads,
    layer,
    grid,
    order,
    offset: offsetOf(fuzzCase),
    names: launchOf(fuzzCase),
    arrays: fillArrays(fuzzCase),
    shape: meaningOfPattern(fuzzCase),
  };
  // One object for all pairs: a million of them would be most of the work.
  const environment = { ...shared, batch: 0, head: 0, i: 0, j: 0 };
  return (batch, head, i, j) => {
    environment.batch = batch;
    environment.head = head;
    environment.i = i;
    environment.j = j;
    return environment;
  };
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

import { describe, expect, it } from 'vitest';
import { targets } from '../../../compiler/cost/index.ts';
import { graphOf, plainPlan, program, window } from './graphs.ts';
import { compare } from './problem.ts';
import type { Live } from './tables.ts';

const sinkWindow = program((b, i, j) => {
  const back = b.arithmetic('sub', i, j);
  return b.and(
    b.compare('le', b.int(0), back),
    b.or(b.compare('lt', j, b.int(4)), b.compare('lt', back, b.int(40))),
  );
});
const cases: [string, ReturnType<typeof program>, Live][] = [
  ['ranges', window(40), (_b, _h, i, j) => j <= i && i - j < 40],
  ['table', sinkWindow, (_b, _h, i, j) => j <= i && (j < 4 || i - j < 40)],
];
const DIMS = [
  [64, 64],
  [128, 80],
] as const;

/** The tiles that are shipped, at sizes that hang over their ends; SwiftShader takes a second to compile each. */
describe.each(targets.map((target) => [target.class, target] as const))('tiles for %s', (_class, target) => {
  for (const [schedule, mask, live] of cases) {
    for (const [dim, dimV] of DIMS) {
      const graph = graphOf(mask, { dim, dimV, heads: 2, kvHeads: 1 });
      plainPlan(graph, [target]).passes[0].kernels.forEach((planned, kernel) => {
        it(`${planned.name}, ${schedule}, dim ${dim}, dim_v ${dimV}`, { timeout: 60_000 }, async () => {
          const nq = planned.purpose === 'small-query' ? 5 : 97;
          const result = await compare({ graph, target, kernel, nq, nk: 131, live, granularity: 32 });
          expect(result.outError).toBeLessThan(1e-5);
          expect(result.lseError).toBeLessThan(1e-5);
          expect(result.strayWrites).toBe(0);
        });
      });
    }
  }
});

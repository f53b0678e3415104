import { describe, expect, it } from 'vitest';
import { causal, full, graphOf, plainPlan, program, window } from './graphs.ts';
import { compare } from './problem.ts';
import type { Live } from './tables.ts';

const SIZES = [
  [1, 1],
  [1, 7],
  [4, 4],
  [5, 5],
  [7, 11],
  [8, 8],
  [13, 3],
  [16, 19],
] as const;

const sinkWindow = program((b, i, j) =>
  b.or(
    b.compare('lt', j, b.int(3)),
    b.and(b.compare('le', j, i), b.compare('lt', b.arithmetic('sub', i, j), b.int(4))),
  ),
);
const strided = program((b, i, j) =>
  b.compare('eq', b.arithmetic('mod', b.arithmetic('sub', i, j), b.int(3)), b.int(0)),
);
const chunk = program((b, i, j) =>
  b.and(
    b.compare('eq', b.arithmetic('div', i, b.int(5)), b.arithmetic('div', j, b.int(5))),
    b.compare('le', j, i),
  ),
);
const floorMod = (a: number, b: number): number => ((a % b) + b) % b;

const cases: [string, ReturnType<typeof program>, Live, 'ranges' | 'table'][] = [
  ['full', full, () => true, 'ranges'],
  ['empty', program((b) => b.bool(false)), () => false, 'ranges'],
  ['causal', causal, (_b, _h, i, j) => j <= i, 'ranges'],
  ['window', window(5), (_b, _h, i, j) => j <= i && i - j < 5, 'ranges'],
  ['chunk', chunk, (_b, _h, i, j) => Math.floor(i / 5) === Math.floor(j / 5) && j <= i, 'ranges'],
  ['sink and window', sinkWindow, (_b, _h, i, j) => j < 3 || (j <= i && i - j < 4), 'table'],
  ['stride', strided, (_b, _h, i, j) => floorMod(i - j, 3) === 0, 'table'],
];

describe.each(cases)('%s', (_name, mask, live, kind) => {
  it.each(SIZES)('nq %i, nk %i', async (nq, nk) => {
    const graph = graphOf(mask);
    const result = await compare({ graph, nq, nk, live });
    expect(result.outError).toBeLessThan(1e-5);
    expect(result.lseError).toBeLessThan(1e-5);
    expect(result.strayWrites).toBe(0);
  });

  it(`is scheduled by ${kind}`, () => {
    expect(plainPlan(graphOf(mask)).passes[0].schedule.kind).toBe(kind);
  });
});

import { describe, expect, it } from 'vitest';
import { compileExamples } from '../examples/load-examples.ts';
import { specimenTarget } from '../mutants/specimens.ts';
import { execute, launchOf } from './example.ts';
import { properties } from './properties.ts';

const units = compileExamples({ targets: [specimenTarget] });
/** No multiple of a tile, and longer than the windows and blocks of most examples. */
const length = 33;

/** The largest difference relative to the largest magnitude; infinities must coincide. */
function difference(found: Float64Array, expected: Float64Array): number {
  if (found.length !== expected.length) return Infinity;
  let [error, size] = [0, 1];
  expected.forEach((value, at) => {
    if (Object.is(found[at], value)) return;
    const gap = Math.abs(found[at] - value);
    error = Math.max(error, Number.isNaN(gap) ? Infinity : gap);
    if (Number.isFinite(value)) size = Math.max(size, Math.abs(value));
  });
  return error / size;
}

describe('what must not change a result', () => {
  const applied = new Map<string, number>();

  it.each([...units])('%s', { timeout: 60_000 }, (_, unit) => {
    const run = launchOf(unit, 2, length);
    const expected = execute(run);
    for (const [name, property] of Object.entries(properties)) {
      const found = property(unit, run);
      if (found === null) continue;
      applied.set(name, (applied.get(name) ?? 0) + 1);
      expect(difference(found.out, expected.out), `${name}: out`).toBeLessThan(1e-12);
      expect(difference(found.lse, expected.lse), `${name}: lse`).toBeLessThan(1e-12);
    }
  });

  it('was tried of enough examples', () => {
    for (const name of Object.keys(properties)) {
      expect(applied.get(name) ?? 0, name).toBeGreaterThan(units.size / 8);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/index.ts';
import { launchMask, launchScalars } from '../../runtime/mask/index.ts';
import { feedArrays } from '../../runtime/mask/launch/feed-arrays.ts';

/** Prepares a launch of the only unit of a text; throws as a launch does. */
function launch(text: string, n: number, given: Readonly<Record<string, number>> = {}) {
  const { units, diagnostics } = compile({ name: 'main.sa', text }, { until: 'lower' });
  if (units.length !== 1) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const { graph } = units[0];
  const model = { ...graph, mask: graph.nodes[0].mask };
  const sizes = { batch: 1, nq: n, nk: n, launch: given };
  const arrays = feedArrays(graph.inputs, {}, launchScalars(model, sizes));
  return launchMask(model, { ...sizes, arrays });
}

describe('values that a launch cannot compute', () => {
  it('are named by what was written', () => {
    const division =
      'attention a {\n  launch t: real in 0.0..1.0 = 0.5\n  mask window(keys: floor(1 /\n    t))\n  heads 1\n}\n';
    expect(() => launch(division, 8)).not.toThrow();
    expect(() => launch(division, 8, { t: 0 })).toThrow('"floor(1 / t)" is Infinity, not a finite number');
    expect(() => launch('pattern p = window(keys: floor(sqrt(9.0 - n)))\n', 8)).not.toThrow();
    expect(() => launch('pattern p = window(keys: floor(sqrt(9.0 - n)))\n', 10)).toThrow(
      '"floor(sqrt(9.0 - n))" is NaN, not a finite number',
    );
  });

  it('of a row are named with its index', () => {
    expect(() => launch('pattern p = i - j < ceil(log2(i - 3))\n', 8)).toThrow(
      '"ceil(log2(i - 3))" at index 0 is NaN, not a finite number',
    );
    const scaled = 'attention a {\n  mask causal\n  rows scale(1 / (i - 2))\n  heads 1\n}\n';
    expect(() => launch(scaled, 8)).toThrow('"1 / (i - 2)" at index 2 is Infinity, not a finite number');
  });

  it('are named where they are compared without being rounded', () => {
    expect(() => launch('pattern p = sqrt(i - 100) > 3 & causal\n', 8)).toThrow(
      '"sqrt(i - 100)" at index 0 is NaN, not a finite number',
    );
    const divided = 'attention a {\n  launch w: int in 0..9 = 1\n  mask j < 10 / w\n  heads 1\n}\n';
    expect(() => launch(divided, 8)).not.toThrow();
    expect(() => launch(divided, 8, { w: 0 })).toThrow('"10 / w" is Infinity, not a finite number');
    expect(() => launch('pattern p = causal & log(j - 2) <= sqrt(n)\n', 8)).toThrow(
      '"log(j - 2) <= sqrt(n)" at index 0 is NaN, not a finite number',
    );
    expect(() => launch('pattern p = causal & sqrt(n) > log(j - 2)\n', 8)).toThrow(
      '"sqrt(n) > log(j - 2)" at index 0 is NaN',
    );
  });

  it('are shared where two places write the same', () => {
    const { scalars } = launch('pattern p = window(keys: floor( n / 3)) | offsets(-5..-floor(n / 3))\n', 20);
    expect(Object.keys(scalars).filter((name) => name.startsWith('rounded'))).toEqual(['rounded_1']);
  });
});

describe('random', () => {
  it('takes more keys a row than there are, as all', () => {
    const launched = launch('pattern p = random(per_row: 2147483647, seed: 4)\n', 5);
    expect(launched.arrays.random).toMatchObject({ starts: Int32Array.of(0, 5, 10, 15, 20, 25) });
  });

  it('says how many keys a launch may draw', () => {
    expect(() => launch('pattern p = random(per_row: 100000, seed: 4)\n', 100000)).toThrow(
      'the number of keys that random draws is 10000000000, beyond the limit of',
    );
  });
});

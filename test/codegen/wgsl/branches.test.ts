import { describe, expect, it } from 'vitest';
import { compile } from '../../../compiler/index.ts';
import { inlinedBranches } from './inlined-branches.ts';

/** The most branches of an entry point of the module that a specification becomes, for every class of adapter. */
function mostBranches(mask: string, inputs: string): number {
  const text = `attention test {\n  ${inputs}\n  mask ${mask}\n  heads 2\n  dim 16\n}\n`;
  const result = compile({ name: 'test.sa', text }, { noLayout: true });
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('; '));
  const { code } = result.units[0].descriptor!.wgsl;
  return Math.max(...[...code.matchAll(/^fn (attend_\w+)/gm)].map(([, name]) => inlinedBranches(code, name)));
}

describe('branches of a module', () => {
  const plain = mostBranches('full', '');

  it('are not made by conditions, however many there are', () => {
    const bands = Array.from({ length: 6 }, (_, at) => `j mod ${at + 13} == i mod ${at + 2} & i + j > ${at}`);
    expect(mostBranches(bands.join(' | '), '') - plain).toBeLessThan(8);
  });

  it('are not made by indices outside of arrays', () => {
    // SwiftShader took 62 s for this one when each bound of each index was a branch.
    const mask =
      'within(segments(ids)) { places[i, 0] in 0..2 & places[i, 1] in 0..1 & places[j, 0] in 0..2 & places[j, 1] in 0..1' +
      ' & (places[i, 0] == places[j, 0] | places[i, 0] < places[j, 1]) }';
    const inputs = 'input ids: int[batch, n] sorted\n  input places: int[n, 2]';
    expect(mostBranches(mask, inputs) - plain).toBeLessThan(8);
  });

  it('guard what is searched', () => {
    const lists = ['near', 'far', 'odd'];
    const mask = lists.map((name) => `j in ${name}[i + j]`).join(' | ');
    const inputs = lists.map((name) => `input ${name}: list[2 * n]`).join('\n  ');
    const added = mostBranches(mask, inputs) - plain;
    // Each search is a loop and one condition; the second and the third stand behind a guard.
    expect(added).toBeGreaterThanOrEqual(8);
    expect(added).toBeLessThan(14);
  });
});

describe('inlinedBranches', () => {
  it('counts what every call brings along', () => {
    const code = [
      'fn leaf(a: i32) -> bool {\n  return a > 0 && a < 9;\n}',
      'fn middle(a: i32) -> bool {\n  if (leaf(a) || leaf(a + 1)) {\n    return true;\n  }\n  return false;\n}',
      '@compute @workgroup_size(1)\nfn main() {\n  for (var a = 0; a < 4; a++) {\n    _ = middle(a);\n  }\n}',
    ].join('\n\n');
    expect(['leaf', 'middle', 'main'].map((name) => inlinedBranches(code, name))).toEqual([1, 4, 5]);
    expect(() => inlinedBranches(code, 'other')).toThrow('no function other');
  });
});

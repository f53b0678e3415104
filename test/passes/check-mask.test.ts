import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Session } from '../../compiler/diagnostics/session.ts';
import { checkMask } from '../../compiler/passes/check-mask.ts';
import { lowerText } from './lower/lower-text.ts';

/** `name: the text that is labelled` of everything that the pass reports about the first graph of a text. */
function found(text: string): string[] {
  const { graphs } = lowerText(text);
  const session = new Session();
  for (const graph of graphs) expect(checkMask(graph, session)).toBe(graph);
  return session.diagnostics.map(
    ({ name, primary: { span } }) => `${name}: ${text.slice(span.start, span.end)}`,
  );
}

function messages(text: string): string[] {
  const session = new Session();
  for (const graph of lowerText(text).graphs) checkMask(graph, session);
  return session.diagnostics.map(({ message }) => message);
}

function attention(mask: string, ...members: string[]): string {
  return `attention a {\n${members.map((member) => `  ${member}\n`).join('')}  mask ${mask}\n  heads 4\n  dim 64\n}\n`;
}

describe('checkMask', () => {
  it.each<[string, string[]]>([
    ['causal & j > i', ['empty-mask: j > i']],
    ['window(each: 4) & j - i > 9', ['empty-mask: j - i > 9']],
    ['empty', ['empty-mask: empty']],
    ['full', []],
    ['causal | j > i', ['mask-always-true: causal | j > i']],
    ['causal & j < n', ['condition-always-true: j < n']],
    ['causal & (j >= 0 & j < n)', ['condition-always-true: (j >= 0 & j < n)']],
    ['causal | j < 0', ['condition-always-false: j < 0']],
    ['window(each: 8) | window(each: 4)', ['set-without-effect: window(each: 4)']],
    ['causal | global(0..<2) & causal', ['set-without-effect: global(0..<2) & causal']],
    ['causal & i * j < 100', ['value-overflow: i * j']],
  ])('%s', (mask, expected) => expect(found(attention(mask))).toEqual(expected));

  it.each([
    'causal & window(keys: 4)',
    'causal & (window(keys: 8) | sink(4))',
    'window(each: 8) | global(0..<2)',
    'causal & i div 8 == j div 8',
    'causal & (i div 128 == j div 128 | columns(every: 128, at: 120..<128))',
    'block(16) { causal & window(keys: 2) }',
    'within(chunk(16)) { causal }',
    'window(each: 2, step: 3)',
    'by head { 0..<2: causal; else: full }',
    'neighborhood(5)',
    'random(per_row: 2, seed: 1) | i == j',
  ])('says nothing about %s', (mask) => expect(found(attention(mask))).toEqual([]));

  it('names an example of rows without a key, and how many there are', () => {
    expect(messages(attention('i >= 16 * j + 31'))).toEqual([
      'At n = 97, 31 of 97 queries attend to no key, the first at i = 0.',
    ]);
    for (const nothing of ['skip', 'empty', 'skip & j < i']) {
      expect(messages(attention(`by head { 2: ${nothing}; else: causal }`))).toEqual([]);
    }
    expect(messages(attention('if layer < 2 then skip else by head { 1: skip; else: causal }'))).toEqual([]);
    expect(messages(attention('by head { 2: j < i; else: causal }'))).toEqual([
      'At n = 97, one query attends to no key in head 2, the first at i = 0.',
    ]);
    expect(
      messages(attention('same(ids) & j < i', 'input ids: int[batch, n] sorted = documents(8)'))[0],
    ).toMatch(/^At n = 97, \d\d of 97 queries attend to no key, the first at i = 0\.$/);
  });

  it('excuses positions that are no cells of the space', () => {
    const near = (space: string, offsets = '(3, 3)') =>
      messages(`pattern g over ${space} = neighborhood(${offsets}) attention a { mask g heads 2 dim 8 }`);
    expect(near('image(y: 7, x: 13)')).toEqual([]);
    expect(near('image(y: 9, x: 10, order: tiles(4, 4))')).toEqual([]);
    expect(near('text(5) + image(y: 7, x: 13)').length).toBe(1);
    expect(messages('attention a { over band(s, e, width: 3) mask i.s == j.s heads 2 dim 8 }')).toEqual([]);
    expect(messages('attention a { over image(y: 7, x: 13) mask i.y > j.y heads 2 dim 8 }')).toEqual([
      'At n = 97, 13 of 97 queries attend to no key, the first at i = 0.',
    ]);
  });

  describe('of several attends', () => {
    const several = (combine: string, near: string, far: string) =>
      `attention a { heads 2 dim 8
        let near = attend(q, k, v, mask: ${near})
        let far = attend(q, k, v, mask: ${far})
        return ${combine}(near, far) }`;

    it('asks of a merge that some attend has a key for a row', () => {
      expect(messages(several('merge', 'causal & i mod 2 == 0', 'causal & i mod 2 == 1'))).toEqual([]);
      expect(messages(several('merge', 'causal & i mod 2 == 0', 'causal & i mod 4 == 1'))).toEqual([
        'At n = 97, 24 of 97 queries attend to no key, the first at i = 3.',
      ]);
    });

    it('asks of a concat that every attend has', () => {
      expect(messages(several('concat', 'causal & i mod 2 == 0', 'causal'))).toEqual([
        'At n = 97, 48 of 97 queries attend to no key in "near", the first at i = 1.',
      ]);
    });

    it('looks at the parts of every mask', () => {
      expect(found(several('merge', 'causal & j < n', 'window(each: 8) | window(each: 4)'))).toEqual([
        'condition-always-true: j < n',
        'set-without-effect: window(each: 4)',
      ]);
      expect(found(several('merge', 'causal', 'causal & j > i'))).toEqual(['empty-mask: j > i']);
      expect(found(several('concat', 'i * j < 100', 'causal'))).toEqual(['value-overflow: i * j']);
    });

    it('knows reals of the union', () => {
      expect(
        messages(several('merge', 'j <= floor(sqrt(i)) - 2', 'causal & i mod 2 == 0 & j < log2(n)')),
      ).toEqual(['At n = 97, 2 of 97 queries attend to no key, the first at i = 1.']);
    });
  });

  it('does not guess what a launch parameter or an input holds', () => {
    expect(found(attention('j < i - w', 'launch w: int in 1..64'))).toEqual([]);
    expect(found(attention('same(ids) & j < i', 'input ids: int[batch, n]'))).toEqual([]);
  });

  it('computes reals for its example, and leaves their refusal to materialize-reals', () => {
    expect(messages(attention('j <= floor(sqrt(i)) - 2'))).toEqual([
      'At n = 97, 4 of 97 queries attend to no key, the first at i = 0.',
    ]);
    expect(found(attention('floor(sqrt(i + j)) < 4 & causal'))).toEqual([]);
    expect(found(attention('j <= floor(sqrt(n * n)) & causal'))).toEqual([]);
  });

  it('looks at the indices of biases', () => {
    const biased = (index: string) =>
      messages(
        `attention a {\n  input b: float[n]\n  mask causal\n  heads 1\n  dim 8\n  bias pair(b[${index}])\n}\n`,
      );
    expect(biased('i * 100')).toEqual([]);
    expect(biased('i * 1000 - j')).toEqual([
      `An index of the bias "b" may reach 16777215000, beyond the 32 bits of a kernel's integers.`,
    ]);
  });

  it('leaves parts of patterns alone: they follow from arguments', () => {
    const pattern = 'pattern p(g: int) = window(each: 4) | j < g\n\n';
    expect(found(pattern + attention('p(g: 0)'))).toEqual([]);
    expect(found('pattern p(g: int = 0) = window(each: 4) | j < g\n')).toEqual([
      'condition-always-false: j < g',
    ]);
  });

  it('warns about no example but those whose heads are meant to skip rows', () => {
    const folder = join(import.meta.dirname, '..', '..', 'spec-examples');
    const warned = readdirSync(folder)
      .filter((file) => file.endsWith('.sa'))
      .flatMap((file) =>
        found(readFileSync(join(folder, file), 'utf8')).map((text) => `${file} ${text.split(':')[0]}`),
      );
    // Tokens that take no part.
    expect(warned).toEqual([
      'longnet.sa empty-rows',
      'lut.sa empty-rows',
      'seqboat.sa empty-rows',
      'seqboat.sa empty-rows',
      'spatten.sa empty-rows',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/index.ts';
import type { CompileOptions } from '../../compiler/index.ts';

const codesOf = (text: string, options: CompileOptions = {}) =>
  compile({ name: 'deep.sa', text }, options)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);

/** pattern x0 = BODY(x1), pattern x1 = BODY(x2) …, the last one causal. */
function chain(length: number, body: (next: string, index: number) => string): string {
  const lines = Array.from({ length }, (_, index) => `pattern x${index} = ${body(`x${index + 1}`, index)}`);
  return [...lines, `pattern x${length} = causal`].join('\n');
}

describe('how far patterns expand', () => {
  it.each([
    ['calls', (next: string) => next],
    ['unions', (next: string, index: number) => `j == ${index} | ${next}`],
    ['conditions', (next: string, index: number) => `if i < ${index} then full else ${next}`],
    ['blocks', (next: string) => `block(1) { ${next} }`],
    ['cases', (next: string) => `by head { 0: full; else: ${next} }`],
    ['brackets', (next: string) => `${'!('.repeat(40)}${next}${')'.repeat(40)}`],
  ])('is bounded in depth, without a stack that overflows: %s', (_, body) => {
    expect(codesOf(chain(6000, body), { pattern: 'x0' })).toEqual(['SA0213']);
  });

  it('is wide enough for the longest chains that a bracket holds, in patterns that call each other', () => {
    const sum = Array.from({ length: 190 }, (_, index) => `j == ${2 * index}`).join(' | ');
    expect(codesOf(`pattern a = causal & (${sum})\npattern b = causal & (a | ${sum})`)).toEqual([]);
  });

  it('is bounded in number, and one report ends the lowering of a file', () => {
    const started = performance.now();
    expect(codesOf(chain(60, (next) => `${next} | ${next}`))).toEqual(['SA0213']);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('bounds constants that are defined by each other', () => {
    const lets = Array.from({ length: 3000 }, (_, index) => `let c${index} = c${index + 1} + 1`);
    expect(codesOf([...lets, 'let c3000 = 0', 'pattern p = j < c0'].join('\n'))).toEqual(['SA0213']);
  });
});

describe('shapes of the options', () => {
  const defaults = { heads: 4, kvHeads: 3 };

  it('are held to the rule of key heads, for patterns and for attentions that leave them out', () => {
    expect(codesOf('pattern p = causal', { defaults })).toEqual(['SA0507']);
    expect(codesOf('attention a { mask causal }', { defaults })).toEqual(['SA0507']);
  });
});

it('reports what else is wrong beside a wrong kv_heads', () => {
  const text = 'attention a {\n  mask causal\n  heads 4\n  kv_heads 3\n  dim 6\n  layout xyz\n}';
  expect(codesOf(text)).toHaveLength(3);
});

it('tells a table that is no JSON from one that is missing', () => {
  const text = 'pattern p = j < table("t.json")[head]';
  expect(codesOf(text)).toEqual(['SA0324']);
  expect(codesOf(text, { tables: () => new SyntaxError('no JSON') })).toEqual(['SA0325']);
});

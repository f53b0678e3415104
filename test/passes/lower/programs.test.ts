import { describe, expect, it } from 'vitest';
import { evaluateProgram } from '../../../runtime/mask/index.ts';
import { attentionOf, disagreements, lowerOne, lowerText } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

type Predicate = (pair: Pair) => boolean;

const div = (a: number, b: number) => Math.floor(a / b);
const names = (text: string, options = {}) => lowerText(text, options).graphs.map(({ name }) => name);

describe('patterns', () => {
  it('are lowered on the indices of their call', () => {
    const text = `pattern near(w: int) = let d = i - j  0 <= d < w
pattern rows(w: int = 2) = near(w) | j in 0..<g
let g = 1
${attentionOf('block(4) { rows() } | near(w: 3)')}`;
    const predicate: Predicate = ({ i, j }) => {
      const blocks = div(i, 4) - div(j, 4);
      return (blocks >= 0 && blocks < 2) || j < 4 || (i - j >= 0 && i - j < 3);
    };
    expect(disagreements(lowerOne(text), { nk: 22 }, predicate)).toEqual([]);
  });

  it('keep a binding on the indices where it is written', () => {
    const text = `pattern p = let near = window(each: 3)  block(5) { near & causal }\n${attentionOf('p')}`;
    const predicate: Predicate = ({ i, j }) => Math.abs(i - j) <= 3 && div(j, 5) <= div(i, 5);
    expect(disagreements(lowerOne(text), { nk: 17 }, predicate)).toEqual([]);
  });

  it('take what they give themselves: an argument that calls the same pattern is no recursion', () => {
    const text = `pattern below(s: set, w: int) = s & i - j < w & j <= i\n${attentionOf('below(below(j mod 2 == 0, 9), w: 4)')}`;
    const predicate: Predicate = ({ i, j }) => j % 2 === 0 && i - j < 4 && j <= i;
    expect(disagreements(lowerOne(text), { nk: 13 }, predicate)).toEqual([]);
    const recursive = lowerText(`pattern again(s: set) = again(again(s))\n${attentionOf('again(causal)')}`);
    expect(recursive.diagnostics.map(({ name }) => name)).toContain('recursive-pattern');
  });

  it('take sets, ranges, reals and arrays', () => {
    const text = `pattern pick(s: set, r: range, f: real, ids: int[n]) = s & j in r & j < f * n & same(ids)
${attentionOf('pick(causal, 1..4, 1 / 2, ids)', 'input ids: int[batch, n]')}`;
    const ids = [[0, 1, 0, 1, 0, 1, 0, 1]];
    const predicate: Predicate = ({ i, j }) => j <= i && j >= 1 && j <= 4 && j < 4 && (i - j) % 2 === 0;
    expect(disagreements(lowerOne(text), { nk: 8, arrays: { ids } }, predicate)).toEqual([]);
  });

  it('are compiled alone where there is no attention, with settings for their parameters', () => {
    const text =
      'pattern a(w: int = 4) = window(keys: w)\npattern b = causal\npattern c(w: int, x: real) = w < x * i';
    const graph = lowerOne(text, { pattern: 'a', settings: { w: 7 }, defaults: { heads: 2, dim: 32 } });
    expect(graph).toMatchObject({ name: 'a', heads: 2, dim: 32, outputs: ['out'], launch: [] });
    expect(disagreements(graph, { nk: 20 }, ({ i, j }) => i - j >= 0 && i - j < 7)).toEqual([]);
    expect(names(text, { settings: { w: 1, x: 0.5 } })).toEqual(['a', 'b', 'c']);
  });

  it('leave helpers that need values to their callers', () => {
    const text = 'pattern helper(w: int) = window(keys: w)\npattern main = helper(3)';
    expect(names(text)).toEqual(['main']);
  });

  it('turn array parameters into inputs, sorted where segments ask for it', () => {
    const text =
      'pattern packed(ids: int[batch, n] = documents(8), w: int = 3) = within(segments(ids)) { window(keys: w) }';
    const graph = lowerOne(text);
    expect(graph.inputs).toMatchObject([
      {
        name: 'ids',
        kind: 'int',
        dimNames: ['batch', 'n'],
        sorted: true,
        feed: { kind: 'documents', length: 8 },
      },
    ]);
    const ids = [[1, 1, 1, 1, 5, 5]];
    const predicate: Predicate = ({ i, j }) => ids[0][i] === ids[0][j] && i - j >= 0 && i - j < 3;
    expect(disagreements(graph, { nk: 6, arrays: { ids } }, predicate)).toEqual([]);
  });

  it('of used files and constants are seen', () => {
    const files = { 'common.sa': 'let reach = 3\npattern near = window(keys: reach)' };
    const graph = lowerOne(`use "./common.sa"\n${attentionOf('near & j != reach')}`, { files });
    expect(disagreements(graph, { nk: 9 }, ({ i, j }) => i - j >= 0 && i - j < 3 && j !== 3)).toEqual([]);
  });
});

describe('selection and settings', () => {
  const text = `let g = 2\npattern p(w: int = 1) = window(keys: w) | sink(g)
attention a { launch w: int in 1..9 = 2  mask p(w)  heads 1 }
attention b { let w = 3  mask p(w)  heads 1 }`;

  it('selects by name', () => {
    expect(names(text)).toEqual(['a', 'b']);
    expect(names(text, { attention: 'b' })).toEqual(['b']);
    expect(names(text, { pattern: 'p' })).toEqual(['p']);
  });

  it('sets defaults of launch parameters and constants', () => {
    const { graphs } = lowerText(text, { settings: { w: 5, g: 0 } });
    expect(graphs[0].launch).toEqual([{ name: 'w', type: 'int', min: 1, max: 9, default: 5, doc: '' }]);
    expect(disagreements(graphs[1], { nk: 9 }, ({ i, j }) => i - j >= 0 && i - j < 5)).toEqual([]);
  });
});

describe('attentions', () => {
  it('carry their fields', () => {
    const graph = lowerOne(`/// What it is for.
attention packed {
  /// Of documents.
  input ids: int[batch, n] sorted = documents(64)
  input bias: float[batch, heads, n] = random(seed: 3)
  input sinks: float[heads] = 0.5
  launch tau: real in 0..4 = 0.25
  mask same(ids)
  heads 8 kv_heads 2 dim 128 dim_v 64 dtype f16 layout bnhd
  queries at 7
  outputs out, lse
  scale tau
  softcap 50
  alibi
  bias key(bias)
  rows scale(log(n) / log(512))
  sink logit(sinks)
  normalize softmax
}`);
    expect(graph).toMatchObject({
      name: 'packed',
      doc: 'What it is for.',
      heads: 8,
      kvHeads: 2,
      dim: 128,
      dimV: 64,
      dtype: 'f16',
      layout: 'bnhd',
      outputs: ['out', 'lse'],
      launch: [{ name: 'tau', type: 'real', min: 0, max: 4, default: 0.25 }],
    });
    expect(graph.inputs).toMatchObject([
      { name: 'ids', doc: 'Of documents.', sorted: true },
      { name: 'bias', kind: 'real', feed: { kind: 'random', seed: 3, density: 0.5 } },
      { name: 'sinks', kind: 'real', feed: { kind: 'constant', value: 0.5 } },
    ]);
    expect(graph.nodes[0].score).toEqual({
      scale: 'tau',
      softcap: 50,
      slopes: 'alibi_slopes',
      keyBias: 'bias',
      rowScale: 'row_scale',
      sink: 'sinks',
      biases: [],
      denominatorScale: null,
    });
    expect(evaluateProgram(graph.offset, {})).toBe(7);
  });

  it('take defaults: kv_heads is heads, dim_v is dim, scale is 1 / sqrt(dim), queries end with the keys', () => {
    const graph = lowerOne(attentionOf('full', '', 'heads 3 dim 40'), { defaults: { kvHeads: 2, dimV: 8 } });
    expect(graph).toMatchObject({ heads: 3, kvHeads: 3, dim: 40, dimV: 40, dtype: 'f32', outputs: ['out'] });
    expect(graph.nodes[0].score.scale).toBe(1 / Math.sqrt(40));
    expect(evaluateProgram(graph.offset, { symbols: { nq: 3, nk: 10 } })).toBe(7);
  });

  /** The published slopes: `get_slopes` of the ALiBi repository. */
  function publishedSlopes(heads: number): number[] {
    const ofPower = (count: number) => {
      const start = 2 ** -(2 ** -(Math.log2(count) - 3));
      return Array.from({ length: count }, (_, at) => start * start ** at);
    };
    if (Number.isInteger(Math.log2(heads))) return ofPower(heads);
    const closest = 2 ** Math.floor(Math.log2(heads));
    const odd = publishedSlopes(2 * closest).filter((_, at) => at % 2 === 0);
    return [...ofPower(closest), ...odd.slice(0, heads - closest)];
  }

  it.each([1, 2, 3, 8, 12, 20])('alibi with %i heads has the slopes of the paper', (heads) => {
    const graph = lowerOne(attentionOf('causal', '', `heads ${heads} alibi`));
    const table = graph.derived.find(({ name }) => name === 'alibi_slopes');
    if (table?.kind !== 'table') throw new Error('no table');
    const slopes = Array.from({ length: heads }, (_, head) => evaluateProgram(table.program, { head }));
    publishedSlopes(heads).forEach((slope, head) => expect(slopes[head]).toBeCloseTo(slope, 12));
  });

  it('scale rows by a table over positions', () => {
    const graph = lowerOne(
      attentionOf('full', '', 'heads 1 rows scale(if i == 0 then log(n) / log(512) else 1)'),
    );
    const [table] = graph.derived;
    if (table.kind !== 'table') throw new Error('no table');
    const symbols = { nq: 4, nk: 100, offset: 96 };
    expect(evaluateProgram(table.size, { symbols })).toBe(100);
    expect(evaluateProgram(table.program, { query: 0, symbols })).toBeCloseTo(
      Math.log(100) / Math.log(512),
      14,
    );
    expect(evaluateProgram(table.program, { query: 5, symbols })).toBe(1);
  });
});

describe('spans', () => {
  it('name the text of a node by its number in the finished mask', () => {
    const text = attentionOf('causal & window(keys: 3) | j < 2');
    const { mask, spans } = lowerOne(text).nodes[0];
    const texts = new Map([...spans].map(([id, { start, end }]) => [id, text.slice(start, end)]));
    expect(texts.get(mask.root)).toBe('causal & window(keys: 3) | j < 2');
    const root = mask.nodes[mask.root];
    if (root.kind !== 'or') throw new Error(root.kind);
    expect([texts.get(root.left), texts.get(root.right)].sort()).toEqual([
      'causal & window(keys: 3)',
      'j < 2',
    ]);
  });
});

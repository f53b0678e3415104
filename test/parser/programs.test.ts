import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { printFile } from '../../compiler/parser/index.ts';
import { disagreements, lowerOne, lowerText } from '../passes/lower/lower-text.ts';
import { parseClean } from './parse-text.ts';

const folder = new URL('./programs/', import.meta.url);
const names = readdirSync(folder);
const read = (name: string) => readFileSync(new URL(`${name}.sa`, folder), 'utf8');
const planned = ['nsa', 'xattention'];

/** Two layers of 32 heads. */
const tables = (path: string) =>
  [0, 1].map((layer) =>
    Array.from({ length: 32 }, (_, head) =>
      path === 'moa_alpha.json' ? 64 * (head % 3) : 0.05 * head + 0.1 * layer,
    ),
  );

describe('the ten programs', () => {
  it.each(names)('%s is written in the canonical layout', (name) => {
    const text = read(name.slice(0, -3));
    expect(printFile(parseClean(text, name))).toBe(text);
  });

  it('are ten, of which eight are compiled and two are refused with a clear code', () => {
    expect(names).toHaveLength(10);
    for (const name of names.map((file) => file.slice(0, -3))) {
      const { diagnostics } = lowerText(read(name), { tables });
      const found = diagnostics
        .filter(({ severity }) => severity === 'error')
        .map((diagnostic) => diagnostic.name);
      expect({ name, found: [...new Set(found)] }).toEqual({
        name,
        found: planned.includes(name) ? ['not-yet-compiled'] : [],
      });
    }
  });

  it('longformer means its formula', () => {
    const graph = lowerOne(read('longformer'));
    const question = new Set([0, 7, 600]);
    const wrong = disagreements(
      graph,
      { nk: 700, nq: 2, arrays: { question: [...question] } },
      ({ i, j, head }) => {
        const [w, d] = head < 2 ? [256, 2] : [256, 1];
        return (Math.abs(i - j) <= w * d && (i - j) % d === 0) || question.has(i) || question.has(j);
      },
    );
    expect(wrong).toEqual([]);
  });

  it('sener_bispa means its formula, a softmax for each side of a span', () => {
    const graph = lowerOne(read('sener_bispa'));
    expect({ combine: graph.combine, names: graph.nodes.map(({ name }) => name) }).toEqual({
      combine: 'concat',
      names: ['horizontal', 'vertical'],
    });
    const words = 3;
    const nk = 257 * words + 5;
    const valid = Array.from({ length: nk }, (_, word) => word !== 1);
    const span = (p: number) => {
      const [start, end] = [Math.floor(p / 257), Math.floor(p / 257) + (p % 257) - 128];
      return start < words && end >= 0 && end < words ? [start, end] : null;
    };
    for (const side of [0, 1]) {
      const one = { ...graph, nodes: [graph.nodes[side]] };
      const wrong = disagreements(one, { nk, nq: 150, arrays: { valid } }, ({ i, j }) => {
        const [a, b] = [span(i), span(j)];
        return a !== null && b !== null && a[side] === b[side] && valid[b[0]] && valid[b[1]];
      });
      expect(wrong).toEqual([]);
    }
  });

  it('power_attention means its formula', () => {
    const graph = lowerOne(read('power_attention'));
    for (const layer of [0, 1, 10]) {
      const wrong = disagreements(graph, { nk: 3000, nq: 1, layer }, ({ i, j }) => {
        const distance = Math.floor(i / 256) - Math.floor(j / 256);
        const kept = j < 256 || distance < 5 || (distance & (distance - 1)) === 0;
        return j <= i && (layer % 7 === 0 || layer % 7 === 3 || kept);
      });
      expect(wrong).toEqual([]);
    }
  });

  it('sparse_transformer means its formula', () => {
    const wrong = disagreements(
      lowerOne(read('sparse_transformer')),
      { nk: 300, nq: 50 },
      ({ i, j, head }) => {
        const first = 128 - 8 * (head + 1);
        const column = j % 128;
        return (
          j <= i && (Math.floor(i / 128) === Math.floor(j / 128) || (first <= column && column < first + 8))
        );
      },
    );
    expect(wrong).toEqual([]);
  });

  it('moa means its formula', () => {
    const graph = lowerOne(read('moa'), { tables });
    for (const layer of [0, 1]) {
      const n = 900;
      const wrong = disagreements(graph, { nk: n, nq: 3, layer }, ({ i, j, head }) => {
        const alpha = (tables('moa_alpha.json')[layer] as number[])[head];
        const beta = (tables('moa_beta.json')[layer] as number[])[head];
        const span = Math.max(Math.floor(Math.floor(alpha / 64) + beta * Math.floor(n / 64)), 1);
        const blocks = Math.floor(i / 64) - Math.floor(j / 64);
        return j <= i && (j < 64 || (blocks >= 0 && blocks < span));
      });
      expect(wrong).toEqual([]);
    }
  });

  it('tree_attention means its formula', () => {
    const prompt = 20;
    const parents = [-1, 0, 0, 1, 1, 2, 3];
    const isAncestor = (a: number, b: number): boolean => a === b || (a > 0 && isAncestor(parents[a], b));
    const ancestors = parents.map((_, a) => parents.map((_, b) => isAncestor(a, b)));
    const nk = prompt + parents.length;
    const request = { nk, nq: parents.length, launch: { prompt }, arrays: { ancestors } };
    const wrong = disagreements(lowerOne(read('tree_attention')), request, ({ i, j }) => {
      return j < prompt || isAncestor(i - prompt, j - prompt);
    });
    expect(wrong).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { compile } from '../../../compiler/index.ts';
import { randomColumns } from '../../../runtime/mask/launch/random-list.ts';
import { attentionOf, disagreements, lowerOne } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

type Predicate = (pair: Pair) => boolean;

const div = (a: number, b: number) => Math.floor(a / b);

describe('int arrays', () => {
  const ids = [
    [0, 0, 0, 1, 1, 1, 1, 4, 4, 4, 4, 4],
    [2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 9],
  ];
  const declarations = 'input ids: int[batch, n] sorted = documents(4)';
  const launch = { nk: 12, batch: 2, arrays: { ids } };

  it('implies the index of the batch', () => {
    const graph = lowerOne(attentionOf('causal & same(ids) | ids[batch, j] == 3', declarations));
    const predicate: Predicate = ({ i, j, batch }) =>
      (j <= i && ids[batch][i] === ids[batch][j]) || ids[batch][j] === 3;
    expect(disagreements(graph, launch, predicate)).toEqual([]);
  });

  it('reads -1 outside', () => {
    const graph = lowerOne(attentionOf('ids[i + 1] < ids[j]', declarations));
    const predicate: Predicate = ({ i, j, batch }) => (ids[batch][i + 1] ?? -1) < ids[batch][j];
    expect(disagreements(graph, launch, predicate)).toEqual([]);
  });

  it('re-bases indices and length inside segments', () => {
    const bounds = (batch: number, i: number) => ({
      start: ids[batch].indexOf(ids[batch][i]),
      end: ids[batch].lastIndexOf(ids[batch][i]) + 1,
    });
    const cases: readonly (readonly [string, (at: { x: number; y: number; n: number }) => boolean])[] = [
      ['full', () => true],
      ['window(keys: 2) | sink(1)', ({ x, y }) => y < 1 || (x - y >= 0 && x - y < 2)],
      ['i + j == n - 1', ({ x, y, n }) => x + y === n - 1],
      ['window(back: 1, ahead: 1, edge: clamp)', ({ x, y, n }) => clampedThree(x, n).includes(y)],
      ['block(2) { i == j }', ({ x, y }) => div(x, 2) === div(y, 2)],
      ['!causal', ({ x, y }) => y > x],
    ];
    for (const [inner, expected] of cases) {
      const graph = lowerOne(attentionOf(`within(segments(ids)) { ${inner} }`, declarations));
      const predicate: Predicate = ({ i, j, batch }) => {
        const { start, end } = bounds(batch, i);
        return ids[batch][i] === ids[batch][j] && expected({ x: i - start, y: j - start, n: end - start });
      };
      expect(disagreements(graph, launch, predicate), inner).toEqual([]);
    }
  });

  it('reads lengths of keys', () => {
    const graph = lowerOne(attentionOf('causal & j < lengths[batch]', 'input lengths: int[batch] = full'));
    const lengths = [3, 0, 9];
    const predicate: Predicate = ({ i, j, batch }) => j <= i && j < lengths[batch];
    expect(disagreements(graph, { nk: 9, batch: 3, arrays: { lengths } }, predicate)).toEqual([]);
  });

  it('implies key heads', () => {
    const graph = lowerOne(
      attentionOf('j < widths[head div 3]', 'input widths: int[kv_heads]', 'heads 6 kv_heads 2'),
    );
    expect(
      disagreements(graph, { nk: 9, arrays: { widths: [2, 7] } }, ({ j, head }) => j < (head < 3 ? 2 : 7)),
    ).toEqual([]);
    const implied = lowerOne(attentionOf('j in kept', 'input kept: list[kv_heads]', 'heads 6 kv_heads 2'));
    const kept = [
      [0, 4],
      [1, 2, 8],
    ];
    expect(
      disagreements(implied, { nk: 9, arrays: { kept } }, ({ j, head }) => kept[div(head, 3)].includes(j)),
    ).toEqual([]);
  });
});

function clampedThree(x: number, length: number): readonly number[] {
  const start = Math.max(0, Math.min(x - 1, length - 3));
  return [start, start + 1, start + 2].filter((at) => at < length);
}

describe('masks of bits and blocks', () => {
  it('reads a bit a pair, by any index expression', () => {
    const tree = [
      [1, 0, 0, 0],
      [1, 1, 0, 0],
      [1, 0, 1, 0],
      [1, 1, 0, 1],
    ];
    const mask = 'j < p | tree[i - p, j - p]';
    const graph = lowerOne(attentionOf(mask, 'launch p: int in 0..1024 = 3\ninput tree: bits[nq, nq]'));
    const predicate: Predicate = ({ i, j }) => j < 6 || tree[i - 6][j - 6] === 1;
    expect(disagreements(graph, { nq: 4, nk: 10, launch: { p: 6 }, arrays: { tree } }, predicate)).toEqual(
      [],
    );
  });

  it('reads a bit a block', () => {
    const kept = [
      [
        [1, 0, 1],
        [0, 1, 0],
        [0, 0, 1],
      ],
      [
        [1, 1, 1],
        [1, 0, 0],
        [0, 0, 0],
      ],
    ];
    const graph = lowerOne(
      attentionOf(
        'kept[i div 4, j div 4]',
        'input kept: blocks[heads, (n + 3) div 4, (n + 3) div 4]',
        'heads 2',
      ),
    );
    const predicate: Predicate = ({ i, j, head }) => kept[head][div(i, 4)][div(j, 4)] === 1;
    expect(disagreements(graph, { nk: 10, arrays: { kept } }, predicate)).toEqual([]);
    const inBlocks = lowerOne(
      attentionOf(
        'block(4) { kept[i, j] }',
        'input kept: blocks[heads, (n + 3) div 4, (n + 3) div 4]',
        'heads 2',
      ),
    );
    expect(disagreements(inBlocks, { nk: 10, arrays: { kept } }, predicate)).toEqual([]);
  });
});

describe('lists', () => {
  it('holds the neighbours of each row', () => {
    const near = [
      [[1, 2], [], [0, 1, 2], [3]],
      [[0], [1], [2], [0, 3]],
    ];
    const graph = lowerOne(attentionOf('j in near[i]', 'input near: list[batch, n]'));
    const predicate: Predicate = ({ i, j, batch }) => near[batch][i].includes(j);
    expect(disagreements(graph, { nk: 4, batch: 2, arrays: { near } }, predicate)).toEqual([]);
  });

  it('does not run into the rows of a neighbour', () => {
    const near = [
      [[0], [1], [2], [3]],
      [[0, 1, 2, 3], [], [], []],
    ];
    const graph = lowerOne(attentionOf('j in near[i + 1]', 'input near: list[batch, n]'));
    const predicate: Predicate = ({ i, j, batch }) => (near[batch][i + 1] ?? []).includes(j);
    expect(disagreements(graph, { nk: 4, batch: 2, arrays: { near } }, predicate)).toEqual([]);
  });

  it('counts rows of every grid index within 32 bits', () => {
    const text = attentionOf(
      'j in near[i + 1]',
      'input near: list[batch, heads, n] = random(density: 0.1)',
      'heads 4',
    );
    expect(compile({ name: 'near.sa', text })).toMatchObject({
      ok: true,
      diagnostics: [{ name: 'empty-rows' }],
    });
  });

  it('names global positions', () => {
    const kept = [[0, 5], [2]];
    const graph = lowerOne(attentionOf('global(kept)', 'input kept: list[heads]', 'heads 2'));
    const predicate: Predicate = ({ i, j, head }) => kept[head].includes(i) || kept[head].includes(j);
    expect(disagreements(graph, { nk: 7, arrays: { kept } }, predicate)).toEqual([]);
    const one = lowerOne(attentionOf('keys(kept)', 'input kept: list[]'));
    expect(disagreements(one, { nk: 7, arrays: { kept: [1, 6] } }, ({ j }) => j === 1 || j === 6)).toEqual(
      [],
    );
  });
});

describe('random', () => {
  it('keeps the columns of the published generator', () => {
    const graph = lowerOne(attentionOf('random(per_row: 3, seed: 7)'));
    for (const nk of [1, 2, 3, 4, 20]) {
      const predicate: Predicate = ({ i, j }) => randomColumns(7, i, nk, 3).includes(j);
      expect(disagreements(graph, { nk }, predicate)).toEqual([]);
    }
  });

  it('draws blocks inside block', () => {
    const graph = lowerOne(attentionOf('block(4) { random(per_row: 2, seed: s) }', 'launch s: int = 5'));
    const predicate: Predicate = ({ i, j }) => randomColumns(11, div(i, 4), 6, 2).includes(div(j, 4));
    expect(disagreements(graph, { nk: 21, launch: { s: 11 } }, predicate)).toEqual([]);
  });

  it('covers queries that stand behind the offset', () => {
    const graph = lowerOne(attentionOf('random(per_row: 2, seed: 1)', '', 'heads 1 queries at 3'));
    const predicate: Predicate = ({ i, j }) => randomColumns(1, i, 5, 2).includes(j);
    expect(disagreements(graph, { nq: 6, nk: 5 }, predicate)).toEqual([]);
  });

  it('draws equal lists once', () => {
    const graph = lowerOne(
      attentionOf('random(per_row: 2, seed: 1) & causal | random(per_row: 2, seed: 1) & j > 3'),
    );
    expect(graph.derived).toHaveLength(1);
  });
});

describe('tables', () => {
  const widths = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const tables = (path: string, from: string) =>
    path === 'w.json' && from === 'main.sa' ? widths : undefined;

  it('is indexed by head and layer', () => {
    const graph = lowerOne(attentionOf('window(keys: table("w.json")[layer, head])', '', 'heads 2'), {
      tables,
    });
    for (const layer of [0, 2]) {
      const predicate: Predicate = ({ i, j, head }) => i - j >= 0 && i - j < widths[layer][head];
      expect(disagreements(graph, { nk: 9, layer }, predicate)).toEqual([]);
    }
  });

  it('is a constant where its indices are', () => {
    const graph = lowerOne(attentionOf('window(keys: table("w.json")[1, 1])', '', 'heads 2'), { tables });
    expect(graph.derived).toEqual([]);
    expect(disagreements(graph, { nk: 9 }, ({ i, j }) => i - j >= 0 && i - j < 4)).toEqual([]);
  });

  it('gives each head a divisor of its own', () => {
    for (const mask of [
      'stride([3, 7][head])',
      'window(keys: n, step: table("d.json")[head]) | stride(table("d.json")[head])',
    ]) {
      const graph = lowerOne(attentionOf(mask, '', 'heads 2'), { tables: () => [3, 7] });
      const predicate: Predicate = ({ i, j, head }) => (i - j) % [3, 7][head] === 0;
      expect(disagreements(graph, { nk: 15 }, predicate)).toEqual([]);
    }
  });

  it('may hold real numbers', () => {
    const mask = 'window(keys: floor(2 + table("b.json")[head] * n))';
    const graph = lowerOne(attentionOf(mask, '', 'heads 2'), { tables: () => [0.1, 0.45] });
    const width = (head: number, n: number) => Math.floor(2 + [0.1, 0.45][head] * n);
    const predicate: Predicate = ({ i, j, head, n }) => i - j >= 0 && i - j < width(head, n);
    for (const nk of [1, 5, 19]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });
});

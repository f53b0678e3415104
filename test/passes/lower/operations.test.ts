import { describe, expect, it } from 'vitest';
import { printGraph } from '../../../compiler/ir/print-graph.ts';
import { operations } from '../../../compiler/passes/lower/expressions/operations.ts';
import { disagreements, lowerOne, lowerText } from './lower-text.ts';

const attentionOf = (...members: string[]) => `attention a { heads 2 dim 8 ${members.join(' ')} }`;
const near = 'let near = attend(q, k, v, mask: causal & window(keys: 3))';
const far = 'let far = attend(q, k, v, mask: causal & stride(4))';

describe('attend', () => {
  it('returned alone is the field mask', () => {
    const { nodes, combine } = lowerOne(attentionOf('return attend(q, k, v, mask: causal & stride(4))'));
    const plain = lowerOne(attentionOf('mask causal & stride(4)'));
    expect(combine).toBe('single');
    expect(nodes.map(({ name, mask }) => ({ name, mask }))).toEqual([
      { name: '', mask: plain.nodes[0].mask },
    ]);
  });

  it('keeps the name of its let, the first where there are two', () => {
    const named = lowerOne(attentionOf(near, 'let again = near', 'return again'));
    expect(named.nodes.map(({ name }) => name)).toEqual(['near']);
  });
});

describe('merge and concat', () => {
  it.each(['merge', 'concat'] as const)('%s keeps its attends in order, each with its mask', (combine) => {
    const graph = lowerOne(attentionOf(near, far, 'softcap 5', `return ${combine}(far, near)`));
    expect(graph.combine).toBe(combine);
    expect(graph.nodes.map(({ name }) => name)).toEqual(['far', 'near']);
    expect(graph.nodes.map(({ score }) => score.softcap)).toEqual([5, 5]);
    const [first, second] = graph.nodes;
    expect(
      disagreements({ ...graph, nodes: [first] }, { nk: 13 }, ({ i, j }) => j <= i && (i - j) % 4 === 0),
    ).toEqual([]);
    expect(
      disagreements({ ...graph, nodes: [second] }, { nk: 13 }, ({ i, j }) => j <= i && i - j < 3),
    ).toEqual([]);
  });

  it('is associative, and names what has no name by its place', () => {
    const inner = 'let both = merge(near, attend(q, k, v, mask: full))';
    const graph = lowerOne(attentionOf(near, far, inner, 'return merge(both, far)'));
    expect(graph.nodes.map(({ name }) => name)).toEqual(['near', 'part_2', 'far']);
    const taken = attentionOf(
      'let part_2 = attend(q, k, v, mask: causal)',
      'return concat(part_2, attend(q, k, v, mask: full))',
    );
    expect(lowerOne(taken).nodes.map(({ name }) => name)).toEqual(['part_2', 'part_2_']);
  });

  it('sees the space of the attention in every mask', () => {
    const graph = lowerOne(
      attentionOf(
        'over image(y: 3, x: 4)',
        'let rows = attend(q, k, v, mask: i.y == j.y)',
        'let columns_of = attend(q, k, v, mask: axial(y))',
        'return concat(rows, columns_of)',
      ),
    );
    const cell = (p: number) => p < 12;
    for (const [at, unit] of [1, 0].entries()) {
      const keeps = (i: number, j: number) =>
        unit === 1 ? Math.floor(i / 4) === Math.floor(j / 4) : i % 4 === j % 4;
      expect(
        disagreements(
          { ...graph, nodes: [graph.nodes[at]] },
          { nk: 15 },
          ({ i, j }) => cell(i) && cell(j) && keeps(i, j),
        ),
      ).toEqual([]);
    }
  });

  it('prints the attends and what brings them together', () => {
    const graph = lowerOne(attentionOf(near, far, 'return merge(near, far)'));
    const text = printGraph(graph);
    expect(text).toContain('  attend near\n    mask\n');
    expect(text).toContain('  attend far\n');
    expect(text.endsWith('  merge near, far\n')).toBe(true);
  });

  it('takes the setting of a constant, and leaves what is not returned out', () => {
    const text = attentionOf(
      'let w = 3',
      'let near = attend(q, k, v, mask: causal & window(keys: w))',
      'let spare = attend(q, k, v, mask: full)',
      'return near',
    );
    const graph = lowerOne(text, { settings: { w: 5 } });
    expect(disagreements(graph, { nk: 11 }, ({ i, j }) => j <= i && i - j < 5)).toEqual([]);
    expect(graph.nodes).toHaveLength(1);
    const { diagnostics } = lowerText(text);
    expect(diagnostics.map(({ name }) => name)).toEqual(['unused-binding']);
  });
});

it('operations have signatures that begin with their names', () => {
  for (const { name, signature, doc } of operations.values()) {
    expect(signature.startsWith(`${name}(`)).toBe(true);
    expect(doc.length).toBeGreaterThan(10);
  }
});

import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { attentionOf, disagreements, lowerOne, lowerText } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

/** The graph of an attention over a space; where things stand in the text is left out. */
function graphOf(mask: string, fields: string, declarations = ''): Graph {
  const graph = lowerOne(attentionOf(mask, declarations, `${fields}\n heads 2`));
  return JSON.parse(
    JSON.stringify(graph, (name, value: unknown) => (/span/i.test(name) ? undefined : value)),
  ) as Graph;
}

const messages = (mask: string, fields: string) =>
  lowerText(attentionOf(mask, '', `${fields}\n heads 2`)).diagnostics.map(({ message }) => message);

describe('the field `order`', () => {
  it.each(['row_major', 'tiles(2, 3)', 'tiles(m, 2)', 'morton', 'hilbert', 'cells', 'places'])(
    'numbers the one region with axes by %s as its own clause does',
    (order) => {
      const declarations =
        'input cells: int[batch, n]\n input places: int[n, 2]\n launch m: int in 1..9 = 2\n let reach = 3';
      const mask =
        'global(text) | neighborhood(3) & i.y >= j.y | cells[i] == places[j, 0] + m & window(each: reach)';
      const own = graphOf(mask, `over text(3) + image(y: 5, x: 6, order: ${order})`, declarations);
      const byField = graphOf(mask, `order ${order}\n over text(3) + image(y: 5, x: 6)`, declarations);
      expect(byField).toEqual(own);
    },
  );

  it('numbers grids without a name, also those that are called as their sizes', () => {
    const own = graphOf('i.y == j.y', 'over (y: 4, x: 6, order: hilbert)');
    expect(graphOf('i.y == j.y', 'over (y: 4, x: 6)\n order hilbert')).toEqual(own);
    const named = attentionOf('i.y == j.y', '', 'over (y, x)\n order hilbert\n heads 2');
    const { nodes, derived } = lowerOne(`let y = 4\nlet x = 6\n${named}`);
    expect([nodes[0].mask, derived]).toEqual([own.nodes[0].mask, own.derived]);
  });

  it('numbers the one grid of two spaces', () => {
    const own = graphOf('i.y == 2 | keys(words)', 'over image(y: 4, x: 6, order: morton) by words(7)');
    expect(graphOf('i.y == 2 | keys(words)', 'over image(y: 4, x: 6) by words(7)\n order morton')).toEqual(
      own,
    );
  });

  it('means cells in that order', () => {
    const graph = lowerOne(
      attentionOf('i.y == j.y', '', 'over image(y: 4, x: 4)\n order tiles(2, 2)\n heads 1'),
    );
    const row = (p: number) => 2 * Math.floor(p / 8) + (Math.floor(p / 2) % 2);
    const predicate = ({ i, j }: Pair) => i < 16 && j < 16 && row(i) === row(j);
    for (const nk of [9, 16, 18]) expect(disagreements(graph, { nk }, predicate)).toEqual([]);
  });

  it('does not number the spaces of patterns, which say so themselves', () => {
    const text = (order: string) => `pattern rows over (y: 4, x: 4${order}) = i.y == j.y\n`;
    const attention = attentionOf('rows | i.x == j.x', '', 'over image(y: 4, x: 4)\n order morton\n heads 1');
    const graph = lowerOne(text('') + attention);
    const morton = lowerOne(text(', order: morton') + attention);
    expect(graph.nodes[0].mask).not.toEqual(morton.nodes[0].mask);
  });

  it('is refused where it has no grid to number, or several', () => {
    expect(messages('causal', 'order hilbert')).toEqual([
      '`order` numbers the cells of a grid, and this attention has no `over`.',
    ]);
    expect(messages('global(text)', 'over text(9)\n order hilbert')).toEqual([
      '`order` numbers the cells of a grid, and no region of the space has axes.',
    ]);
    for (const space of [
      'a(y: 3, x: 4) + b(u: 3, v: 4)',
      'a(y: 3, x: 4) by b(y: 3, x: 4)',
      '(y: 3, x: 2) + band(s, e, width: 1)',
    ])
      expect(messages('causal', `over ${space}\n order hilbert`)).toEqual([
        '`order` numbers the cells of one grid, and the space has 2.',
      ]);
    for (const space of ['a(y: 3, x: 4, order: morton)', 'band(s, e, width: 1)'])
      expect(messages('causal', `over ${space}\n order hilbert`)).toEqual([
        'The grid has an order of its own.',
      ]);
  });

  it('is refused where it is no order of the grid', () => {
    expect(messages('causal', 'over (y: 3, x: 4)\n order tiles(2)')).toEqual([
      '`tiles` has 1 size, the region 2 axes.',
    ]);
    expect(messages('causal', 'over (y: 3, x: 4)\n order 7')).toEqual([
      '`order` must be row_major, tiles(…), morton, hilbert or an int array.',
    ]);
    expect(messages('causal', 'over (y: 3, x: 4)\n order sideways')[0]).toMatch(/sideways/);
    expect(messages('causal', 'over (y: 3, x: 4)\n order morton\n order hilbert')).toEqual([
      'The field "order" stands twice.',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { attentionOf, disagreements, lowerOne, lowerText } from './lower-text.ts';
import type { Pair } from './lower-text.ts';

const messages = (text: string) => lowerText(text).diagnostics.map(({ message }) => message);
const launches = [
  { nk: 12, nq: 12 },
  { nk: 9, nq: 14 },
  { nk: 14, nq: 5 },
];

/** Queries are three words and nine cells of 3 x 3, keys eight cells of 2 x 4 and three captions. */
const spaces = 'words(3) + fine(y: 3, x: 3) by coarse(y: 2, x: 4) + captions(3)';
const queryCell = (i: number) => (i < 3 || i >= 12 ? null : { y: Math.floor((i - 3) / 3), x: (i - 3) % 3 });
const keyCell = (j: number) => (j >= 8 ? null : { y: Math.floor(j / 4), x: j % 4 });
const isPair = ({ i, j }: Pair) => i >= 0 && i < 12 && j < 11;

function check(set: string, rule: (pair: Pair) => boolean): void {
  const graphs = [
    lowerOne(`pattern p over ${spaces} = ${set}\n\nattention a {\n  mask p\n  queries at 0\n  heads 1\n}`),
    lowerOne(attentionOf(set, '', `over ${spaces}\n queries at 0\n heads 1`)),
  ];
  for (const graph of graphs) {
    for (const launch of launches) {
      expect(disagreements(graph, launch, (pair) => isPair(pair) && rule(pair))).toEqual([]);
    }
  }
}

describe('different spaces of queries and keys', () => {
  it('have axes of their own, whatever they are called', () => {
    check('i in fine & j in coarse & i.y * 2 == j.y * 3', ({ i, j }) => {
      const [a, b] = [queryCell(i), keyCell(j)];
      return a !== null && b !== null && a.y * 2 === b.y * 3;
    });
    check('(i + 1).x < (j - 1).x & i in fine & j in coarse', ({ i, j }) => {
      const x = (((i + 1 - 3) % 3) + 3) % 3;
      return i >= 3 && j < 8 && x < (((j - 1) % 4) + 4) % 4;
    });
  });

  it('have regions of their own: a position of one side is in none of the other', () => {
    check('global(words) | keys(captions)', ({ i, j }) => i < 3 || j >= 8);
    check(
      'queries(coarse) | i in captions | j in fine | i in words & j in captions',
      ({ i, j }) => i < 3 && j >= 8,
    );
  });

  it('have sizes: coarse.y, fine.y', () => {
    check('i.fine < fine.n - coarse.y & j < coarse.x', ({ i, j }) => i - 3 < 7 && j < 4);
  });

  it('stay apart in parts of one position, where both sides are at place 0', () => {
    const rows = 'pattern p over rows(1) + rest(1) by first(1) + columns(1)';
    const check = (set: string, isLive: boolean): void => {
      const graph = lowerOne(
        `${rows} = ${set}\n\nattention a {\n  mask within(chunk(1)) { p } | i < j & j < 3\n  heads 1\n}`,
      );
      const rule = ({ i, j }: Pair) => (i === j && isLive) || (i < j && j < 3);
      expect(disagreements(graph, { nk: 5, nq: 5 }, rule)).toEqual([]);
    };
    check('i in rows', true);
    check('j in first', true);
    check('i in first | j in rows', false);
    check('i in rest | j in columns', false);
    check('keys(first) & causal', true);
  });

  it('are cells that exist', () => {
    check('full', () => true);
  });

  it('have no grid in common', () => {
    for (const form of ['axial(y)', 'neighborhood(3)', 'cross(every: 2)', 'tiles(2, window: 1)']) {
      const [name] = form.split('(');
      expect(messages(`pattern p over ${spaces} = ${form}`)).toEqual([
        `\`${name}\` needs one grid for both sides.`,
      ]);
    }
    expect(messages(`pattern p over ${spaces} = within(fine) { causal }`)).toEqual([
      'Queries and keys share no region.',
    ]);
  });

  it('name their regions differently', () => {
    expect(messages('pattern p over a(3) + b(4) by b(5) = i in a')).toEqual([
      'Queries and keys both have a region "b".',
    ]);
    expect(messages('pattern p over a(3) by b(y: 4, y: 2) = i in a')).toEqual([
      'The space has two axes or regions "y".',
    ]);
    expect(messages('pattern p over a(3) by (y: 4, x: 2) = i.z == j.w')).toEqual([
      'There is no axis "z".',
      'There is no axis "w".',
    ]);
  });
});

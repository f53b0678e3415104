import type { Random } from './random.ts';

/** Pieces that bad texts are made of: words of the language, brackets without partners, numbers beyond reason. */
const pieces: readonly string[] = [
  ...'pattern attention use let if then else by head layer input launch mask return select over window block within'.split(
    ' ',
  ),
  ...'( ) [ ] { } | & - ! , : .. ..< = == <= < >= != + * / . " // /// \n'.split(' '),
  ...[
    '0',
    '-1',
    '99999999999999999999',
    '1e400',
    '0.5',
    'i',
    'j',
    'n',
    'nq',
    'w',
    'é',
    '\u{1F600}',
    '\u0000',
    '\\',
    "'",
  ],
  ...[
    'i div 0',
    'window(8)',
    'shape(shape(1))',
    'labels[0, 0, 0]',
    '(((((((((((',
    'by head { }',
    'heads 0',
    'dim 7',
  ],
];

/** A text with a few random changes: most are no specification any more. */
export function mutateText(text: string, random: Random): string {
  let mutated = text;
  for (let count = random.integer(1, 4); count > 0; count--) mutated = mutateOnce(mutated, random);
  return mutated;
}

function mutateOnce(text: string, random: Random): string {
  const at = random.integer(0, text.length);
  const end = Math.min(text.length, at + random.integer(1, 12));
  const [before, middle, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  switch (random.integer(0, 7)) {
    case 0:
      return before + after;
    case 1:
      return before + middle + middle + after;
    case 2:
      return before + random.pick(pieces) + middle + after;
    case 3:
      return before + random.pick(pieces) + after;
    case 4:
      return before + [...middle].reverse().join('') + after;
    case 5:
      return text.slice(0, end);
    case 6:
      return text + before;
    default: {
      const nested = random.pick(['(', '!', 'block(2) { ', '[', 'abs(']);
      return before + nested.repeat(random.pick([3, 150])) + middle + after;
    }
  }
}

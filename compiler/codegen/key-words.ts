/** A set of keys as the text of a u32, and the operator that stands outermost in it. */
export interface Word {
  readonly text: string;
  readonly operator: '&' | '|' | null;
}

export const NONE: Word = { text: '0u', operator: null };
export const EVERY: Word = { text: '0xffffffffu', operator: null };

export function andWords(left: Word, right: Word): Word {
  if (left === NONE || right === NONE) return NONE;
  if (left === EVERY) return right;
  return right === EVERY ? left : join(left, '&', right);
}

export function orWords(left: Word, right: Word): Word {
  if (left === EVERY || right === EVERY) return EVERY;
  if (left === NONE) return right;
  return right === NONE ? left : join(left, '|', right);
}

export function notWord(word: Word): Word {
  if (word === NONE) return EVERY;
  if (word === EVERY) return NONE;
  return { text: `~${word.operator === null ? word.text : `(${word.text})`}`, operator: null };
}

/** WGSL mixes & and | only with parentheses. */
function join(left: Word, operator: '&' | '|', right: Word): Word {
  const side = (word: Word): string =>
    word.operator === null || word.operator === operator ? word.text : `(${word.text})`;
  return { text: `${side(left)} ${operator} ${side(right)}`, operator };
}

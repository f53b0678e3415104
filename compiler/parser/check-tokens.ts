import type { IToken } from 'chevrotain';
import type { Problem } from './problem.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { endOf } from './lexer.ts';
import { largestInteger, readString } from './read-literals.ts';
import * as t from './tokens.ts';

/** What was written for an operator of ours, and how ours is spelled. */
const foreign: Readonly<Record<string, string>> = {
  '&&': '&',
  '||': '|',
  '%': 'mod',
  '^': '*',
  '\u2264': '<=',
  '\u2265': '>=',
  '\u2260': '!=',
  '\u2227': '&',
  '\u2228': '|',
  '\u222a': '|',
  '\u2229': '&',
  '\u2216': '-',
  '\u2208': 'in',
  '\u00d7': '*',
  '\u00b7': '*',
  '\u2212': '-',
};

/** Finds what is wrong with single tokens, and gives every foreign operator its meaning so that parsing can go on. */
export function checkTokens(
  tokens: readonly IToken[],
  file: string,
  report: (problem: Problem) => void,
): void {
  for (const token of tokens) {
    const span: Span = { file, start: token.startOffset, end: endOf(token) };
    const found = checkToken(token, span);
    if (found !== null) report(found);
  }
}

function checkToken(token: IToken, span: Span): Problem | null {
  switch (token.tokenType) {
    case t.Integer:
      return checkInteger(token, span);
    case t.Real:
      if (Number.isFinite(Number(token.image))) return null;
      return {
        name: 'real-too-large',
        message: `\`${token.image}\` is larger than any real number that a computer holds.`,
        span,
        label: 'too large',
        notes: ['the largest real is about 1.8e308'],
      };
    case t.Text:
      return checkEscapes(token, span);
    case t.UnterminatedText:
      return {
        name: 'unterminated-string',
        message: 'This string has no closing quote on its line.',
        span,
        label: 'the string begins here',
        help: [{ text: 'close it', replacement: { span: { ...span, start: span.end }, text: '"' } }],
      };
    case t.MalformedNumber:
      return {
        name: 'malformed-number',
        message: `\`${token.image}\` is neither a number nor a name.`,
        span,
        label: 'a name begins with a letter, a number holds digits only',
        help: malformedNumberHelp(token.image),
      };
    case t.ForeignNot:
    case t.ForeignOperator: {
      const ours = token.tokenType === t.ForeignNot ? '!' : foreign[token.image];
      token.payload = ours;
      const also = ours === '|' ? ' (or `or`)' : ours === '&' ? ' (or `and`)' : '';
      return {
        name: 'foreign-operator',
        message: `\`${token.image}\` is no operator of this language.`,
        span,
        label: token.image === '^' ? 'there are no powers' : `write \`${ours}\`${also}`,
        help:
          token.image === '^'
            ? ['`1 << e` is 2 to the power of an integer e, `exp2(x)` of a real x']
            : [{ text: `write \`${ours}\``, replacement: { span, text: ours } }],
      };
    }
    default:
      return null;
  }
}

function checkInteger(token: IToken, span: Span): Problem | null {
  if (Number(token.image) <= largestInteger) return null;
  return {
    name: 'integer-beyond-32-bits',
    message: `The integer ${token.image} is larger than ${largestInteger}.`,
    span,
    label: 'does not fit into 32 bits',
    notes: ['kernels compute positions and sizes in signed 32-bit integers'],
  };
}

function checkEscapes(token: IToken, span: Span): Problem | null {
  const at = readString(token.image).badEscape;
  if (at === null) return null;
  const start = span.start + at;
  return {
    name: 'unknown-escape',
    message: `\`${token.image.slice(at, at + 2)}\` means nothing in a string.`,
    span: { ...span, start, end: start + 2 },
    label: 'unknown escape',
    notes: [
      'known are `\\"`, `\\\\`, `\\n`, `\\r`, `\\t`, `\\b`, `\\f` and `\\u` with four hexadecimal digits',
    ],
    help: ['a path is written with `/`; a backslash itself as `\\\\`'],
  };
}

function malformedNumberHelp(image: string): string[] {
  if (/^0[xX][0-9a-fA-F]+$/.test(image)) return [`numbers are decimal: ${Number(image)}`];
  const units = /^(\d+)([kKmM])$/.exec(image);
  if (units === null) return [];
  const factor = units[2].toLowerCase() === 'k' ? 1024 : 1024 * 1024;
  return [`there are no unit letters: write ${Number(units[1]) * factor}`];
}

import { createToken, Lexer } from 'chevrotain';
import type { TokenType } from 'chevrotain';

/** Categories: what the grammar asks for where several tokens will do. */
export const Word = createToken({ name: 'Word', pattern: Lexer.NA });
export const BinaryOperator = createToken({ name: 'BinaryOperator', pattern: Lexer.NA });
export const PrefixOperator = createToken({ name: 'PrefixOperator', pattern: Lexer.NA });

export const Identifier = createToken({
  name: 'Identifier',
  pattern: /[A-Za-z_][A-Za-z0-9_]*/,
  categories: [Word],
});

function keyword(word: string, ...categories: TokenType[]): TokenType {
  return createToken({
    name: word,
    pattern: word,
    longer_alt: Identifier,
    categories: [Word, ...categories],
  });
}

export const Pattern = keyword('pattern');
export const Attention = keyword('attention');
export const Use = keyword('use');
export const Let = keyword('let');
export const If = keyword('if');
export const Then = keyword('then');
export const Else = keyword('else');
export const Input = keyword('input');
export const Launch = keyword('launch');
export const By = keyword('by');
export const Over = keyword('over');
export const Select = keyword('select');
export const Return = keyword('return');
export const True = keyword('true');
export const False = keyword('false');
export const Not = keyword('not', PrefixOperator);
export const Or = keyword('or', BinaryOperator);
export const And = keyword('and', BinaryOperator);
export const Div = keyword('div', BinaryOperator);
export const Mod = keyword('mod', BinaryOperator);
export const In = keyword('in', BinaryOperator);

const keywords = [
  ...[Pattern, Attention, Use, Let, If, Then, Else, Input, Launch, By, Over, Select, Return, True, False],
  ...[Not, Or, And, Div, Mod, In],
];

/** The words that can name nothing. Every other word of the language is an ordinary name where no field is expected. */
export const reservedWords: ReadonlySet<string> = new Set(keywords.map((token) => token.name));

const binary = (name: string, pattern: string | RegExp, ...more: TokenType[]): TokenType =>
  createToken({ name, pattern, categories: [BinaryOperator, ...more] });
const mark = (name: string): TokenType => createToken({ name, pattern: name });

export const Minus = binary('-', '-', PrefixOperator);
export const Bang = createToken({ name: '!', pattern: '!', categories: [PrefixOperator] });
export const Assign = mark('=');
export const Comma = mark(',');
export const Colon = mark(':');
export const Semicolon = mark(';');
export const Dot = mark('.');
export const LeftParen = mark('(');
export const RightParen = mark(')');
export const LeftBracket = mark('[');
export const RightBracket = mark(']');
export const LeftBrace = mark('{');
export const RightBrace = mark('}');

/** `(` and `[` that touch what stands before them; the lexer re-types them (see ./lexer.ts). */
export const CallParen = createToken({ name: 'call (', pattern: Lexer.NA, categories: [LeftParen] });
export const IndexBracket = createToken({ name: 'index [', pattern: Lexer.NA, categories: [LeftBracket] });

const operators = [
  ...['..<', '..', '<<', '>>', '<=', '>=', '==', '!=', '<', '>', '|', '&', '+', '*', '/'].map((o) =>
    binary(o, o),
  ),
  Minus,
  Bang,
];

export const Real = createToken({ name: 'Real', pattern: /\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/ });
export const Integer = createToken({ name: 'Integer', pattern: /\d+/ });
export const Text = createToken({ name: 'String', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/ });

/**
 * Tokens that are no part of the language but are understood: each is reported, read as what was meant, and the
 * parser goes on (see ./check-tokens.ts).
 */
export const UnterminatedText = createToken({
  name: 'UnterminatedString',
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*\\?/,
  categories: [Text],
});
export const MalformedNumber = createToken({
  name: 'MalformedNumber',
  pattern: /\d+(?:\.\d+)?[A-Za-z_][A-Za-z0-9_]*/,
  categories: [Integer],
});
export const ForeignOperator = binary(
  'ForeignOperator',
  /&&|\|\||%|\^|[\u2264\u2265\u2260\u2227\u2228\u222a\u2229\u2216\u2208\u00d7\u00b7\u2212]/,
);
export const ForeignNot = createToken({
  name: 'ForeignNot',
  pattern: /\u00ac/,
  categories: [PrefixOperator],
});

const WhiteSpace = createToken({ name: 'WhiteSpace', pattern: /[ \t\r\n\f\ufeff]+/, group: Lexer.SKIPPED });
export const commentGroup = 'comments';
const LineComment = createToken({ name: 'Comment', pattern: /\/\/[^\r\n]*/, group: commentGroup });

/** Every token type, in the order in which the lexer tries them. */
export const allTokens: TokenType[] = [
  ...[
    WhiteSpace,
    LineComment,
    ForeignOperator,
    ForeignNot,
    Real,
    MalformedNumber,
    Integer,
    Text,
    UnterminatedText,
  ],
  ...keywords,
  Identifier,
  ...operators,
  ...[
    Assign,
    Comma,
    Colon,
    Semicolon,
    Dot,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
  ],
  ...[CallParen, IndexBracket, Word, BinaryOperator, PrefixOperator],
];

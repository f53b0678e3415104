import { Lexer } from 'chevrotain';
import type { ILexingError, IToken, TokenType } from 'chevrotain';
import {
  CallParen,
  Dot,
  Identifier,
  IndexBracket,
  LeftBracket,
  LeftParen,
  RightBracket,
  RightParen,
  allTokens,
  commentGroup,
} from './tokens.ts';

export interface Lexed {
  readonly tokens: IToken[];
  /** `// …` and `/// …`, in order. */
  readonly comments: readonly IToken[];
  /** Runs of characters that begin no token; they are left out of `tokens`. */
  readonly errors: readonly ILexingError[];
}

let lexer: Lexer | undefined;

/** Cuts a text into tokens. Never throws. */
export function tokenize(text: string): Lexed {
  lexer ??= new Lexer(allTokens, { positionTracking: 'onlyOffset', skipValidations: true });
  const { tokens, groups, errors } = lexer.tokenize(text);
  markTouchingOpeners(tokens);
  return { tokens, comments: groups[commentGroup] ?? [], errors };
}

/** One past the last character of a token. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** How an operator is spelled in the language; a foreign operator (`&&`) stands for one of ours in its payload. */
export function spellingOf(token: IToken): string {
  return typeof token.payload === 'string' ? token.payload : token.image;
}

/**
 * `f(x)` calls and `ids[i]` looks up, but `a (x)` is two expressions: white space decides, and it is settled here so
 * that the grammar stays free of it.
 */
function markTouchingOpeners(tokens: readonly IToken[]): void {
  for (let at = 1; at < tokens.length; at++) {
    const before = tokens[at - 1];
    if (endOf(before) !== tokens[at].startOffset) continue;
    // After a dot every word is a name.
    const type = tokens[at - 2]?.tokenType === Dot ? Identifier : before.tokenType;
    if (tokens[at].tokenType === LeftParen && type === Identifier) retype(tokens[at], CallParen);
    const indexed = type === Identifier || type === RightParen || type === RightBracket;
    if (tokens[at].tokenType === LeftBracket && indexed) retype(tokens[at], IndexBracket);
  }
}

export function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}

import type { IToken } from 'chevrotain';
import type { Problem } from './problem.ts';
import { endOf } from './lexer.ts';
import { startsItem } from './recovery.ts';
import * as t from './tokens.ts';

/** Brackets, `if`s and prefix operators inside one another. */
export const deepestNesting = 100;

/** Binary operators between one bracket and the next: a chain of them is as deep a tree as it is long. */
export const longestChain = 400;

/**
 * Refuses what would be a deep tree before it is parsed, so that neither the parser nor any later reader of the tree
 * can run out of stack. Returns the tokens without the declarations that are too deep.
 */
export function checkNesting(tokens: IToken[], file: string, report: (problem: Problem) => void): IToken[] {
  const refused: { readonly start: number; readonly end: number }[] = [];
  for (let start = 0; start < tokens.length;) {
    const end = findItemEnd(tokens, start);
    const problem = checkItem(tokens, start, end, file);
    if (problem !== null) {
      report(problem);
      refused.push({ start, end });
    }
    start = end;
  }
  if (refused.length === 0) return tokens;
  return tokens.filter((_, at) => !refused.some(({ start, end }) => at >= start && at < end));
}

function findItemEnd(tokens: readonly IToken[], start: number): number {
  let at = start + 1;
  while (at < tokens.length && !startsItem(tokens[at], 'in attention')) at++;
  return at;
}

interface Frame {
  readonly opener: IToken | null;
  /** `if` and `select` that are still open: each holds the rest of its bracket. */
  words: number;
  operators: number;
}

function checkItem(tokens: readonly IToken[], start: number, end: number, file: string): Problem | null {
  const frames: Frame[] = [{ opener: null, words: 0, operators: 0 }];
  let words = 0;
  let prefixes = 0;
  for (let at = start; at < end; at++) {
    const token = tokens[at];
    const frame = frames[frames.length - 1];
    const span = { file, start: token.startOffset, end: endOf(token) };
    prefixes = isPrefix(token) ? prefixes + 1 : 0;
    if (isOpener(token)) {
      frames.push({ opener: token, words: 0, operators: 0 });
    } else if (isCloser(token)) {
      if (frames.length > 1) words -= frames.pop()!.words;
    } else if (token.tokenType === t.If || token.tokenType === t.Select) {
      frame.words++;
      words++;
    } else if (endsExpression(token)) {
      words -= frame.words;
      frame.words = 0;
      frame.operators = 0;
    } else if (isOperator(token) && ++frame.operators > longestChain) {
      return {
        name: 'chain-too-long',
        message: `More than ${longestChain} operators stand in one expression.`,
        span,
        label: `operator ${longestChain + 1}`,
        help: ['name parts of it with `let` or `pattern`, or give the data as an `input`'],
      };
    }
    if (frames.length - 1 + words + prefixes > deepestNesting) {
      const opener = frames[1]?.opener;
      return {
        name: 'nesting-too-deep',
        message: `The nesting is deeper than ${deepestNesting}.`,
        span,
        label: `level ${deepestNesting + 1}`,
        secondary:
          opener == null
            ? []
            : [
                {
                  span: { file, start: opener.startOffset, end: endOf(opener) },
                  text: 'the outermost bracket',
                },
              ],
        notes: ['brackets, `if`, `select` and prefix operators count, each inside the one before'],
        help: ['name parts of it with `let` or `pattern`'],
      };
    }
  }
  return null;
}

function isOpener(token: IToken): boolean {
  const type = token.tokenType;
  return (
    type === t.LeftParen ||
    type === t.CallParen ||
    type === t.LeftBracket ||
    type === t.IndexBracket ||
    type === t.LeftBrace
  );
}

function isCloser(token: IToken): boolean {
  const type = token.tokenType;
  return type === t.RightParen || type === t.RightBracket || type === t.RightBrace;
}

function isPrefix(token: IToken): boolean {
  const type = token.tokenType;
  return type === t.Not || type === t.Bang || type === t.Minus || type === t.ForeignNot;
}

function isOperator(token: IToken): boolean {
  return token.tokenType === t.Minus || (token.tokenType.CATEGORIES ?? []).includes(t.BinaryOperator);
}

function endsExpression(token: IToken): boolean {
  const type = token.tokenType;
  return (
    type === t.Comma ||
    type === t.Semicolon ||
    type === t.Let ||
    type === t.Return ||
    type === t.Input ||
    type === t.Launch
  );
}

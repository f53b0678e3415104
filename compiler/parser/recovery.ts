import type { IToken } from 'chevrotain';
import { beginsField } from './fields.ts';
import { endOf } from './lexer.ts';
import * as t from './tokens.ts';

/** Whether a token begins a declaration of a file. A `let` does so at top level only. */
export function startsItem(token: IToken, place: 'top level' | 'in attention' = 'top level'): boolean {
  const type = token.tokenType;
  if (type === t.Let) return place === 'top level';
  return type === t.Pattern || type === t.Attention || type === t.Use;
}

/** Whether the token at `at` is the first on its line. */
export function startsOnNewLine(tokens: readonly IToken[], at: number, text: string): boolean {
  return at === 0 || /[\r\n]/.test(text.slice(endOf(tokens[at - 1]), tokens[at].startOffset));
}

/**
 * Whether the token at `at` begins a member of an attention: a reserved word does, a field's word where it stands
 * first on its line or right before a value (`heads 12`, not `scale * 2`).
 */
export function startsMember(tokens: readonly IToken[], at: number, text: string): boolean {
  const type = tokens[at].tokenType;
  if (type === t.Input || type === t.Launch || type === t.Let || type === t.Return || type === t.Over)
    return true;
  if (type !== t.Identifier || !beginsField(tokens[at].image)) return false;
  if (isFieldWithValue(tokens, at, text)) return true;
  const next = tokens[at + 1]?.tokenType;
  return startsOnNewLine(tokens, at, text) && next !== t.Colon && next !== t.Comma && next !== t.Dot;
}

/** Whether a field's word stands right before a value on its line: nothing that an expression can hold. */
export function isFieldWithValue(tokens: readonly IToken[], at: number, text: string): boolean {
  if (tokens[at].tokenType !== t.Identifier || !beginsField(tokens[at].image)) return false;
  if (at + 1 >= tokens.length || startsOnNewLine(tokens, at + 1, text)) return false;
  const next = tokens[at + 1]?.tokenType;
  return next === t.Identifier || next === t.Integer || next === t.Real;
}

/** The next token from `from` on that begins an item; `let` counts where it stands at the start of a line's text. */
export function findItemStart(tokens: readonly IToken[], from: number, text: string): number {
  for (let at = from; at < tokens.length; at++) {
    if (tokens[at].tokenType === t.Let ? startsInFirstColumn(tokens[at], text) : startsItem(tokens[at]))
      return at;
  }
  return tokens.length;
}

function startsInFirstColumn(token: IToken, text: string): boolean {
  return token.startOffset === 0 || /[\r\n\ufeff]/.test(text[token.startOffset - 1]);
}

/**
 * Where parsing goes on after a member that began at `start` failed at `failed`: the next member, the `}` that closes
 * the attention, or the next item. Braces that the member had opened are skipped with their contents.
 */
export function findMemberStart(
  tokens: readonly IToken[],
  start: number,
  failed: number,
  text: string,
): number {
  const open = unclosedBefore(tokens, start, failed);
  let braces = open;
  for (let at = Math.max(failed, start + 1); at < tokens.length; at++) {
    const type = tokens[at].tokenType;
    if (startsItem(tokens[at], 'in attention') || startsMember(tokens, at, text)) return at;
    if (type === t.LeftBrace) braces++;
    if (type === t.RightBrace) {
      if (braces === 0) return at;
      braces--;
    }
  }
  return tokens.length;
}

function unclosedBefore(tokens: readonly IToken[], start: number, end: number): number {
  let open = 0;
  for (let at = start; at < end; at++) {
    if (tokens[at].tokenType === t.LeftBrace) open++;
    if (tokens[at].tokenType === t.RightBrace && open > 0) open--;
  }
  return open;
}

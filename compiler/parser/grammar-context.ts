import type { IRecognitionException, IToken, ParserMethod } from 'chevrotain';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { ChainedRange } from './operators.ts';

/** What the grammar asks of the world around it; set anew for every file. */
export interface GrammarContext {
  readonly file: string;
  readonly text: string;
  /** The `///` lines before a declaration. */
  takeDoc(previousEnd: number, start: number): string;
  /** The parser could not go on at `at`, an index into the tokens. */
  syntaxError(error: IRecognitionException, at: number): void;
  /** The tokens from `at` fit nowhere and are skipped up to `end`. */
  unexpected(at: number, inAttention: boolean): void;
  /** `{` of an attention at index `opener` has no `}`. */
  unclosedAttention(opener: number, at: number): void;
  chainedRange(problem: ChainedRange): void;
  unknownAxis(axis: IToken): void;
  repeatedElse(first: Span, second: Span): void;
}

/** A rule without parameters, and the node that it makes. */
export type Rule<Result> = ParserMethod<[], Result>;

export interface GrammarOptions {
  /** Lets chevrotain look for ambiguities: slow, for tests. */
  readonly validate: boolean;
}

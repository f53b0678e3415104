import type { IToken } from 'chevrotain';
import type { Source } from '../diagnostics/diagnostic.ts';
import type { Comment } from './ast.ts';
import { endOf } from './lexer.ts';

/** The comments of a file; declarations take their `///` lines from here. */
export class CommentTable {
  private readonly found: Comment[];

  constructor(
    private readonly source: Source,
    tokens: readonly IToken[],
  ) {
    this.found = tokens.map((token) => this.read(token));
  }

  get comments(): readonly Comment[] {
    return this.found;
  }

  /**
   * The text of the `///` lines right before `start`, on lines of their own and after `previousEnd`. A blank line cuts
   * off what stands above it; `//` lines in between are passed over.
   */
  takeDoc(previousEnd: number, start: number): string {
    const lines: string[] = [];
    let below = start;
    for (let at = this.lastBefore(start); at >= 0; at--) {
      const comment = this.found[at];
      const gap = this.source.text.slice(comment.span.end, below);
      const touches = gap.trim() === '' && (gap.match(/\r\n|\r|\n/g) ?? []).length === 1;
      if (!touches || comment.placement !== 'own-line' || comment.span.start < previousEnd) break;
      below = comment.span.start;
      if (!comment.doc) continue;
      this.found[at] = { ...comment, placement: 'doc' };
      lines.unshift(comment.text.replace(/^ /, ''));
    }
    return lines.join('\n');
  }

  private lastBefore(offset: number): number {
    let low = 0;
    let high = this.found.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.found[middle].span.start < offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private read(token: IToken): Comment {
    const { text, name } = this.source;
    const start = token.startOffset;
    const lineStart = Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) + 1;
    // Four slashes and more are a ruler, not a doc comment.
    const doc = /^\/\/\/(?!\/)/.test(token.image);
    return {
      kind: 'comment',
      span: { file: name, start, end: endOf(token) },
      text: token.image.slice(doc ? 3 : 2).trimEnd(),
      doc,
      placement: text.slice(lineStart, start).replace('\ufeff', '').trim() === '' ? 'own-line' : 'trailing',
    };
  }
}

/** Offset of the first blank line of each run of blank lines. */
export function findBlankLines(text: string): number[] {
  const found: number[] = [];
  const blank = /(?:\r\n|\r|\n)([ \t\f]*(?:\r\n|\r|\n))+/g;
  for (const match of text.matchAll(blank))
    found.push(match.index + /^(?:\r\n|\r|\n)/.exec(match[0])![0].length);
  return found;
}

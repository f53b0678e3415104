import type { Comment, SourceFile } from '../ast.ts';
import { attachComments } from './attach-comments.ts';
import type { AttachedComments } from './attach-comments.ts';
import { hardLine, lineEnd } from './document.ts';
import type { Document } from './document.ts';
import type { CommentPrinter } from './expressions.ts';

/** A line of a declaration's list with the offsets that it had in the source. */
export interface Piece {
  readonly content: Document;
  readonly start: number;
  readonly end: number;
}

/** Comments and blank lines of a file, given out to the nodes that they belong to. */
export class FileComments implements CommentPrinter {
  private readonly attached: AttachedComments;

  constructor(private readonly file: SourceFile) {
    this.attached = attachComments(file);
  }

  around(node: object, content: Document): Document {
    const leading = (this.attached.leading.get(node) ?? []).flatMap((comment) => [
      printComment(comment),
      hardLine,
    ]);
    return [...leading, content, this.beside(node)];
  }

  dangling(node: object): Document[] {
    return (this.attached.dangling.get(node) ?? []).flatMap((comment) => [hardLine, printComment(comment)]);
  }

  /** The comments before a unit and the unit itself, to be joined by {@link joinPieces}. */
  piecesOf(node: object, span: { readonly start: number; readonly end: number }, content: Document): Piece[] {
    const leading = (this.attached.leading.get(node) ?? []).map(pieceOfComment);
    const beside = this.attached.trailing.get(node);
    const end = beside?.span.end ?? span.end;
    return [...leading, { content: [content, this.beside(node)], start: span.start, end }];
  }

  danglingPieces(node: object): Piece[] {
    return (this.attached.dangling.get(node) ?? []).map(pieceOfComment);
  }

  /** One piece a line; one blank line stays where the source had some. */
  joinPieces(pieces: readonly Piece[]): Document {
    return pieces.map((piece, at) => {
      if (at === 0) return piece.content;
      const blank = this.hasBlankLine(pieces[at - 1].end, piece.start);
      return [hardLine, ...(blank ? [hardLine] : []), piece.content];
    });
  }

  hasBlankLine(from: number, to: number): boolean {
    const { blankLines } = this.file;
    let low = 0;
    let high = blankLines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (blankLines[middle] < from) low = middle + 1;
      else high = middle;
    }
    return low < blankLines.length && blankLines[low] < to;
  }

  private beside(node: object): Document {
    const comment = this.attached.trailing.get(node);
    return comment === undefined ? '' : lineEnd(` ${printComment(comment)}`);
  }
}

/** Only the doc comments of declarations keep their third slash: anywhere else it would document what follows. */
function printComment(comment: Comment): string {
  return `//${comment.text}`;
}

function pieceOfComment(comment: Comment): Piece {
  return { content: printComment(comment), start: comment.span.start, end: comment.span.end };
}

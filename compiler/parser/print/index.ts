import type { Expression, SourceFile } from '../ast.ts';
import { FileComments } from './comments.ts';
import type { Piece } from './comments.ts';
import { DeclarationPrinter } from './declarations.ts';
import { layOut } from './document.ts';
import { ExpressionPrinter } from './expressions.ts';

/** Columns of a formatted file. */
const pageWidth = 100;

/**
 * The text of a file in its canonical layout: what `sparsec fmt` writes. Comments and single blank lines stay; parsed
 * again it gives the same tree, printed again the same text.
 */
export function printFile(file: SourceFile): string {
  const comments = new FileComments(file);
  const printer = new DeclarationPrinter(new ExpressionPrinter(comments), comments);
  const pieces: Piece[] = [];
  let text = '';
  let previous: 'large' | 'small' | null = null;
  for (const item of file.items) {
    const size = item.kind === 'pattern' || item.kind === 'attention' ? 'large' : 'small';
    const own = comments.piecesOf(item, item.span, printer.printItem(item));
    const blank = comments.hasBlankLine(pieces.at(-1)?.end ?? 0, own[0].start);
    const apart =
      previous !== null && (blank || previous === 'large' || size === 'large' || previous !== size);
    text += `${apart ? '\n' : ''}${layOut(comments.joinPieces(own), pageWidth)}`;
    pieces.push(...own);
    previous = size;
  }
  const rest = comments.danglingPieces(file);
  if (rest.length === 0) return text;
  const apart = text !== '' && comments.hasBlankLine(pieces.at(-1)?.end ?? 0, rest[0].start);
  return `${text}${apart ? '\n' : ''}${layOut(comments.joinPieces(rest), pageWidth)}`;
}

/** One expression on as few lines as fit, for messages and dumps. */
export function printExpression(expression: Expression): string {
  const printer = new ExpressionPrinter({ around: (_node, content) => content, dangling: () => [] });
  return layOut(printer.print(expression), pageWidth).trimEnd();
}

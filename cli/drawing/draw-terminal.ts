import { countCells, sparsityText } from './picture.ts';
import type { Cell, Picture } from './picture.ts';

/** The glyphs of FlexAttention's `BlockMask.to_string`, doubled so that a cell is about square. */
const glyphs: Record<Cell, string> = { full: '██', partial: '░░', empty: '  ' };

/**
 * A picture as text:
 *
 * ```
 * longformer, 64 queries x 64 keys, cells of 4, sparsity 71.48%
 * ████░░
 * ██████░░
 * ```
 */
export function drawTerminal(name: string, picture: Picture, color: boolean): string {
  const { nq, nk, tile, caption, cells } = picture;
  const subject = caption === '' ? name : `${name}, ${caption}`;
  const scale = tile === 1 ? '' : `, cells of ${tile}`;
  const paint = color ? paintRow : (text: string) => text;
  const rows = cells.map((line) =>
    paint(
      line
        .map((cell) => glyphs[cell])
        .join('')
        .trimEnd(),
    ),
  );
  const { full, partial, empty } = countCells(picture);
  const legend = `██ full ${full}   ░░ partial ${partial}   empty ${empty}`;
  const head = `${subject}: ${nq} queries x ${nk} keys${scale}, sparsity ${sparsityText(picture)}`;
  return `${[head, ...rows, legend].join('\n')}\n`;
}

function paintRow(text: string): string {
  return text
    .replace(/█+/g, (run) => `\u001b[34m${run}\u001b[0m`)
    .replace(/░+/g, (run) => `\u001b[36m${run}\u001b[0m`);
}

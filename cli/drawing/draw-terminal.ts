import { legendOf, lookOf } from './panel.ts';
import type { Drawing, Look, Panel } from './panel.ts';

/** Two characters a cell, so that it is about square. */
const glyphs: Readonly<Record<Look | 'mark', string>> = {
  mark: '<>',
  empty: '  ',
  vain: '··',
  low: '░░',
  middle: '▒▒',
  high: '▓▓',
  full: '██',
};

const colors: Partial<Record<Look, number>> = { vain: 33, low: 36, middle: 36, high: 36, full: 34 };

/**
 * A drawing as text, its panels one below the other:
 *
 * ```
 * longformer: 64 queries x 64 keys, cells of 4
 * ██▒▒
 * ████▒▒
 * ██ full   ▒▒ partial   sparsity 71.48%; full 3, partial 2, empty 11
 * ```
 */
export function drawTerminal(drawing: Drawing, color: boolean): string {
  const legend = legendOf(drawing).map(([sample, meaning]) => `${glyphs[sample]} ${meaning}`);
  const blocks = drawing.panels.map((panel) =>
    [panel.title, ...linesOf(panel, color), [...legend, panel.note].join('   ')].join('\n'),
  );
  return `${blocks.join('\n\n')}\n`;
}

/** Panels side by side as far as they fit into `width` characters, under the title of the drawing. */
export function drawTerminalGrid(drawing: Drawing, width: number, color: boolean): string {
  const shelves: Panel[][] = [];
  let used = Infinity;
  for (const panel of drawing.panels) {
    const wide = widthOf(panel);
    if (used + gap.length + wide > width) {
      shelves.push([]);
      used = -gap.length;
    }
    shelves[shelves.length - 1].push(panel);
    used += gap.length + wide;
  }
  const legend = legendOf(drawing).map(([sample, meaning]) => `${glyphs[sample]} ${meaning}`);
  return `${[drawing.title, ...shelves.map((shelf) => shelfText(shelf, color)), legend.join('   ')].join('\n\n')}\n`;
}

const gap = '   ';

/** A panel with its frame. */
function widthOf(panel: Panel): number {
  return Math.max(2 * panel.columns + 2, panel.caption.length, panel.note.length);
}

function shelfText(shelf: readonly Panel[], color: boolean): string {
  const height = Math.max(...shelf.map((panel) => panel.rows));
  const columns = shelf.map((panel) => {
    const rule = '─'.repeat(2 * panel.columns);
    const wide = widthOf(panel);
    const body = linesOf(panel, color, true).map(
      (line) => `│${line}│${' '.repeat(wide - 2 * panel.columns - 2)}`,
    );
    const lines = [panel.caption, `┌${rule}┐`, ...body, `└${rule}┘`, panel.note];
    while (lines.length < height + 4) lines.push('');
    return lines.map((line, at) => (at > 1 && at < 2 + panel.rows ? line : line.padEnd(wide)));
  });
  return columns[0]
    .map((_, at) =>
      columns
        .map((lines) => lines[at])
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** The rows of a panel; `whole` keeps the blanks at their ends. */
function linesOf(panel: Panel, color: boolean, whole = false): readonly string[] {
  return Array.from({ length: panel.rows }, (_, row) => {
    const looks = Array.from({ length: panel.columns }, (_column, column) =>
      lookOf(panel, row * panel.columns + column),
    );
    while (!whole && looks.length > 0 && looks[looks.length - 1] === 'empty') looks.pop();
    const cells = looks.map((look, column) =>
      panel.mark?.row === row && panel.mark.column === column ? glyphs.mark : glyphs[look],
    );
    return color ? paint(looks, cells) : cells.join('');
  });
}

/** One escape sequence for a run of equal looks. */
function paint(looks: readonly Look[], cells: readonly string[]): string {
  let text = '';
  for (let at = 0; at < looks.length;) {
    const first = at;
    while (at < looks.length && looks[at] === looks[first]) at++;
    const run = cells.slice(first, at).join('');
    const code = colors[looks[first]];
    text += code === undefined ? run : `\u001b[${code}m${run}\u001b[0m`;
  }
  return text;
}

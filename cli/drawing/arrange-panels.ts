import type { Drawing, Panel } from './panel.ts';

/** Where a panel lies in a picture, in pixels. */
export interface PlacedPanel {
  readonly panel: Panel;
  /** Pixels of a cell. */
  readonly unit: number;
  /** The upper left corner of its cells. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Arrangement {
  readonly width: number;
  readonly height: number;
  readonly panels: readonly PlacedPanel[];
}

const margin = { left: 28, top: 24, right: 16, bottom: 30 };
/** Above and below the cells of a panel: its caption, its note. */
const head = 18;
const foot = 24;
const gap = 28;
/** Pixels of a panel's longer side, less where there are many. */
const longSide = { few: 320, many: 160 };
/** Panels go to the next row behind so many pixels. */
const widest = 1400;

/** Puts panels side by side in rows; `textWidth` is how wide a caption or note is drawn. */
export function arrangePanels({ title, panels }: Drawing, textWidth: (text: string) => number): Arrangement {
  const side = panels.length > 4 ? longSide.many : longSide.few;
  const placed: PlacedPanel[] = [];
  let [left, top, rowHeight, width] = [margin.left, margin.top + head, 0, margin.left + textWidth(title)];
  for (const panel of panels) {
    const unit = Math.max(1, Math.floor(side / Math.max(panel.rows, panel.columns, 1)));
    const size = { width: unit * panel.columns, height: unit * panel.rows };
    const wide = Math.max(size.width, textWidth(panel.note), textWidth(panel.caption));
    if (left > margin.left && left + wide > widest) {
      top += rowHeight + foot + head;
      [left, rowHeight] = [margin.left, 0];
    }
    placed.push({ panel, unit, left, top, ...size });
    width = Math.max(width, left + wide);
    rowHeight = Math.max(rowHeight, size.height);
    left += wide + gap;
  }
  return {
    width: Math.ceil(width) + margin.right,
    height: top + rowHeight + foot + margin.bottom,
    panels: placed,
  };
}

/** Where the legend stands: the upper left corner of its first sample. */
export function legendPlace({ height }: Arrangement): { readonly left: number; readonly top: number } {
  return { left: margin.left, top: height - margin.bottom + 8 };
}

export const titlePlace = { left: margin.left, top: 16 } as const;

import { encode } from 'fast-png';
import { arrangePanels, legendPlace, titlePlace } from './arrange-panels.ts';
import type { PlacedPanel } from './arrange-panels.ts';
import { palette } from './palette.ts';
import { legendOf, lookOf } from './panel.ts';
import type { Drawing } from './panel.ts';
import { advance, glyphHeight, rasterText } from './pixel-font.ts';

type Color = readonly [number, number, number];

const ink: Color = [0x33, 0x33, 0x33];
const frame: Color = [0x88, 0x88, 0x88];
/** Pixels of the picture for one of a letter. */
const textScale = 2;

/** A drawing as a PNG of true colour, the same bytes for the same drawing; the title is in its text `Title` too. */
export function drawPng(drawing: Drawing): Uint8Array {
  const arrangement = arrangePanels(drawing, (text) => text.length * advance * textScale);
  const canvas = new Canvas(arrangement.width, arrangement.height);
  const line = glyphHeight * textScale;
  canvas.text(titlePlace.left, titlePlace.top - line, drawing.title, ink);
  for (const placed of arrangement.panels) drawPanel(canvas, placed);
  const legend = legendPlace(arrangement);
  let left = legend.left;
  for (const [sample, meaning] of legendOf(drawing)) {
    canvas.rectangle(left, legend.top, line, line, palette[sample]);
    canvas.text(left + line + 4, legend.top, meaning, ink);
    left += line + 20 + meaning.length * advance * textScale;
  }
  return encode({
    width: canvas.width,
    height: canvas.height,
    data: canvas.pixels,
    channels: 3,
    text: { Title: drawing.title },
  });
}

function drawPanel(canvas: Canvas, { panel, unit, left, top, width, height }: PlacedPanel): void {
  const { axes, caption, note, mark, rows, columns } = panel;
  const line = glyphHeight * textScale;
  canvas.text(left, top - line - 6, caption === '' ? `${axes.down} / ${axes.across}` : caption, ink);
  canvas.rectangle(left - 1, top - 1, width + 2, height + 2, frame);
  canvas.rectangle(left, top, width, height, [255, 255, 255]);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const look = lookOf(panel, row * columns + column);
      if (look !== 'empty')
        canvas.rectangle(left + column * unit, top + row * unit, unit, unit, palette[look]);
    }
  }
  if (mark !== null)
    canvas.rectangle(left + mark.column * unit, top + mark.row * unit, unit, unit, palette.mark);
  canvas.text(left, top + height + 6, note, ink);
}

/** Rows of red, green and blue, white at first. What lies outside is cut off. */
class Canvas {
  readonly pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Uint8Array(3 * width * height).fill(255);
  }

  rectangle(left: number, top: number, width: number, height: number, color: Color): void {
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      for (let x = Math.max(0, left); x < Math.min(this.width, left + width); x++) {
        this.pixels.set(color, 3 * (y * this.width + x));
      }
    }
  }

  text(left: number, top: number, text: string, color: Color): void {
    rasterText(text, (x, y) =>
      this.rectangle(left + x * textScale, top + y * textScale, textScale, textScale, color),
    );
  }
}

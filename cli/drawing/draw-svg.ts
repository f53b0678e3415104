import { arrangePanels, legendPlace, titlePlace } from './arrange-panels.ts';
import type { Arrangement, PlacedPanel } from './arrange-panels.ts';
import { hex, palette } from './palette.ts';
import { legendOf, lookOf } from './panel.ts';
import type { Drawing, Look, Panel, Sample } from './panel.ts';

const fontSize = 11;
/** About the width of a character of the sans-serif fonts that viewers have. */
const characterWidth = 0.56 * fontSize;
const fewestPixelsOfLines = 10;
const degrees = ['low', 'middle', 'high'] as const;

/**
 * A drawing as one SVG document, the same bytes for the same drawing. Full cells are solid, partial ones lighter and
 * hatched, those visited in vain dotted, so that they differ without colour too.
 */
export function drawSvg(drawing: Drawing): string {
  const arrangement = arrangePanels(drawing, (text) => text.length * characterWidth);
  const { width, height, panels } = arrangement;
  const title = escapeXml(drawing.title);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${title}</title>
<defs>${degrees.map(hatch).join('')}${dots()}</defs>
<rect width="${width}" height="${height}" fill="#fff"/>
<g font-family="sans-serif" font-size="${fontSize}" fill="#333">
<text x="${titlePlace.left}" y="${titlePlace.top}" font-size="13" font-weight="bold">${title}</text>
${panels.map(drawPanel).join('')}${drawLegend(drawing, arrangement)}</g>
</svg>
`;
}

function hatch(look: (typeof degrees)[number]): string {
  const line = hex(palette[look === 'high' ? 'full' : 'high']);
  return `<pattern id="${look}" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="${hex(palette[look])}"/><path d="M-1 1 1-1M0 4 4 0M3 5 5 3" stroke="${line}" stroke-width=".8"/></pattern>`;
}

function dots(): string {
  return `<pattern id="vain" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="${hex(palette.vain)}"/><circle cx="2" cy="2" r=".7" fill="#b5701a"/></pattern>`;
}

function fillOf(sample: Sample): string {
  return sample === 'full' || sample === 'mark' ? hex(palette[sample]) : `url(#${sample})`;
}

function drawPanel(placed: PlacedPanel): string {
  const { panel, unit, left, top, width, height } = placed;
  const { axes, caption, note, mark } = panel;
  const across = `${axes.across} →`;
  const middle = top + height / 2;
  const paths = (['full', 'vain', ...degrees] as const).flatMap((look) => {
    const d = pathOf(panel, look, unit, left, top);
    return d === '' ? [] : [`<path fill="${fillOf(look)}" d="${d}"/>\n`];
  });
  const marked =
    mark === null
      ? ''
      : `<rect x="${left + mark.column * unit}" y="${top + mark.row * unit}" width="${unit}" height="${unit}" fill="none" stroke="${hex(palette.mark)}" stroke-width="2"/>\n`;
  const lines = unit < fewestPixelsOfLines ? '' : gridLines(placed);
  return `<text x="${left}" y="${top - 6}">${escapeXml(caption === '' ? across : `${caption}, ${across}`)}</text>
<text x="${left - 8}" y="${middle}" text-anchor="middle" transform="rotate(-90 ${left - 8} ${middle})">← ${escapeXml(axes.down)}</text>
${paths.join('')}${lines}<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="#888"/>
${marked}<text x="${left}" y="${top + height + 16}">${escapeXml(note)}</text>
`;
}

/** Lines between cells that are large enough to be counted. */
function gridLines({ panel, unit, left, top, width, height }: PlacedPanel): string {
  const across = Array.from(
    { length: panel.rows - 1 },
    (_, row) => `M${left} ${top + (row + 1) * unit}h${width}`,
  );
  const down = Array.from(
    { length: panel.columns - 1 },
    (_, at) => `M${left + (at + 1) * unit} ${top}v${height}`,
  );
  const d = [...across, ...down].join('');
  return d === '' ? '' : `<path d="${d}" stroke="#ddd" stroke-width=".5"/>\n`;
}

function drawLegend(drawing: Drawing, arrangement: Arrangement): string {
  const { left, top } = legendPlace(arrangement);
  let at = left;
  const entries = legendOf(drawing).map(([sample, meaning]) => {
    const entry = `<rect x="${at}" y="${top}" width="10" height="10" fill="${fillOf(sample)}" stroke="#888" stroke-width=".5"/><text x="${at + 15}" y="${top + 9}">${meaning}</text>\n`;
    at += 30 + Math.ceil(meaning.length * characterWidth);
    return entry;
  });
  return entries.join('');
}

/** One rectangle a run of equal cells in a row; runs of the row above with the same borders are extended downwards. */
function pathOf(panel: Panel, wanted: Look, unit: number, left: number, top: number): string {
  const done: string[] = [];
  let open = new Map<string, { from: number; to: number; row: number }>();
  const close = (box: { from: number; to: number; row: number }, end: number) =>
    done.push(
      `M${left + box.from * unit} ${top + box.row * unit}h${(box.to - box.from) * unit}v${(end - box.row) * unit}h-${(box.to - box.from) * unit}z`,
    );
  for (let row = 0; row < panel.rows; row++) {
    const next = new Map<string, { from: number; to: number; row: number }>();
    for (const { from, to } of runsOf(panel, row, wanted)) {
      const key = `${from}:${to}`;
      next.set(key, open.get(key) ?? { from, to, row });
      open.delete(key);
    }
    for (const box of open.values()) close(box, row);
    open = next;
  }
  for (const box of open.values()) close(box, panel.rows);
  return done.join('');
}

function runsOf(panel: Panel, row: number, wanted: Look): { from: number; to: number }[] {
  const first = row * panel.columns;
  const runs: { from: number; to: number }[] = [];
  for (let at = 0; at < panel.columns; at++) {
    if (lookOf(panel, first + at) !== wanted) continue;
    const from = at;
    while (at < panel.columns && lookOf(panel, first + at) === wanted) at++;
    runs.push({ from, to: at });
  }
  return runs;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

import { countCells, sparsityText } from './picture.ts';
import type { Cell, Picture } from './picture.ts';

const margin = { left: 28, top: 40, right: 16, bottom: 34 };
const gap = 28;
/** Pixels of a panel's longer side. */
const panelSize = 320;

/**
 * Pictures side by side as one SVG document, the same bytes for the same pictures. Full cells are solid, partial ones
 * lighter and hatched, so that the two differ without colour too.
 */
export function drawSvg(name: string, pictures: readonly Picture[]): string {
  const panels = pictures.map((picture) => {
    const rows = picture.cells.length;
    const columns = picture.cells[0]?.length ?? 0;
    const unit = Math.max(1, Math.floor(panelSize / Math.max(rows, columns, 1)));
    return { picture, unit, width: unit * columns, height: unit * rows };
  });
  const width =
    margin.left + margin.right + sum(panels.map((panel) => panel.width)) + gap * (panels.length - 1);
  const height = margin.top + margin.bottom + Math.max(...panels.map((panel) => panel.height));
  let left = margin.left;
  const bodies = panels.map((panel) => {
    const body = drawPanel(panel.picture, panel.unit, left);
    left += panel.width + gap;
    return body;
  });
  const { nq, nk, tile } = pictures[0];
  const scale = tile === 1 ? '' : `, cells of ${tile}`;
  const title = `${name}: ${nq} queries x ${nk} keys${scale}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escapeXml(title)}</title>
<defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#c7d7f5"/><path d="M-1 1 1-1M0 4 4 0M3 5 5 3" stroke="#5b84d8" stroke-width=".8"/></pattern></defs>
<rect width="${width}" height="${height}" fill="#fff"/>
<g font-family="sans-serif" font-size="11" fill="#333">
<text x="${margin.left}" y="16" font-size="13" font-weight="bold">${escapeXml(title)}</text>
${bodies.join('')}</g>
</svg>
`;
}

function drawPanel(picture: Picture, unit: number, left: number): string {
  const top = margin.top;
  const height = picture.cells.length * unit;
  const width = (picture.cells[0]?.length ?? 0) * unit;
  const { full, partial, empty } = countCells(picture);
  const caption = picture.caption === '' ? 'keys →' : `${picture.caption}, keys →`;
  const legend = `sparsity ${sparsityText(picture)}; full ${full}, partial ${partial}, empty ${empty}`;
  const middle = top + height / 2;
  return `<text x="${left}" y="${top - 6}">${escapeXml(caption)}</text>
<text x="${left - 8}" y="${middle}" text-anchor="middle" transform="rotate(-90 ${left - 8} ${middle})">← queries</text>
<path fill="#2456b8" d="${pathOf(picture, 'full', unit, left, top)}"/>
<path fill="url(#hatch)" d="${pathOf(picture, 'partial', unit, left, top)}"/>
<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="#888"/>
<text x="${left}" y="${top + height + 16}">${legend}</text>
`;
}

/** One rectangle a run of equal cells in a row; runs of the row above with the same borders are extended downwards. */
function pathOf(picture: Picture, wanted: Cell, unit: number, left: number, top: number): string {
  const done: string[] = [];
  let open = new Map<string, { from: number; to: number; row: number }>();
  const close = (box: { from: number; to: number; row: number }, end: number) =>
    done.push(
      `M${left + box.from * unit} ${top + box.row * unit}h${(box.to - box.from) * unit}v${(end - box.row) * unit}h-${(box.to - box.from) * unit}z`,
    );
  picture.cells.forEach((line, row) => {
    const next = new Map<string, { from: number; to: number; row: number }>();
    for (const { from, to } of runsOf(line, wanted)) {
      const key = `${from}:${to}`;
      next.set(key, open.get(key) ?? { from, to, row });
      open.delete(key);
    }
    for (const box of open.values()) close(box, row);
    open = next;
  });
  for (const box of open.values()) close(box, picture.cells.length);
  return done.join('');
}

function runsOf(line: readonly Cell[], wanted: Cell): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (let at = 0; at < line.length; at++) {
    if (line[at] !== wanted) continue;
    const from = at;
    while (at < line.length && line[at] === wanted) at++;
    runs.push({ from, to: at });
  }
  return runs;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

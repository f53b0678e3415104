import type { Extents, View, ViewRegion } from '../../runtime/view.ts';
import { printMask, printMaskLine } from './print-mask.ts';
import type { Schedule, ScheduledPass } from './schedule.ts';

/** The passes of a schedule as text, for goldens and `--print-after`; what was considered besides is for `explain`. */
export function printSchedule({ graph, passes }: Schedule): string {
  return `schedule ${graph.name}\n${passes.map(printPass).join('')}`;
}

function printPass(pass: ScheduledPass): string {
  const { name, branch, mask, queries, keys, strategy, state, column, shapes } = pass;
  const handed = [...(state.reads ? ['reads'] : []), ...(state.writes ? ['writes'] : [])];
  const lines = [
    `  pass ${name}: attend ${branch}, ${strategy}${column > 0 ? `, column ${column}` : ''}`,
    ...(handed.length > 0 ? [`    state ${handed.join(', ')}`] : []),
    ...printView('queries', queries),
    ...printView('keys', keys),
    ...shapes.map(
      (shape) =>
        `    tile ${shape.queries} x ${shape.keys}: ${printExtents(shape.extents.queries)} x ${printExtents(shape.extents.keys)}`,
    ),
    '    mask',
    ...printMask(mask)
      .split('\n')
      .map((line) => `      ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** `queries by positions`, `queries parted by active[batch, i]`, or a line a region: `queries offset + (mod 4: 4 step 1), (div 4: (nq + 3) div 4 step 4)`. */
function printView(side: string, view: View): string[] {
  if (view.kind === 'parted') return [`    ${side} parted by ${printMaskLine(view.first)}`];
  if (view.kind !== 'boxes') return [`    ${side} by ${view.kind}`];
  return view.regions.map((region) => `    ${side} ${printRegion(region)}`);
}

function printRegion({ base, axes }: ViewRegion): string {
  const parts = axes.map(
    ({ name, size, stride }) => `(${name}: ${printMaskLine(size)} step ${printMaskLine(stride)})`,
  );
  return `${printMaskLine(base)} + ${parts.join(' ')}`;
}

/** `(1, 32) | (32)`: a box a region; `-` for views without boxes. */
function printExtents(extents: Extents): string {
  return extents.length === 0 ? '-' : extents.map((box) => `(${box.join(', ')})`).join(' | ');
}

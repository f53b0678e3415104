import { evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import type { View } from '../../../runtime/view.ts';
import type { NominalLaunch } from './nominal-launch.ts';

/** A region of a view with its programs evaluated. */
export interface NumberedRegion {
  readonly base: number;
  readonly axes: readonly NumberedAxis[];
  /** Axes by descending stride: the digits of a position. */
  readonly digits: readonly number[];
  /** Are the sizes of its axes the same in every launch? */
  readonly isFixed: boolean;
}

export interface NumberedAxis {
  readonly size: number;
  readonly stride: number;
}

/** The regions of a view at the sizes of a nominal launch; a view of positions is one axis, a list or parted rows have none. */
export function numberView(
  view: View,
  side: 'queries' | 'keys',
  { launched, nq, nk }: NominalLaunch,
): readonly NumberedRegion[] {
  const { scalars, offset } = launched;
  switch (view.kind) {
    case 'list':
    case 'parted':
      return [];
    case 'positions':
      return [
        side === 'queries'
          ? numbered(offset, [{ size: nq, stride: 1 }], false)
          : numbered(0, [{ size: nk, stride: 1 }], false),
      ];
    case 'boxes': {
      const valueOf = (program: MaskProgram) => evaluateProgram(program, { symbols: scalars });
      return view.regions.map(({ base, axes }) =>
        numbered(
          valueOf(base),
          axes.map(({ size, stride }) => ({ size: valueOf(size), stride: valueOf(stride) })),
          axes.every(({ size }) => size.nodes.every(({ kind }) => kind !== 'symbol')),
        ),
      );
    }
  }
}

function numbered(base: number, axes: readonly NumberedAxis[], isFixed: boolean): NumberedRegion {
  const digits = axes.map((_, at) => at).sort((a, b) => axes[b].stride - axes[a].stride);
  return { base, axes, digits, isFixed };
}

/** The position at coordinates of a region. */
export function positionAt(
  { base, axes }: Omit<NumberedRegion, 'isFixed'>,
  coordinates: readonly number[],
): number {
  return axes.reduce((sum, { stride }, at) => sum + stride * coordinates[at], base);
}

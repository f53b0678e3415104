import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import type { View } from '../../../runtime/view.ts';
import { ceilDivide, constantProgram, programOf } from './programs.ts';

export const positionsView: View = { kind: 'positions' };
export const listView: View = { kind: 'list' };

/**
 * Positions by their residues: axes (mod m: stride 1) and (div m: stride m), counted from the first query or key. A
 * launch of fewer rows than residues has no empty tiles.
 */
export function residueView(side: 'queries' | 'keys', modulus: MaskProgram, name: string): View {
  const length = side === 'queries' ? 'nq' : 'nk';
  const base = side === 'queries' ? programOf((builder) => builder.symbol('offset')) : constantProgram(0);
  return {
    kind: 'boxes',
    regions: [
      {
        base,
        axes: [
          {
            name: `mod ${name}`,
            size: programOf((builder, use) =>
              builder.arithmetic('min', use(modulus), builder.symbol(length)),
            ),
            stride: constantProgram(1),
          },
          {
            name: `div ${name}`,
            size: programOf((builder, use) => ceilDivide(builder, builder.symbol(length), use(modulus))),
            stride: modulus,
          },
        ],
      },
    ],
  };
}

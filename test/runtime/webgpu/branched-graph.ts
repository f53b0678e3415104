import type { Combine, Graph } from '../../../compiler/ir/graph.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { graphOf, program } from '../../codegen/wgsl/graphs.ts';

/** A mask, and the same read off its name: what is compiled and what it is held against share nothing. */
export interface NamedMask {
  readonly name: string;
  readonly mask: MaskProgram;
  readonly isLive: (batch: number, head: number, i: number, j: number) => boolean;
}

/** Between them: rows without keys, heads that differ, distances alone, keys alone. */
export const namedMasks = {
  band: {
    name: 'band',
    mask: program((b, i, j) => b.between(b.int(-6), b.arithmetic('sub', j, i), b.int(3))),
    isLive: (_b, _h, i, j) => j - i >= -6 && j - i < 3,
  },
  strided: {
    name: 'strided',
    mask: program((b, i, j) => {
      const back = b.arithmetic('sub', i, j);
      const multiple = b.compare('eq', b.arithmetic('mod', back, b.int(4)), b.int(0));
      return b.and(b.compare('le', b.int(0), back), multiple);
    }),
    isLive: (_b, _h, i, j) => i >= j && (i - j) % 4 === 0,
  },
  firstOfHead: {
    name: 'firstOfHead',
    mask: program((b, _i, j) => {
      const last = b.arithmetic('mul', b.int(3), b.add({ kind: 'head' }));
      return b.compare('lt', j, last);
    }),
    isLive: (_b, head, _i, j) => j < 3 * head,
  },
} satisfies Readonly<Record<string, NamedMask>>;

/** A graph of one attend for each mask; 4 query heads on 2 key heads, v narrower than q and k. */
export function branchedGraph(
  masks: readonly NamedMask[],
  combine: Combine,
  options: Partial<Graph> = {},
): Graph {
  const graph = graphOf(masks[0].mask, { heads: 4, kvHeads: 2, dim: 16, dimV: 8, ...options });
  return {
    ...graph,
    combine,
    outputs: combine === 'concat' ? ['out'] : ['out', 'lse'],
    nodes: masks.map(({ name, mask }, at) => ({
      ...graph.nodes[0],
      name: masks.length > 1 ? `${name}${at}` : '',
      mask,
    })),
  };
}

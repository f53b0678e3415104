import type { GraphRegion, GraphSpace } from '../../../ir/graph.ts';
import type { MaskProgram, NodeId } from '../../../../runtime/mask/program/nodes.ts';
import { nodeType } from '../../../../runtime/mask/program/nodes.ts';
import type { MaskBuilder } from '../../../../runtime/mask/program/builder.ts';
import { spaceHolds } from '../values/space.ts';
import type { Region, Space } from '../values/space.ts';

/**
 * The space of a graph, for layouts. A region that is not numbered row-major is a plain stretch there, and so is one
 * with a size that rounds a real number: its kernels would need the size as a derived value. Null where queries and keys
 * have different spaces.
 */
export function finishSpace(builder: MaskBuilder, space: Space | null): GraphSpace | null {
  if (space === null || space.keys !== null) return null;
  const regions = space.regions.map((region) => finishRegion(builder, region));
  return regions.every(({ start, length }) => isInteger(start) && isInteger(length)) ? { regions } : null;
}

/** Whether the position of the query is a cell: others attend nothing, and nobody has to be told. */
export function finishCells(builder: MaskBuilder, space: Space | null): MaskProgram | null {
  if (space === null) return null;
  const cells = builder.finish(spaceHolds(builder, space, builder.intern({ kind: 'query' })));
  return isInteger(cells) ? cells : null;
}

function finishRegion(builder: MaskBuilder, { name, start, length, axes, numbering }: Region): GraphRegion {
  const finish = (node: NodeId) => builder.finish(node);
  const sizes = numbering.kind === 'row-major' ? axes.map((axis) => finish(axis.size)) : [];
  return {
    name,
    start: finish(start),
    length: finish(length),
    axes: sizes.every(isInteger) ? sizes.map((size, at) => ({ name: axes[at].name, size })) : [],
  };
}

function isInteger({ nodes }: MaskProgram): boolean {
  return nodes.every((node) => nodeType(node) !== 'real');
}

import type { BoundMask, BoundNode } from '../../mask/bound/bound-mask.ts';
import type { BoundAxis, BoundView } from '../../view.ts';

/**
 * The axes that a mask reads positions by: the constants by which it divides a position, from the largest on as far as each is divided by
 * the next.
 * From (i div 12) mod 5 and i mod 4 come axes of strides 60, 12, 4 and 1. Null where there is no such constant.
 */
export function inferStrides(bound: BoundMask): readonly number[] | null {
  const found = new Set<number>();
  const isPosition = (node: BoundNode) => node.kind === 'query' || node.kind === 'key';
  const scales: number[] = [];
  bound.nodes.forEach((node, id) => {
    scales[id] = isPosition(node) ? 1 : 0;
    if (node.kind !== 'arithmetic') return;
    const right = bound.nodes[node.right];
    if (right.kind !== 'int') return;
    const scale = scales[node.left];
    if (node.op === 'add' || node.op === 'sub') scales[id] = scale;
    if (scale === 0 || (node.op !== 'div' && node.op !== 'mod')) return;
    found.add(scale * right.value);
    if (node.op === 'div') scales[id] = scale * right.value;
    else scales[id] = scale;
  });
  const strides: number[] = [];
  for (const stride of [...found].sort((a, b) => b - a)) {
    if (stride <= 1 || stride >= 2 ** 24) continue;
    if (strides.length === 0 || strides[strides.length - 1] % stride === 0) strides.push(stride);
  }
  return strides.length === 0 ? null : [...strides, 1];
}

/** The positions 0 .. last by these strides, in tiles of one. */
export function viewByStrides(strides: readonly number[], last: number): BoundView {
  let covered = last + 1;
  const axes = strides.map((stride): BoundAxis => {
    const size = Math.ceil(covered / stride);
    covered = stride;
    return { size, stride, extent: 1, parts: size };
  });
  const tiles = axes.reduce((product, { parts }) => product * parts, 1);
  return {
    kind: 'boxes',
    tile: 1,
    regions: [{ base: 0, axes, firstTile: 0, tiles }],
    positions: null,
    tiles,
  };
}

import type { BoundMask } from '../../mask/bound/bound-mask.ts';
import {
  substitutePositions,
  type CoordinateMask,
  type CoordinatePart,
  type PositionSpace,
} from '../../mask/views/substitute-positions.ts';
import type { AxisRelation, LeafAxis } from './axis-relation.ts';
import { deriveRelation } from './derive-relation.ts';
import type { TiledSpace } from './view-spaces.ts';

/** Conjuncts of a mask that share axes, and the axes that they share. Key axes of a factor are neighbours. */
export interface Factor {
  readonly parts: readonly CoordinatePart[];
  /** Numbers of axes in their region. */
  readonly queryAxes: readonly number[];
  readonly keyAxes: readonly number[];
}

/**
 * A mask over a region of queries and a region of keys as a product: a pair is live where every factor is, and as the
 * factors share no axis, a tile is live, or full, where the parts of its box are for every factor.
 */
export interface ViewProduct {
  readonly factors: readonly { readonly relation: AxisRelation; readonly queryAxes: readonly number[] }[];
}

/** A mask over the coordinates of two spaces, cut into factors that share no axis. */
export interface CutMask {
  readonly mask: CoordinateMask;
  readonly factors: readonly Factor[];
}

/** The product of a pair of regions; null where no pair is live. */
export function deriveProduct(bound: BoundMask, queries: TiledSpace, keys: TiledSpace): ViewProduct | null {
  const cut = cutMask(bound, queries.space, keys.space);
  if (cut === null) return null;
  const factors = cut.factors.map(({ parts, queryAxes, keyAxes }) => ({
    queryAxes,
    relation: deriveRelation(
      parts.length === 0 ? null : cut.mask.join(parts),
      queryAxes.map((axis): LeafAxis => ({ leaf: axis, axis: queries.axes[axis] })),
      keyAxes.map((axis): LeafAxis => ({ leaf: queries.axes.length + axis, axis: keys.axes[axis] })),
    ),
  }));
  return { factors };
}

/** Writes a mask over the coordinates of two spaces; null where no pair is live. */
export function cutMask(bound: BoundMask, query: PositionSpace, key: PositionSpace): CutMask | null {
  const mask = substitutePositions(bound, { query, key, keyLimits: null, queryLimits: null });
  if (mask.isEmpty) return null;
  return { mask, factors: factorsOf(mask, axesOf(query), axesOf(key)) };
}

/** The places of a list are one axis. */
function axesOf(space: PositionSpace): number {
  return 'positions' in space ? 1 : space.axes.length;
}

/** The factors of a mask, in the order of their key axes; those without key axes come first. */
export function factorsOf(mask: CoordinateMask, queryAxes: number, keyAxes: number): readonly Factor[] {
  let groups: { leaves: number; parts: CoordinatePart[] }[] = [];
  for (let axis = 0; axis < keyAxes; axis++) groups.push({ leaves: 1 << (queryAxes + axis), parts: [] });
  const keyBits = groups.reduce((bits, { leaves }) => bits | leaves, 0);
  const merge = (own: { leaves: number; parts: CoordinatePart[] }): void => {
    for (;;) {
      const touched = groups.filter(({ leaves }) => meets(leaves, own.leaves, keyBits));
      if (touched.length === 0) break;
      groups = groups.filter((group) => !touched.includes(group));
      for (const { leaves, parts } of touched) {
        own.leaves |= leaves;
        own.parts = [...parts, ...own.parts];
      }
    }
    groups.push(own);
  };
  for (const part of mask.parts) merge({ leaves: part.leaves, parts: [part] });
  const chosenOf = (leaves: number, first: number, count: number) =>
    Array.from({ length: count }, (_, axis) => axis).filter((axis) => leaves & (1 << (first + axis)));
  return groups
    .map(({ leaves, parts }) => ({
      parts,
      queryAxes: chosenOf(leaves, 0, queryAxes),
      keyAxes: chosenOf(leaves, queryAxes, keyAxes),
    }))
    .sort((a, b) => (a.keyAxes[0] ?? -1) - (b.keyAxes[0] ?? -1));
}

/** Have two groups an axis in common, or key axes between each other's? */
function meets(one: number, other: number, keyBits: number): boolean {
  if (one & other) return true;
  const [a, b] = [one & keyBits, other & keyBits];
  if (a === 0 || b === 0) return false;
  const [firstA, firstB] = [31 - Math.clz32(a & -a), 31 - Math.clz32(b & -b)];
  const [lastA, lastB] = [31 - Math.clz32(a), 31 - Math.clz32(b)];
  return firstA <= lastB && firstB <= lastA;
}

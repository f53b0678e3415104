import type { HostArray } from '../../arrays.ts';
import type { PositionForms } from '../normal-form/atom-table.ts';
import { BoundArena, boundOperands } from '../bound/bound-arena.ts';
import type { BoundMask } from '../bound/bound-mask.ts';
import { pullCommonParts } from '../normal-form/common-parts.ts';
import type { Range } from '../normal-form/form-range.ts';
import { conjunction, disjunction, negate } from '../normal-form/formula.ts';
import { intervalSet } from '../sets/int-set.ts';
import { slotArray } from './listed-keys-mask.ts';
import { addForms, atomForm, constantForm, type LinearForm } from '../sets/linear-form.ts';
import type { NodeId } from '../program/nodes.ts';
import { Normaliser } from '../normal-form/normalise-mask.ts';

/**
 * The positions of one side of a mask: base + sum of coordinate * stride with 0 <= coordinate < size, or those of a list,
 * whose one coordinate is the place in it.
 */
export type PositionSpace =
  | {
      readonly base: number;
      readonly axes: readonly { readonly size: number; readonly stride: number }[];
    }
  | { readonly positions: Int32Array };

export interface SubstitutionRequest {
  readonly query: PositionSpace;
  readonly key: PositionSpace;
  /** Keys outside are dead; null asks for nothing. */
  readonly keyLimits: Range | null;
  /** What queries outside are; null asks for nothing. */
  readonly queryLimits: { readonly range: Range; readonly outside: 'dead' | 'live' } | null;
}

/** A part of a mask over coordinates. */
export interface CoordinatePart {
  readonly node: NodeId;
  /** A bit for each coordinate that it depends on. */
  readonly leaves: number;
}

/** A mask over coordinates: those of the query come first, then those of the key. */
export interface CoordinateMask {
  /** All of them hold where the mask does. None: every pair is live. */
  readonly parts: readonly CoordinatePart[];
  /** No pair is live. */
  readonly isEmpty: boolean;
  /** The mask that asks for some of the parts, at least one. */
  join(parts: readonly CoordinatePart[]): BoundMask;
}

/**
 * Rewrites a mask over coordinates. A quotient or remainder of a position by a constant that divides strides becomes a
 * coordinate where what is left of the position stays below the constant, so that a mask over a grid becomes predicates
 * over single axes, and one over residues predicates over the residue and over the place in it.
 */
export function substitutePositions(bound: BoundMask, request: SubstitutionRequest): CoordinateMask {
  const arena = new BoundArena();
  const ranges = new Map<NodeId, Range>();
  const arrays: Record<string, HostArray> = { ...bound.arrays };
  let index = 0;
  const coordinate = (size: number): NodeId => {
    const node = arena.add({ kind: 'coordinate', index: index++ });
    ranges.set(node, [0, size - 1]);
    return node;
  };
  const formOf = (space: PositionSpace): LinearForm => {
    if ('positions' in space) {
      const { positions } = space;
      const place = coordinate(positions.length);
      arrays[slotArray] = { kind: 'int', dims: [positions.length], data: positions };
      const node = arena.add({ kind: 'lookup', array: slotArray, indices: [place] });
      ranges.set(node, [positions[0], positions[positions.length - 1]]);
      return atomForm(node);
    }
    let form = constantForm(space.base);
    for (const { size, stride } of space.axes) {
      const atom = coordinate(size);
      if (size > 1) form = addForms(form, atomForm(atom), stride);
    }
    return form;
  };
  const leaves: PositionForms = { query: formOf(request.query), key: formOf(request.key), ranges };
  const normaliser = new Normaliser(bound.nodes, arrays, arena, leaves);
  const { keyLimits, queryLimits } = request;
  let whole = normaliser.formulaAt(bound.root);
  if (keyLimits)
    whole = conjunction([whole, normaliser.predicate(leaves.key, intervalSet(...keyLimits))], normaliser);
  if (queryLimits) {
    const inside = normaliser.predicate(leaves.query, intervalSet(...queryLimits.range));
    whole =
      queryLimits.outside === 'dead'
        ? conjunction([whole, inside], normaliser)
        : disjunction([whole, negate(inside)], normaliser);
  }
  const formulas = (whole.kind === 'and' ? whole.parts : [whole]).flatMap((formula) =>
    pullCommonParts(formula, normaliser),
  );
  const isEmpty = formulas.some((formula) => formula.kind === 'constant' && !formula.value);
  const nodes = formulas
    .filter((formula) => formula.kind !== 'constant')
    .map((formula) => normaliser.emit(formula));
  const leavesOf: number[] = [];
  for (const node of arena.nodes) {
    leavesOf.push(
      node.kind === 'coordinate'
        ? 1 << node.index
        : boundOperands(node).reduce((all, operand) => all | leavesOf[operand], 0),
    );
  }
  return {
    parts: nodes.map((node) => ({ node, leaves: leavesOf[node] })),
    isEmpty,
    join: (chosen) =>
      arena.finish(
        chosen.map(({ node }) => node).reduce((left, right) => arena.add({ kind: 'and', left, right })),
        arrays,
      ),
  };
}

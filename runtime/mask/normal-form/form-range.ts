import type { AtomDescription } from './atom-description.ts';
import { bitLength } from '../program/integer-math.ts';
import type { LinearForm } from '../sets/linear-form.ts';
import type { NodeId } from '../program/nodes.ts';

/** Least and greatest value. */
export type Range = readonly [low: number, high: number];

export const unbounded: Range = [-Infinity, Infinity];

/** The hull of the values of a form over atoms with these ranges. */
export function rangeOfForm(form: LinearForm, ranges: ReadonlyMap<NodeId, Range>): Range {
  let [low, high] = [form.constant, form.constant];
  for (const { atom, coefficient } of form.terms) {
    const [least, most] = ranges.get(atom) ?? unbounded;
    low += coefficient * (coefficient > 0 ? least : most);
    high += coefficient * (coefficient > 0 ? most : least);
  }
  return [low, high];
}

/** The values of an atom over the values of what is under it. */
export function rangeOfAtom(atom: AtomDescription, rangeOf: (form: LinearForm) => Range): Range {
  switch (atom.kind) {
    case 'mod':
      return [0, atom.by - 1];
    case 'div': {
      const [low, high] = rangeOf(atom.form);
      return [Math.floor(low / atom.by), Math.floor(high / atom.by)];
    }
    case 'abs': {
      const [low, high] = rangeOf(atom.form);
      return [Math.max(0, low, -high), Math.max(-low, high)];
    }
    case 'bit-length': {
      const [low, high] = rangeOf(atom.form);
      const most = Math.max(-low, high);
      return [0, Number.isFinite(most) ? bitLength(most) : Infinity];
    }
    case 'min':
    case 'max': {
      const [left, right] = [rangeOf(atom.left), rangeOf(atom.right)];
      const pick = atom.kind === 'min' ? Math.min : Math.max;
      return [pick(left[0], right[0]), pick(left[1], right[1])];
    }
    case 'select': {
      const [then, otherwise] = [rangeOf(atom.then), rangeOf(atom.else)];
      return [Math.min(then[0], otherwise[0]), Math.max(then[1], otherwise[1])];
    }
  }
}

import { greatestCommonDivisor } from './residue-pattern.ts';
import type { NodeId } from '../program/nodes.ts';

/** constant + sum of coefficient * atom; terms ascend by atom, coefficients are not 0. */
export interface LinearForm {
  readonly constant: number;
  readonly terms: readonly LinearTerm[];
}

export interface LinearTerm {
  readonly atom: NodeId;
  readonly coefficient: number;
}

export function constantForm(constant: number): LinearForm {
  return { constant, terms: [] };
}

export function atomForm(atom: NodeId): LinearForm {
  return { constant: 0, terms: [{ atom, coefficient: 1 }] };
}

/** a + factor * b. */
export function addForms(a: LinearForm, b: LinearForm, factor = 1): LinearForm {
  const terms: LinearTerm[] = [];
  let [x, y] = [0, 0];
  while (x < a.terms.length || y < b.terms.length) {
    const left = a.terms[x]?.atom ?? Infinity;
    const right = b.terms[y]?.atom ?? Infinity;
    const atom = Math.min(left, right);
    let coefficient = 0;
    if (left === atom) coefficient += a.terms[x++].coefficient;
    if (right === atom) coefficient += factor * b.terms[y++].coefficient;
    if (coefficient !== 0) terms.push({ atom, coefficient });
  }
  return { constant: a.constant + factor * b.constant, terms };
}

export function scaleForm(form: LinearForm, factor: number): LinearForm {
  return addForms(constantForm(0), form, factor);
}

/** form / divisor, where the divisor divides the constant and every coefficient. */
export function divideForm({ constant, terms }: LinearForm, divisor: number): LinearForm {
  // Not times 1 / divisor: 49 * (1 / 49) is not 1. Plus 0, as 0 / -1 is -0.
  return {
    constant: constant / divisor + 0,
    terms: terms.map(({ atom, coefficient }) => ({ atom, coefficient: coefficient / divisor })),
  };
}

/** The single atom of a form that is exactly one atom, else null. */
export function asAtom(form: LinearForm): NodeId | null {
  const [term] = form.terms;
  return form.constant === 0 && form.terms.length === 1 && term.coefficient === 1 ? term.atom : null;
}

/** Greatest common divisor of the coefficients; 0 for a constant. */
export function contentOf(form: LinearForm): number {
  return form.terms.reduce((divisor, term) => greatestCommonDivisor(divisor, term.coefficient), 0);
}

/** Splits form = divisor * quotient + rest; the constant of the rest is in 0 .. divisor - 1. */
export function splitForm(form: LinearForm, divisor: number): { quotient: LinearForm; rest: LinearForm } {
  const divisible = form.terms.filter((term) => term.coefficient % divisor === 0);
  const quotient = {
    constant: Math.floor(form.constant / divisor),
    terms: divisible.map((term) => ({ ...term, coefficient: term.coefficient / divisor })),
  };
  return { quotient, rest: addForms(form, quotient, -divisor) };
}

export function formKey(form: LinearForm): string {
  return `${form.constant}${form.terms.map((term) => ` ${term.coefficient}*${term.atom}`).join('')}`;
}

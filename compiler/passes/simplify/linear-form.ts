import { addForms, type LinearForm, type LinearTerm } from '../../../runtime/mask/sets/linear-form.ts';

export {
  addForms,
  atomForm,
  constantForm,
  contentOf,
  scaleForm,
} from '../../../runtime/mask/sets/linear-form.ts';
export type { LinearForm, LinearTerm };

export function subtractForms(a: LinearForm, b: LinearForm): LinearForm {
  return addForms(a, b, -1);
}

export function shiftForm(form: LinearForm, constant: number): LinearForm {
  return { ...form, constant: form.constant + constant };
}

/** The terms that a test picks, without the constant. */
export function partOf(form: LinearForm, pick: (term: LinearTerm) => boolean): LinearForm {
  return { constant: 0, terms: form.terms.filter(pick) };
}

export function isSafe(form: LinearForm): boolean {
  return (
    Number.isSafeInteger(form.constant) && form.terms.every((term) => Number.isSafeInteger(term.coefficient))
  );
}

/** Every coefficient divided by a divisor of all; the constant is given. */
export function divideTerms(form: LinearForm, divisor: number, constant: number): LinearForm {
  return {
    constant,
    terms: form.terms.map(({ atom, coefficient }) => ({ atom, coefficient: coefficient / divisor })),
  };
}

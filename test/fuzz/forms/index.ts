import type { Form, Term } from '../term.ts';
import { arrayForms } from './arrays.ts';
import { combinatorForms } from './combinators.ts';
import { gridForms } from './grids.ts';
import { integerForms } from './integers.ts';
import { setForms } from './sets.ts';
import { spaceForms } from './spaces.ts';
import { windowForms } from './windows.ts';

/** Every construct that random specifications are made of. */
export const forms: ReadonlyMap<string, Form> = new Map(
  [
    ...integerForms,
    ...setForms,
    ...windowForms,
    ...combinatorForms,
    ...arrayForms,
    ...gridForms,
    ...spaceForms,
  ].map((form) => [form.name, form]),
);

/** The row of the table that a term names. */
export function formOf(term: Term): Form {
  return forms.get(term.form)!;
}

export { fuzzArrays } from './arrays.ts';

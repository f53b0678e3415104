import type { Form, Term } from '../term.ts';
import { arrayForms } from './arrays.ts';
import { canvasForms } from './canvases.ts';
import { combinatorForms } from './combinators.ts';
import { coordinateForms } from './coordinates.ts';
import { curveForms } from './curves.ts';
import { drawnForms } from './drawn.ts';
import { fileTableForms } from './file-tables.ts';
import { gridForms } from './grids.ts';
import { integerForms } from './integers.ts';
import { linearForms } from './linear.ts';
import { neighborhoodForms } from './neighborhoods.ts';
import { orderedGridForms } from './ordered-grids.ts';
import { realForms } from './real-numbers.ts';
import { regionForms } from './regions.ts';
import { setForms } from './sets.ts';
import { spaceForms } from './spaces.ts';
import { windowForms } from './windows.ts';

/** Every construct that random specifications are made of. */
export const forms: ReadonlyMap<string, Form> = new Map(
  [
    ...integerForms,
    ...linearForms,
    ...realForms,
    ...setForms,
    ...neighborhoodForms,
    ...windowForms,
    ...combinatorForms,
    ...arrayForms,
    ...gridForms,
    ...coordinateForms,
    ...spaceForms,
    ...orderedGridForms,
    ...regionForms,
    ...curveForms,
    ...drawnForms,
    ...canvasForms,
    ...fileTableForms,
  ].map((form) => [form.name, form]),
);

/** The row of the table that a term names. */
export function formOf(term: Term): Form {
  return forms.get(term.form)!;
}

export { readFileTable } from './file-tables.ts';
export { fuzzArrays } from './arrays.ts';

import type { Form } from './form.ts';
import { gridForms } from './grids.ts';
import { neighborhoodForm } from './neighborhood.ts';
import { partitionForms } from './partitions.ts';
import { plainForms } from './plain.ts';
import { positionForms } from './positions.ts';
import { randomForm } from './random.ts';
import { shrinkForm } from './shrink.ts';
import { subsetForms } from './subsets.ts';
import { windowForms } from './windows.ts';

/** The forms of the language by name: what lowering, did-you-mean, the documentation and generators read. */
export const forms: ReadonlyMap<string, Form> = new Map(
  [
    ...plainForms,
    ...windowForms,
    ...positionForms,
    ...partitionForms,
    ...subsetForms,
    neighborhoodForm,
    ...gridForms,
    randomForm,
    shrinkForm,
  ].map((form) => [form.name, form]),
);

/** Forms and operations that the language has and this version refuses, with the part of the language they belong to. */
export const plannedForms: ReadonlyMap<string, string> = new Map([
  ['pool', 'operations around attention'],
  ['mix', 'operations around attention'],
  ['permute', 'operations around attention'],
  ['argsort', 'operations around attention'],
  ['overlap', 'operations around attention'],
]);

import type { Range } from './form-range.ts';
import {
  ALL,
  allIntegers,
  complementSet,
  dividedBy,
  emptySet,
  intersectSets,
  intervalSet,
  isEmpty,
  isSubset,
  NONE,
  patternAround,
  periodWithin,
  residueSet,
  scaledBy,
  setVerdict,
  shiftedBy,
  type IntSet,
} from '../sets/int-set.ts';
import { floorMod } from '../program/integer-math.ts';
import { firstMember } from '../sets/set-members.ts';
import { addForms, constantForm, divideForm, type LinearForm, type LinearTerm } from '../sets/linear-form.ts';
import { greatestCommonDivisor } from '../sets/residue-pattern.ts';

interface Predicate {
  readonly form: LinearForm;
  readonly set: IntSet;
}

/** What "form in set" comes down to: the same form in a smaller set, or one of some cases, all parts of which hold. */
export type NarrowedPredicate =
  | { readonly kind: 'same'; readonly set: IntSet }
  | { readonly kind: 'cases'; readonly cases: readonly (readonly Predicate[])[] };

/** The digits below may take so many values for one value of the form. */
const MAX_CASES = 2;

/**
 * Simplifies "form in set" for a form (constant 0) whose atoms are bounded:
 * - the set is cut to the values of the form;
 * - coefficients are reduced by the period of a periodic set: 4 (a - b) + r - s = 0 mod 4 is r - s = 0 mod 4;
 * - where the form is m * high + low and `low` has at most m values, a set of whole stretches of m asks for `high` alone,
 *   and a set of one residue class of m asks for `low` and `high` one by one: 4 (a - b) + r - s = 8 is r = s and a - b = 2.
 */
export function narrowPredicate(
  form: LinearForm,
  set: IntSet,
  rangeOf: (form: LinearForm) => Range,
): NarrowedPredicate {
  const [low, high] = rangeOf(form);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { kind: 'same', set };
  const verdict = setVerdict(set, low, high, 1);
  if (verdict === NONE) return { kind: 'same', set: emptySet };
  if (verdict === ALL) return { kind: 'same', set: allIntegers };
  const reduced = reduceByPeriod(form, set, low, high);
  if (reduced !== null) return { kind: 'cases', cases: [[reduced]] };
  const within = intersectSets(set, intervalSet(low, high)) ?? set;
  const cases = splitDigits(form, within, low, high, rangeOf);
  return cases === null ? { kind: 'same', set: within } : { kind: 'cases', cases };
}

function reduceByPeriod(form: LinearForm, set: IntSet, low: number, high: number): Predicate | null {
  const period = periodWithin(set, low, high);
  if (period === null) return null;
  const terms: LinearTerm[] = [];
  for (const { atom, coefficient } of form.terms) {
    const rest = floorMod(coefficient, period);
    const nearest = 2 * rest > period ? rest - period : rest;
    const kept = Math.abs(nearest) < Math.abs(coefficient) ? nearest : coefficient;
    if (kept !== 0) terms.push({ atom, coefficient: kept });
  }
  const isSame = terms.every((term, at) => term.coefficient === form.terms[at].coefficient);
  if (isSame && terms.length === form.terms.length) return null;
  return { form: { constant: 0, terms }, set: patternAround(set, low) };
}

function splitDigits(
  form: LinearForm,
  set: IntSet,
  low: number,
  high: number,
  rangeOf: (form: LinearForm) => Range,
): (readonly Predicate[])[] | null {
  const sizes = form.terms.map((term) => Math.abs(term.coefficient)).sort((a, b) => b - a);
  let unit = 0;
  for (const size of new Set(sizes)) {
    unit = greatestCommonDivisor(unit, size);
    if (unit === 1) return null;
    const upper = form.terms.filter((term) => term.coefficient % unit === 0);
    if (upper.length === form.terms.length) continue;
    const highDigits = divideForm({ constant: 0, terms: upper }, unit);
    const lowDigits = addForms(form, highDigits, -unit);
    const [least, most] = rangeOf(lowDigits);
    const cases =
      wholeStretches(highDigits, set, unit, least, most, low, high) ??
      oneResidue(highDigits, lowDigits, set, unit, least, most, low, high);
    if (cases !== null) return cases;
  }
  return null;
}

/** Where low takes values of less than a whole unit, and the set asks nothing of them. */
function wholeStretches(
  highDigits: LinearForm,
  set: IntSet,
  unit: number,
  least: number,
  most: number,
  low: number,
  high: number,
): (readonly Predicate[])[] | null {
  if (most - least >= unit) return null;
  const shifted = shiftedBy(set, least);
  const units = scaledBy(shifted, unit);
  const stretched = units && dividedBy(units, unit);
  const values = residueSet(unit, 0, most - least + 1);
  const reached = values && intersectSets(values, intervalSet(low - least, high - least));
  if (!stretched || !units || !reached) return null;
  const [wanted, given] = [intersectSets(shifted, reached), intersectSets(stretched, reached)];
  if (!wanted || !given || !isSubset(wanted, given) || !isSubset(given, wanted)) return null;
  return [[{ form: highDigits, set: units }]];
}

/** Where the set lies in one class of residues, and few values of low are in that class. */
function oneResidue(
  highDigits: LinearForm,
  lowDigits: LinearForm,
  set: IntSet,
  unit: number,
  least: number,
  most: number,
  low: number,
  high: number,
): (readonly Predicate[])[] | null {
  const member = firstMember(set, low, high);
  if (member === null) return null;
  const residue = floorMod(member, unit);
  const first = least + floorMod(residue - least, unit);
  if (most - first >= MAX_CASES * unit) return null;
  const others = complementSet(residueSet(unit, residue, residue + 1) ?? emptySet);
  const outside = intersectSets(set, others);
  if (outside === null || !isEmpty(outside)) return null;
  const cases: (readonly Predicate[])[] = [];
  for (let value = first; value <= most; value += unit) {
    const units = scaledBy(shiftedBy(set, value), unit);
    if (units === null) return null;
    cases.push([
      { form: addForms(lowDigits, constantForm(-value)), set: intervalSet(0, 0) },
      { form: highDigits, set: units },
    ]);
  }
  return cases;
}

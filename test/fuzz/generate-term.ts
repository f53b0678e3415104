import { forms, fuzzArrays } from './forms/index.ts';
import { awkwardNumber } from './forms/linear.ts';
import type { Random } from './random.ts';
import type { Form, Sort, Term } from './term.ts';

/** What a place may name, and which forms stand there. */
export interface Scope {
  /** Names with the sorts that they give. */
  readonly names: Readonly<Record<string, readonly Sort[]>>;
  /** Whether the positions are cells of the attention's grid. */
  readonly onGrid: boolean;
  /** Whether the cells are numbered in an order of their own. */
  readonly isOrdered?: boolean;
  /** Whether this is the pattern of the file: it sees no inputs and does not call itself. */
  readonly isPattern?: boolean;
  /** Whether the place lies in a part of the plane, where nothing is drawn. */
  readonly inPart?: boolean;
  /** Whether the place is the same for the whole batch, and nothing in it is drawn or shrunk. */
  readonly isFixed?: boolean;
  /** Whether no real number is rounded, as in indices of biases: by the pattern of the file neither, which may do it. */
  readonly withoutReals?: boolean;
}

export const attentionNames: Scope['names'] = {
  w: ['integer', 'natural', 'positive', 'row'],
  shift: ['integer', 'natural', 'row'],
};
export const patternNames: Scope['names'] = { width: ['integer', 'natural', 'positive'], half: ['integer'] };

/** A random term of a sort, at most `depth` sets deep. */
export function generateTerm(sort: Sort, depth: number, scope: Scope, random: Random): Term {
  const fitting = [...forms.values()].filter(
    (form) =>
      form.gives.includes(sort) &&
      (depth > 0 || !form.takes.includes('set')) &&
      (depth > 0 || sort === 'set' || form.takes.length === 0) &&
      !(
        scope.isPattern &&
        (form.uses !== undefined || form.launch !== undefined || form.name === 'pattern call')
      ) &&
      (scope.onGrid || form.onGrid !== true) &&
      !(scope.onGrid && form.offGrid) &&
      !(scope.isOrdered && form.needsRowMajor) &&
      !(form.isDrawn && (scope.inPart || scope.isPattern || scope.isFixed)) &&
      !(scope.isFixed && (isOfBatch(form) || form.pattern?.includes('shrink('))) &&
      !(
        scope.withoutReals &&
        (form.isRounded || form.name === 'pattern call' || form.takes.includes('host'))
      ) &&
      (form.name !== 'name' || namesOf(scope, sort).length > 0),
  );
  const form = random.weighted(fitting);
  const inside = insideOf(form, scope);
  const args = form.takes.map((taken) =>
    generateTerm(taken, depthBelow(form, taken, depth, random), taken === 'set' ? inside : scope, random),
  );
  return { form: form.name, args, value: generateValue(form, sort, scope, random) };
}

/** What the sets of a form may name. */
function insideOf({ rebases, isShrunk }: Form, scope: Scope): Scope {
  if (isShrunk) return { ...scope, onGrid: false, isFixed: true, withoutReals: true };
  if (rebases === undefined) return scope;
  return { ...scope, onGrid: false, inPart: scope.inPart === true || rebases === 'to parts' };
}

/** Whether a form means something else for another entry of the batch. */
function isOfBatch({ uses, isOfBatch: itself }: Form): boolean {
  const array = fuzzArrays.find(({ name }) => name === uses);
  return itself === true || array?.declaration.includes('[batch') === true;
}

/** Integers are kept shallow: a mask is interesting for its sets. */
function depthBelow(form: Form, taken: Sort, depth: number, random: Random): number {
  if (taken === 'set') return depth - 1;
  const isInteger = form.gives.includes('integer');
  return isInteger ? Math.max(depth - 1, 0) : random.pick([0, 0, 1, 2]);
}

function generateValue(form: Form, sort: Sort, scope: Scope, random: Random): Term['value'] {
  switch (form.name) {
    case 'constant':
      return generateConstant(sort, random);
    case 'name':
      return random.pick(namesOf(scope, sort));
    default:
      return form.value?.(random) ?? null;
  }
}

function generateConstant(sort: Sort, random: Random): number {
  switch (sort) {
    case 'size':
      return random.chance(0.9) ? random.pick([1, 2, 2, 3, 4, 5, 7, 8]) : random.pick([6, 9, 11, 13]);
    case 'positive':
    case 'step':
      return random.chance(0.85) ? random.pick([1, 2, 2, 3, 4, 5, 7, 8]) : awkwardNumber(random);
    case 'natural':
      return random.chance(0.9) ? random.pick([0, 1, 2, 3, 4, 6, 9, 16]) : awkwardNumber(random);
    default:
      return random.chance(0.9) ? random.integer(-5, 20) : random.pick([-1, 1]) * awkwardNumber(random);
  }
}

function namesOf({ names }: Scope, sort: Sort): string[] {
  return Object.keys(names).filter((name) => names[name].includes(sort));
}

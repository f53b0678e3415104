import {
  complementSet,
  intersectSets,
  isEmpty,
  isEverything,
  isSubset,
  setKey,
  type IntSet,
} from '../sets/int-set.ts';
import { formKey, type LinearForm } from '../sets/linear-form.ts';
import type { NodeId } from '../program/nodes.ts';

/** A boolean expression in which all predicates over one integer form stand together. */
export type Formula =
  | { readonly kind: 'constant'; readonly value: boolean }
  /** The form (constant 0, first coefficient positive, coefficients coprime) takes a value of the set. */
  | { readonly kind: 'set'; readonly form: LinearForm; readonly set: IntSet }
  /** A boolean node that is no predicate over one form: a bit, a membership. */
  | { readonly kind: 'opaque'; readonly node: NodeId; readonly negated: boolean }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Formula[]; readonly size: number };

/** Makes the predicate "form takes a value of set", in normal form. */
export type MakePredicate = (form: LinearForm, set: IntSet) => Formula;

export const always: Formula = { kind: 'constant', value: true };
export const never: Formula = { kind: 'constant', value: false };

/** Formulas larger than this are joined as they are: rewriting in context copies shared parts. */
const MAX_REWRITTEN_SIZE = 2000;
/** What a rewriting yields may be rewritten again; deeper than this it is left as it is. */
const MAX_REWRITING_DEPTH = 4;

export function negate(formula: Formula): Formula {
  switch (formula.kind) {
    case 'constant':
      return formula.value ? never : always;
    case 'set':
      return { ...formula, set: complementSet(formula.set) };
    case 'opaque':
      return { ...formula, negated: !formula.negated };
    case 'and':
    case 'or':
      return { ...formula, kind: formula.kind === 'and' ? 'or' : 'and', parts: formula.parts.map(negate) };
  }
}

export function disjunction(parts: readonly Formula[], context: FormulaContext): Formula {
  return negate(conjunction(parts.map(negate), context));
}

export interface FormulaContext {
  /** Rewritings that are under way inside each other. */
  depth: number;
  readonly predicate: MakePredicate;
  /** The form under the knowledge that `equal` is 0; the same object where nothing can be gained. */
  readonly rewriteForm: (form: LinearForm, equal: LinearForm) => LinearForm;
}

/**
 * The conjunction of formulas. Predicates over one form are intersected; inside the other parts a predicate over the
 * same form is narrowed by what is known, and forms are rewritten with the equalities that hold.
 */
export function conjunction(given: readonly Formula[], context: FormulaContext): Formula {
  const sets = new Map<string, (Formula & { kind: 'set' })[]>();
  const others: Formula[] = [];
  const seen = new Set<string>();
  const addPart = (part: Formula): boolean => {
    switch (part.kind) {
      case 'constant':
        return part.value;
      case 'and':
        return part.parts.every(addPart);
      case 'set':
        return addSet(sets, part);
      case 'opaque':
        if (seen.has(`${part.node} ${!part.negated}`)) return false;
        if (seen.has(`${part.node} ${part.negated}`)) return true;
        seen.add(`${part.node} ${part.negated}`);
        others.push(part);
        return true;
      case 'or':
        others.push(part);
        return true;
    }
  };
  if (!given.every(addPart)) return never;
  const known = [...sets.values()].flat();
  const total = others.reduce((size, part) => size + sizeOf(part), known.length);
  if (total > MAX_REWRITTEN_SIZE || context.depth >= MAX_REWRITING_DEPTH) return join([...known, ...others]);
  context.depth++;
  try {
    return simplifyInContext(known, others, context);
  } finally {
    context.depth--;
  }
}

function simplifyInContext(
  known: readonly (Formula & { kind: 'set' })[],
  others: readonly Formula[],
  context: FormulaContext,
): Formula {
  const rewritten = rewriteByEqualities(known, others, context);
  if (rewritten) return conjunction(rewritten, context);
  const narrowed = others.map((part) => narrow(part, known, context));
  const changed = narrowed.some((part, at) => part !== others[at] && part.kind !== 'or');
  return changed ? conjunction([...known, ...narrowed], context) : join([...known, ...narrowed]);
}

/** Intersects with the predicates of the same form; false when nothing is left. */
function addSet(sets: Map<string, (Formula & { kind: 'set' })[]>, part: Formula & { kind: 'set' }): boolean {
  const key = formKey(part.form);
  const same = sets.get(key) ?? [];
  sets.set(key, same);
  for (let at = 0; at < same.length; at++) {
    const both = intersectSets(same[at].set, part.set);
    if (both === null) continue;
    same[at] = { ...part, set: both };
    return !isEmpty(both);
  }
  same.push(part);
  return !isEmpty(part.set);
}

/** The parts over fewer terms by an equality among them, or null where no equality helps. */
function rewriteByEqualities(
  known: readonly (Formula & { kind: 'set' })[],
  others: readonly Formula[],
  context: FormulaContext,
): Formula[] | null {
  let parts: Formula[] = [...known, ...others];
  let changed = false;
  for (const equality of known) {
    const value = onlyMember(equality.set);
    // An equality that was itself rewritten must not be used any more: both could vanish.
    if (value === null || !parts.includes(equality)) continue;
    const equal = { ...equality.form, constant: -value };
    const next = parts.map((part) => (part === equality ? part : rewriteForms(part, equal, context)));
    if (next.some((part, at) => part !== parts[at])) changed = true;
    parts = next;
  }
  return changed ? parts : null;
}

function rewriteForms(formula: Formula, equal: LinearForm, context: FormulaContext): Formula {
  switch (formula.kind) {
    case 'constant':
    case 'opaque':
      return formula;
    case 'set': {
      const form = context.rewriteForm(formula.form, equal);
      return form === formula.form ? formula : context.predicate(form, formula.set);
    }
    case 'and':
    case 'or': {
      const parts = formula.parts.map((part) => rewriteForms(part, equal, context));
      if (parts.every((part, at) => part === formula.parts[at])) return formula;
      return formula.kind === 'and' ? conjunction(parts, context) : disjunction(parts, context);
    }
  }
}

/** What is left of a formula where the known predicates hold; the same object where nothing changes. */
function narrow(
  formula: Formula,
  known: readonly (Formula & { kind: 'set' })[],
  context: FormulaContext,
): Formula {
  switch (formula.kind) {
    case 'constant':
    case 'opaque':
      return formula;
    case 'set': {
      const fact = known.find((candidate) => formKey(candidate.form) === formKey(formula.form));
      if (!fact) return formula;
      if (isSubset(fact.set, formula.set)) return always;
      const both = intersectSets(fact.set, formula.set);
      if (both === null || setKey(both) === setKey(formula.set)) return formula;
      return isEmpty(both) ? never : { ...formula, set: both };
    }
    case 'and':
    case 'or': {
      const parts = formula.parts.map((part) => narrow(part, known, context));
      if (parts.every((part, at) => part === formula.parts[at])) return formula;
      return formula.kind === 'and' ? conjunction(parts, context) : disjunction(parts, context);
    }
  }
}

function join(parts: readonly Formula[]): Formula {
  const needed = parts.filter((part) => !(part.kind === 'set' && isEverything(part.set)));
  if (needed.length === 0) return always;
  if (needed.length === 1) return needed[0];
  return { kind: 'and', parts: needed, size: needed.reduce((size, part) => size + sizeOf(part), 1) };
}

function sizeOf(formula: Formula): number {
  return formula.kind === 'and' || formula.kind === 'or' ? formula.size : 1;
}

/** The member of a set of exactly one, else null. */
function onlyMember({ starts, patterns }: IntSet): number | null {
  const plain = patterns.every((p) => p.steps.length === 0);
  if (!plain || patterns.length !== 3 || !patterns[1].tail || patterns[0].tail || patterns[2].tail)
    return null;
  return starts[2] - starts[1] === 1 ? starts[1] : null;
}

/** The predicate of a form without terms. */
export function constantPredicate(holds: boolean): Formula {
  return holds ? always : never;
}

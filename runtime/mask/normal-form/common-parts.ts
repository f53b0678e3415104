import { conjunction, disjunction, type Formula, type FormulaContext } from './formula.ts';
import { setKey } from '../sets/int-set.ts';
import { formKey } from '../sets/linear-form.ts';

/**
 * Formulas that hold together where the given one does: "a and b, or a and c" is a, and "b or c". Parts of a mask that
 * share no axis are then seen to be such.
 */
export function pullCommonParts(formula: Formula, context: FormulaContext): readonly Formula[] {
  if (formula.kind !== 'or') return [formula];
  const branches = formula.parts.map((branch) => {
    const parts = branch.kind === 'and' ? branch.parts : [branch];
    return parts.map((part) => ({ part, key: keyOf(part) }));
  });
  const [first, ...others] = branches;
  const common = first.filter(
    ({ key }) => key !== null && others.every((branch) => branch.some((part) => part.key === key)),
  );
  if (common.length === 0) return [formula];
  const keys = new Set(common.map(({ key }) => key));
  const rest = branches.map((branch) => {
    const own = branch.filter(({ key }) => !keys.has(key)).map(({ part }) => part);
    return conjunction(own, context);
  });
  return [...common.map(({ part }) => part), disjunction(rest, context)];
}

/** Equal for equal predicates; null for what is not compared. */
function keyOf(formula: Formula): string | null {
  switch (formula.kind) {
    case 'set':
      return `${formKey(formula.form)} in ${setKey(formula.set)}`;
    case 'opaque':
      return `${formula.negated ? 'not ' : ''}${formula.node}`;
    case 'constant':
    case 'and':
    case 'or':
      return null;
  }
}

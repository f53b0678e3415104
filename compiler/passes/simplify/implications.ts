import type { NodeId } from '../../../runtime/mask/program/nodes.ts';
import { addForms, constantForm, shiftForm, subtractForms } from './linear-form.ts';
import type { LinearForm } from './linear-form.ts';
import type { Workspace } from './workspace.ts';

/** A comparison of integers as form <= 0, form == 0 or form != 0. */
interface Literal {
  readonly relation: 'le' | 'eq' | 'ne';
  readonly form: LinearForm;
}

/** Connectives are followed this deep: deeper pairs are seldom related and cost a product of sizes. */
const maxDepth = 3;

/** Proved: wherever `a` holds, `b` holds. */
export function implies(work: Workspace, a: NodeId, b: NodeId, depth = maxDepth): boolean {
  if (a === b) return true;
  const { builder } = work;
  const [x, y] = [builder.node(a), builder.node(b)];
  if ((x.kind === 'bool' && !x.value) || (y.kind === 'bool' && y.value)) return true;
  if (depth > 0) {
    if (x.kind === 'or') return implies(work, x.left, b, depth - 1) && implies(work, x.right, b, depth - 1);
    if (y.kind === 'and') return implies(work, a, y.left, depth - 1) && implies(work, a, y.right, depth - 1);
    if (x.kind === 'and' && (implies(work, x.left, b, depth - 1) || implies(work, x.right, b, depth - 1)))
      return true;
    if (y.kind === 'or') return implies(work, a, y.left, depth - 1) || implies(work, a, y.right, depth - 1);
  }
  const [left, right] = [literalOf(work, a), literalOf(work, b)];
  return left !== null && right !== null && literalImplies(work, left, right);
}

/** Proved: `a` and `b` never hold together. */
export function contradicts(work: Workspace, a: NodeId, b: NodeId, depth = maxDepth): boolean {
  const { builder } = work;
  const [x, y] = [builder.node(a), builder.node(b)];
  if ((x.kind === 'not' && x.operand === b) || (y.kind === 'not' && y.operand === a)) return true;
  if (depth > 0) {
    if (x.kind === 'or')
      return contradicts(work, x.left, b, depth - 1) && contradicts(work, x.right, b, depth - 1);
    if (y.kind === 'or')
      return contradicts(work, a, y.left, depth - 1) && contradicts(work, a, y.right, depth - 1);
    if (x.kind === 'and')
      return contradicts(work, x.left, b, depth - 1) || contradicts(work, x.right, b, depth - 1);
    if (y.kind === 'and')
      return contradicts(work, a, y.left, depth - 1) || contradicts(work, a, y.right, depth - 1);
  }
  const [left, right] = [literalOf(work, a), literalOf(work, b)];
  return (
    left !== null && right !== null && negations(right).some((other) => literalImplies(work, left, other))
  );
}

/** Proved: `a` or `b` holds everywhere. */
export function covers(work: Workspace, a: NodeId, b: NodeId, depth = maxDepth): boolean {
  const { builder } = work;
  const [x, y] = [builder.node(a), builder.node(b)];
  if ((x.kind === 'not' && x.operand === b) || (y.kind === 'not' && y.operand === a)) return true;
  if (depth > 0) {
    if (x.kind === 'and') return covers(work, x.left, b, depth - 1) && covers(work, x.right, b, depth - 1);
    if (y.kind === 'and') return covers(work, a, y.left, depth - 1) && covers(work, a, y.right, depth - 1);
    if (x.kind === 'or') return covers(work, x.left, b, depth - 1) || covers(work, x.right, b, depth - 1);
    if (y.kind === 'or') return covers(work, a, y.left, depth - 1) || covers(work, a, y.right, depth - 1);
  }
  const [left, right] = [literalOf(work, a), literalOf(work, b)];
  // not a implies b; where the negation of a has two parts, each must.
  return (
    left !== null && right !== null && negations(left).every((other) => literalImplies(work, other, right))
  );
}

function literalOf({ builder, known }: Workspace, id: NodeId): Literal | null {
  const node = builder.node(id);
  if (node.kind !== 'compare' || builder.typeOf(node.left) !== 'int') return null;
  const form = subtractForms(known.form(node.left), known.form(node.right));
  return node.op === 'lt' ? { relation: 'le', form: shiftForm(form, 1) } : { relation: node.op, form };
}

/** The negation as literals of which one holds: not (F == 0) is F < 0 or F > 0. */
function negations({ relation, form }: Literal): readonly Literal[] {
  const above: Literal = { relation: 'le', form: shiftForm(negate(form), 1) };
  switch (relation) {
    case 'le':
      return [above];
    case 'eq':
      return [above, { relation: 'le', form: shiftForm(form, 1) }];
    case 'ne':
      return [{ relation: 'eq', form }];
  }
}

function literalImplies(work: Workspace, a: Literal, b: Literal): boolean {
  const { known } = work;
  // With F <= 0 given, G <= 0 follows from G - F <= 0; with F == 0 given, from G + F <= 0 too.
  const givesAtMostZero = (form: LinearForm): boolean => {
    if (a.relation === 'ne') return false;
    if (known.upper(subtractForms(form, a.form)) <= 0) return true;
    if (a.relation === 'eq' && known.upper(addForms(form, a.form)) <= 0) return true;
    const undivided = withoutDivision(work, form);
    return undivided !== null && givesAtMostZero(undivided);
  };
  switch (b.relation) {
    case 'le':
      return givesAtMostZero(b.form);
    case 'eq':
      return givesAtMostZero(b.form) && givesAtMostZero(negate(b.form));
    case 'ne':
      if (a.relation === 'ne')
        return isZero(subtractForms(a.form, b.form)) || isZero(addForms(a.form, b.form));
      return givesAtMostZero(shiftForm(b.form, 1)) || givesAtMostZero(shiftForm(negate(b.form), 1));
  }
}

/** A div m - B div m + c <= 0 follows from A - B + c m <= 0. */
function withoutDivision({ builder, known }: Workspace, form: LinearForm): LinearForm | null {
  if (form.terms.length !== 2) return null;
  const [one, other] = form.terms;
  if (Math.abs(one.coefficient) !== 1 || one.coefficient !== -other.coefficient) return null;
  const [a, b] = [builder.node(one.atom), builder.node(other.atom)];
  if (a.kind !== 'arithmetic' || b.kind !== 'arithmetic' || a.op !== 'div' || b.op !== 'div') return null;
  const divisor = builder.node(a.right);
  if (a.right !== b.right || divisor.kind !== 'int') return null;
  const difference = subtractForms(known.form(a.left), known.form(b.left));
  return addForms(constantForm(form.constant * divisor.value), difference, one.coefficient);
}

function negate(form: LinearForm): LinearForm {
  return subtractForms(constantForm(0), form);
}

function isZero(form: LinearForm): boolean {
  return form.constant === 0 && form.terms.length === 0;
}

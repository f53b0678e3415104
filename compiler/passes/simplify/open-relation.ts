import { floorMod } from '../../../runtime/mask/program/integer-math.ts';
import type { MaskNode, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { emitForm, leadOf } from './emit-form.ts';
import { addForms, constantForm, scaleForm, shiftForm, subtractForms } from './linear-form.ts';
import type { LinearForm } from './linear-form.ts';
import { simplifyModulo } from './simplify-integer.ts';
import type { Workspace } from './workspace.ts';

/** form <= 0, form == 0 or form != 0. */
export type Relation = 'le' | 'eq' | 'ne';

/** The canonical node of a relation, or null where it could leave 32 bits: `relate` of ./simplify-comparison.ts. */
export type Relate = (relation: Relation, form: LinearForm) => NodeId | null;

type Of<K extends MaskNode['kind']> = MaskNode & { readonly kind: K };

/**
 * A relation whose only varying term is an `abs`, `min`, `max`, `div`, `mod` or `select` as relations over what is in it:
 * |F| <= c is -c <= F <= c, F div m >= c is F >= m c. Null where there is nothing to open.
 */
export function openRelation(
  work: Workspace,
  relate: Relate,
  relation: Relation,
  form: LinearForm,
): NodeId | null {
  const { builder, known } = work;
  const varying = form.terms.filter(({ atom }) => known.varies(atom));
  if (varying.length !== 1 || Math.abs(varying[0].coefficient) !== 1) return null;
  const [{ atom, coefficient }] = varying;
  const node = builder.node(atom);
  const rest = addForms(form, { constant: 0, terms: varying }, -1);
  if (relation === 'ne') {
    const equal = openRelation(work, relate, 'eq', form);
    return equal === null ? null : negateNode(work, equal);
  }
  // coefficient * atom + rest: an upper limit of the atom where the coefficient is 1, a lower one where it is -1.
  const isUpper = coefficient === 1;
  const bind = (inner: LinearForm, sign: 1 | -1) => relate('le', addForms(rest, inner, sign));
  if (relation === 'le') {
    switch (node.kind) {
      case 'abs': {
        const inner = known.form(node.operand);
        return join(work, isUpper ? 'and' : 'or', bind(inner, 1), bind(inner, -1));
      }
      case 'arithmetic':
        return openArithmetic(work, relate, node, rest, isUpper);
      case 'select':
        return openSelect(work, node, (branch) => bind(known.form(branch), isUpper ? 1 : -1));
      default:
        return null;
    }
  }
  if (node.kind === 'select') {
    return openSelect(work, node, (branch) =>
      relate('eq', addForms(rest, known.form(branch), isUpper ? 1 : -1)),
    );
  }
  const value = rest.terms.length === 0 ? -rest.constant * coefficient + 0 : null;
  return openEquality(work, relate, node, value);
}

function openArithmetic(
  work: Workspace,
  relate: Relate,
  node: Of<'arithmetic'>,
  rest: LinearForm,
  isUpper: boolean,
): NodeId | null {
  const { builder, known } = work;
  const sign = isUpper ? 1 : -1;
  const bind = (id: NodeId) => relate('le', addForms(rest, known.form(id), sign));
  switch (node.op) {
    case 'min':
      return join(work, isUpper ? 'or' : 'and', bind(node.left), bind(node.right));
    case 'max':
      return join(work, isUpper ? 'and' : 'or', bind(node.left), bind(node.right));
    case 'div': {
      const divisor = builder.node(node.right);
      if (divisor.kind !== 'int' || divisor.value < 1) return null;
      const scaled = addForms(scaleForm(rest, divisor.value), known.form(node.left), sign);
      return relate('le', isUpper ? shiftForm(scaled, 1 - divisor.value) : scaled);
    }
    default:
      return null;
  }
}

/** atom == value; `value` is null where the launch decides it. */
function openEquality(work: Workspace, relate: Relate, node: MaskNode, value: number | null): NodeId | null {
  const { builder, known } = work;
  if (value === null) return null;
  if (node.kind === 'abs') {
    const inner = known.form(node.operand);
    return join(work, 'or', relate('eq', shiftForm(inner, -value)), relate('eq', shiftForm(inner, value)));
  }
  if (node.kind !== 'arithmetic' || (node.op !== 'div' && node.op !== 'mod')) return null;
  const inner = known.form(node.left);
  const divisor = builder.node(node.right);
  if (node.op === 'mod') return openModulo(work, inner, node.right, value);
  if (divisor.kind !== 'int' || divisor.value < 1) return null;
  const first = subtractForms(constantForm(divisor.value * value), inner);
  const last = shiftForm(inner, 1 - divisor.value * (value + 1));
  return join(work, 'and', relate('le', first), relate('le', last));
}

/** F mod m == value with the constant of F moved to the other side and its first coefficient made positive. */
function openModulo(work: Workspace, inner: LinearForm, modulus: NodeId, value: number): NodeId | null {
  const { builder, known } = work;
  const divisor = builder.node(modulus);
  const sign = leadOf(builder, inner) < 0 ? -1 : 1;
  if (divisor.kind !== 'int') {
    if (value !== 0 || sign === 1) return null;
    const turned = emitForm(builder, known, scaleForm(inner, -1));
    return turned === null
      ? null
      : builder.compare('eq', simplifyModulo(work, turned, modulus), builder.int(0));
  }
  const { value: m } = divisor;
  if (m < 1 || value < 0 || value >= m) return null;
  const turned = emitForm(builder, known, scaleForm(shiftForm(inner, -inner.constant), sign));
  if (turned === null) return null;
  const wanted = floorMod(sign * (value - inner.constant), m);
  return builder.compare('eq', simplifyModulo(work, turned, modulus), builder.int(wanted));
}

/** A relation over `if c then a else b` where at least one branch decides it. */
function openSelect(
  work: Workspace,
  node: Of<'select'>,
  bind: (branch: NodeId) => NodeId | null,
): NodeId | null {
  const { builder } = work;
  const [then, otherwise] = [bind(node.then), bind(node.else)];
  if (then === null || otherwise === null) return null;
  if (builder.node(then).kind !== 'bool' && builder.node(otherwise).kind !== 'bool') return null;
  return builder.or(
    builder.and(node.condition, then),
    builder.and(negateNode(work, node.condition), otherwise),
  );
}

function join(work: Workspace, kind: 'and' | 'or', left: NodeId | null, right: NodeId | null): NodeId | null {
  return left === null || right === null ? null : work.builder.add({ kind, left, right });
}

/** The negation of a node, pushed down to comparisons and reads. */
function negateNode(work: Workspace, id: NodeId): NodeId {
  const { builder } = work;
  const node = builder.node(id);
  if (node.kind !== 'and' && node.kind !== 'or') return builder.not(id);
  const kind = node.kind === 'and' ? 'or' : 'and';
  return builder.add({ kind, left: negateNode(work, node.left), right: negateNode(work, node.right) });
}

import { floorDiv, floorMod } from '../../../runtime/mask/program/integer-math.ts';
import type { ArithmeticOp, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { emitForm, leadOf } from './emit-form.ts';
import {
  addForms,
  atomForm,
  contentOf,
  divideTerms,
  partOf,
  scaleForm,
  shiftForm,
  subtractForms,
} from './linear-form.ts';
import type { LinearForm } from './linear-form.ts';
import type { Workspace } from './workspace.ts';

/** The simplest node of an operator over simplified operands. */
export function simplifyArithmetic(work: Workspace, op: ArithmeticOp, left: NodeId, right: NodeId): NodeId {
  const { builder, known } = work;
  switch (op) {
    case 'add':
    case 'sub':
      return canonical(work, builder.arithmetic(op, left, right));
    case 'mul':
      return canonical(work, builder.arithmetic(op, ...inOrder(work, left, right)));
    case 'div':
      return simplifyDivision(work, left, right);
    case 'mod':
      return simplifyModulo(work, left, right);
    case 'min':
    case 'max': {
      const difference = subtractForms(known.form(left), known.form(right));
      const [lower, higher] = op === 'min' ? [left, right] : [right, left];
      if (known.upper(difference) <= 0) return lower;
      if (known.lower(difference) >= 0) return higher;
      return builder.arithmetic(op, ...inOrder(work, left, right));
    }
    case 'shl':
    case 'shr': {
      const amount = builder.node(right);
      if (amount.kind !== 'int' || amount.value < 0 || amount.value > 30)
        return builder.arithmetic(op, left, right);
      return simplifyArithmetic(work, op === 'shl' ? 'mul' : 'div', left, builder.int(2 ** amount.value));
    }
  }
}

/** The canonical node of an integer's linear form; the node itself where that could leave 32 bits. */
export function canonical(work: Workspace, id: NodeId): NodeId {
  return emitForm(work.builder, work.known, work.known.form(id)) ?? id;
}

/** |F| is |-F|: the first coefficient is made positive. */
export function simplifyAbsolute(work: Workspace, operand: NodeId): NodeId {
  const { builder, known } = work;
  const form = known.form(operand);
  if (known.lower(form) >= 0) return operand;
  const turned = leadOf(builder, form) < 0 ? emitForm(builder, known, scaleForm(form, -1)) : null;
  if (turned !== null && known.upper(form) <= 0) return turned;
  return builder.add({ kind: 'abs', operand: turned ?? operand });
}

/** (m A + B) div m = A + B div m; a quotient that the ranges decide is a constant. */
function simplifyDivision(work: Workspace, left: NodeId, right: NodeId): NodeId {
  const { builder, known } = work;
  const form = known.form(left);
  const divisor = builder.node(right);
  if (divisor.kind !== 'int') {
    const isSmall = known.lower(form) >= 0 && known.upper(subtractForms(form, known.form(right))) < 0;
    return isSmall ? builder.int(0) : builder.arithmetic('div', left, right);
  }
  const { value: m } = divisor;
  if (m < 1) return builder.arithmetic('div', left, right);
  const whole = partOf(form, ({ coefficient }) => coefficient % m === 0);
  const quotient = shiftForm(divideTerms(whole, m, 0), floorDiv(form.constant, m));
  const remaining: LinearForm = {
    constant: floorMod(form.constant, m),
    terms: subtractForms(form, whole).terms,
  };
  const inner = divideRest(work, remaining, m);
  const sum = inner === null ? null : emitForm(builder, known, addForms(quotient, inner));
  return sum ?? builder.arithmetic('div', left, right);
}

function divideRest(work: Workspace, form: LinearForm, m: number): LinearForm | null {
  const { builder, known } = work;
  const [low, high] = [known.lower(form), known.upper(form)];
  if (Math.floor(low / m) === Math.floor(high / m)) return { constant: Math.floor(low / m) + 0, terms: [] };
  // (g X + r) div (g m) = X div m for 0 <= r < g.
  const shared = sharedDivisor(contentOf(form), m);
  const reduced = divideTerms(form, shared, floorDiv(form.constant, shared));
  const node = emitForm(builder, known, reduced);
  return node === null ? null : known.form(builder.arithmetic('div', node, builder.int(m / shared)));
}

/** Coefficients and the constant are reduced by the modulus; a nested modulus that it divides is dropped. */
export function simplifyModulo(work: Workspace, left: NodeId, right: NodeId): NodeId {
  const { builder, known } = work;
  const form = known.form(left);
  const divisor = builder.node(right);
  if (divisor.kind !== 'int') {
    const isSmall = known.lower(form) >= 0 && known.upper(subtractForms(form, known.form(right))) < 0;
    return isSmall ? left : builder.arithmetic('mod', left, right);
  }
  const { value: m } = divisor;
  if (m < 1) return builder.arithmetic('mod', left, right);
  let flat: LinearForm = { constant: form.constant, terms: [] };
  for (const { atom, coefficient } of form.terms) {
    flat = addForms(
      flat,
      isMultipleModulus(work, atom, m) ? known.form(operandOf(work, atom)) : atomForm(atom),
      coefficient,
    );
  }
  const reduced: LinearForm = {
    constant: floorMod(flat.constant, m),
    terms: flat.terms
      .map(({ atom, coefficient }) => ({ atom, coefficient: coefficient % m }))
      .filter(({ coefficient }) => coefficient !== 0),
  };
  const [low, high] = [known.lower(reduced), known.upper(reduced)];
  if (Math.floor(low / m) === Math.floor(high / m)) {
    const rest = emitForm(builder, known, shiftForm(reduced, -m * Math.floor(low / m)));
    if (rest !== null) return rest;
  }
  const node = emitForm(builder, known, reduced);
  return builder.arithmetic('mod', node ?? left, right);
}

/** Whether an atom is x mod a with m dividing a. */
function isMultipleModulus(work: Workspace, atom: NodeId, m: number): boolean {
  const node = work.builder.node(atom);
  if (node.kind !== 'arithmetic' || node.op !== 'mod') return false;
  const modulus = work.builder.node(node.right);
  return modulus.kind === 'int' && modulus.value >= 1 && modulus.value % m === 0;
}

function operandOf(work: Workspace, atom: NodeId): NodeId {
  const node = work.builder.node(atom);
  return node.kind === 'arithmetic' ? node.left : atom;
}

/** Operands of a commutative operator by age, so that both orders are one node. */
function inOrder(work: Workspace, left: NodeId, right: NodeId): readonly [NodeId, NodeId] {
  const isConstant = (id: NodeId): boolean => work.builder.node(id).kind === 'int';
  return left <= right || isConstant(right) ? [left, right] : [right, left];
}

function sharedDivisor(a: number, b: number): number {
  return b === 0 ? Math.max(1, a) : sharedDivisor(b, a % b);
}

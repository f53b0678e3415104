import type { AtomDescription } from './atom-description.ts';
import type { BoundArena } from '../bound/bound-arena.ts';
import { rangeOfAtom, rangeOfForm, unbounded, type Range } from './form-range.ts';
import {
  addForms,
  asAtom,
  atomForm,
  constantForm,
  contentOf,
  formKey,
  divideForm,
  scaleForm,
  splitForm,
  type LinearForm,
} from '../sets/linear-form.ts';
import type { IntNode, NodeId } from '../program/nodes.ts';
import { greatestCommonDivisor } from '../sets/residue-pattern.ts';

/** What stands for the positions of query and key, over atoms whose values are bounded. */
export interface PositionForms {
  readonly query: LinearForm;
  readonly key: LinearForm;
  readonly ranges: ReadonlyMap<NodeId, Range>;
}

/** Writes integer nodes as linear forms over atoms, equal values as equal forms where local rules find that out. */
export class AtomTable {
  private readonly arena: BoundArena;
  private readonly descriptions = new Map<NodeId, AtomDescription>();
  /** The values that atoms can take, where the leaves are bounded. */
  private readonly ranges: Map<NodeId, Range> | null;
  private readonly leaves: PositionForms | null;

  /** Where `leaves` is given, it stands for the positions, and the ranges of all atoms are known. */
  constructor(arena: BoundArena, leaves: PositionForms | null = null) {
    this.arena = arena;
    this.leaves = leaves;
    this.ranges = leaves && new Map(leaves.ranges);
  }

  /** The least and the greatest value that a form can take; infinite where nothing is known. */
  rangeOf(form: LinearForm): Range {
    return this.ranges === null ? unbounded : rangeOfForm(form, this.ranges);
  }

  /** What is under an atom; undefined for leaves, lookups and products. */
  describe(atom: NodeId): AtomDescription | undefined {
    return this.descriptions.get(atom);
  }

  /** The form of a node over the forms of its operands; `emitCondition` gives the arena node of a boolean operand. */
  formOf(node: IntNode, forms: readonly LinearForm[], emitCondition: (id: NodeId) => NodeId): LinearForm {
    switch (node.kind) {
      case 'int':
        return constantForm(node.value);
      case 'query':
      case 'key':
        return this.leaves?.[node.kind] ?? atomForm(this.arena.add(node));
      case 'neg':
        return scaleForm(forms[node.operand], -1);
      case 'abs':
        return this.absolute(forms[node.operand]);
      case 'bit-length': {
        const form = forms[node.operand];
        return this.atom(
          { kind: 'bit-length', operand: this.arena.addForm(form) },
          { kind: 'bit-length', form },
        );
      }
      case 'select': {
        const [then, otherwise] = [forms[node.then], forms[node.else]];
        const condition = emitCondition(node.condition);
        const decided = this.arena.nodes[condition];
        if (decided.kind === 'bool') return decided.value ? then : otherwise;
        const chosen = {
          kind: 'select',
          condition,
          then: this.arena.addForm(then),
          else: this.arena.addForm(otherwise),
        };
        return this.atom(chosen as IntNode, { kind: 'select', condition, then, else: otherwise });
      }
      case 'lookup': {
        const indices = node.indices.map((index) => this.arena.addForm(forms[index]));
        return atomForm(this.arena.add({ ...node, indices }));
      }
      case 'arithmetic':
        return this.arithmetic(node, forms[node.left], forms[node.right]);
      case 'head':
      case 'batch':
      case 'symbol':
      case 'round':
        throw new Error(`a bound mask has no node of kind ${node.kind}`);
    }
  }

  private arithmetic(node: IntNode & { kind: 'arithmetic' }, a: LinearForm, b: LinearForm): LinearForm {
    const [constantA, constantB] = [a.terms.length === 0, b.terms.length === 0];
    switch (node.op) {
      case 'add':
        return addForms(a, b);
      case 'sub':
        return addForms(a, b, -1);
      case 'mul':
        if (constantB) return scaleForm(a, b.constant);
        if (constantA) return scaleForm(b, a.constant);
        break;
      case 'shl':
        if (constantB) return scaleForm(a, 2 ** Math.min(31, Math.max(0, b.constant)));
        break;
      case 'shr':
        if (constantB) return this.quotient(a, 2 ** Math.min(31, Math.max(0, b.constant)));
        break;
      case 'div':
        if (constantB && b.constant >= 1) return this.quotient(a, b.constant);
        break;
      case 'mod':
        if (constantB && b.constant >= 1) return this.residue(a, b.constant);
        break;
      case 'min':
      case 'max':
        return this.extreme(node.op, a, b);
    }
    const [left, right] = [this.arena.addForm(a), this.arena.addForm(b)];
    return atomForm(this.arena.add({ kind: 'arithmetic', op: node.op, left, right }));
  }

  /** floor((c A + B) / c) = A + floor(B / c); floor(floor(x / a) + r, c) = floor((x + r a) / (a c)). */
  private quotient(form: LinearForm, by: number): LinearForm {
    const { quotient, rest } = splitForm(form, by);
    if (rest.terms.length === 0) return quotient;
    const steps = this.wholeSteps(rest, by);
    if (steps !== null) return addForms(quotient, constantForm(steps));
    const digits = this.digitsOf(rest, by);
    if (digits) return addForms(quotient, this.quotient(digits.high, by / digits.unit));
    const bare = asAtom({ ...rest, constant: 0 });
    const inner = bare === null ? undefined : this.descriptions.get(bare);
    if (inner?.kind === 'div' && inner.by * by < 2 ** 31) {
      return addForms(
        quotient,
        this.quotient(addForms(inner.form, constantForm(rest.constant * inner.by)), inner.by * by),
      );
    }
    const node: IntNode = {
      kind: 'arithmetic',
      op: 'div',
      left: this.arena.addForm(rest),
      right: this.arena.int(by),
    };
    return addForms(quotient, this.atom(node, { kind: 'div', form: rest, by }));
  }

  private residue(form: LinearForm, by: number): LinearForm {
    const { rest } = splitForm(form, by);
    if (rest.terms.length === 0) return rest;
    const steps = this.wholeSteps(rest, by);
    if (steps !== null) return addForms(rest, constantForm(-steps * by));
    const digits = this.digitsOf(rest, by);
    if (digits) return addForms(digits.low, this.residue(digits.high, by / digits.unit), digits.unit);
    const bare = asAtom({ ...rest, constant: 0 });
    const inner = bare === null ? undefined : this.descriptions.get(bare);
    if (inner?.kind === 'mod' && inner.by % by === 0) {
      return this.residue(addForms(inner.form, constantForm(rest.constant)), by);
    }
    const node: IntNode = {
      kind: 'arithmetic',
      op: 'mod',
      left: this.arena.addForm(rest),
      right: this.arena.int(by),
    };
    return this.atom(node, { kind: 'mod', form: rest, by });
  }

  /** The one value of form div by, where it has only one. */
  private wholeSteps(form: LinearForm, by: number): number | null {
    const [low, high] = this.rangeOf(form);
    const steps = Math.floor(low / by);
    return Number.isFinite(steps) && steps === Math.floor(high / by) ? steps : null;
  }

  /** form = unit * high + low with 0 <= low < unit for a unit that divides `by`; null where there is none but 1. */
  private digitsOf(
    form: LinearForm,
    by: number,
  ): { readonly unit: number; readonly high: LinearForm; readonly low: LinearForm } | null {
    if (this.ranges === null) return null;
    const sizes = new Set(form.terms.map((term) => Math.abs(term.coefficient)).sort((a, b) => b - a));
    let unit = by;
    for (const size of sizes) {
      unit = greatestCommonDivisor(unit, size);
      if (unit === 1) return null;
      const { quotient, rest } = splitForm(form, unit);
      const steps = this.wholeSteps(rest, unit);
      if (steps === null) continue;
      const low = addForms(rest, constantForm(-steps * unit));
      return { unit, high: addForms(quotient, constantForm(steps)), low };
    }
    return null;
  }

  private absolute(form: LinearForm): LinearForm {
    if (form.terms.length === 0) return constantForm(Math.abs(form.constant));
    const [low, high] = this.rangeOf(form);
    if (low >= 0 || high <= 0) return low >= 0 ? form : scaleForm(form, -1);
    const content = Math.abs(contentOf(form));
    if (content > 1 && form.constant % content === 0) {
      return scaleForm(this.absolute(divideForm(form, content)), content);
    }
    const signed = form.terms[0].coefficient < 0 ? scaleForm(form, -1) : form;
    return this.atom({ kind: 'abs', operand: this.arena.addForm(signed) }, { kind: 'abs', form: signed });
  }

  private extreme(op: 'min' | 'max', a: LinearForm, b: LinearForm): LinearForm {
    const difference = addForms(a, b, -1);
    if (difference.terms.length === 0) return difference.constant < 0 === (op === 'min') ? a : b;
    const [low, high] = this.rangeOf(difference);
    if (low >= 0 || high <= 0) return high <= 0 === (op === 'min') ? a : b;
    const [left, right] = formKey(a) < formKey(b) ? [a, b] : [b, a];
    const node: IntNode = {
      kind: 'arithmetic',
      op,
      left: this.arena.addForm(left),
      right: this.arena.addForm(right),
    };
    return this.atom(node, { kind: op, left, right });
  }

  /**
   * A form under the knowledge that `equal` is 0: with fewer terms by a multiple of it, or with x mod m - y mod m
   * written as x - y where x div m = y div m. The same object where neither helps.
   */
  rewriteForm(form: LinearForm, equal: LinearForm): LinearForm {
    for (const candidate of this.withoutEqualResidues(form, equal)) return candidate;
    for (const { atom, coefficient } of equal.terms) {
      const own = form.terms.find((term) => term.atom === atom);
      if (!own || own.coefficient % coefficient !== 0) continue;
      const less = addForms(form, equal, -own.coefficient / coefficient);
      if (less.terms.length < form.terms.length) return less;
    }
    return form;
  }

  private *withoutEqualResidues(form: LinearForm, equal: LinearForm): Generator<LinearForm> {
    const [one, other] = equal.terms;
    if (equal.terms.length !== 2 || equal.constant !== 0 || one.coefficient + other.coefficient !== 0) return;
    const [x, y] = [this.descriptions.get(one.atom), this.descriptions.get(other.atom)];
    if (x?.kind !== 'div' || y?.kind !== 'div' || x.by !== y.by) return;
    const [residueX, residueY] = [this.residue(x.form, x.by), this.residue(y.form, y.by)];
    const [left, right] = [asAtom(residueX), asAtom(residueY)];
    const factor = form.terms.find((term) => term.atom === left)?.coefficient;
    if (factor === undefined || form.terms.find((term) => term.atom === right)?.coefficient !== -factor)
      return;
    const local = addForms(residueX, residueY, -1);
    yield addForms(addForms(form, local, -factor), addForms(x.form, y.form, -1), factor);
  }

  private atom(node: IntNode, description: AtomDescription): LinearForm {
    const id = this.arena.add(node);
    this.descriptions.set(id, description);
    this.ranges?.set(
      id,
      rangeOfAtom(description, (form) => this.rangeOf(form)),
    );
    return atomForm(id);
  }
}

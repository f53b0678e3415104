import type { HostArrays } from '../../arrays.ts';
import { AtomTable, type PositionForms } from './atom-table.ts';
import { BoundArena } from '../bound/bound-arena.ts';
import type { BoundMask, BoundNode } from '../bound/bound-mask.ts';
import {
  always,
  conjunction,
  constantPredicate,
  disjunction,
  negate,
  type Formula,
  type FormulaContext,
} from './formula.ts';
import {
  absoluteOf,
  bitLengthsIn,
  complementSet,
  contains,
  dividedBy,
  intersectSets,
  intervalEnds,
  intervalSet,
  isEmpty,
  isEverything,
  negated,
  pointSet,
  powersOfTwo,
  reducedBy,
  residueSet,
  scaledBy,
  setKey,
  shiftedBy,
  unionSets,
  type IntSet,
} from '../sets/int-set.ts';
import { addForms, contentOf, divideForm, scaleForm, type LinearForm } from '../sets/linear-form.ts';
import { narrowPredicate } from './narrow-predicate.ts';
import type { BoolNode, IntNode, MaskProgram, NodeId } from '../program/nodes.ts';
import { isBooleanKind } from '../program/nodes.ts';

/** Rows of a list with more members are asked as lists, not merged into sets. */
const MAX_MERGED_LIST = 256;

/**
 * Brings a mask whose scalars are known into normal form: comparisons become predicates "linear form in set of
 * integers", predicates over one form are merged exactly, single atoms (x mod m, x div m, |x|, clamps, bit lengths) are
 * pulled back to what is under them, and local positions inside equal parts become plain distances.
 */
export function normaliseMask(program: MaskProgram, arrays: HostArrays): BoundMask {
  const arena = new BoundArena();
  const normaliser = new Normaliser(program.nodes as readonly BoundNode[], arrays, arena, null);
  return arena.finish(normaliser.emit(normaliser.formulaAt(program.root)), arrays);
}

/** Rewrites nodes whose scalars are known as formulas over an arena; `leaves` may stand for the positions. */
export class Normaliser implements FormulaContext {
  depth = 0;
  private readonly arena: BoundArena;
  private readonly atoms: AtomTable;
  private readonly formulas: Formula[] = [];
  /** What the conditions of selections stand for. */
  private readonly conditions = new Map<NodeId, Formula>();
  private readonly arrays: HostArrays;

  constructor(
    nodes: readonly BoundNode[],
    arrays: HostArrays,
    arena: BoundArena,
    leaves: PositionForms | null,
  ) {
    this.arrays = arrays;
    this.arena = arena;
    this.atoms = new AtomTable(arena, leaves);
    const forms: LinearForm[] = [];
    nodes.forEach((node, id) => {
      if (node.kind === 'coordinate') throw new Error('a mask over coordinates is in normal form');
      if (node.kind === 'in-set') {
        this.formulas[id] = this.predicate(forms[node.operand], node.set);
      } else if (isBooleanKind(node.kind)) {
        this.formulas[id] = this.formulaOf(node as BoolNode, forms);
      } else {
        forms[id] = this.atoms.formOf(node as IntNode, forms, (id) => this.emitCondition(this.formulas[id]));
      }
    });
  }

  /** The formula of a boolean node. */
  formulaAt(id: NodeId): Formula {
    return this.formulas[id];
  }

  private formulaOf(node: BoolNode, forms: readonly LinearForm[]): Formula {
    switch (node.kind) {
      case 'bool':
        return constantPredicate(node.value);
      case 'compare':
        return this.predicate(addForms(forms[node.left], forms[node.right], -1), comparedToZero[node.op]);
      case 'and':
        return conjunction([this.formulas[node.left], this.formulas[node.right]], this);
      case 'or':
        return disjunction([this.formulas[node.left], this.formulas[node.right]], this);
      case 'not':
        return negate(this.formulas[node.operand]);
      case 'is-power-of-two':
        return this.predicate(forms[node.operand], powersOfTwo);
      case 'bit': {
        const indices = node.indices.map((index) => this.arena.addForm(forms[index]));
        return opaque(this.arena.add({ ...node, indices }));
      }
      case 'member':
        return this.membership(node, forms);
    }
  }

  private membership(node: BoolNode & { kind: 'member' }, forms: readonly LinearForm[]): Formula {
    const list = this.arrays[node.array];
    if (list.kind !== 'list') throw new Error(`"${node.array}" is no list`);
    const row = forms[node.row];
    if (row.terms.length === 0) {
      const inside = row.constant >= 0 && row.constant < list.starts.length - 1;
      const from = inside ? list.starts[row.constant] : 0;
      const to = inside ? list.starts[row.constant + 1] : 0;
      if (to - from <= MAX_MERGED_LIST) {
        return this.predicate(forms[node.value], pointSet(Array.from(list.values.subarray(from, to))));
      }
    }
    const value = this.arena.addForm(forms[node.value]);
    return opaque(this.arena.add({ ...node, row: this.arena.addForm(row), value }));
  }

  /** See MakePredicate; public because formulas are rewritten in context. */
  predicate(form: LinearForm, set: IntSet): Formula {
    if (isEmpty(set)) return constantPredicate(false);
    if (isEverything(set)) return always;
    if (form.terms.length === 0) return constantPredicate(contains(set, form.constant));
    const sign = form.terms[0].coefficient < 0 ? -1 : 1;
    const content = contentOf(form);
    const signed = sign < 0 ? negated(shiftedBy(set, form.constant)) : shiftedBy(set, form.constant);
    const reduced = scaledBy(signed, content);
    const bare = divideForm({ ...form, constant: 0 }, reduced === null ? sign : sign * content);
    return this.predicateOf(bare, reduced ?? signed);
  }

  /** The same for a form in normal form. */
  private predicateOf(bare: LinearForm, given: IntSet): Formula {
    const narrowed = narrowPredicate(bare, given, (form) => this.atoms.rangeOf(form));
    if (narrowed.kind === 'cases') {
      const cases = narrowed.cases.map((parts) =>
        conjunction(
          parts.map((part) => this.predicate(part.form, part.set)),
          this,
        ),
      );
      return disjunction(cases, this);
    }
    const within = narrowed.set;
    if (isEmpty(within) || isEverything(within)) return constantPredicate(!isEmpty(within));
    return this.pullBack(bare, within) ?? { kind: 'set', form: bare, set: within };
  }

  /** The predicate over what is under the atoms of a form, or null where it stays. */
  private pullBack(form: LinearForm, set: IntSet): Formula | null {
    if (form.terms.length === 2) return this.equalResidues(form, set);
    if (form.terms.length > 1 || form.terms[0].coefficient !== 1) return null;
    const atom = this.atoms.describe(form.terms[0].atom);
    const over = (inner: LinearForm, pulled: IntSet | null) => pulled && this.predicate(inner, pulled);
    switch (atom?.kind) {
      case 'mod':
        return over(atom.form, reducedBy(set, atom.by));
      case 'div':
        return over(atom.form, dividedBy(set, atom.by));
      case 'abs':
        return over(atom.form, absoluteOf(set));
      case 'bit-length':
        return over(atom.form, bitLengthsIn(set));
      case 'min':
      case 'max':
        return this.pullBackExtreme(atom.kind, atom.left, atom.right, set);
      case 'select': {
        const condition = this.conditions.get(atom.condition) ?? opaque(atom.condition);
        return disjunction(
          [
            conjunction([condition, this.predicate(atom.then, set)], this),
            conjunction([negate(condition), this.predicate(atom.else, set)], this),
          ],
          this,
        );
      }
      case undefined:
        return null;
    }
  }

  /** min(x, c) is in S where x < c and x in S, or x >= c and c in S; min(x, y) <= c where x <= c or y <= c. */
  private pullBackExtreme(
    kind: 'min' | 'max',
    left: LinearForm,
    right: LinearForm,
    set: IntSet,
  ): Formula | null {
    if (kind === 'max') {
      return this.pullBackExtreme('min', scaleForm(left, -1), scaleForm(right, -1), negated(set));
    }
    if (right.terms.length === 0 || left.terms.length === 0) {
      const [inner, { constant }] = right.terms.length === 0 ? [left, right] : [right, left];
      const below = intersectSets(set, intervalSet(-Infinity, constant - 1));
      const above = contains(set, constant) ? intervalSet(constant, Infinity) : intervalSet(1, 0);
      const pulled = below && unionSets(below, above);
      return pulled && this.predicate(inner, pulled);
    }
    const ends = intervalEnds(set);
    if (!ends) return null;
    const atMost = (limit: number) => {
      const half = intervalSet(-Infinity, limit);
      return disjunction([this.predicate(left, half), this.predicate(right, half)], this);
    };
    return conjunction([atMost(ends[1]), negate(atMost(ends[0] - 1))], this);
  }

  /** x mod m = y mod m where m divides x - y. */
  private equalResidues(form: LinearForm, set: IntSet): Formula | null {
    const [one, other] = form.terms;
    const [x, y] = [this.atoms.describe(one.atom), this.atoms.describe(other.atom)];
    if (x?.kind !== 'mod' || y?.kind !== 'mod' || x.by !== y.by) return null;
    if (one.coefficient !== 1 || other.coefficient !== -1) return null;
    const distance = addForms(x.form, y.form, -1);
    // Of all distances between residues only 0 is one distance of the numbers themselves.
    const inRange = intersectSets(set, intervalSet(1 - x.by, x.by - 1));
    const zero = setKey(intervalSet(0, 0));
    const multiples = residueSet(x.by, 0, 1);
    if (!inRange || !multiples) return null;
    if (setKey(inRange) === zero) return this.predicate(distance, multiples);
    const outside = intersectSets(complementSet(set), intervalSet(1 - x.by, x.by - 1));
    return outside && setKey(outside) === zero ? this.predicate(distance, complementSet(multiples)) : null;
  }

  rewriteForm(form: LinearForm, equal: LinearForm): LinearForm {
    return this.atoms.rewriteForm(form, equal);
  }

  private emitCondition(formula: Formula): NodeId {
    const node = this.emit(formula);
    this.conditions.set(node, formula);
    return node;
  }

  /** The arena's node of a formula. */
  emit(formula: Formula): NodeId {
    switch (formula.kind) {
      case 'constant':
        return this.arena.add({ kind: 'bool', value: formula.value });
      case 'set':
        return this.arena.add({
          kind: 'in-set',
          operand: this.arena.addForm(formula.form),
          set: formula.set,
        });
      case 'opaque':
        return formula.negated ? this.arena.add({ kind: 'not', operand: formula.node }) : formula.node;
      case 'and':
      case 'or':
        return formula.parts
          .map((part) => this.emit(part))
          .reduce((left, right) => this.arena.add({ kind: formula.kind, left, right }));
    }
  }
}

function opaque(node: NodeId): Formula {
  return { kind: 'opaque', node, negated: false };
}

const comparedToZero: Readonly<Record<'lt' | 'le' | 'eq' | 'ne', IntSet>> = {
  lt: intervalSet(-Infinity, -1),
  le: intervalSet(-Infinity, 0),
  eq: intervalSet(0, 0),
  ne: complementSet(intervalSet(0, 0)),
};

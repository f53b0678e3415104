import { maxLength } from '../../../runtime/limits.ts';
import type { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import { operandsOf } from '../../../runtime/mask/program/nodes.ts';
import type { NodeId } from '../../../runtime/mask/program/nodes.ts';
import { rangeOfNode } from '../../ir/find-ranges.ts';
import type { RangeContext } from '../../ir/find-ranges.ts';
import type { Interval } from '../../ir/interval.ts';
import { addForms, atomForm, constantForm, isSafe, scaleForm, subtractForms } from './linear-form.ts';
import type { LinearForm } from './linear-form.ts';

/** What is known of the nodes of a builder that grows: ranges, linear forms, and whether a value varies within a launch. */
export class KnownValues {
  private readonly ranges: Interval[] = [];
  private readonly forms: LinearForm[] = [];
  private readonly varying: boolean[] = [];

  constructor(
    private readonly builder: MaskBuilder,
    private readonly context: RangeContext,
    /** Whether the position of the first query is nk - nq, so that no position passes nk - 1. */
    private readonly hasDefaultOffset: boolean,
  ) {}

  range(id: NodeId): Interval {
    for (let at = this.ranges.length; at <= id; at++) {
      this.ranges.push(rangeOfNode(this.builder.node(at), (operand) => this.ranges[operand], this.context));
    }
    return this.ranges[id];
  }

  /** Whether the value differs from pair to pair: false for what the launch alone decides. */
  varies(id: NodeId): boolean {
    for (let at = this.varying.length; at <= id; at++) {
      const node = this.builder.node(at);
      const isIndex =
        node.kind === 'query' || node.kind === 'key' || node.kind === 'head' || node.kind === 'batch';
      this.varying.push(isIndex || operandsOf(node).some((operand) => this.varying[operand]));
    }
    return this.varying[id];
  }

  /** An integer node as a linear form over nodes that are no sums. */
  form(id: NodeId): LinearForm {
    for (let at = this.forms.length; at <= id; at++) this.forms.push(this.readForm(at));
    return this.forms[id];
  }

  private readForm(id: NodeId): LinearForm {
    const node = this.builder.node(id);
    const form = ((): LinearForm => {
      if (node.kind === 'int') return constantForm(node.value);
      if (node.kind === 'neg') return scaleForm(this.forms[node.operand], -1);
      if (node.kind !== 'arithmetic') return atomForm(id);
      const [left, right] = [this.forms[node.left], this.forms[node.right]];
      if (node.op === 'add') return addForms(left, right);
      if (node.op === 'sub') return subtractForms(left, right);
      if (node.op !== 'mul') return atomForm(id);
      if (right.terms.length === 0) return scaleForm(left, right.constant);
      return left.terms.length === 0 ? scaleForm(right, left.constant) : atomForm(id);
    })();
    return isSafe(form) ? form : atomForm(id);
  }

  /** An upper bound of a form, by ranges and by 0 <= key < nk and offset <= query < offset + nq. */
  upper({ constant, terms }: LinearForm): number {
    let bound = constant;
    const sizes = { nk: 0, nq: 0, offset: 0 };
    for (const { atom, coefficient } of terms) {
      const node = this.builder.node(atom);
      if (node.kind === 'key') {
        if (coefficient > 0) {
          sizes.nk += coefficient;
          bound -= coefficient;
        }
      } else if (node.kind === 'query') {
        sizes.offset += coefficient;
        if (coefficient > 0) {
          sizes.nq += coefficient;
          bound -= coefficient;
        }
      } else if (
        node.kind === 'symbol' &&
        (node.name === 'nk' || node.name === 'nq' || node.name === 'offset')
      ) {
        sizes[node.name] += coefficient;
      } else {
        bound += most(coefficient, this.range(atom));
      }
    }
    if (this.hasDefaultOffset) {
      sizes.nk += sizes.offset;
      sizes.nq -= sizes.offset;
      sizes.offset = 0;
    }
    const length: Interval = { low: 1, high: maxLength };
    const offset = this.context.symbols.get('offset') ?? { low: -Infinity, high: Infinity };
    return bound + most(sizes.nk, length) + most(sizes.nq, length) + most(sizes.offset, offset);
  }

  lower(form: LinearForm): number {
    return -this.upper(scaleForm(form, -1));
  }
}

function most(coefficient: number, { low, high }: Interval): number {
  if (coefficient === 0) return 0;
  return coefficient > 0 ? coefficient * high : coefficient * low;
}

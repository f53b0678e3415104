import type { CompareOp, MaskNode, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { nodeType } from '../../../runtime/mask/program/nodes.ts';
import { emitForm, leadOf } from './emit-form.ts';
import {
  constantForm,
  contentOf,
  divideTerms,
  isSafe,
  partOf,
  scaleForm,
  shiftForm,
  subtractForms,
} from './linear-form.ts';
import type { LinearForm } from './linear-form.ts';
import { openRelation } from './open-relation.ts';
import type { Relation } from './open-relation.ts';
import type { Workspace } from './workspace.ts';

/** The canonical node of `left op right`; real operands stay as they are. */
export function simplifyComparison(work: Workspace, op: CompareOp, left: NodeId, right: NodeId): NodeId {
  const { builder, known } = work;
  if (nodeType(builder.node(left)) === 'real') return builder.compare(op, left, right);
  const form = subtractForms(known.form(left), known.form(right));
  const related = op === 'lt' ? relate(work, 'le', shiftForm(form, 1)) : relate(work, op, form);
  return related ?? builder.compare(op, left, right);
}

/**
 * The canonical node of a relation. Where every index stands alone (`key`, `query`, `head`, `batch` with factors), the
 * indices are on one side, key first and positive, and what the launch decides is on the other: `i - j < w` and
 * `j > i - w` both become `-w < j - i`. Otherwise no term is negative on its side: `ids[i] == ids[j]`.
 * Null where the canonical sums could leave 32 bits.
 */
export function relate(work: Workspace, relation: Relation, form: LinearForm): NodeId | null {
  if (!isSafe(form)) return null;
  const { builder, known } = work;
  const [low, high] = [known.lower(form), known.upper(form)];
  if (relation === 'le') {
    if (high <= 0) return builder.bool(true);
    if (low > 0) return builder.bool(false);
  } else {
    if (low > 0 || high < 0) return builder.bool(relation === 'ne');
    if (low === 0 && high === 0) return builder.bool(relation === 'eq');
  }
  const divisor = contentOf(form);
  if (divisor <= 1) {
    const again = (inner: Relation, part: LinearForm) => relate(work, inner, part);
    return openRelation(work, again, relation, form) ?? emitRelation(work, relation, form);
  }
  if (relation === 'le')
    return relate(work, relation, divideTerms(form, divisor, Math.ceil(form.constant / divisor) + 0));
  if (form.constant % divisor !== 0) return builder.bool(relation === 'ne');
  return relate(work, relation, divideTerms(form, divisor, form.constant / divisor));
}

function emitRelation(work: Workspace, relation: Relation, form: LinearForm): NodeId | null {
  const { builder, known } = work;
  const varying = partOf(form, ({ atom }) => known.varies(atom));
  const isByIndex =
    varying.terms.length > 0 && varying.terms.every(({ atom }) => isIndex(builder.node(atom)));
  const left = isByIndex ? varying : partOf(form, ({ coefficient }) => coefficient > 0);
  const right = subtractForms(left, form);
  const flip = leadOf(builder, varying.terms.length > 0 ? varying : form) < 0;
  if (relation !== 'le') {
    if (!flip) return emitSides(work, relation, left, right);
    if (isByIndex) return emitSides(work, relation, scaleForm(left, -1), scaleForm(right, -1));
    const constant = constantForm(right.constant);
    return emitSides(work, relation, subtractForms(right, constant), subtractForms(left, constant));
  }
  if (left.terms.length === 0) {
    const constant = constantForm(form.constant);
    return emitSides(work, 'le', constant, subtractForms(right, scaleForm(constant, -1)));
  }
  // left + 1 <= right reads better as left < right, where right is more than a number.
  const isStrict = form.constant === 1 && right.terms.length > 0;
  const op = isStrict ? 'lt' : 'le';
  const limit = isStrict ? shiftForm(right, 1) : right;
  if (isByIndex && flip) return emitSides(work, op, scaleForm(limit, -1), scaleForm(left, -1));
  return emitSides(work, op, left, limit);
}

function emitSides(work: Workspace, op: CompareOp, left: LinearForm, right: LinearForm): NodeId | null {
  const { builder, known } = work;
  const [leftNode, rightNode] = [emitForm(builder, known, left), emitForm(builder, known, right)];
  return leftNode === null || rightNode === null ? null : builder.compare(op, leftNode, rightNode);
}

function isIndex(node: MaskNode): boolean {
  return node.kind === 'query' || node.kind === 'key' || node.kind === 'head' || node.kind === 'batch';
}

import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Comment, Expression, Item, Member, SourceFile } from '../ast.ts';
import { chainOf } from './chain.ts';

/** A node that comments can stand before or beside: declarations, members, bindings, cases, branches of a union. */
interface Unit {
  readonly node: object;
  readonly span: Span;
  readonly children: readonly Unit[];
  /** Holds the comments behind the last child: the node with the closing brace, or the file. */
  readonly tail: object | null;
  /** Takes the comments before this unit in its place: the first branch of a body stands where the body begins. */
  readonly first?: object;
}

/** Where every comment goes. A comment inside of something that cannot be cut moves before it. */
export interface AttachedComments {
  readonly leading: ReadonlyMap<object, readonly Comment[]>;
  readonly trailing: ReadonlyMap<object, Comment>;
  /** Before the closing brace, or at the end of the file. */
  readonly dangling: ReadonlyMap<object, readonly Comment[]>;
}

/** Gives every comment that is no doc comment to a unit. */
export function attachComments(file: SourceFile): AttachedComments {
  const leading = new Map<object, Comment[]>();
  const trailing = new Map<object, Comment>();
  const dangling = new Map<object, Comment[]>();
  const root: Unit = { node: file, span: file.span, children: file.items.map(unitOfItem), tail: file };

  for (const comment of file.comments) {
    if (comment.placement === 'doc') continue;
    const holder = innermost(root, comment);
    const before = holder.children.findLast((child) => child.span.end <= comment.span.start);
    const after = holder.children.find((child) => child.span.start >= comment.span.end);
    if (comment.placement === 'trailing' && before !== undefined && !trailing.has(before.node)) {
      trailing.set(before.node, comment);
    } else if (after !== undefined) {
      add(leading, after.first ?? after.node, comment);
    } else if (holder.tail !== null) {
      add(dangling, holder.tail, comment);
    } else {
      add(leading, holder.first ?? holder.node, comment);
    }
  }
  return { leading, trailing, dangling };
}

function add(map: Map<object, Comment[]>, node: object, comment: Comment): void {
  const found = map.get(node);
  if (found === undefined) map.set(node, [comment]);
  else found.push(comment);
}

function innermost(root: Unit, comment: Comment): Unit {
  let holder = root;
  for (;;) {
    const inner = holder.children.find(
      ({ span }) => span.start <= comment.span.start && comment.span.end <= span.end && span.start < span.end,
    );
    if (inner === undefined) return holder;
    holder = inner;
  }
}

function unitOfItem(item: Item): Unit {
  switch (item.kind) {
    case 'use':
      return leaf(item, item.span);
    case 'let':
      return unitWithValue(item, item.span, item.value);
    case 'pattern': {
      const children = [
        ...item.bindings.map(unitOfItem),
        unitWithValue(item.body, item.body.span, item.body),
      ];
      return { node: item, span: item.span, children, tail: null };
    }
    case 'attention':
      return { node: item, span: item.span, children: item.members.map(unitOfMember), tail: item };
  }
}

function unitOfMember(member: Member): Unit {
  switch (member.kind) {
    case 'input':
    case 'launch':
      return leaf(member, member.span);
    case 'let':
    case 'return':
      return unitWithValue(member, member.span, member.value);
    case 'field':
      return member.values.length === 1
        ? unitWithValue(member, member.span, member.values[0])
        : leaf(member, member.span);
  }
}

/** A node that holds an expression to its end; the branches, cases or block of the expression are its children. */
function unitWithValue(node: object, span: Span, value: Expression): Unit {
  const braces = value.kind === 'by' || (value.kind === 'call' && value.block !== null);
  const children = partsOf(value);
  if (node === value && chainOf(value) !== null) children[0] = { ...children[0], first: node };
  return { node, span, children, tail: braces ? value : null };
}

function partsOf(expression: Expression): Unit[] {
  const chain = chainOf(expression);
  if (chain !== null) {
    return chain.operands.map((operand) =>
      chainOf(operand) === null ? unitWithValue(operand, operand.span, operand) : leaf(operand, operand.span),
    );
  }
  if (expression.kind === 'call' && expression.block !== null) {
    const { block } = expression;
    return [unitWithValue(block, block.span, block)];
  }
  if (expression.kind !== 'by') return [];
  const cases = expression.cases.map((node) => unitWithValue(node, node.span, node.value));
  const { otherwise } = expression;
  if (otherwise !== null) cases.push(unitWithValue(otherwise, otherwise.span, otherwise));
  return cases.sort((a, b) => a.span.start - b.span.start);
}

function leaf(node: object, span: Span): Unit {
  return { node, span, children: [], tail: null };
}

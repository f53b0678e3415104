import { partSymbols } from '../../declarations.ts';
import { evaluateNode, type Environment } from '../exact/evaluate.ts';
import { applyArithmetic, applyCompare, applyRealBinary, applyRealUnary } from '../program/integer-math.ts';
import { operandsOf, type MaskNode, type MaskProgram, type NodeId } from '../program/nodes.ts';

/** What follows on a value of the first node that is read; at the end a number for all of them. */
interface Branch {
  readonly branches: Map<number, Branch>;
  readonly signature: number;
}

/**
 * A number for what the set of a block mask takes from the numbers of the two parts: pairs of parts with equal numbers have
 * equal sets, however the set is written. Mostly that is a distance of parts, brought to a class.
 */
export function partSignature(
  program: MaskProgram,
  environment: Environment,
): (row: number, column: number) => number {
  const { nodes, root } = program;
  const { symbols } = environment;
  const onPair: boolean[] = [];
  const onPart: boolean[] = [];
  const isRead = new Uint8Array(nodes.length);
  isRead[root] = 1;
  nodes.forEach((node, id) => {
    const operands = operandsOf(node);
    const isPart =
      node.kind === 'symbol' && (node.name === partSymbols.row || node.name === partSymbols.column);
    onPair[id] = node.kind === 'query' || node.kind === 'key' || operands.some((operand) => onPair[operand]);
    onPart[id] = isPart || operands.some((operand) => onPart[operand]);
    if (onPair[id]) for (const operand of operands) isRead[operand] = 1;
  });
  const steps = nodes.map((_, id) => id).filter((id) => onPart[id] && !onPair[id]);
  const read: readonly NodeId[] = steps.filter((id) => isRead[id]);
  const values = new Float64Array(nodes.length);
  nodes.forEach((node, id) => {
    if (!onPair[id] && !onPart[id]) values[id] = evaluateNode(node, values, environment);
  });
  const own: Record<string, number> = { ...symbols };
  const ownEnvironment = { ...environment, symbols: own };
  const operations = steps.map(
    (id) =>
      operationOver(nodes[id], id, values) ??
      (() => void (values[id] = evaluateNode(nodes[id], values, ownEnvironment))),
  );
  const top: Branch = { branches: new Map(), signature: 0 };
  let count = 1;
  const find = (row: number, column: number): number => {
    own[partSymbols.row] = row;
    own[partSymbols.column] = column;
    for (const operation of operations) operation();
    let branch = top;
    for (const id of read) {
      let next = branch.branches.get(values[id]);
      if (next === undefined) {
        next = { branches: new Map<number, Branch>(), signature: count++ };
        branch.branches.set(values[id], next);
      }
      branch = next;
    }
    return branch.signature;
  };
  if (!readsDifference(program)) return find;
  // Of differences from 0 on, and of those below.
  const [ahead, behind]: (number | undefined)[][] = [[], []];
  return (row, column) =>
    row >= column
      ? (ahead[row - column] ??= find(row, column))
      : (behind[column - row] ??= find(row, column));
}

/** Are the numbers of the parts read for their difference alone? */
function readsDifference({ nodes }: MaskProgram): boolean {
  const isPart = (id: NodeId): boolean => {
    const node = nodes[id];
    return node.kind === 'symbol' && (node.name === partSymbols.row || node.name === partSymbols.column);
  };
  return nodes.every((node) => {
    const parts = operandsOf(node).filter(isPart);
    const isDifference = node.kind === 'arithmetic' && node.op === 'sub' && parts.length === 2;
    return parts.length === 0 || isDifference;
  });
}

/** Computes node `id` from the values of its operands; null for nodes that are not common. */
function operationOver(node: MaskNode, id: number, values: Float64Array): (() => void) | null {
  switch (node.kind) {
    case 'arithmetic': {
      const { op, left, right } = node;
      return () => void (values[id] = applyArithmetic(op, values[left], values[right]));
    }
    case 'compare': {
      const { op, left, right } = node;
      return () => void (values[id] = applyCompare(op, values[left], values[right]) ? 1 : 0);
    }
    case 'select':
    case 'real-select': {
      const { condition, then, else: otherwise } = node;
      return () => void (values[id] = values[condition] ? values[then] : values[otherwise]);
    }
    case 'to-real': {
      const { operand } = node;
      return () => void (values[id] = values[operand]);
    }
    case 'real-unary': {
      const { op, operand } = node;
      return () => void (values[id] = applyRealUnary(op, values[operand]));
    }
    case 'real-binary': {
      const { op, left, right } = node;
      return () => void (values[id] = applyRealBinary(op, values[left], values[right]));
    }
    case 'abs': {
      const { operand } = node;
      return () => void (values[id] = Math.abs(values[operand]));
    }
    default:
      return null;
  }
}

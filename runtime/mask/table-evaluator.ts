import { evaluateNode, type Environment } from './evaluate.ts';
import { applyArithmetic, applyCompare, applyRealBinary, applyRealUnary } from './integer-math.ts';
import { operandsOf, type MaskNode, type MaskProgram } from './nodes.ts';

type Step = (index: number) => void;
type IndexKind = 'query' | 'key' | 'head' | 'batch';

/**
 * Evaluates a program at many values of one index: nodes that do not depend on it are computed once, the others are
 * closures over one column of values. A table has up to as many elements as the sequence has tokens.
 */
export function tableEvaluator(
  program: MaskProgram,
  over: IndexKind,
  environment: Environment,
): (index: number) => number {
  const values = new Float64Array(program.root + 1);
  const varying = new Uint8Array(program.root + 1);
  const steps: Step[] = [];
  for (let id = 0; id <= program.root; id++) {
    const node = program.nodes[id];
    if (node.kind === over || operandsOf(node).some((operand) => varying[operand])) {
      varying[id] = 1;
      steps.push(
        node.kind === over
          ? (index) => void (values[id] = index)
          : stepOf(node, id, values, over, environment),
      );
    } else {
      values[id] = evaluateNode(node, values, environment);
    }
  }
  return (index) => {
    for (let at = 0; at < steps.length; at++) steps[at](index);
    return values[program.root];
  };
}

/** The common operations on their own, any other by way of `evaluateNode`. */
function stepOf(
  node: MaskNode,
  id: number,
  values: Float64Array,
  over: IndexKind,
  environment: Environment,
): Step {
  const common = operationOver(node, id, values);
  if (common !== null) return common;
  const here: { -readonly [K in keyof Environment]: Environment[K] } = { ...environment };
  return (index) => {
    here[over] = index;
    values[id] = evaluateNode(node, values, here);
  };
}

/** Computes node `id` from the values of its operands; null for nodes that are not common. */
export function operationOver(node: MaskNode, id: number, values: Float64Array): (() => void) | null {
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

import { partSymbols } from '../descriptor.ts';
import { evaluateNode, type Environment } from './evaluate.ts';
import { operandsOf, type MaskProgram, type NodeId } from './nodes.ts';

/**
 * What the set of a block mask takes from the numbers of the two parts, as a text: pairs of parts with equal texts have
 * equal sets, however the set is written. Mostly that is a distance of parts, brought to a class.
 */
export function partSignature(
  program: MaskProgram,
  environment: Environment,
): (row: number, column: number) => string {
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
  return (row, column) => {
    own[partSymbols.row] = row;
    own[partSymbols.column] = column;
    for (const id of steps) values[id] = evaluateNode(nodes[id], values, ownEnvironment);
    let signature = '';
    for (const id of read) signature += `${values[id]} `;
    return signature;
  };
}

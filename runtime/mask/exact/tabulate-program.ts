import type { Environment } from './evaluate.ts';
import { NodeColumns } from './node-columns.ts';
import { operandsOf, type MaskProgram } from '../program/nodes.ts';

/** Values that are computed at a time: columns of so many stay in the cache. */
const STRETCH = 1024;

/**
 * Evaluates a program at 0 .. size - 1 of one index, and hands over the values a stretch at a time: `take` gets the first
 * index of it and as many values as are left, at least. The array is reused. A table has up to as many elements as the
 * sequence has tokens.
 */
export function tabulateProgram(
  { nodes, root }: MaskProgram,
  over: 'query' | 'key' | 'head' | 'batch',
  size: number,
  environment: Environment,
  take: (first: number, values: Float64Array) => void,
): void {
  const varies: boolean[] = [];
  for (let id = 0; id <= root; id++) {
    varies.push(nodes[id].kind === over || operandsOf(nodes[id]).some((operand) => varies[operand]));
  }
  const values = new NodeColumns(nodes, varies, Math.min(STRETCH, size));
  for (let first = 0; first < size; first += STRETCH) {
    for (let id = 0; id <= root; id++) {
      if (nodes[id].kind === over) values.enumerate(id, first);
      else if (varies[id] || first === 0) values.evaluate(id, environment);
    }
    take(first, values.columns[root] ?? new Float64Array(values.count).fill(values.scalars[root]));
  }
}

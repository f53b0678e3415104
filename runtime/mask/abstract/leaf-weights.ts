import { Op, type FlatMask } from './flat-mask.ts';

/**
 * How much a unit of each leaf moves the integers that the predicates of a mask ask about, relative to the leaf that moves
 * them most, summed over all predicates. A descent that splits the side of the largest weight times length gets
 * boxes over which those integers vary least.
 */
export function leafWeights({ size, op, a, b, first, operands }: FlatMask, leaves: number): Float64Array {
  const weights = new Float64Array(leaves);
  const slopes: Float64Array[] = [];
  for (let id = 0; id < size; id++) {
    const slope = new Float64Array(leaves);
    slopes.push(slope);
    const isBoolean = op[id] >= Op.interval;
    if (op[id] === Op.leaf) slope[a[id]] = 1;
    else if (op[id] === Op.scale) slope.set(slopes[a[id]].map((value) => value * Math.abs(first[id])));
    else if (op[id] === Op.divConstant) slope.set(slopes[a[id]].map((value) => value / first[id]));
    else if (op[id] === Op.add || op[id] === Op.sub)
      slope.set(slopes[a[id]].map((value, leaf) => value + slopes[b[id]][leaf]));
    else if (!isBoolean)
      for (const operand of operands[id])
        slopes[operand].forEach((value, leaf) => (slope[leaf] = Math.max(slope[leaf], value)));
    if (!isBoolean) continue;
    for (const operand of operands[id]) {
      if (op[operand] >= Op.interval) continue;
      const most = Math.max(...slopes[operand]);
      if (most === 0) continue;
      slopes[operand].forEach((value, leaf) => (weights[leaf] += value / most));
    }
  }
  return weights;
}

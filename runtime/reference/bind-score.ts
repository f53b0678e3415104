import type { HostArray, HostArrays } from '../arrays.ts';
import { noScore } from '../score.ts';
import type { AttentionDescriptor } from '../descriptor.ts';
import type { RealReading } from '../score.ts';
import type { MaskProgram } from '../mask/program/nodes.ts';
import { evaluateNode, evaluateProgram } from '../mask/exact/evaluate.ts';
import type { Environment } from '../mask/exact/evaluate.ts';
import type { DenseScore } from './attend-dense.ts';

/** The score steps of a descriptor over the arrays and scalars of one launch. Indices outside an array read 0. */
export function bindScore(
  { score, inputs }: Pick<AttentionDescriptor, 'score' | 'inputs'>,
  scalars: Readonly<Record<string, number>>,
  arrays: HostArrays,
): DenseScore {
  const read = (name: string, indices: readonly number[]): number => readReal(arrays[name], name, indices);
  const element = ({ array, indices }: RealReading, place: Environment): number =>
    read(
      array,
      indices.map((program) => evaluateProgram(program, { ...place, symbols: scalars, arrays })),
    );
  const { slopes, keyBias, rowScale, sink, biases, denominatorScale, change, weights } = score;
  return {
    scale: typeof score.scale === 'number' ? score.scale : scalars[score.scale],
    softcap: score.softcap,
    ...(slopes !== null && { slope: (head) => read(slopes, [head]) }),
    ...(rowScale !== null && { rowScale: (i) => read(rowScale, [i]) }),
    ...(sink !== null && { sink: (head) => read(sink, [head]) }),
    ...(keyBias !== null && {
      keyBias: (batch, head, j) => {
        const leading = leadingAxes(inputs, keyBias).map((axis) => (axis === 'batch' ? batch : head));
        return read(keyBias, [...leading, j]);
      },
    }),
    ...(biases.length > 0 && {
      bias: (batch, head, query, key) =>
        biases.reduce((sum, reading) => sum + element(reading, { batch, head, query, key }), 0),
    }),
    ...(change !== undefined && {
      change: (s, batch, head, query, key) => {
        const place = { score: s, batch, head, query, key, symbols: scalars, arrays };
        const changed = evaluateChange(change, place, read);
        return changed <= noScore ? -Infinity : changed;
      },
    }),
    ...(denominatorScale !== null && {
      denominatorScale: (batch, head, query) => element(denominatorScale, { batch, head, query }),
    }),
    ...(weights !== undefined && { weights }),
  };
}

/** Every node of the program of a score; unlike elsewhere, an element outside of a real array is 0. */
function evaluateChange(
  { nodes, root }: MaskProgram,
  place: Environment,
  read: (name: string, indices: readonly number[]) => number,
): number {
  const values = new Float64Array(root + 1);
  for (let id = 0; id <= root; id++) {
    const node = nodes[id];
    values[id] =
      node.kind === 'real-lookup'
        ? read(
            node.array,
            node.indices.map((index) => values[index]),
          )
        : evaluateNode(node, values, place);
  }
  return values[root];
}

/** A key bias is [batch?, heads?, nk]; which of the leading axes it has shows in its dimensions. */
function leadingAxes(inputs: AttentionDescriptor['inputs'], name: string): ('batch' | 'head')[] {
  const dims = inputs.find((input) => input.name === name)?.dims ?? [];
  return dims.slice(0, -1).map(({ nodes, root }) => {
    const size = nodes[root];
    return size.kind === 'symbol' && size.name === 'batch' ? 'batch' : 'head';
  });
}

function readReal(array: HostArray | undefined, name: string, indices: readonly number[]): number {
  if (array?.kind !== 'real')
    throw new Error(`the score reads "${name}", which is no real array of this launch`);
  let at = 0;
  for (let dim = 0; dim < indices.length; dim++) {
    if (indices[dim] < 0 || indices[dim] >= array.dims[dim]) return 0;
    at = at * array.dims[dim] + indices[dim];
  }
  return array.data[at];
}

import type { HostArray, HostArrays } from '../arrays.ts';
import type { AttentionDescriptor, RealReading } from '../descriptor.ts';
import { evaluateProgram } from '../mask/evaluate.ts';
import type { Environment } from '../mask/evaluate.ts';
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
  const { slopes, keyBias, rowScale, sink, biases, denominatorScale, weights } = score;
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
    ...(denominatorScale !== null && {
      denominatorScale: (batch, head, query) => element(denominatorScale, { batch, head, query }),
    }),
    ...(weights !== undefined && { weights }),
  };
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

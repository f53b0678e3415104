import type { Stage } from '../../cli/stages.ts';

/** What is kept as golden text: one folder a case, chosen so that each shows something that the others do not. */
export interface GoldenCase {
  /** The folder beside this file. */
  readonly name: string;
  readonly file: string;
  readonly stages: readonly Stage[];
}

export const goldenCases: readonly GoldenCase[] = [
  // A window and a list of global tokens: a run table.
  {
    name: 'longformer',
    file: 'spec-examples/longformer.sa',
    stages: ['ast', 'mask', 'graph', 'kernels', 'wgsl'],
  },
  // Causal and a window: ranges, no table.
  { name: 'mistral', file: 'spec-examples/mistral.sa', stages: ['mask', 'graph', 'kernels', 'wgsl'] },
  // An input array, a launch parameter, grouped queries: the whole launcher.
  { name: 'documents', file: 'spec-examples/documents.sa', stages: ['mask', 'graph', 'kernels', 'launcher'] },
  // Heads that differ, reals computed on the host.
  { name: 'moa', file: 'spec-examples/moa.sa', stages: ['ast', 'mask', 'graph', 'kernels'] },
  // Three attends in one softmax: passes that hand the state on, in layouts of their own.
  { name: 'longnet', file: 'spec-examples/longnet.sa', stages: ['graph', 'schedule', 'kernels'] },
  // Boxes over a grid whose axes are split by their dilation.
  { name: 'natten_2d', file: 'spec-examples/natten_2d.sa', stages: ['mask', 'schedule', 'kernels'] },
  // Rows and keys that take part, packed on both sides.
  { name: 'lut', file: 'spec-examples/lut.sa', stages: ['schedule', 'wgsl'] },
  // Weights without a softmax, beside one.
  { name: 'seqboat', file: 'spec-examples/seqboat.sa', stages: ['graph', 'wgsl'] },
  // A mask that is split into disjoint passes.
  {
    name: 'sparse_transformer',
    file: 'spec-examples/sparse_transformer.sa',
    stages: ['mask', 'schedule', 'kernels'],
  },
];

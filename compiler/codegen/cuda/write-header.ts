import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import type { CudaField } from '../../../runtime/cuda/descriptor.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';
import { weightNeeds } from './write-weights.ts';

/** What the module is and how it is compiled. */
export function writeCudaTitle({ name, heads, kvHeads, dim, dimV, dtype, passes }: CudaKernelPlan): Block {
  const shared = kvHeads === heads ? '' : ` on ${kvHeads} key and value heads`;
  const width = dim === dimV ? `dim ${dim}` : `dim ${dim}, dim_v ${dimV}`;
  return [
    `// Attention "${name}": ${heads} heads${shared}, ${width}, ${dtype}.`,
    ...SCHEDULES.filter(({ kind }) => passes.some(({ schedule }) => schedule.kind === kind)).map(
      ({ text }) => text,
    ),
    ...(passes.length === 1
      ? []
      : [
          `// ${passes.length} passes, launched one after the other: ${passes.map((pass) => pass.name).join(', ')}.`,
        ]),
    '// No include: nvcc -arch=sm_80 --cubin, or NVRTC. Grid: query tiles x (batch * heads).',
  ];
}

const SCHEDULES = [
  {
    kind: 'ranges',
    text: '// The live keys of a row are one range; key tiles follow from the ranges of the first and the last row.',
  },
  {
    kind: 'table',
    text: '// Key tiles come from a run table: partial runs evaluate the mask, full runs do not.',
  },
  {
    kind: 'diagonals',
    text: '// Diagonals come from a list of distances: a row of queries visits its keys one by one.',
  },
] as const;

/** Constants of the attention. Each is referenced in what any architecture compiles, or marked: nvcc speaks of others. */
export function writeCudaConstants(plan: CudaKernelPlan, scored: boolean): Block {
  const { heads, kvHeads, dim, dimV, passes, score } = plan;
  const hasState = passes.some(({ state, merge }) => state.reads || state.writes || merge !== null);
  // Kernels for 9.0 stand in a condition: another architecture sees none of what they reference.
  const isConditional = passes.every(({ kernels }) => kernels.every(({ family }) => family === 'sm_90a'));
  const constant = isConditional ? '[[maybe_unused]] constexpr' : 'constexpr';
  return [
    `${constant} int HEADS = ${heads};`,
    `${constant} int HEADS_PER_KV = ${heads / kvHeads};`,
    `${constant} int DIM = ${dim}; // elements of a row of q or k`,
    `${constant} int DIM_V = ${dimV}; // elements of a row of v or out`,
    ...(hasState
      ? [
          score.weights === undefined
            ? `${constant} int STATE = DIM_V + 4; // floats of a row of the state: accumulators, maximum, sum, two of nothing`
            : `${constant} int STATE = DIM_V; // floats of a row of the state: accumulators`,
        ]
      : []),
    ...(score.weights === undefined
      ? writeSoftmaxConstants(plan, constant)
      : writeUnits(scored, weightNeeds(plan).exponential, constant)),
  ];
}

function writeSoftmaxConstants({ outputs, passes }: CudaKernelPlan, constant: string): Block {
  const storesLse = outputs.includes('lse') && passes.some(({ state }) => !state.writes);
  return [
    '// Logits are kept in units of log 2, so that weights are powers of two.',
    `${constant} float LOG2_E = ${LOG2_E};`,
    ...(storesLse ? [`${constant} float LN_2 = ${LN_2};`] : []),
    '#define NEVER (-SP_INFINITY) // the logit of a dead pair',
  ];
}

const LOG2_E = '1.4426950408889634f';
const LN_2 = '0.6931471805599453f';

/** A score chain ends in units of log 2, whatever becomes of it; e^x is computed as a power of two. */
function writeUnits(scored: boolean, exponential: boolean, constant: string): Block {
  return [
    ...(scored || exponential ? [`${constant} float LOG2_E = ${LOG2_E};`] : []),
    ...(scored ? [`${constant} float LN_2 = ${LN_2};`] : []),
  ];
}

export function writeCudaParams(plan: CudaKernelPlan, names: CudaNames): Block {
  return [
    '// Sizes and strides count elements, `_at` counts words from the start of an arena.',
    'struct SpParams {',
    ...plan.params.map((field) => `  ${fieldType(field)}${names.member(field.name)};`),
    '};',
  ];
}

function fieldType({ type, source }: CudaField): string {
  switch (type) {
    case 'pointer':
      return pointerType(source.kind === 'pointer' ? source.of : 'q');
    case 'i64':
      return 'i64 ';
    case 'f32':
      return 'float ';
    case 'u32':
      return 'u32 ';
    case 'i32':
      return 'int ';
    case 'tensor-map':
      return 'sp_tensor_map ';
  }
}

function pointerType(of: string): string {
  switch (of) {
    case 'out':
      return 'u16 *';
    case 'lse':
    case 'state':
      return 'float *';
    case 'arena':
      return 'const int *';
    case 'floats':
      return 'const float *';
    default:
      return 'const u16 *';
  }
}

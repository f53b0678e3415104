export * from './nodes.ts';
export { MaskBuilder, rewriteInto } from './builder.ts';
export { evaluateBound, evaluateProgram, type Environment } from './evaluate.ts';
export {
  launchMask,
  launchScalars,
  type LaunchedMask,
  type LaunchRequest,
  type MaskModel,
} from './launch-mask.ts';
export { feedArray, feedArrays } from './feed-arrays.ts';
export { decodeProgram, encodeProgram, type EncodedProgram } from './codec.ts';
export { randomColumns } from './random-list.ts';
export type { BoundMask, BoundNode, InSetNode } from './bound-mask.ts';

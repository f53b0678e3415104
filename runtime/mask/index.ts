export * from './program/nodes.ts';
export { MaskBuilder, rewriteInto } from './program/builder.ts';
export { evaluateBound, evaluateProgram, type Environment } from './exact/evaluate.ts';
export {
  launchMask,
  launchScalars,
  type LaunchedMask,
  type LaunchRequest,
  type MaskModel,
} from './launch/launch-mask.ts';
export { feedArray, feedArrays } from './launch/feed-arrays.ts';
export { decodeProgram, encodeProgram, type EncodedProgram } from './program/codec.ts';
export { randomColumns } from './launch/random-list.ts';
export type { BoundMask, BoundNode, InSetNode } from './bound/bound-mask.ts';

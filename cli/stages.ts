/** What `compile --emit` prints, in the order of the pipeline. */
export const stages = [
  'ast',
  'mask',
  'graph',
  'schedule',
  'kernels',
  'wgsl',
  'cuda',
  'launcher',
  'json',
] as const;
export type Stage = (typeof stages)[number];

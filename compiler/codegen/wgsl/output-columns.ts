import type { KernelContext } from './kernel-context.ts';

/** The column of accumulator `at` in units of four; the last one of a ragged row is held inside the row. */
export function outputColumn({ shape, ragged, outputs }: KernelContext, at: number): string {
  const column = at === 0 ? 'column' : `column + ${at * shape.threads.x}u`;
  return ragged && at === outputs - 1 ? `min(${column}, DIM_V4 - 1u)` : column;
}

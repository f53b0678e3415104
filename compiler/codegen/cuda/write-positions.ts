import type { Block } from '../wgsl/text.ts';
import type { CudaNames } from './names.ts';

/**
 * Where the slots of a tile lie: the position of a query or key, and its row in a tensor. Everything else asks these
 * functions, so that another layout of tiles is another body here.
 */
export function writeCudaPositions(names: CudaNames): Block[] {
  const { field } = names;
  return [
    [
      '// The row of q that a slot holds, -1 past the end, and its position; slots past the end repeat the last one.',
      `SP_DEVICE int query_row(const SpParams &p, int slot) { return slot < ${field('nq')} ? slot : -1; }`,
      'SP_DEVICE int query_position(const SpParams &p, int slot) {',
      `  return min(slot, ${field('nq')} - 1) + ${field('offset')};`,
      '}',
      '// The row of k that a slot holds, -1 past the end, and its position.',
      `SP_DEVICE int key_row(const SpParams &p, int slot) { return slot < ${field('nk')} ? slot : -1; }`,
      'SP_DEVICE int key_position(const SpParams &p, int slot) { return slot; }',
    ],
  ];
}

import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';

/**
 * `Items`: which tiles of queries a block computes. A launch has as many blocks as the device holds at a time, or one for
 * each item; both walk the same numbers. Items lie in the order of their work, so that blocks which take one a round, there
 * and back, end at much the same time. Sections of heads as in FlashAttention-3 (hopper/tile_scheduler.hpp).
 */
export function writeItems({ field }: CudaNames): Block {
  return [
    '// The tiles of queries that a block computes, one after another: in each round of the grid one, in every second round',
    '// counted from the end. Tiles with the most keys come first, and heads in sections whose k and v the L2 cache holds.',
    'struct Items {',
    '  int section, round, item;',
    '  int x, y; // the x-th tile of queries of batch * HEADS + head = y',
    '',
    '  SP_DEVICE Items start(const SpParams &p) {',
    '    constexpr i64 CACHED = 32 << 20;',
    `    const u32 kept = (u32)(CACHED / ((i64)${field('nk')} * (DIM + DIM_V) * 2)) | 1; // heads of k and v`,
    '    Items items;',
    `    items.section = min((1 << (31 - sp_leading_zeros(kept))) * HEADS_PER_KV, ${field('grid')});`,
    '    items.round = 0;',
    '    items.enter(p, sp_block_x());',
    '    return items;',
    '  }',
    `  SP_MEMBER bool done(const SpParams &p) const { return item >= ${field('query_tiles')} * ${field('grid')}; }`,
    '  SP_MEMBER void advance(const SpParams &p) {',
    '    round++;',
    '    const int blocks = sp_blocks_x(), place = round & 1 ? blocks - 1 - sp_block_x() : sp_block_x();',
    '    enter(p, round * blocks + place);',
    '  }',
    '  SP_MEMBER void enter(const SpParams &p, int next) {',
    '    item = next;',
    '    if (done(p)) return;',
    `    const int first = item / (section * ${field('query_tiles')}) * section, heads = min(section, ${field('grid')} - first);`,
    `    const int rest = item - first * ${field('query_tiles')};`,
    '    x = rest / heads;',
    '    y = first + rest % heads;',
    '  }',
    '};',
  ];
}

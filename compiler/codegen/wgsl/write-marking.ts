import type { KernelContext } from './kernel-context.ts';
import type { Block } from './text.ts';

/**
 * Partial tiles: the live keys of each row as bits, and of the whole tile, so that keys that no row sees are staged as
 * zero. One thread a row, in a rolled loop: unrolled masks make shader compilers explode.
 */
export function writeMarking(context: KernelContext): Block {
  const { tiles } = context;
  return [
    '// What the tile before has left is no longer read.',
    'workgroupBarrier();',
    'if (partial) {',
    '  for (var row = lane; row < TILE_QUERIES; row += THREADS) {',
    `    let i = i32(min(first_row + row, last_row)) + ${context.names.field('offset')};`,
    ...(context.plan.schedule.kind === 'ranges' ? fromBounds() : fromPredicate()),
    `    ${tiles.liveKeys}[row] = live;`,
    `    atomicOr(&${tiles.liveAnywhere}, live);`,
    '  }',
    '}',
  ];
}

function fromBounds(): Block {
  return [
    '    let from_key = row_begin(i, head_id, batch_id) - i32(key0);',
    '    let to_key = row_end(i, head_id, batch_id) - i32(key0);',
    '    let live = bits_below(min(to_key, i32(TILE_KEYS))) & ~bits_below(from_key);',
  ];
}

function fromPredicate(): Block {
  return [
    '    var live = 0u;',
    '    let count = min(TILE_KEYS, end - key0);',
    '    for (var key = 0u; key < count; key++) {',
    '      live |= select(0u, 1u << key, is_live(i, i32(key0 + key), head_id, batch_id));',
    '    }',
  ];
}

/** The helper of row bounds: a word whose lowest `count` bits are set. */
export function writeBitsBelow(): Block {
  return [
    '// A word with bits 0 ..< count set; counts outside 0 .. 32 are clamped.',
    'fn bits_below(count: i32) -> u32 {',
    '  return select((1u << u32(clamp(count, 0, 31))) - 1u, 0xffffffffu, count >= 32);',
    '}',
  ];
}

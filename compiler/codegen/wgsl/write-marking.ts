import type { KernelContext } from './kernel-context.ts';
import type { MaskFunctions, SpecialisedFunctions } from './mask-functions.ts';
import { keyPosition, looksUpKeys, looksUpRows, queryPosition } from './slots.ts';
import { indent } from '../text.ts';
import type { Block } from '../text.ts';

/**
 * Partial tiles: the live keys of each row as bits, and of the whole tile, so that keys that no row sees are staged as
 * zero. One thread a row, in a rolled loop: unrolled masks make shader compilers explode.
 */
export function writeMarking(context: KernelContext): Block {
  const { tiles } = context;
  return [
    ...lookUpKeys(context),
    ...findFacts(context),
    '// What the tile before has left is no longer read.',
    'workgroupBarrier();',
    'if (partial) {',
    '  for (var row = lane; row < TILE_QUERIES; row += THREADS) {',
    ...indent(markRow(context), 2),
    `    ${tiles.liveKeys}[row] = live;`,
    `    atomicOr(&${tiles.liveAnywhere}, live);`,
    '  }',
    '}',
  ];
}

/** The keys of a tile of boxes or of a list. Those of the tile before were last read before a barrier. */
function lookUpKeys({ pass, tiles, keyPositionAt }: KernelContext): Block {
  if (pass.keys.kind === 'positions') return [];
  const key =
    keyPositionAt === null
      ? // The last tile of a list may hang over its end: those slots are no keys.
        [
          'let at = key0 + slot;',
          `${tiles.keyPositions}[slot] = select(-1, bitcast<i32>(arena[list + min(at, end - 1u)]), at < end);`,
        ]
      : [`${tiles.keyPositions}[slot] = ${keyPositionAt}(key0 / TILE_KEYS, slot);`];
  return [
    '// The key of every slot of the tile, -1 for padding.',
    'for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {',
    ...indent(key),
    '}',
  ];
}

/** What the mask asks of each key of a partial tile. */
function findFacts(context: KernelContext): Block {
  const { mask, tiles } = context;
  if (mask.kind !== 'specialised' || mask.keyFacts === null) return [];
  const { compute } = mask.keyFacts;
  return [
    'if (partial) {',
    '  for (var slot = lane; slot < TILE_KEYS; slot += THREADS) {',
    `    ${tiles.keyFacts}[slot] = ${compute}(${keyPosition(context, 'slot')}, head_id, batch_id);`,
    '  }',
    '}',
  ];
}

/** The live keys of row `row` as the bits of `live`. */
function markRow(context: KernelContext): Block {
  const { mask } = context;
  switch (mask.kind) {
    case 'bounds':
      return [
        `let i = ${queryPosition(context, 'row')};`,
        `let from_key = ${mask.begin}(i, head_id, batch_id) - i32(key0);`,
        `let to_key = ${mask.end}(i, head_id, batch_id) - i32(key0);`,
        'let live = bits_below(min(to_key, i32(TILE_KEYS))) & ~bits_below(from_key);',
      ];
    case 'predicate':
      return ofExistingRow(context, askEveryKey(context, `${mask.isLive}(i, j, head_id, batch_id)`));
    case 'specialised':
      return ofExistingRow(context, askOpenKeys(context, mask));
    case 'none':
      throw new Error('Internal error: a run table has a residual.');
  }
}

/**
 * The statements `mark` for the query at position i. A row that is padding sees no keys: there `live` stands before them;
 * elsewhere they declare it.
 */
function ofExistingRow(context: KernelContext, mark: Block): Block {
  const { tiles, names } = context;
  if (!looksUpRows(context)) return [`let i = ${queryPosition(context, 'row')};`, ...mark];
  return [
    'var live = 0u;',
    `if (${tiles.queryRows}[row] >= 0) {`,
    `  let i = ${tiles.queryRows}[row] + ${names.field('offset')};`,
    ...indent(mark),
    '}',
  ];
}

function askEveryKey(context: KernelContext, isLive: string): Block {
  const start = looksUpRows(context) ? [] : ['var live = 0u;'];
  if (looksUpKeys(context)) {
    return [
      ...start,
      'for (var key = 0u; key < TILE_KEYS; key++) {',
      `  let j = ${keyPosition(context, 'key')};`,
      `  live |= select(0u, 1u << key, (j >= 0) & ${isLive});`,
      '}',
    ];
  }
  return [
    ...start,
    'let count = min(TILE_KEYS, end - key0);',
    'for (var key = 0u; key < count; key++) {',
    `  live |= select(0u, 1u << key, ${isLive.replace('(i, j,', `(i, ${keyPosition(context, 'key')},`)});`,
    '}',
  ];
}

/** Bounds decide what they can, in words; only the keys that they leave open are asked one by one. */
function askOpenKeys(context: KernelContext, mask: SpecialisedFunctions): Block {
  const { isLive, queryFacts, keyFacts, keysOf } = mask;
  const { tiles } = context;
  const facts = [
    ...(queryFacts === null ? [] : ['query']),
    ...(keyFacts === null ? [] : [`${tiles.keyFacts}[key]`]),
  ];
  const asked = `${isLive}(${['i', 'j', ...facts, 'head_id', 'batch_id'].join(', ')})`;
  const ofQuery = queryFacts === null ? [] : [`let query = ${queryFacts.compute}(i, head_id, batch_id);`];
  if (keysOf === null) return [...ofQuery, ...askEveryKey(context, asked)];
  const inside = 'let inside = bits_below(i32(min(TILE_KEYS, end - key0)));';
  const decided = `${keysOf}(i, i32(key0), head_id, batch_id)`;
  const live = looksUpRows(context) ? 'live' : 'var live';
  if (isLive === null) return [inside, `${live} = ${decided} & inside;`];
  return [
    inside,
    `let decided = ${decided};`,
    `${live} = decided.x & inside;`,
    ...ofQuery,
    'let open = decided.y & ~decided.x & inside;',
    'for (var key = countTrailingZeros(open); key < 32u - countLeadingZeros(open); key++) {',
    `  let j = ${keyPosition(context, 'key')};`,
    `  live |= select(0u, (1u << key) & open, ${asked});`,
    '}',
  ];
}

/** Whether a mask's functions count bits. */
export function countsBits(mask: MaskFunctions): boolean {
  return mask.kind === 'bounds' || (mask.kind === 'specialised' && mask.keysOf !== null);
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

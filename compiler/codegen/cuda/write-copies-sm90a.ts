import type { PlannedCudaPass } from '../../ir/cuda-kernel.ts';
import { indent } from '../text.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';
import { queriesOfWalk } from './write-views.ts';

/** Which sides of the passes are copied by boxes, and which are gathered a row at a time. */
export interface CopyWays {
  readonly queries: Ways;
  readonly keys: Ways;
  /** Whether some pass gathers. */
  readonly gathers: boolean;
  /** The tile of queries of a walk. */
  readonly queriesOfWalk: string;
}

interface Ways {
  readonly boxes: boolean;
  readonly rows: boolean;
}

export function copyWays(passes: readonly PlannedCudaPass[]): CopyWays {
  const ways = (side: 'queries' | 'keys'): Ways => ({
    boxes: passes.some((pass) => pass[side].kind === 'positions'),
    rows: passes.some((pass) => pass[side].kind !== 'positions'),
  });
  const [queries, keys] = [ways('queries'), ways('keys')];
  return { queries, keys, gathers: queries.rows || keys.rows, queriesOfWalk: queriesOfWalk(passes) };
}

/** `copy_tiles`: what the copying warpgroup does. Boxes are copied by one thread, rows by all. */
export function writeCopies(ways: CopyWays, { field }: CudaNames): Block {
  const { queries, keys, gathers } = ways;
  const start = (tensor: string, head: string): string =>
    `p.${tensor} + batch * ${field(`${tensor}_batch_stride`)} + ${head} * ${field(`${tensor}_head_stride`)}`;
  const pick = (type: string, { boxes, rows }: Ways, byBoxes: Block, byRows: Block): Block => {
    if (!rows) return gathers ? one(byBoxes) : byBoxes;
    if (!boxes) return byRows;
    return [
      `if constexpr (${type}::NEIGHBOURS) {`,
      ...indent(one(byBoxes)),
      '} else {',
      ...indent(byRows),
      '}',
    ];
  };
  const tile = (what: string, tensor: string, width: string): Block => {
    const [place, came] = [`Place::${what}s(ring.stage)`, `Place::${what}s_came(ring.stage)`];
    const left = `sp_signal_wait(Place::${what}s_left(ring.stage), ring.phase ^ 1);`;
    return pick(
      'Keys',
      keys,
      [
        left,
        `const u32 came = ${came};`,
        `sp_signal_announce(came, Place::${what.toUpperCase()}_BYTES);`,
        `copy_boxes<${width}, KEYS>(${place}, &p.${tensor}_map, came, walk.key0, kv_head, batch);`,
      ],
      [
        left,
        'const Keys keys = Keys::tile(p, walk);',
        'auto key_of = [&](int t) { return keys.key(p, t); };',
        `gather_rows<${width}, KEYS>(${place}, ${tensor}, ${field(`${tensor}_row_stride`)}, key_of);`,
        `gathered.announce(${came});`,
      ],
    );
  };
  return [
    ...(gathers
      ? [
          '// What the copying warpgroup does: boxes are copied by its first thread, rows that lie apart by all.',
        ]
      : ['// What the copying warpgroup does, which is its first thread.']),
    'template <class Pass, class Queries, class Keys, int GROUPS, int KEYS, int STAGES, bool APART>',
    'SP_DEVICE void copy_tiles(const SpParams &p) {',
    '  using Place = Places<GROUPS, KEYS, STAGES, APART>;',
    '  using Walk = typename Pass::template Walk<64 * GROUPS, KEYS>;',
    ...(gathers
      ? [
          ...(queries.boxes && keys.boxes
            ? ['  if (Queries::NEIGHBOURS && Keys::NEIGHBOURS && sp_thread() > 0) return;']
            : []),
          '  Gathered gathered;',
        ]
      : ['  if (sp_thread() > 0) return;']),
    '  Ring<STAGES> ring;',
    '  int phase = 0; // of the queries',
    '#pragma unroll 1',
    '  for (Items items = Items::start(p); !items.done(p); items.advance(p), phase ^= 1) {',
    '    const int batch = items.y / HEADS, head = items.y % HEADS, kv_head = head / HEADS_PER_KV;',
    ...(queries.rows ? [`    const u16 *q = ${start('q', 'head')};`] : []),
    ...(keys.rows
      ? [`    const u16 *k = ${start('k', 'kv_head')};`, `    const u16 *v = ${start('v', 'kv_head')};`]
      : []),
    '    Walk walk = Walk::start(p, items.x, head, batch);',
    '    auto copy_keys = [&]() {',
    ...indent(tile('key', 'k', 'DIM'), 3),
    '    };',
    '    auto copy_values = [&]() {',
    ...indent(tile('value', 'v', 'DIM_V'), 3),
    '    };',
    '    auto copy_queries = [&]() {',
    ...(gathers ? ['      gathered.finish(); // the queries wait for what needs it'] : []),
    ...indent(
      pick(
        'Queries',
        queries,
        [
          'sp_signal_wait(Place::queries_left(), phase ^ 1);',
          'const u32 came = Place::queries_came();',
          'const int row0 = walk.tile * GROUPS * 64;',
          'sp_signal_announce(came, GROUPS * Place::QUERY_BYTES);',
          'for (int group = 0; group < GROUPS; group++)',
          '  copy_boxes<DIM, 64>(Place::queries(group), &p.q_map, came, row0 + group * 64, head, batch);',
        ],
        [
          'sp_signal_wait(Place::queries_left(), phase ^ 1);',
          `const Queries queries = ${ways.queriesOfWalk};`,
          'for (int group = 0; group < GROUPS; group++)',
          `  gather_rows<DIM, 64>(Place::queries(group), q, ${field('q_row_stride')},`,
          '                       [&](int t) { return queries.row(p, group * 64 + t); });',
          'gathered.announce(Place::queries_came());',
          ...(keys.boxes
            ? [
                `${keys.rows ? 'if (Keys::NEIGHBOURS) ' : ''}gathered.finish(); // nothing is gathered behind them`,
              ]
            : []),
        ],
      ),
      3,
    ),
    '    };',
    '',
    '    // The place of the queries is left last: the first keys go ahead of them.',
    '#pragma unroll 1',
    '    for (bool asked = false;; asked = true) {',
    '      const bool more = !walk.done();',
    '      if (more) copy_keys();',
    '      if (!asked) copy_queries();',
    '      if (!more) break;',
    '      copy_values();',
    '      walk.advance();',
    '      ring.advance();',
    '    }',
    '  }',
    ...(gathers ? ['  gathered.finish();'] : []),
    '}',
  ];
}

/** By the first thread of several that come here. */
function one(block: Block): Block {
  return ['if (sp_thread() == 0) {', ...indent(block), '}'];
}

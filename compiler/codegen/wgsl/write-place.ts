import type { KernelContext } from './kernel-context.ts';
import { looksUpKeys, looksUpRows } from './slots.ts';
import type { Block } from '../text.ts';

/** Which tile this workgroup owns, and which part of it this thread. */
export function writePlace(context: KernelContext): Block {
  const { plan, pass, names, queries, keys, threads, rows, shape, outputs } = context;
  const { field } = names;
  const x = shape.threads.x;
  const base = (tensor: string, head: string): string =>
    `(batch * ${field(`${tensor}_batch_stride`)} + ${head} * ${field(`${tensor}_head_stride`)}) / 4u`;
  const { dimV } = plan;
  const column = pass.column === 0 ? '' : ` + ${pass.column / 4}u`;
  return [
    `const THREADS = ${threads}u;`,
    `const TILE_QUERIES = ${queries}u;`,
    `const TILE_KEYS = ${keys}u;`,
    '',
    'let tile = group.x + group.z * 65535u;',
    `if (tile >= ${field('query_tiles')}) {`,
    '  return;',
    '}',
    'let batch = group.y / HEADS;',
    'let head = group.y % HEADS;',
    'let batch_id = i32(batch);',
    'let head_id = i32(head);',
    ...writeTile(context),
    ...(looksUpRows(context) ? [] : [`let last_row = ${field('nq')} - 1u;`]),
    ...(looksUpKeys(context) || pass.strategy === 'diagonal' ? [] : [`let last_key = ${field('nk')} - 1u;`]),
    '',
    'let kv_head = head / HEADS_PER_KV;',
    `let q_base = ${base('q', 'head')};`,
    `let k_base = ${base('k', 'kv_head')};`,
    `let v_base = ${base('v', 'kv_head')};`,
    ...(pass.state.writes ? [] : [`let out_base = ${base('out', 'head')}${column};`]),
    ...['q', 'k', 'v', ...(pass.state.writes ? [] : ['out'])].map(
      (tensor) => `let ${tensor}_stride = ${field(`${tensor}_row_stride`)} / 4u;`,
    ),
    ...(pass.state.reads || pass.state.writes
      ? [
          ...(context.softmax
            ? [
                '// The state of a row: its accumulators, then its maximum and sum.',
                'const STATE4 = DIM_V4 + 1u;',
              ]
            : ['// The state of a row: its accumulators.', 'const STATE4 = DIM_V4;']),
          `let state_base = group.y * ${field('nq')} * STATE4;`,
        ]
      : []),
    '',
    `// This thread: rows row0 ..< row0 + ${rows}; keys and columns column, column + ${x}, ...`,
    `let column = lane % ${x}u;`,
    `let row0 = lane / ${x}u * ${rows}u;`,
    ...(dimV / 4 < x * outputs
      ? ['// Threads past the end of a row of v repeat its last column and store nothing.']
      : []),
  ];
}

/** The number of the tile, and for tiles of neighbouring rows the first of them. */
function writeTile(context: KernelContext): Block {
  const { pass, names } = context;
  const rows = looksUpRows(context);
  switch (pass.schedule.kind) {
    case 'ranges':
      return [
        '// Start with the last rows: where ranges grow, they have the most keys.',
        `let first_row = (${names.field('query_tiles')} - 1u - tile) * TILE_QUERIES;`,
      ];
    case 'table':
      return [
        '// The run table of this head: rows in the order of their work, whose runs they have, run starts, runs.',
        `let order = ${tableBase(context)};`,
        rows
          ? 'let query_tile = arena[order + tile];'
          : 'let first_row = arena[order + tile] * TILE_QUERIES;',
      ];
    case 'diagonals':
      return [
        '// The distances of this head: their count, then the distances, ascending.',
        `let distances = ${tableBase(context)};`,
        rows ? 'let query_tile = tile;' : 'let first_row = tile * TILE_QUERIES;',
      ];
  }
}

/** Where the table of this batch and head begins in the arena. */
function tableBase({ plan, names, at }: KernelContext): string {
  const section = plan.arena.find((candidate) => candidate.kind === 'tables' && candidate.pass === at);
  return `arena[${names.field(`${section?.name}_at`)} + group.y]`;
}

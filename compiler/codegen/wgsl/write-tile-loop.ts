import type { KernelContext } from './kernel-context.ts';
import type { MaskFunctions } from './mask-functions.ts';
import { indent } from '../text.ts';
import type { Block } from '../text.ts';

/** The loop over key tiles around `body`, which may use `key0`, `end` and `partial`. */
export function writeTileLoop(context: KernelContext, body: Block): Block {
  return context.mask.kind === 'bounds' ? overRange(context, context.mask, body) : overRuns(context, body);
}

/**
 * Row bounds never fall, so the first and the last row of the tile bound what the tile visits, and what is full: the
 * keys from the last row's begin to the first row's end.
 */
function overRange({ names }: KernelContext, bounds: MaskFunctions & { kind: 'bounds' }, body: Block): Block {
  const offset = names.field('offset');
  return [
    `let i_first = i32(first_row) + ${offset};`,
    `let i_last = i32(min(first_row + TILE_QUERIES - 1u, last_row)) + ${offset};`,
    `let begin = u32(${bounds.begin}(i_first, head_id, batch_id));`,
    `let end = u32(max(${bounds.end}(i_last, head_id, batch_id), 0));`,
    `let full_begin = u32(${bounds.begin}(i_last, head_id, batch_id));`,
    `let full_end = u32(max(${bounds.end}(i_first, head_id, batch_id), 0));`,
    'for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {',
    '  let partial = (key0 < full_begin) | (key0 + TILE_KEYS > full_end);',
    '',
    ...indent(body),
    '}',
  ];
}

/** Partial runs first, then full ones. A full run that hangs over its end has one partial tile. */
function overRuns({ names, pass }: KernelContext, body: Block): Block {
  const tiles = names.field('query_tiles');
  return [
    `let sources = order + ${tiles};`,
    `let all_starts = sources + 2u * ${tiles};`,
    'let source = sources + 2u * arena[order + tile];',
    'let shift = arena[source + 1u];',
    'let starts = all_starts + 2u * arena[source];',
    `let runs = all_starts + 2u * ${tiles} + 1u;`,
    ...(pass.keys.kind === 'list'
      ? [
          ...(pass.queries.kind === 'parted'
            ? [
                '// Behind the rows stand the length of the list of keys and the keys.',
                `let list = parts + ${names.field('nq')} + 1u;`,
              ]
            : [
                '// Behind the runs stand the length of the list of keys and the keys.',
                `let list = runs + 2u * arena[all_starts + 2u * ${tiles}] + 1u;`,
              ]),
        ]
      : []),
    'let first_full = arena[starts + 1u];',
    'let run_end = arena[starts + 2u];',
    'for (var run = arena[starts]; run < run_end; run++) {',
    '  let begin = arena[runs + 2u * run] + shift;',
    '  let end = arena[runs + 2u * run + 1u] + shift;',
    '  for (var key0 = begin; key0 < end; key0 += TILE_KEYS) {',
    '    let partial = (run < first_full) | (key0 + TILE_KEYS > end);',
    '',
    ...indent(body, 2),
    '  }',
    '}',
  ];
}

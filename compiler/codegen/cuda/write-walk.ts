import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import type { Block } from '../wgsl/text.ts';
import type { CudaNames } from './names.ts';

/** `Walk`: the key tiles of a tile of queries one after another, as the schedule names them. */
export function writeCudaWalk(plan: CudaKernelPlan, names: CudaNames): Block[] {
  return plan.schedule.kind === 'ranges' ? [overRange(names)] : [overRuns(names)];
}

/**
 * Row bounds never fall, so the first and the last row of the tile bound what the tile visits, and what is full: the
 * keys from the last row's begin to the first row's end. The full tiles come last.
 */
function overRange({ field }: CudaNames): Block {
  return [
    '// The key tiles that a tile of queries visits: one after another from `begin` on, but the full ones, which follow on',
    '// the first `left`, come last.',
    'struct Walk {',
    '  int begin, visited, count, left, full;',
    '  int key0; // the tile is [key0, key0 + KEYS)',
    '};',
    '',
    'template <int KEYS> SP_DEVICE void enter_tile(Walk &walk) {',
    '  const int masked = walk.count - walk.full, n = walk.visited;',
    '  walk.key0 = walk.begin + KEYS * (n < walk.left ? n : n < masked ? n + walk.full : n - masked + walk.left);',
    '}',
    'template <int QUERIES, int KEYS> SP_DEVICE Walk start_walk(const SpParams &p, int &query0, int head, int batch) {',
    '  // Start with the last rows: where ranges grow, they have the most keys.',
    `  query0 = (${field('query_tiles')} - 1 - sp_block_x()) * QUERIES;`,
    `  const int i_first = query0 + ${field('offset')};`,
    `  const int i_last = min(query0 + QUERIES, ${field('nq')}) - 1 + ${field('offset')};`,
    '  const int full_begin = row_begin(p, i_last, head, batch), full_end = row_end(p, i_first, head, batch);',
    '  Walk walk;',
    '  walk.begin = row_begin(p, i_first, head, batch);',
    '  walk.visited = 0;',
    '  walk.count = max(row_end(p, i_last, head, batch) - walk.begin + KEYS - 1, 0) / KEYS;',
    '  walk.left = min((full_begin - walk.begin + KEYS - 1) / KEYS, walk.count);',
    '  walk.full = max(full_end - walk.begin - walk.left * KEYS, 0) / KEYS;',
    '  enter_tile<KEYS>(walk);',
    '  return walk;',
    '}',
    'SP_DEVICE bool done(const Walk &walk) { return walk.visited >= walk.count; }',
    '// Whether some pairs of the tile may be dead.',
    'SP_DEVICE bool masked(const Walk &walk) { return walk.visited < walk.count - walk.full; }',
    'template <int KEYS> SP_DEVICE void advance(Walk &walk) {',
    '  walk.visited++;',
    '  enter_tile<KEYS>(walk);',
    '}',
  ];
}

/** Partial runs first, then full ones, which are whole tiles (runtime/schedule/build-run-table.ts). */
function overRuns({ field }: CudaNames): Block {
  return [
    '// The key tiles that a tile of queries visits: [key0, key0 + KEYS), up to the end of each run.',
    'struct Walk {',
    '  const int *runs; // begin and end of each run',
    '  int run, first_full, run_end;',
    '  int key0, end;',
    '};',
    '',
    'SP_DEVICE void enter_run(Walk &walk) {',
    '  if (walk.run >= walk.run_end) return;',
    '  walk.key0 = walk.runs[2 * walk.run];',
    '  walk.end = walk.runs[2 * walk.run + 1];',
    '}',
    '// The run table of this head: rows in the order of their work, run starts, runs.',
    'template <int QUERIES, int KEYS> SP_DEVICE Walk start_walk(const SpParams &p, int &query0, int head, int batch) {',
    `  const int *table = p.arena + p.arena[${field('$tables_at')} + sp_block_y()];`,
    '  const int tile = table[sp_block_x()];',
    `  const int *starts = table + ${field('query_tiles')};`,
    '  query0 = tile * QUERIES;',
    '  Walk walk;',
    `  walk.runs = starts + 2 * ${field('query_tiles')} + 1;`,
    '  walk.run = starts[2 * tile];',
    '  walk.first_full = starts[2 * tile + 1];',
    '  walk.run_end = starts[2 * tile + 2];',
    '  enter_run(walk);',
    '  return walk;',
    '}',
    'SP_DEVICE bool done(const Walk &walk) { return walk.run >= walk.run_end; }',
    '// Whether some pairs of the tile may be dead.',
    'SP_DEVICE bool masked(const Walk &walk) { return walk.run < walk.first_full; }',
    'template <int KEYS> SP_DEVICE void advance(Walk &walk) {',
    '  walk.key0 += KEYS;',
    '  if (walk.key0 < walk.end) return;',
    '  walk.run++;',
    '  enter_run(walk);',
    '}',
  ];
}

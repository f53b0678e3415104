import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';
import { hasPartedRows } from './write-views.ts';

/**
 * Walks: the key tiles of a tile of queries one after another, as the schedule of a pass names them. Each is a structure
 * over the pass and the sizes of its tiles; only those in use are written.
 */
export function writeCudaWalks(plan: CudaKernelPlan, names: CudaNames): Block[] {
  const has = (kind: string): boolean => plan.passes.some(({ schedule }) => schedule.kind === kind);
  const behind = {
    list: plan.passes.some(({ keys }) => keys.kind === 'list'),
    rows: hasPartedRows(plan.passes),
  };
  const whole = plan.passes.some(({ merge }) => merge !== null)
    ? ['  static constexpr int part = 0; // of one']
    : [];
  const rows = behind.rows ? ['  static constexpr const int *rows = nullptr; // in order'] : [];
  return [
    ...(has('ranges') ? [overRanges(names, [...whole, ...rows])] : []),
    ...(has('table') ? [overRuns(names, behind, whole)] : []),
  ];
}

/**
 * Row bounds never fall, so the first and the last row of the tile bound what the tile visits, and what is full: the
 * keys from the last row's begin to the first row's end. The full tiles come last.
 */
function overRanges({ field }: CudaNames, whole: Block): Block {
  return [
    '// The key tiles that a tile of queries visits where live keys of a row are one range: one after another from `begin`',
    '// on, but the full ones, which follow on the first `left`, come last.',
    'template <class Pass, int QUERIES, int KEYS> struct RangeWalk {',
    ...whole,
    '  int tile; // of queries',
    '  int begin, visited, count, left, full;',
    '  int key0; // the tile of keys is [key0, key0 + KEYS)',
    '',
    '  // The x-th tile of queries of a launch.',
    '  SP_DEVICE RangeWalk start(const SpParams &p, int x, int head, int batch) {',
    '    RangeWalk walk;',
    '    // Start with the last rows: where ranges grow, they have the most keys.',
    `    walk.tile = ${field('query_tiles')} - 1 - x;`,
    `    const int i_first = walk.tile * QUERIES + ${field('offset')};`,
    `    const int i_last = min((walk.tile + 1) * QUERIES, ${field('nq')}) - 1 + ${field('offset')};`,
    '    const int full_begin = Pass::row_begin(p, i_last, head, batch);',
    '    const int full_end = Pass::row_end(p, i_first, head, batch);',
    '    walk.begin = Pass::row_begin(p, i_first, head, batch);',
    '    walk.visited = 0;',
    '    walk.count = max(Pass::row_end(p, i_last, head, batch) - walk.begin + KEYS - 1, 0) / KEYS;',
    '    walk.left = min((full_begin - walk.begin + KEYS - 1) / KEYS, walk.count);',
    '    walk.full = max(full_end - walk.begin - walk.left * KEYS, 0) / KEYS;',
    '    walk.enter_tile();',
    '    return walk;',
    '  }',
    '  SP_MEMBER bool done() const { return visited >= count; }',
    '  // Whether some pairs of the tile may be dead.',
    '  SP_MEMBER bool masked() const { return visited < count - full; }',
    '  SP_MEMBER void advance() {',
    '    visited++;',
    '    enter_tile();',
    '  }',
    '  SP_MEMBER void enter_tile() {',
    '    const int masked = count - full, n = visited;',
    '    key0 = begin + KEYS * (n < left ? n : n < masked ? n + full : n - masked + left);',
    '  }',
    '};',
  ];
}

/** Partial runs first, then full ones, which are whole tiles (runtime/schedule/descent/build-run-table.ts). */
function overRuns(
  { field }: CudaNames,
  behind: { readonly rows: boolean; readonly list: boolean },
  whole: Block,
): Block {
  const { rows, list } = behind;
  const then = `${rows ? '; then parted rows' : ''}${list ? '; then listed keys' : ''}`;
  const end = `walk.runs + 2 * starts[2 * ${field('query_tiles')}]`;
  const listed = rows ? `walk.rows + (Pass::PARTED ? ${field('nq')} : 0)` : end;
  return [
    '// The key tiles that a tile of queries visits: those of its runs. A table is the tiles of queries in the order of',
    '// their work, of each the tile whose runs it has and how far they are moved, where the runs of each start, and the',
    `// runs, as slots of keys${then}.`,
    'template <class Pass, int KEYS> struct RunWalk {',
    ...whole,
    '  int tile; // of queries',
    '  const int *runs; // begin and end of each run',
    ...(rows ? ['  const int *rows; // what stands behind the runs'] : []),
    ...(list ? [`  const int *list; // what stands behind the ${rows ? 'rows' : 'runs'}`] : []),
    '  int run, first_full, run_end;',
    '  int shift; // of the runs',
    '  int key0, end; // the tile of keys is [key0, key0 + KEYS), in a run up to `end`',
    '',
    '  // The x-th tile of queries of a launch.',
    '  SP_DEVICE RunWalk start(const SpParams &p, int x, int head, int batch) {',
    '    const int *table = p.arena + Pass::tables(p)[batch * HEADS + head];',
    `    const int *sources = table + ${field('query_tiles')};`,
    `    const int *starts = sources + 2 * ${field('query_tiles')};`,
    '    RunWalk walk;',
    '    walk.tile = table[x];',
    `    walk.runs = starts + 2 * ${field('query_tiles')} + 1;`,
    ...(rows ? [`    walk.rows = ${end};`] : []),
    ...(list ? [`    walk.list = ${listed};`] : []),
    '    const int source = sources[2 * walk.tile];',
    '    walk.shift = sources[2 * walk.tile + 1];',
    '    walk.run = starts[2 * source];',
    '    walk.first_full = starts[2 * source + 1];',
    '    walk.run_end = starts[2 * source + 2];',
    '    walk.enter_run();',
    '    return walk;',
    '  }',
    '  SP_MEMBER bool done() const { return run >= run_end; }',
    '  // Whether some pairs of the tile may be dead.',
    '  SP_MEMBER bool masked() const { return run < first_full; }',
    '  SP_MEMBER void advance() {',
    '    key0 += KEYS;',
    '    if (key0 < end) return;',
    '    run++;',
    '    enter_run();',
    '  }',
    '  SP_MEMBER void enter_run() {',
    '    if (done()) return;',
    '    key0 = runs[2 * run] + shift;',
    '    end = runs[2 * run + 1] + shift;',
    '  }',
    '};',
  ];
}

import type { CudaKernelPlan, PlannedCudaKernel, PlannedCudaPass } from '../../ir/cuda-kernel.ts';
import { indent } from '../text.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';
import type { ViewStructs } from './write-views.ts';
import { cudaDenominator } from './write-score.ts';
import { writeScale } from './write-weights.ts';

/** Threads of a block that merges: a warp a row. */
export const MERGE_THREADS = 32;

/** The passes whose tiles of queries can be cut into parts. */
function cutPasses({ passes }: CudaKernelPlan): readonly PlannedCudaPass[] {
  return passes.filter(({ merge }) => merge !== null);
}

/** Walks over a part of what a tile of queries visits. */
export function writePartWalks(plan: CudaKernelPlan, names: CudaNames): Block[] {
  const has = (kind: string): boolean => cutPasses(plan).some(({ schedule }) => schedule.kind === kind);
  return [...(has('ranges') ? [overRanges(names)] : []), ...(has('table') ? [overRuns(names)] : [])];
}

function overRanges({ field }: CudaNames): Block {
  return [
    '// A part of the key tiles that a tile of queries visits. The tiles of a launch are then the parts of all tiles, those of',
    '// a tile one after another.',
    'template <class Pass, int QUERIES, int KEYS> struct RangePart : RangeWalk<Pass, QUERIES, KEYS> {',
    '  int part, last; // tiles of keys from `visited` to `last` are those of the part',
    '',
    '  SP_DEVICE RangePart start(const SpParams &p, int x, int head, int batch) {',
    `    const int last_tile = ${field('query_tiles')} - 1, at = last_tile - x, tile = at / ${field('part_count')};`,
    '    RangePart walk;',
    '    (RangeWalk<Pass, QUERIES, KEYS> &)walk = RangeWalk<Pass, QUERIES, KEYS>::start(p, last_tile - tile, head, batch);',
    `    walk.part = at % ${field('part_count')};`,
    `    const int least = walk.count / ${field('part_count')}, more = walk.count % ${field('part_count')};`,
    '    walk.visited = walk.part * least + min(walk.part, more);',
    '    walk.last = walk.visited + least + (walk.part < more);',
    '    walk.enter_tile();',
    '    return walk;',
    '  }',
    '  SP_MEMBER bool done() const { return this->visited >= last; }',
    '};',
  ];
}

function overRuns({ field }: CudaNames): Block {
  return [
    '// The same of a table, whose rows are the parts of all tiles.',
    'template <class Pass, int KEYS> struct RunPart : RunWalk<Pass, KEYS> {',
    '  int part;',
    '',
    '  SP_DEVICE RunPart start(const SpParams &p, int x, int head, int batch) {',
    '    RunPart walk;',
    '    (RunWalk<Pass, KEYS> &)walk = RunWalk<Pass, KEYS>::start(p, x, head, batch);',
    `    walk.part = walk.tile % ${field('part_count')};`,
    `    walk.tile /= ${field('part_count')};`,
    '    return walk;',
    '  }',
    '};',
  ];
}

/** Passes in parts: structures beside those of {@link writeCudaPasses}. */
export function writePartPasses(plan: CudaKernelPlan, names: CudaNames): Block[] {
  return cutPasses(plan).map((pass) => {
    const [whole, parts] = [names.pass(pass.name), names.partsOf(pass.name)];
    const walk = pass.schedule.kind === 'ranges' ? `RangePart<${whole}, QUERIES` : `RunPart<${whole}`;
    return [
      `// Pass "${pass.name}" in parts, each of which leaves a state of its own.`,
      `struct ${parts} : ${whole} {`,
      '  static constexpr bool LEAVES_STATE = true;',
      `  template <int QUERIES, int KEYS> using Walk = ${walk}, KEYS>;`,
      '};',
    ];
  });
}

/**
 * `merge_states`: a warp a row. With m the largest maximum, accumulators and sum of a part count 2^(its maximum - m) times.
 * What is left once for a row, a sink or a scale of its denominator, comes in here. Without a softmax accumulators are added.
 */
export function writeMergeParts(plan: CudaKernelPlan, names: CudaNames, scored: boolean): Block[] {
  const passes = cutPasses(plan);
  if (passes.length === 0) return [];
  const { field } = names;
  const softmax = plan.score.weights === undefined;
  const [times, divided] = softmax ? [' * factor', ' * inverse'] : ['', ''];
  const writes = passes.some(({ state }) => state.writes);
  const stores = passes.some(({ state }) => !state.writes);
  const leave: Block = [
    'sp_warp_barrier(); // everyone has read the first part: the merged state takes its place',
    'if (turn == 0 && column < DIM_V) {',
    '#pragma unroll',
    '  for (int e = 0; e < 8; e += 2) *(Pair *)(state_of(p, row, head, batch) + column + e) = {o[e], o[e + 1]};',
    '}',
    ...(softmax
      ? ['if (sp_thread() == 0) *(Pair *)(state_of(p, row, head, batch) + DIM_V) = {most, total};']
      : []),
  ];
  const denominator = cudaDenominator(plan, names, 'most', `row + ${field('offset')}`);
  const store: Block = [
    ...(softmax ? [`const float inverse = total == 0.0f ? 0.0f : 1.0f / ${denominator};`] : []),
    `u16 *out = p.out + batch * ${field('out_batch_stride')} + head * ${field('out_head_stride')} + row * ${field('out_row_stride')};`,
    'if (turn == 0 && column < DIM_V)',
    '  sp_store16(out + Pass::COLUMN + column,',
    `             {sp_pack(o[0]${divided}, o[1]${divided}), sp_pack(o[2]${divided}, o[3]${divided}),`,
    `              sp_pack(o[4]${divided}, o[5]${divided}), sp_pack(o[6]${divided}, o[7]${divided})});`,
    ...(plan.outputs.includes('lse')
      ? [
          'if (sp_thread() == 0)',
          `  p.lse[(i64)sp_block_y() * ${field('nq')} + row] = total == 0.0f ? NEVER : (most * scale + sp_log2(total)) * LN_2;`,
        ]
      : []),
  ];
  return [
    [
      '// Merges what the parts of a row have left, a warp a row: LANES lanes take 8 columns each, and parts in turn with the',
      softmax ? '// others. The largest maximum of all parts is that of the row.' : '// others.',
      'template <class Pass> SP_DEVICE void merge_states(const SpParams &p) {',
      '  constexpr int LANES = DIM_V > 128 ? 32 : DIM_V > 64 ? 16 : 8;',
      '  const int row = sp_block_x(), batch = sp_block_y() / HEADS, head = sp_block_y() % HEADS;',
      '  const int turn = sp_thread() / LANES, column = sp_thread() % LANES * 8;',
      ...(softmax ? [`  ${writeScale(softmax, scored, names)}`] : []),
      `  auto state_of_part = [&](int part) { return state_of(p, row, head, batch + part * ${field('batches')}); };`,
      '',
      ...(softmax
        ? [
            '  float most = NEVER;',
            `  for (int part = sp_thread(); part < ${field('part_count')}; part += 32) most = fmaxf(most, state_of_part(part)[DIM_V]);`,
            '#pragma unroll',
            '  for (int other = 1; other < 32; other *= 2) most = fmaxf(most, sp_shuffle_xor(most, other));',
            '  const float scaled = most == NEVER ? 0.0f : most * scale;',
            '',
          ]
        : []),
      softmax ? '  float o[8] = {}, total = 0.0f;' : '  float o[8] = {};',
      '#pragma unroll 4',
      `  for (int part = turn; part < ${field('part_count')}; part += 32 / LANES) {`,
      '    const float *state = state_of_part(part);',
      ...(softmax
        ? [
            '    const float factor = sp_exp2(state[DIM_V] * scale - scaled);',
            '    total += state[DIM_V + 1] * factor;',
          ]
        : []),
      '    if (column < DIM_V) {',
      '#pragma unroll',
      '      for (int e = 0; e < 8; e += 2) {',
      '        const Pair pair = *(const Pair *)(state + column + e);',
      `        o[e] += pair.low${times};`,
      `        o[e + 1] += pair.high${times};`,
      '      }',
      '    }',
      '  }',
      '#pragma unroll',
      '  for (int other = LANES; other < 32; other *= 2) {',
      ...(softmax ? ['    total += sp_shuffle_xor(total, other);'] : []),
      '#pragma unroll',
      '    for (int e = 0; e < 8; e++) o[e] += sp_shuffle_xor(o[e], other);',
      '  }',
      ...(writes && stores
        ? [
            '  if constexpr (Pass::LEAVES_STATE) {',
            ...indent(leave, 2),
            '  } else {',
            ...indent(store, 2),
            '  }',
          ]
        : indent(writes ? leave : store)),
      '}',
    ].map((line) => (typeof line === 'string' ? line.replace(/^ +#pragma/, '#pragma') : line)),
  ];
}

/** The entry point of a kernel that computes parts. */
export function writePartEntry(
  pass: PlannedCudaPass,
  kernel: PlannedCudaKernel,
  names: CudaNames,
  views: ViewStructs,
): Block {
  const { warps, rows, keys, stages, blocks } = kernel.tile;
  const types = [names.partsOf(pass.name), views.queries(pass, kernel), views.keys(pass, kernel)];
  return [
    '// The same, a part of what a tile of queries visits.',
    `SP_KERNEL(${warps * 32}, ${blocks}) ${kernel.parts}(SP_PARAMETER SpParams p) {`,
    `  attend<${[...types, warps, rows, keys, stages].join(', ')}>(p);`,
    '}',
  ];
}

/** The entry points that merge. */
export function writeMergeEntries(plan: CudaKernelPlan, names: CudaNames): Block[] {
  return cutPasses(plan).map(({ name, merge }) => [
    `SP_KERNEL(${MERGE_THREADS}, 1) ${merge}(SP_PARAMETER SpParams p) { merge_states<${names.pass(name)}>(p); }`,
  ]);
}

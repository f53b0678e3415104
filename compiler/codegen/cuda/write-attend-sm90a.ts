import type { CudaTile } from '../../cost/cuda-target.ts';
import type { CudaKernelPlan, PlannedCudaKernel, PlannedCudaPass } from '../../ir/cuda-kernel.ts';
import { indent } from '../text.ts';
import type { Block } from '../text.ts';
import type { CudaNames } from './names.ts';
import { writeGroupPrelude } from './prelude-sm90a.ts';
import { writeGroupFunctions } from './tile-functions-sm90a.ts';
import { copyWays, writeCopies } from './write-copies-sm90a.ts';
import type { CopyWays } from './write-copies-sm90a.ts';
import { multiplyKeys, writeOneByOne, writeOverlapped } from './write-full-tiles-sm90a.ts';
import type { Weighing } from './write-full-tiles-sm90a.ts';
import { writeItems } from './write-items-sm90a.ts';
import { queriesOfWalk } from './write-views.ts';
import type { ViewStructs } from './write-views.ts';
import { writeScale } from './write-weights.ts';

/** A kernel of the sm_90a family and its pass. */
export interface GroupKernel {
  readonly pass: PlannedCudaPass;
  readonly kernel: PlannedCudaKernel;
}

/**
 * Registers of a thread that copies and of one that computes, by the number of warpgroups that compute; together they are
 * what the kernel is launched with. To copy ahead through several tiles takes more than the 24 of FlashAttention-3, and to
 * copy one side by boxes and the other row by row more again.
 */
const REGISTERS = {
  oneWay: { 1: [56, 256], 2: [40, 232], 3: [32, 160] },
  twoWays: { 1: [56, 256], 2: [56, 224], 3: [32, 160] },
} as const;

/** What the sm_90a family adds to a module: its kernels are compiled for capability 9.0 alone. */
export function writeGroupFamily(
  plan: CudaKernelPlan,
  kernels: readonly GroupKernel[],
  names: CudaNames,
  views: ViewStructs,
  scored: boolean,
): Block[] {
  if (kernels.length === 0) return [];
  const weighing = { scored, softmax: plan.score.weights === undefined };
  const ways = copyWays(kernels.map(({ pass }) => pass));
  const tiles = kernels.map(({ kernel }) => kernel.tile);
  const keys = [...new Set(tiles.map((tile) => tile.keys))];
  const shapes = tiles.filter(
    (tile, at) => tiles.findIndex((other) => nameOf(other) === nameOf(tile)) === at,
  );
  return [
    [
      '// Capability 9.0 alone: compiled for sm_90a. Blocks lie along x; however many there are, they share all tiles.',
      '#if defined(__CUDA_ARCH_FEAT_SM90_ALL) || defined(SP_PRELUDE)',
    ],
    ...writeGroupPrelude(plan.dtype, keys, plan.dimV),
    ...writeGroupFunctions(ways),
    writeItems(names),
    writeCopies(ways, names),
    ...shapes.map((tile) => pragmasToTheLeft(writeAttendGroups(tile, kernels, ways, names, weighing))),
    ...kernels.map((each) => writeGroupEntry(each, names, views)),
    ['#endif'],
  ];
}

function pragmasToTheLeft(block: Block): Block {
  return block.map((line) => (typeof line === 'string' ? line : line.text).replace(/^ +#pragma/, '#pragma'));
}

/** Kernels whose warpgroups work together in the same way share a function. */
function nameOf({ overlap = false, warps }: CudaTile): string {
  if (!overlap) return 'attend_groups';
  return warps === 8 ? 'attend_in_turns' : 'attend_overlapped';
}

/** `attend_groups`: what one block does. */
function writeAttendGroups(
  tile: CudaTile,
  kernels: readonly GroupKernel[],
  { queries, keys }: CopyWays,
  names: CudaNames,
  weighing: Weighing,
): Block {
  const { scored, softmax } = weighing;
  const groups = (tile.warps / 4) as 1 | 2 | 3;
  const [copying, computing] = registersOf(kernels, groups);
  const reads = kernels.some(({ pass }) => pass.state.reads);
  const arrivals = (type: string, { rows, boxes }: CopyWays['queries']): string =>
    rows ? (boxes ? `${type}::NEIGHBOURS ? 1 : 128` : '128') : '1';
  return [
    '// One block: a warpgroup that copies and GROUPS that compute 64 rows of a tile of queries each.',
    'template <class Pass, class Queries, class Keys, int GROUPS, int KEYS, int STAGES, bool APART>',
    `SP_DEVICE void ${nameOf(tile)}(const SpParams &p) {`,
    '  using Place = Places<GROUPS, KEYS, STAGES, APART>;',
    '  using Walk = typename Pass::template Walk<64 * GROUPS, KEYS>;',
    '  if (sp_thread() == 0) {',
    `    sp_signal_init(Place::queries_came(), ${arrivals('Queries', queries)});`,
    '    sp_signal_init(Place::queries_left(), 4 * GROUPS);',
    '    for (int stage = 0; stage < STAGES; stage++) {',
    `      sp_signal_init(Place::keys_came(stage), ${arrivals('Keys', keys)});`,
    `      sp_signal_init(Place::values_came(stage), ${arrivals('Keys', keys)});`,
    '      sp_signal_init(Place::keys_left(stage), 4 * GROUPS);',
    '      sp_signal_init(Place::values_left(stage), 4 * GROUPS);',
    '    }',
    '    sp_signal_init_done();',
    '  }',
    '  sp_barrier();',
    ...(copying.includes('TWO_WAYS')
      ? ['  constexpr bool TWO_WAYS = Queries::NEIGHBOURS != Keys::NEIGHBOURS;']
      : []),
    '  if (sp_thread() < 128) {',
    `    sp_fewer_registers<${copying}>();`,
    '    copy_tiles<Pass, Queries, Keys, GROUPS, KEYS, STAGES, APART>(p);',
    '    return;',
    '  }',
    `  sp_more_registers<${computing}>();`,
    '',
    '  // This lane: slots slot0 and slot0 + 8 of the tile.',
    '  const int group = sp_thread() / 128 - 1, lane = sp_thread() & 31;',
    '  const int warp_row = sp_thread() / 32 % 4 * 16, slot0 = group * 64 + warp_row + lane / 4;',
    `  ${writeScale(softmax, scored, names)}`,
    softmax
      ? '  float o[1][DIM_V / 8][4], maximum[1][2], sum[1][2], factor[1][2];'
      : '  float o[1][DIM_V / 8][4];',
    '  float s[1][KEYS / 8][4];',
    '  u32 w[KEYS / 16][4]; // the weights as elements',
    '  auto multiply_own_keys = [&](int stage) {',
    '    multiply_queries<KEYS>(s[0], Place::queries(group), Place::keys(stage));',
    '  };',
    '  auto multiply_own_values = [&](int stage) { multiply_weights<KEYS>(o[0], w, Place::values(stage)); };',
    '  auto leave = [&](u32 signal) {',
    '    if (lane == 0) sp_signal_arrive(signal);',
    '  };',
    '',
    '  Ring<STAGES> ring;',
    '  int phase = 0; // of the queries',
    '#pragma unroll 1',
    '  for (Items items = Items::start(p); !items.done(p); items.advance(p), phase ^= 1) {',
    '    const int batch = items.y / HEADS, head = items.y % HEADS;',
    '    Walk walk = Walk::start(p, items.x, head, batch);',
    `    const Queries queries = ${queriesOfWalk(kernels.map(({ pass }) => pass))};`,
    ...(softmax ? ['    maximum[0][0] = maximum[0][1] = NEVER;', '    sum[0][0] = sum[0][1] = 0.0f;'] : []),
    '#pragma unroll',
    '    for (int d = 0; d < DIM_V / 8; d++) o[0][d][0] = o[0][d][1] = o[0][d][2] = o[0][d][3] = 0.0f;',
    ...(reads
      ? [`    if (Pass::TAKES_STATE) take_up_state<1>(p, ${rowsOf(softmax)}, queries, slot0, head, batch);`]
      : []),
    '    sp_signal_wait(Place::queries_came(), phase);',
    '',
    '    // Tiles whose mask is to be asked, one step after another.',
    '#pragma unroll 1',
    '    for (; !walk.done() && walk.masked(); walk.advance(), ring.advance()) {',
    ...indent(multiplyKeys(scored), 3),
    ...(softmax
      ? [
          '      const u32 seen = mask_scores<Pass, 1, KEYS>(p, s, queries, slot0, Keys::tile(p, walk), head, batch);',
          '      soften<1, KEYS>(s, maximum, sum, factor, scale);',
          '      rescale<1>(o, factor);',
        ]
      : [
          '      weigh<1, KEYS>(s, scale);',
          '      const u32 seen = mask_weights<Pass, 1, KEYS>(p, s, queries, slot0, Keys::tile(p, walk), head, batch);',
        ]),
    '      sp_signal_wait(Place::values_came(ring.stage), ring.phase);',
    '      multiply_seen_values<KEYS>(o[0], s[0], Place::values(ring.stage), seen);',
    '      leave(Place::values_left(ring.stage));',
    '    }',
    '',
    ...indent(tile.overlap ? writeOverlapped(groups === 2, weighing) : writeOneByOne(weighing), 2),
    '',
    ...indent(writeEnd(kernels, softmax), 2),
    '  }',
    '}',
  ];
}

/** Registers as the text names them; where passes differ, by the pass. */
function registersOf(kernels: readonly GroupKernel[], groups: 1 | 2 | 3): readonly [string, string] {
  const twoWays = kernels.map(
    ({ pass: { queries, keys } }) => (queries.kind === 'positions') !== (keys.kind === 'positions'),
  );
  const [one, two] = [REGISTERS.oneWay[groups], REGISTERS.twoWays[groups]];
  if (!twoWays.includes(true) || one[0] === two[0]) return [`${one[0]}`, `${one[1]}`];
  if (!twoWays.includes(false)) return [`${two[0]}`, `${two[1]}`];
  return [`TWO_WAYS ? ${two[0]} : ${one[0]}`, `TWO_WAYS ? ${two[1]} : ${one[1]}`];
}

/** What a lane keeps of its rows. */
function rowsOf(softmax: boolean): string {
  return softmax ? 'o, maximum, sum' : 'o';
}

/** Leaves the state or stores the rows of a warp, and gives the place of the queries back. */
function writeEnd(kernels: readonly GroupKernel[], softmax: boolean): Block {
  const leaves = kernels.some(({ pass }) => pass.state.writes);
  const stores = kernels.some(({ pass }) => !pass.state.writes);
  const store: Block = [
    'const u32 rows = Place::out(group) + warp_row * ROW_BYTES<DIM_V>;',
    `store_rows<Pass, 1>(p, ${softmax ? `${rowsOf(softmax)}, scale` : rowsOf(softmax)}, queries, group * 64 + warp_row, rows, head, batch);`,
  ];
  const state = `leave_state<1>(p, ${rowsOf(softmax)}, queries, slot0, head, batch);`;
  const apart = kernels.some(({ kernel }) => kernel.tile.apart === true);
  const shared = kernels.some(({ kernel }) => kernel.tile.apart !== true);
  const inPlace: Block = [
    '// Rows of out take the place of the queries, once every warp of the group has left those.',
    'sp_named_barrier(3 + group, 128);',
    ...store,
    'sp_store_fence();',
    'sp_warp_barrier();',
    'leave(Place::queries_left());',
  ];
  const besides: Block = ['leave(Place::queries_left());', ...store];
  const end =
    apart && shared
      ? ['if constexpr (APART) {', ...indent(besides), '} else {', ...indent(inPlace), '}']
      : apart
        ? besides
        : inPlace;
  if (!leaves) return end;
  const left = ['leave(Place::queries_left());', state];
  if (!stores) return left;
  return ['if constexpr (Pass::LEAVES_STATE) {', ...indent(left), '} else {', ...indent(end), '}'];
}

/** The entry point of a kernel of the sm_90a family. */
function writeGroupEntry({ pass, kernel }: GroupKernel, names: CudaNames, views: ViewStructs): Block {
  const { warps, rows, keys, stages, blocks, apart = false } = kernel.tile;
  const groups = warps / 4;
  const types = [names.pass(pass.name), views.queries(pass, kernel), views.keys(pass, kernel)];
  return [
    `// ${warps * rows} queries x ${keys} keys a tile: ${groups} warpgroups that compute and one that copies, ${stages} stages.`,
    `SP_KERNEL(${(groups + 1) * 128}, ${blocks}) ${kernel.name}(SP_PARAMETER SpParams p) {`,
    `  ${nameOf(kernel.tile)}<${[...types, groups, keys, stages, apart].join(', ')}>(p);`,
    '}',
  ];
}

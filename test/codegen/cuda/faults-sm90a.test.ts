import type { Predicate } from '../../examples/predicates.ts';
import { boxes } from '../wgsl/scheduled.ts';
import type { EmulatedCase } from './check-emulated.ts';
import { describeFaults } from './describe-faults.ts';
import type { Fault } from './describe-faults.ts';
import { cudaModule, groupTargetOf, specify } from './modules.ts';
import { scheduledModule } from './scheduled.ts';

const KEYS_CAME = 'Place::keys_came(ring.stage)';
const KEYS_LEFT = 'Place::keys_left(ring.stage)';
const LAST_CAME = 'Place::values_came(last.stage)';
const LEAVE_LAST = 'leave(Place::values_left(last.stage));';
const WAIT_ALL = 'sp_product_wait<0>();\n        sp_pin(o[0]);\n        sp_pin(w);';
const PACK = 'pack_weights<KEYS>(w, s[0]);';

const faults: readonly Fault[] = [
  { name: 'keys are not waited for', from: `sp_signal_wait(${KEYS_CAME}, ring.phase);`, to: '' },
  {
    name: 'values of a full tile are not waited for',
    from: `sp_signal_wait(${LAST_CAME}, last.phase);`,
    to: '',
  },
  {
    name: 'values are waited for in the wrong phase',
    from: `${LAST_CAME}, last.phase)`,
    to: `${LAST_CAME}, last.phase ^ 1)`,
  },
  {
    name: 'keys are copied before their place is left',
    from: `sp_signal_wait(${KEYS_LEFT}, ring.phase ^ 1);`,
    to: '',
  },
  {
    name: 'queries are copied before their place is left',
    from: 'sp_signal_wait(Place::queries_left(), phase ^ 1);',
    to: '',
  },
  { name: 'queries are not waited for', from: 'sp_signal_wait(Place::queries_came(), phase);', to: '' },
  {
    name: 'the place of the queries is never left',
    from: 'sp_warp_barrier();\n    leave(Place::queries_left());',
    to: 'sp_warp_barrier();',
  },
  { name: 'a place is never left', from: `    leave(${KEYS_LEFT});`, to: '' },
  {
    name: 'values are left before they are used',
    from: `${WAIT_ALL}\n        ${LEAVE_LAST}`,
    to: `${LEAVE_LAST}\n      ${WAIT_ALL}`,
  },
  { name: 'the phase of a ring never changes', from: '    phase ^= 1;', to: '' },
  {
    name: 'the phase of the queries never changes',
    from: 'items.advance(p), phase ^= 1)',
    to: 'items.advance(p))',
  },
  { name: 'blocks forget every second item', from: '    round++;', to: '    round += 2;' },
  { name: 'blocks take items of each other', from: 'blocks - 1 - sp_block_x()', to: 'blocks - sp_block_x()' },
  { name: 'heads of a section change places', from: 'x = rest / heads;', to: 'x = rest % heads;' },
  {
    name: 'too few bytes are announced',
    from: 'sp_signal_announce(came, Place::KEY_BYTES);',
    to: 'sp_signal_announce(came, Place::KEY_BYTES / 2);',
  },
  {
    name: 'a panel is not copied',
    from: 'panel < PANELS<WIDTH>; panel++)\n    sp_box_load',
    to: 'panel < PANELS<WIDTH> - 1; panel++)\n    sp_box_load',
  },
  { name: 'panels of the same columns', from: 'map, signal, panel * 64, row', to: 'map, signal, 0, row' },
  {
    name: 'one warp too few leaves a place',
    from: 'sp_signal_init(Place::keys_left(stage), 4 * GROUPS);',
    to: 'sp_signal_init(Place::keys_left(stage), 4 * GROUPS + 1);',
  },
  { name: 'scores are used before they are computed', from: 'sp_product_wait<1>();', to: '' },
  {
    name: 'weights change under a running product',
    from: `${WAIT_ALL}\n        ${LEAVE_LAST}\n        ${PACK}`,
    to: `${PACK}\n        ${WAIT_ALL}\n        ${LEAVE_LAST}`,
  },
  {
    name: 'accumulators are rescaled under a running product',
    from: `${WAIT_ALL}\n        ${LEAVE_LAST}\n        ${PACK}\n        rescale<1>(o, factor);`,
    to: `rescale<1>(o, factor);\n        ${WAIT_ALL}\n        ${LEAVE_LAST}\n        ${PACK}`,
  },
  {
    name: 'products of the values of another tile',
    from: 'multiply_own_values(last.stage);',
    to: 'multiply_own_values(ring.stage);',
  },
  { name: 'a wrong step between operands', from: '(k * 2048) >> 4', to: '(k * 1024) >> 4' },
  {
    name: 'a wrong distance of panels',
    from: 'operand(values, KEYS * 128)',
    to: 'operand(values, KEYS * 64)',
  },
  { name: 'the first turn is given to nobody', from: 'if (group == 0) sp_named_arrive(1, 256);', to: '' },
  { name: 'a turn is not passed on', from: 'sp_named_arrive(2 - group, 256);', to: '' },
  {
    name: 'queries are copied over rows of out without a fence',
    from: 'sp_store_fence();\n    sp_warp_barrier();',
    to: 'sp_warp_barrier();',
  },
  { name: 'rows of v that nobody sees are used', from: 'v[0] & first, v[1] & second', to: 'v[0], v[1]' },
  {
    name: 'the accumulators of masked tiles are dropped',
    from: 'rescale<1>(o, factor);\n      pack_weights',
    to: 'pack_weights',
  },
];

/** Masked tiles, and many full ones, the last of which hangs over the end; three tiles of queries for one block. */
const keeps: Predicate = ({ j }) => j < 9 || j >= 12;
const launch: EmulatedCase = {
  nq: 270,
  nk: 300,
  layer: 0,
  spoil: ({ v }, layouts) => {
    for (let head = 0; head < 2; head++) {
      const from = head * layouts.v.strides.head;
      for (let j = 9; j < 12; j++) {
        v.fill(NaN, from + j * layouts.v.strides.row, from + j * layouts.v.strides.row + 80);
      }
    }
  },
};

describeFaults(
  'kernels of sm_90a',
  {
    descriptor: cudaModule(
      specify('full & ! keys(9..<12)', 'heads 2 dim 64 dim_v 80'),
      groupTargetOf({ warps: 8 }),
    ),
    launch,
    keeps,
    blocks: 2,
  },
  faults,
);

const gatheringFaults: readonly Fault[] = [
  {
    name: 'gathered rows are not waited for',
    from: 'sp_copy_wait<NEWER>();',
    to: '',
  },
  { name: 'one group too few is waited for', from: 'arrive<1>();', to: 'arrive<2>();' },
  { name: 'gathered rows are announced without a fence', from: '    sp_store_fence();\n', to: '' },
  { name: 'gathered rows are not announced', from: '    sp_signal_arrive(signal);\n  }', to: '  }' },
  {
    name: 'one thread announces for all',
    from: '    sp_signal_arrive(signal);\n  }',
    to: '    if (sp_thread() == 0) sp_signal_arrive(signal);\n  }',
  },
  { name: 'copies are not committed', from: '    sp_copy_commit();\n    if (signal', to: '    if (signal' },
  {
    name: 'the queries wait for what waits for them',
    from: 'gathered.finish(); // the queries wait for what needs it',
    to: '',
  },
  {
    name: 'the last rows are never announced',
    from: '  }\n  gathered.finish();\n}',
    to: '  }\n}',
  },
  {
    name: 'rows are gathered before their place is left',
    from: `sp_signal_wait(${KEYS_LEFT}, ring.phase ^ 1);`,
    to: '',
  },
  {
    name: 'values of another tile',
    from: '      copy_values();\n      walk.advance();',
    to: '      walk.advance();\n      copy_values();',
  },
  {
    name: 'another swizzle than products have',
    from: '(chunk & 7) ^ (row & 7)',
    to: '(chunk & 7) ^ (row & 3)',
  },
  {
    name: 'all warpgroups have the queries of the first',
    from: 'queries.row(p, group * 64 + t)',
    to: 'queries.row(p, t)',
  },
];

/** Residues of 3 in tiles that hang over the end; the first tile of each class has no keys. */
const residues = boxes({
  base: 0,
  axes: [
    ['mod 3', 3, 1],
    ['a', 'rows', 3],
  ],
});
const dilated = specify(
  'stride(3) & ! queries(0..<384)',
  'launch rows: int in 1..1000\n heads 1 dim 48 dim_v 80',
);

describeFaults(
  'kernels of sm_90a that gather',
  {
    descriptor: scheduledModule(
      dilated,
      [
        {
          mask: dilated.nodes[0].mask,
          queries: residues,
          keys: residues,
          extents: { queries: [[1, 128]], keys: [[1, 32]] },
        },
      ],
      [groupTargetOf({ warps: 8 })],
    ),
    launch: { nq: 800, nk: 800, layer: 0, launch: { rows: 267 } },
    keeps: ({ i, j }) => (i - j) % 3 === 0 && i >= 384,
    blocks: 2,
  },
  gatheringFaults,
);

import type { Predicate } from '../../examples/predicates.ts';
import { describeFaults } from './describe-faults.ts';
import type { Fault } from './describe-faults.ts';
import { cudaModule, specify } from './modules.ts';
import { scheduledModule } from './scheduled.ts';

const merging: readonly Fault[] = [
  {
    name: 'a part is left where the first one is',
    from: 'head, batch + walk.part * p.batches);\n  } else',
    to: 'head, batch);\n  } else',
  },
  { name: 'parts of a batch lie over each other', from: 'batch + part * p.batches', to: 'batch + part' },
  { name: 'the maximum of one part', from: 'fmaxf(most, sp_shuffle_xor(most, other));', to: 'most;' },
  {
    name: 'parts weigh the same',
    from: 'sp_exp2(state[DIM_V] * scale - scaled)',
    to: '1.0f',
  },
  { name: 'sums of parts are not weighed', from: 'state[DIM_V + 1] * factor', to: 'state[DIM_V + 1]' },
  {
    name: 'a part is left out',
    from: 'int part = turn; part < p.part_count',
    to: 'int part = turn; part < p.part_count - 1',
  },
  {
    name: 'lanes of the same columns are not added',
    from: 'o[e] += sp_shuffle_xor(o[e], other);',
    to: 'o[e] += 0.0f;',
  },
  { name: 'a sum over some of the parts', from: 'total += sp_shuffle_xor(total, other);', to: '' },
  {
    name: 'no guard for rows without keys',
    from: 'most == NEVER ? 0.0f : most * scale;\n\n  float o[8]',
    to: 'most * scale;\n\n  float o[8]',
  },
];

const keepsNear: Predicate = ({ i, j }) => j <= i && i - j <= 90;
const offset = -20;

describeFaults(
  'parts of ranges',
  {
    descriptor: cudaModule(specify('window(back: 90) & causal', `heads 2 dim 32 queries at 0 - ${-offset}`)),
    launch: { nq: 150, nk: 150, layer: 0, parts: 3, batch: 2 },
    keeps: keepsNear,
  },
  [
    ...merging,
    { name: 'the first parts have no more tiles', from: 'least + (walk.part < more)', to: 'least' },
    {
      name: 'a part begins where another ends',
      from: 'walk.part * least + min(walk.part, more)',
      to: 'walk.part * least',
    },
    {
      name: 'a part goes to the end',
      from: 'return this->visited >= last;',
      to: 'return this->visited >= this->count;',
    },
    {
      name: 'a part begins with the keys of the first',
      from: 'walk.last = walk.visited + least + (walk.part < more);\n    walk.enter_tile();',
      to: 'walk.last = walk.visited + least + (walk.part < more);',
    },
  ],
);

const keepsStrided: Predicate = ({ i, j }) => j <= i && (i - j) % 3 === 0;
// Wide enough for every lane of a warp to have columns of its own.
const fields = 'heads 2 dim 32 dim_v 144';
const [near, far] = ['causal & stride(3) & window(back: 50)', 'causal & stride(3) & ! window(back: 50)'].map(
  (mask) => specify(mask, fields).nodes[0].mask,
);

describeFaults(
  'parts of tables, in passes',
  {
    descriptor: scheduledModule(specify('causal & stride(3)', fields), [
      { mask: near, writes: true },
      { mask: far, reads: true },
    ]),
    launch: { nq: 40, nk: 257, layer: 0, parts: 3 },
    keeps: keepsStrided,
  },
  [
    {
      name: 'every part takes up the state',
      from: 'Pass::TAKES_STATE && walk.part == 0',
      to: 'Pass::TAKES_STATE',
    },
    { name: 'no part takes up the state', from: 'Pass::TAKES_STATE && walk.part == 0', to: 'false' },
    { name: 'a part takes the tile for its own', from: 'walk.tile /= p.part_count;', to: '' },
    {
      name: 'the merged state is left unmerged',
      from: '{most, total};',
      to: '{state_of(p, row, head, batch)[DIM_V], total};',
    },
    {
      name: 'the merged state is left while others read the first part',
      from: 'sp_warp_barrier(); // everyone has read',
      to: '// everyone has read',
    },
    {
      name: 'the merged state has the columns of the first lane',
      from: '(state_of(p, row, head, batch) + column + e) =',
      to: '(state_of(p, row, head, batch) + e) =',
    },
  ],
);

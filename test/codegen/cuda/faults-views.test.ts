import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import type { Predicate } from '../../examples/predicates.ts';
import { boxes } from '../wgsl/scheduled.ts';
import { describeFaults } from './describe-faults.ts';
import type { Fault } from './describe-faults.ts';
import { spoilUnseen } from './expect-right.ts';
import { cudaModule, specify, specifyFields } from './modules.ts';
import { scheduledModule } from './scheduled.ts';

const faults: readonly Fault[] = [
  {
    name: 'the state is not taken up',
    from: 'if (Pass::TAKES_STATE && walk.part == 0) take_up_state<M>',
    to: 'if (false) take_up_state<M>',
  },
  { name: 'the maximum is not taken up', from: 'maximum[r / 2][r % 2] = state[DIM_V];', to: '' },
  {
    name: 'a sum is taken up by every lane of four',
    from: 'lane == 0 ? state[DIM_V + 1] : 0.0f',
    to: 'state[DIM_V + 1]',
  },
  {
    name: 'a sum is left before it is reduced',
    from: 'float total = sum[r / 2][r % 2];\n    total += sp_shuffle_xor(total, 1);',
    to: 'float total = sum[r / 2][r % 2];',
  },
  { name: 'heads share their state', from: '(batch * HEADS + head) * p.nq', to: '(batch * HEADS) * p.nq' },
  { name: 'the table of another pass', from: 'p.arena + p.tables1_at', to: 'p.arena + p.tables_at' },
  { name: 'a list is read past its end', from: 'slot < count ? keys[slot] : -1', to: 'keys[slot]' },
  {
    name: 'a list begins where runs begin',
    from: 'walk.runs + 2 * starts[2 * p.query_tiles]',
    to: 'walk.runs',
  },
  { name: 'digits of a box are swapped', from: 'first_h + (slot >> 2 & 3)', to: 'first_h + (slot & 3)' },
  {
    name: 'digits of a tile are swapped',
    from: '{tile / 2 * 2, tile % 2 * 4, 0}',
    to: '{tile % 2 * 2, tile / 2 * 4, 0}',
  },
  { name: 'an axis has no end', from: '|| h >= 6', to: '' },
  { name: 'the tiles of a region are counted on in the next', from: 'tile -= 1;', to: '' },
  { name: 'a region is taken for another', from: 'if (region == 0) {', to: 'if (region == 1) {' },
  {
    name: 'keys that do not exist are copied',
    from: 'existing(t * 24 + h * 4 + w, p.nk)',
    to: 't * 24 + h * 4 + w',
  },
  { name: 'half of the lanes of a row add up', from: 'other < LANES;', to: 'other < LANES / 2;' },
  { name: 'the last distance is repeated', from: 'first + t < count && ', to: '' },
  {
    name: 'every key at a distance counts',
    from: 'exists && Pass::is_live(p, i, j, head, batch) ? j : -1',
    to: 'exists ? j : -1',
  },
  {
    name: 'accumulators of a diagonal are not rescaled',
    from: 'for (int e = 0; e < 8; e++) o[part][e] *= factor;',
    to: '',
  },
  { name: 'a sum of a diagonal is not rescaled', from: 'sum *= factor;', to: '' },
  { name: 'diagonals begin with nothing', from: '      maximum = state[DIM_V];\n', to: '' },
];

const maskOf = (mask: string): MaskProgram => specify(mask, 'heads 1 dim 32').nodes[0].mask;
const keeps: Predicate = ({ i, j }) => j <= i && (i - j <= 8 || j % 5 === 2 || (i - j) % 7 === 0);
const parts = {
  near: 'causal & window(back: 8)',
  listed: 'causal & ! window(back: 8) & columns(every: 5, at: 2..<3)',
  far: 'causal & ! window(back: 8) & ! columns(every: 5, at: 2..<3) & stride(7)',
};
const graph = specify(`${parts.near} | ${parts.listed} | ${parts.far}`, 'heads 2 kv_heads 1 dim 32');
const grid = boxes({
  base: 0,
  axes: [
    ['t', 'nk', 24],
    ['h', 6, 4],
    ['w', 4, 1],
  ],
});
const descriptor = scheduledModule(graph, [
  {
    name: 'near',
    mask: maskOf(parts.near),
    queries: boxes(
      { base: 0, axes: [['first', 8, 1]] },
      {
        base: 8,
        axes: [
          ['mod 4', 4, 1],
          ['a', 'nq', 4],
        ],
      },
    ),
    keys: grid,
    extents: { queries: [[32], [4, 8]], keys: [[2, 4, 4]] },
    writes: true,
  },
  {
    name: 'listed',
    mask: maskOf(parts.listed),
    keys: { kind: 'list' },
    strategy: 'gathered',
    reads: true,
    writes: true,
  },
  { name: 'far', mask: maskOf(parts.far), strategy: 'diagonal', reads: true },
]);

describeFaults(
  'passes and views',
  { descriptor, launch: { nq: 56, nk: 62, layer: 0, spoil: spoilUnseen(keeps, 56, 62) }, keeps },
  faults,
);

const strided: Predicate = ({ i, j }) => j <= i && i - j <= 20 && (i - j) % 3 === 0;
describeFaults(
  'tiles with empty slots',
  {
    descriptor: cudaModule(specify('causal & window(back: 20) & stride(3)', 'heads 1 dim 32')),
    launch: { nq: 10, nk: 37, layer: 0, spoil: spoilUnseen(strided, 10, 37) },
    keeps: strided,
  },
  [
    { name: 'an empty slot of queries sees keys', from: 'open[r] = row < 0 ? 0 : ', to: 'open[r] = ' },
    {
      name: "lanes count each other's keys",
      from: 'end - (sp_thread() & 3) * 2',
      to: 'end - (sp_thread() & 1) * 2',
    },
    { name: 'what one row asks is forgotten for the next', from: 'any |= open[r];', to: 'any = open[r];' },
  ],
);

describeFaults(
  'branches side by side',
  {
    descriptor: cudaModule(
      specifyFields(
        `let a = attend(q, k, v, mask: causal) let b = attend(q, k, v, mask: window(back: 3))
         heads 1 dim 32 return concat(a, b)`,
      ),
    ),
    launch: { nq: 33, nk: 33, layer: 0 },
    keeps: {
      combine: 'concat',
      attends: { a: ({ i, j }) => j <= i, b: ({ i, j }) => i - j <= 3 && j <= i },
    },
  },
  [{ name: 'columns of another branch', from: ' + Pass::COLUMN', to: '' }],
);

const chosen: Predicate = ({ i, j }) => j <= i && (i - j <= 5 || j % 5 === 2);
describeFaults(
  'words of keys',
  {
    descriptor: cudaModule(
      specify('causal & (window(back: 5) | columns(every: 5, at: 2..<3))', 'heads 1 dim 32'),
    ),
    launch: { nq: 33, nk: 67, layer: 0, spoil: spoilUnseen(chosen, 33, 67) },
    keeps: chosen,
  },
  [
    {
      name: 'a range of keys ends a key too late',
      from: 'lane_keys_below(i + 1 -',
      to: 'lane_keys_below(i + 2 -',
    },
    { name: 'bits of other lanes are taken', from: 'all >> (lane & 3) * 2', to: 'all >> (lane & 1) * 2' },
    {
      name: 'a lane asks another key than it tells',
      from: 'holds(first + lane)',
      to: 'holds(first + (lane ^ 1))',
    },
  ],
);

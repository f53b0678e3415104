import type { Predicate } from '../../examples/predicates.ts';
import type { EmulatedCase } from './check-emulated.ts';
import { describeFaults } from './describe-faults.ts';
import type { Fault } from './describe-faults.ts';
import { cudaModule, specify } from './modules.ts';

const faults: readonly Fault[] = [
  { name: 'a tile is not waited for', from: 'sp_copy_wait<STAGES - 2>();', to: '' },
  {
    name: 'one group too few is waited for',
    from: 'sp_copy_wait<STAGES - 2>()',
    to: 'sp_copy_wait<STAGES - 1>()',
  },
  {
    name: 'no barrier before a tile is used',
    from: '    sp_copy_wait<STAGES - 2>();\n    sp_barrier();',
    to: '    sp_copy_wait<STAGES - 2>();',
  },
  {
    name: 'the tile is copied to the stage in use',
    from: 'copy_tile((stage + STAGES - 1) % STAGES)',
    to: 'copy_tile(stage)',
  },
  { name: 'the stage never changes', from: 'stage = (stage + 1) % STAGES', to: 'stage = stage' },
  {
    name: 'copies before the barrier',
    from: '    sp_barrier();\n    copy_tile((stage + STAGES - 1) % STAGES);',
    to: '    copy_tile((stage + STAGES - 1) % STAGES);\n    sp_barrier();',
  },
  { name: 'copies are not committed', from: 'sp_copy_commit();', to: '' },
  {
    name: 'no barrier before out takes the place of the stages',
    from: '  sp_barrier(); // everyone has left the stages',
    to: '  // everyone has left the stages',
  },
  { name: 'no barrier between the two halves of a store', from: 'sp_warp_barrier();', to: '' },
  {
    name: 'fragments of k from the rows of v',
    from: 'b * 16 + (lane & 7) + (lane >> 4) * 8',
    to: 'b * 16 + (lane & 15)',
  },
  { name: 'v is not transposed', from: 'sp_load_matrix_transposed(v,', to: 'sp_load_matrix(v,' },
  {
    name: 'another place for stores than for loads',
    from: 'chunk ^ (row & 7)',
    to: 'chunk ^ (sp_thread() & 7)',
  },
  {
    name: 'a row maximum over half of the lanes',
    from: 'most = fmaxf(most, sp_shuffle_xor(most, 2));',
    to: '',
  },
  { name: 'accumulators are not rescaled', from: 'rescale<M>(o, factor);', to: '' },
  { name: 'partial tiles count as full', from: 'if (partial) seen =', to: 'if (false) seen =' },
  {
    name: 'rows of v that nobody sees are used',
    from: 'multiply_values<true,',
    to: 'multiply_values<false,',
  },
  {
    name: 'a lane returns early',
    from: '  sp_warp_barrier();',
    to: '  if (lane == 3) return;\n  sp_warp_barrier();',
  },
];

const mask = 'causal & stride(3) & ! keys(9..<12)';
const keeps: Predicate = ({ i, j }) => j <= i && (i - j) % 3 === 0 && !(j >= 9 && j < 12);
/** Rows of v are wider than rows of q, so that rows of out lie over the stages. */
const graph = specify(mask, 'heads 1 dim 64 dim_v 128');
const launch: EmulatedCase = {
  nq: 67,
  nk: 131,
  layer: 0,
  spoil: ({ v }, layouts) => {
    for (let j = 9; j < 12; j++) v.fill(NaN, j * layouts.v.strides.row, j * layouts.v.strides.row + 128);
  },
};

describeFaults('kernels of sm_80', { descriptor: cudaModule(graph), launch, keeps }, faults);

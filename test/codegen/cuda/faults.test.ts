import { describe, expect, it } from 'vitest';
import type { CudaDescriptor } from '../../../runtime/cuda/descriptor.ts';
import type { Predicate } from '../../examples/predicates.ts';
import { checkEmulated } from './check-emulated.ts';
import type { EmulatedCase } from './check-emulated.ts';
import { cudaModule, groupTargetOf, specify } from './modules.ts';
import { compileForEmulator, missing, skipped } from './toolchain.ts';

/** A mistake that a writer of kernels makes: this text becomes that. */
interface Fault {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

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
    from: '  sp_copy_wait<0>();\n  sp_barrier();',
    to: '  sp_copy_wait<0>();',
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

/** Of the sm_90a family. Each stands where it is named, the first time. */
const groupFaults: readonly Fault[] = [
  { name: 'keys are not waited for', from: 'sp_signal_wait(key_came + 8 * stage, phase);', to: '' },
  {
    name: 'values of a full tile are not waited for',
    from: 'sp_signal_wait(value_came + 8 * last, last_phase);',
    to: '',
  },
  {
    name: 'values are waited for in the wrong phase',
    from: 'value_came + 8 * last, last_phase)',
    to: 'value_came + 8 * last, last_phase ^ 1)',
  },
  { name: 'the producer does not wait', from: 'sp_signal_wait(key_left + 8 * stage, phase ^ 1);', to: '' },
  { name: 'a place is never left', from: '    leave(key_left + 8 * stage);', to: '' },
  {
    name: 'values are left before they are used',
    from: '    sp_product_wait<0>();\n      sp_pin(o[0]);\n      sp_pin(w);\n      leave(value_left + 8 * last);',
    to: '    leave(value_left + 8 * last);\n      sp_product_wait<0>();',
  },
  { name: 'the phase never changes', from: 'phase ^= 1;', to: '' },
  {
    name: 'too few bytes are announced',
    from: 'sp_signal_announce(key_came + 8 * stage, KEY_BYTES);',
    to: 'sp_signal_announce(key_came + 8 * stage, KEY_BYTES / 2);',
  },
  {
    name: 'one warp too few leaves a place',
    from: 'sp_signal_init(key_left + 8 * stage, 4 * GROUPS);',
    to: 'sp_signal_init(key_left + 8 * stage, 4 * GROUPS + 1);',
  },
  { name: 'scores are used before they are computed', from: 'sp_product_wait<1>();', to: '' },
  {
    name: 'weights change under a running product',
    from: '    sp_product_wait<0>();\n      sp_pin(o[0]);\n      sp_pin(w);\n      leave(value_left + 8 * last);\n      pack_weights<KEYS>(w, s[0]);',
    to: '    pack_weights<KEYS>(w, s[0]);\n      sp_product_wait<0>();\n      leave(value_left + 8 * last);',
  },
  {
    name: 'accumulators are rescaled under a running product',
    from: '    sp_product_wait<0>();\n      sp_pin(o[0]);\n      sp_pin(w);\n      leave(value_left + 8 * last);\n      pack_weights<KEYS>(w, s[0]);\n      rescale<1>(o, factor);',
    to: '    rescale<1>(o, factor);\n      sp_product_wait<0>();\n      leave(value_left + 8 * last);\n      pack_weights<KEYS>(w, s[0]);',
  },
  {
    name: 'products of the values of another tile',
    from: 'multiply_own_values(last);',
    to: 'multiply_own_values(stage);',
  },
  { name: 'a wrong step between operands', from: '(k * 2048) >> 4', to: '(k * 1024) >> 4' },
  {
    name: 'a wrong distance of panels',
    from: 'operand(values, KEYS * 128)',
    to: 'operand(values, KEYS * 64)',
  },
  { name: 'the first turn is given to nobody', from: 'if (group == 0) sp_named_arrive(1, 256);', to: '' },
  { name: 'a turn is not passed on', from: 'sp_named_arrive(2 - group, 256);', to: '' },
  { name: 'no fence before rows of out are stored', from: 'sp_store_fence();', to: '' },
  {
    name: 'no barrier before rows of out are stored',
    from: 'sp_store_fence();\n  sp_named_barrier(3 + group, 128);',
    to: 'sp_store_fence();',
  },
  { name: 'rows of v that nobody sees are used', from: 'v[0] & first, v[1] & second', to: 'v[0], v[1]' },
  {
    name: 'the accumulators of masked tiles are dropped',
    from: 'rescale<1>(o, factor);\n    pack_weights',
    to: 'pack_weights',
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

/** Masked tiles, and many full ones, the last of which hangs over the end. */
const groupGraph = specify('full & ! keys(9..<12)', 'heads 1 dim 64 dim_v 128');
const groupKeeps: Predicate = ({ j }) => j < 9 || j >= 12;
const groupLaunch: EmulatedCase = { ...launch, nq: 130, nk: 300 };

interface Suspect {
  readonly descriptor: CudaDescriptor;
  readonly launch: EmulatedCase;
  readonly keeps: Predicate;
}

/** What the emulator or the comparison says, or null. */
async function complaint({ descriptor, launch, keeps }: Suspect, code: string): Promise<string | null> {
  await compileForEmulator(code, descriptor.kernels[0].name, descriptor.dtype);
  for (const reversed of [false, true]) {
    try {
      const { error, tolerance, lseError } = await checkEmulated(descriptor, launch, keeps, {
        code,
        reversed,
      });
      if (error > tolerance) return `out is off by ${error}`;
      if (lseError !== null && lseError > 1e-4) return `lse is off by ${lseError}`;
    } catch (error) {
      return (error as Error).message;
    }
  }
  return null;
}

const suspects = [
  { family: 'sm_80', descriptor: cudaModule(graph), launch, keeps, faults },
  {
    family: 'sm_90a',
    descriptor: cudaModule(groupGraph, groupTargetOf({ warps: 8 })),
    launch: groupLaunch,
    keeps: groupKeeps,
    faults: groupFaults,
  },
];

describe.skipIf(missing['g++'] !== null).each(suspects)(
  `faults in kernels of $family in the emulator${skipped('g++')}`,
  (suspect) => {
    const { code } = suspect.descriptor.cuda;

    it('finds nothing in what the compiler emits', async () => {
      expect(await complaint(suspect, code)).toBeNull();
    });

    it.concurrent.each(suspect.faults)('notices that $name', { timeout: 60_000 }, async ({ from, to }) => {
      expect(code).toContain(from);
      expect(await complaint(suspect, code.replace(from, to))).not.toBeNull();
    });
  },
);

import type { CudaKernelPlan } from '../../ir/cuda-kernel.ts';
import { CUDA_RESERVED } from '../expression/cuda-keywords.ts';
import { Namer } from '../expression/namer.ts';

/** The names of a module: what the parts of the text call each other. */
export interface CudaNames {
  /** Gives out names for what is not listed here; knows everything that is. */
  readonly namer: Namer;
  /** `p.w` for the parameter that was planned under this name. */
  readonly field: (planned: string) => string;
  /** The bare field, as the struct declares it. */
  readonly member: (planned: string) => string;
  /** A scalar of the mask language: `p.w`, `p.nk`. */
  readonly scalar: (symbol: string) => string;
  /** Whether a scalar is a float, which only the program of a score reads. */
  readonly isReal: (symbol: string) => boolean;
  /** The function that reads an integer array, a bit or a list: `read_ids`. */
  readonly reader: (array: string) => string;
  /** The function that reads a real array: `read_slopes`. */
  readonly realReader: (array: string) => string;
  /** The structure of a pass: `Local`. */
  readonly pass: (planned: string) => string;
  /** The structure of a pass in parts: `LocalParts`. */
  readonly partsOf: (planned: string) => string;
}

/** Names that the fixed parts of every module use. */
const FIXED = `
SpParams p q k v out lse arena floats state HEADS HEADS_PER_KV DIM DIM_V LOG2_E LN_2 NEVER STATE
WARPS ROWS KEYS STAGES THREADS QUERIES GROUPS LANES PARTS PARTS_V M WIDTH PARTIAL Pass Queries Keys Walk
RowsInOrder PartedRows KeysInOrder ListedKeys RunWalk RangeWalk RunPart RangePart Pair existing
is_live row_begin row_end tables begin end logit denominator_scale
attend ROW_BYTES place copy_rows multiply_keys multiply_values mask_scores live_keys score_pairs
lane_key lane_keys lane_keys_below live open any exists power r t end begin
soften rescale weigh weight_of mask_weights state_of take_up_state leave_state store_rows
attend_groups attend_in_turns attend_overlapped operand panel_place PANELS Places Place Ring Items Gathered TWO_WAYS APART
copy_tiles copy_boxes gather_rows multiply_queries multiply_weights multiply_seen_values pack_weights
attend_diagonals load_chunks multiply_chunks add_chunks merge_states turn
queries keys walk tile slot slot0 region first i j s o head batch kv_head lane warp row key column maximum sum seen stage`
  .trim()
  .split(/\s+/);

export function cudaNames(plan: CudaKernelPlan): CudaNames {
  const namer = new Namer(CUDA_RESERVED, FIXED);
  const members = new Namer(CUDA_RESERVED);
  const fields = new Map(plan.params.map(({ name }) => [name, members.name(name)]));
  const readers = new Map(plan.arrays.map(({ name, kind }) => [name, namer.name(`${VERBS[kind]}_${name}`)]));
  const reals = new Map(plan.reals.map(({ name }) => [name, namer.name(`read_${name}`)]));
  const passes = new Map(plan.passes.map(({ name }) => [name, namer.name(capitalised(name))]));
  const parts = new Map(
    plan.passes
      .filter(({ merge }) => merge !== null)
      .map(({ name }) => [name, namer.name(`${capitalised(name)}Parts`)]),
  );
  const scalars = new Map(
    plan.params.flatMap(({ name, source }) =>
      source.kind === 'symbol' ? [[source.name, `p.${known(fields, name)}`] as const] : [],
    ),
  );
  return {
    namer,
    member: (planned) => known(fields, planned),
    field: (planned) => `p.${known(fields, planned)}`,
    scalar: (symbol) => known(scalars, symbol),
    isReal: (symbol) =>
      plan.params.some(
        ({ type, source }) => source.kind === 'symbol' && source.name === symbol && type === 'f32',
      ),
    reader: (array) => known(readers, array),
    realReader: (array) => known(reals, array),
    pass: (planned) => known(passes, planned),
    partsOf: (planned) => known(parts, planned),
  };
}

const VERBS = { int: 'read', bits: 'test', list: 'contains' } as const;

/** `local rows` as the name of a type: `LocalRows`. */
function capitalised(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

function known(names: ReadonlyMap<string, string>, planned: string): string {
  const name = names.get(planned);
  if (name === undefined) throw new Error(`Internal error: the kernel plan has no "${planned}".`);
  return name;
}

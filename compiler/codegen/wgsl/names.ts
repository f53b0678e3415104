import type { KernelPlan } from '../../ir/kernel.ts';
import { Namer } from '../expression/namer.ts';
import { WGSL_RESERVED } from '../expression/wgsl-keywords.ts';

/** The names of a module: what the parts of the text call each other. */
export interface ModuleNames {
  /** Gives out names for what is not listed here; knows everything that is. */
  readonly namer: Namer;
  /** `params.w` for the field that was planned under this name. */
  readonly field: (planned: string) => string;
  /** The bare field, as the struct declares it. */
  readonly member: (planned: string) => string;
  /** A scalar of the mask language, as an i32 or an f32: `params.w`, `i32(params.nk)`. */
  readonly scalar: (symbol: string) => string;
  /** Whether a scalar is an f32, which only the program of a score reads. */
  readonly isReal: (symbol: string) => boolean;
  /** The function that reads an integer array, a bit or a list: `read_ids`. */
  readonly reader: (array: string) => string;
  /** The function that reads a real array: `read_slopes`. */
  readonly realReader: (array: string) => string;
}

/** Names that the fixed parts of every module use. */
const FIXED = `
Params params q k v out lse arena floats state Element HEADS HEADS_PER_KV DIM4 DIM_V4 DEAD LOWEST LOG2_E LN_2 MINUS_INFINITY
floor_div floor_mod bit_length is_power_of_two power sigmoid log_from_0 log2_from_0 denominator_scale is_live row_begin row_end existing_row existing_key logit weight_of bits_below
QueryFacts KeyFacts query_facts key_facts live_keys_of decided_keys_of key0
i j s head batch head_id batch_id kv_head group lane tile slot row key column position`
  .trim()
  .split(/\s+/);

export function moduleNames(plan: KernelPlan): ModuleNames {
  const namer = new Namer(WGSL_RESERVED, FIXED);
  const members = new Namer(WGSL_RESERVED);
  const fields = new Map(plan.uniforms.map(({ name }) => [name, members.name(name)]));
  const readers = new Map(plan.arrays.map(({ name, kind }) => [name, namer.name(`${VERBS[kind]}_${name}`)]));
  const reals = new Map(plan.reals.map(({ name }) => [name, namer.name(`read_${name}`)]));
  const member = (planned: string): string => known(fields, planned);
  const scalars = new Map(
    plan.uniforms.flatMap(({ name, type, source }) => {
      if (source.kind !== 'symbol') return [];
      return [
        [source.name, type !== 'u32' ? `params.${member(name)}` : `i32(params.${member(name)})`] as const,
      ];
    }),
  );
  return {
    namer,
    member,
    field: (planned) => `params.${member(planned)}`,
    scalar: (symbol) => known(scalars, symbol),
    isReal: (symbol) =>
      plan.uniforms.some(
        ({ type, source }) => source.kind === 'symbol' && source.name === symbol && type === 'f32',
      ),
    reader: (array) => known(readers, array),
    realReader: (array) => known(reals, array),
  };
}

const VERBS = { int: 'read', bits: 'test', list: 'contains' } as const;

function known(names: ReadonlyMap<string, string>, planned: string): string {
  const name = names.get(planned);
  if (name === undefined) throw new Error(`Internal error: the kernel plan has no "${planned}".`);
  return name;
}

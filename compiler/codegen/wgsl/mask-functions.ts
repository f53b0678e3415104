import type { KernelPlan, MaskVariant, PlannedPass } from '../../ir/kernel.ts';
import { isBooleanKind } from '../../../runtime/mask/program/nodes.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { Namer } from '../expression/namer.ts';
import { nameHint } from '../expression/print-program.ts';
import { WGSL_RESERVED } from '../expression/wgsl-keywords.ts';
import type { ModuleNames } from './names.ts';

/** The functions that a pass asks for its mask, with the programs they compute. */
export type MaskFunctions =
  | {
      readonly kind: 'bounds';
      readonly begin: string;
      readonly end: string;
      readonly low: MaskProgram;
      readonly high: MaskProgram;
    }
  | { readonly kind: 'predicate'; readonly isLive: string; readonly residual: MaskProgram }
  | SpecialisedFunctions
  /** Nothing is left to ask. */
  | { readonly kind: 'none' };

/** The functions of a variant; those that it has no use for are null. */
export interface SpecialisedFunctions {
  readonly kind: 'specialised';
  readonly variant: MaskVariant;
  readonly isLive: string | null;
  readonly queryFacts: FactsFunction | null;
  readonly keyFacts: FactsFunction | null;
  /** The word of live keys where nothing is open, else those that are surely and those that are possibly live. */
  readonly keysOf: string | null;
}

/** A structure of words, and the function that computes it. */
export interface FactsFunction {
  readonly structure: string;
  readonly compute: string;
  readonly facts: readonly Fact[];
}

export interface Fact {
  readonly node: NodeId;
  readonly field: string;
  /** Booleans are kept as 0 and 1. */
  readonly isBoolean: boolean;
}

/** The functions of every pass: plain names where there is one pass, else `is_live_local` and so on. */
export function maskFunctions(plan: KernelPlan, names: ModuleNames): readonly MaskFunctions[] {
  const known = new Map<string, MaskFunctions>();
  return plan.passes.map((pass) => {
    const { name, schedule, variant } = pass;
    const key = JSON.stringify(schedule.kind === 'ranges' ? schedule : [schedule.residual, variant]);
    const functions =
      known.get(key) ??
      nameFunctions(pass, (word) => (plan.passes.length === 1 ? word : names.namer.name(`${word}_${name}`)));
    // Equal programs share their functions.
    known.set(key, functions);
    return functions;
  });
}

function nameFunctions({ schedule, variant }: PlannedPass, name: (word: string) => string): MaskFunctions {
  if (schedule.kind === 'ranges') {
    const { low, high } = schedule;
    return { kind: 'bounds', begin: name('row_begin'), end: name('row_end'), low, high };
  }
  if (variant !== null) return nameVariant(variant, name);
  const { residual } = schedule;
  return residual === null ? { kind: 'none' } : { kind: 'predicate', isLive: name('is_live'), residual };
}

function nameVariant(variant: MaskVariant, name: (word: string) => string): SpecialisedFunctions {
  const { open, bounds, queryFacts, keyFacts } = variant;
  const keysOf = open === null ? 'live_keys_of' : 'decided_keys_of';
  return {
    kind: 'specialised',
    variant,
    isLive: open === null ? null : name('is_live'),
    queryFacts: nameFacts(variant, queryFacts, name('QueryFacts'), name('query_facts')),
    keyFacts: nameFacts(variant, keyFacts, name('KeyFacts'), name('key_facts')),
    keysOf: bounds === null ? null : name(keysOf),
  };
}

function nameFacts(
  { nodes }: MaskVariant,
  facts: readonly NodeId[],
  structure: string,
  compute: string,
): FactsFunction | null {
  if (facts.length === 0) return null;
  const namer = new Namer(WGSL_RESERVED);
  return {
    structure,
    compute,
    facts: facts.map((node) => ({
      node,
      field: namer.name(nameHint(nodes[node])),
      isBoolean: isBooleanKind(nodes[node].kind),
    })),
  };
}

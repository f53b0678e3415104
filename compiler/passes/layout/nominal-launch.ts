import { SparsecError } from '../../../runtime/errors.ts';
import { launchMask, launchScalars } from '../../../runtime/mask/launch/launch-mask.ts';
import type { LaunchedMask, MaskModel } from '../../../runtime/mask/launch/launch-mask.ts';
import { evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import { feedArrays } from '../../../runtime/mask/launch/feed-arrays.ts';
import { maxLength } from '../../../runtime/limits.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { dimensionsOf } from '../../../runtime/read-arrays.ts';
import type { Graph } from '../../ir/graph.ts';
import { wholeMask } from '../../ir/whole-mask.ts';

/** A launch of plausible sizes, with default launch parameters and default contents of every input. */
export interface NominalLaunch {
  readonly nq: number;
  readonly nk: number;
  readonly heads: number;
  readonly launched: LaunchedMask;
}

/** Queries and keys that a caller wants a plan for. */
export interface PlanSizes {
  readonly nq: number;
  readonly nk: number;
}

/** Tokens of a launch where nothing asks for others. */
const TOKENS = 4096;
/** Patterns that reach farther are looked at over more tokens, up to this many. */
const MOST_TOKENS = 16384;
/** Fewer are not tried, unless the space has fewer. */
const LEAST_TOKENS = 16;
/** Rows of equal residue that fill a tile: where launches are shorter, tiles of residues stay half empty. */
const ROWS_OF_RESIDUE = 32;
const MOST_TOKENS_BY_RESIDUES = 32768;
/** Elements of an input that are made up for it; more where sizes are asked for. */
const MOST_ELEMENTS = 2 ** 20;
const MOST_ELEMENTS_ASKED = 2 ** 25;

/**
 * The launch that counts are for: as many tokens as the space has where its size is fixed, else those that are asked for,
 * else 4096, more where a constant of the mask reaches that far or its residues are many. A text says why there is none.
 */
export function nominalLaunch(graph: Graph, asked: PlanSizes | null = null): NominalLaunch | string {
  const mask = wholeMask(graph);
  const missing = [
    ...graph.inputs.filter(({ feed }) => feed === null),
    ...graph.launch.filter((parameter) => parameter.default === null),
  ].map(({ name }) => `"${name}"`);
  if (missing.length > 0) return `${missing.join(', ')} ${missing.length > 1 ? 'have' : 'has'} no default`;
  const fixed = fixedLength(graph);
  if (fixed !== null && fixed > MOST_TOKENS && graph.derived.some(({ kind }) => kind === 'block-mask'))
    return `blocks over ${fixed} positions would be counted for it`;
  const model: MaskModel = { ...graph, mask };
  if (asked !== null && fixed === null) {
    const launched = tryLaunch(model, asked, MOST_ELEMENTS_ASKED);
    if (typeof launched === 'string') return launched;
    return { ...asked, heads: graph.heads, launched };
  }
  const first = tokensFor(graph, mask);
  const least = Math.min(LEAST_TOKENS, first);
  for (let tokens = first; tokens >= least; tokens = Math.floor(tokens / 2)) {
    const launched = tryLaunch(model, { nq: tokens, nk: tokens }, MOST_ELEMENTS);
    if (typeof launched !== 'string') return { nq: tokens, nk: tokens, heads: graph.heads, launched };
  }
  return 'no launch of moderate size fits the defaults';
}

/** A text where the defaults do not fit the sizes, or where their contents would be large. */
function tryLaunch(model: MaskModel, { nq, nk }: PlanSizes, most: number): LaunchedMask | string {
  const sizes = { batch: 1, nq, nk };
  try {
    const scalars = launchScalars(model, sizes);
    const elements = model.inputs.map((input) => {
      const rows = dimensionsOf(input, scalars).reduce((product, dim) => product * dim, 1);
      return input.kind === 'list' && input.feed?.kind !== 'values' ? rows * nk : rows;
    });
    const large = elements.findIndex((count) => count > most);
    if (large >= 0) return `"${model.inputs[large].name}" would have ${elements[large]} elements`;
    return launchMask(model, { ...sizes, arrays: feedArrays(model.inputs, {}, scalars) });
  } catch (error) {
    if (error instanceof SparsecError) return error.message;
    throw error;
  }
}

function tokensFor(graph: Graph, mask: MaskProgram): number {
  const fixed = fixedLength(graph);
  if (fixed !== null) return fixed;
  const constants = mask.nodes.flatMap((node) => (node.kind === 'int' ? [Math.abs(node.value)] : []));
  const defaults = graph.launch.map((parameter) => parameter.default ?? 0);
  const reach = Math.max(0, ...[...constants, ...defaults].filter((value) => value < maxLength / 64));
  const rows = ROWS_OF_RESIDUE * largestModulus(graph, mask);
  let tokens = TOKENS;
  while (tokens < 2 * reach && tokens < MOST_TOKENS) tokens *= 2;
  while (tokens < rows && tokens < MOST_TOKENS_BY_RESIDUES) tokens *= 2;
  return tokens;
}

/** The largest modulus of a mask, with default launch parameters, that leaves some rows in every residue; 1 without. */
function largestModulus(graph: Graph, mask: MaskProgram): number {
  const moduli = mask.nodes.flatMap((node) => {
    if (node.kind !== 'arithmetic' || node.op !== 'mod') return [];
    const by = mask.nodes[node.right];
    if (by.kind === 'int') return [by.value];
    return by.kind === 'symbol' ? [graph.launch.find(({ name }) => name === by.name)?.default ?? 1] : [];
  });
  return Math.max(1, ...moduli.filter((modulus) => 8 * modulus <= MOST_TOKENS_BY_RESIDUES));
}

/** The positions of a space whose axes are fixed, with a nominal rest behind it; null where sizes depend on the launch. */
export function fixedLength({ space }: Graph): number | null {
  if (space === null || space.regions.length === 0) return null;
  const grids = space.regions.filter(({ axes }) => axes.length > 0);
  const isFixed = (program: MaskProgram) => program.nodes.every(({ kind }) => kind !== 'symbol');
  if (grids.length === 0 || !grids.every(({ start, length }) => isFixed(start) && isFixed(length)))
    return null;
  const ends = space.regions
    .filter(({ start, length }) => isFixed(start) && isFixed(length))
    .map(({ start, length }) => evaluateProgram(start, {}) + evaluateProgram(length, {}));
  const end = Math.max(...ends);
  const hasRest = space.regions.some(({ length }) => !isFixed(length));
  return end + (hasRest ? Math.min(256, Math.ceil(end / 16)) : 0);
}

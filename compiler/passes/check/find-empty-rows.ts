import { evaluateBound, evaluateProgram } from '../../../runtime/mask/exact/evaluate.ts';
import { feedArrays } from '../../../runtime/mask/launch/feed-arrays.ts';
import { launchMask, launchScalars } from '../../../runtime/mask/launch/launch-mask.ts';
import type { BoundMask } from '../../../runtime/mask/bound/bound-mask.ts';
import { SparsecError } from '../../../runtime/errors.ts';
import { Session } from '../../diagnostics/session.ts';
import type { Graph } from '../../ir/graph.ts';
import { MaskBuilder, rewriteInto } from '../../../runtime/mask/program/builder.ts';
import type { MaskProgram } from '../../../runtime/mask/program/nodes.ts';
import { materializeReals } from '../materialize-reals.ts';

/** A prime above the usual block sizes: blocks, strides and windows meet their ragged ends. */
const exampleSize = 97;
/** Different masks of heads that are looked at. */
const maxMasks = 4;

export interface EmptyRows {
  /** nq and nk of the example. */
  readonly size: number;
  readonly count: number;
  /** Position of the first query without a key. */
  readonly row: number;
  readonly head: number;
}

/**
 * Queries without a key at one example size, with the defaults of launch parameters and inputs; null where every query
 * has a key, and where something has no default. A row is searched from the diagonal outwards, so that masks without
 * empty rows cost about n evaluations. Heads that are skipped on purpose are not looked at, nor positions that are no
 * cells of the space.
 */
export function findEmptyRows(mask: MaskProgram, graph: Graph): EmptyRows | null {
  if (graph.launch.some((parameter) => parameter.default === null)) return null;
  if (graph.inputs.some((input) => input.feed === null)) return null;
  const scratch = new Session();
  const { derived, nodes } = materializeReals({ ...graph, nodes: [{ ...graph.nodes[0], mask }] }, scratch);
  if (scratch.hasErrors) return null;
  const model = { ...graph, derived, mask: nodes[0].mask };
  const sizes = { batch: 1, nq: exampleSize, nk: exampleSize };
  try {
    const arrays = feedArrays(graph.inputs, {}, launchScalars(model, sizes));
    const launched = launchMask(model, { ...sizes, arrays });
    const seen = new Set<BoundMask>();
    for (let head = 0; head < graph.heads && seen.size < maxMasks; head++) {
      const bound = launched.bind(0, head);
      if (seen.has(bound) || isSkipped(mask, head)) continue;
      seen.add(bound);
      const isCell = (query: number) =>
        !graph.cells ||
        evaluateProgram(graph.cells, {
          query,
          head,
          batch: 0,
          symbols: launched.scalars,
          arrays: launched.arrays,
        }) === 1;
      const empty = emptyPositions(bound, launched.offset).filter(isCell);
      if (empty.length > 0) {
        return { size: exampleSize, count: empty.length, row: empty[0], head };
      }
    }
  } catch (error) {
    // The example size does not suit the declarations (a parameter's program, a fixed shape): that is no mistake.
    if (!(error instanceof SparsecError)) throw error;
  }
  return null;
}

/** Whether a head is written to have no pair at any size: `skip`, `empty`. Its output of 0 is meant. */
function isSkipped(mask: MaskProgram, head: number): boolean {
  const builder = new MaskBuilder();
  const root = rewriteInto(builder, mask, (node) => {
    if (node.kind === 'head') return builder.int(head);
    return node.kind === 'symbol' && node.name === 'layer' ? builder.int(0) : undefined;
  });
  const found = builder.node(root);
  return found.kind === 'bool' && !found.value;
}

function emptyPositions(bound: BoundMask, offset: number): number[] {
  const empty: number[] = [];
  for (let position = offset; position < offset + exampleSize; position++) {
    if (!hasKey(bound, position)) empty.push(position);
  }
  return empty;
}

function hasKey(bound: BoundMask, position: number): boolean {
  const start = Math.min(Math.max(position, 0), exampleSize - 1);
  for (let distance = 0; distance < exampleSize; distance++) {
    if (start - distance >= 0 && evaluateBound(bound, position, start - distance)) return true;
    if (start + distance < exampleSize && evaluateBound(bound, position, start + distance)) return true;
  }
  return false;
}

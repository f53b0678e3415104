import { MaskBuilder, rewriteInto } from '../../../runtime/mask/program/builder.ts';
import { createBinder } from '../../../runtime/mask/normal-form/bind.ts';
import { operandsOf } from '../../../runtime/mask/program/nodes.ts';
import type { MaskNode, MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';
import { holdsAtRows } from '../../../runtime/mask/exact/tabulate-rows.ts';
import type { NominalLaunch } from './nominal-launch.ts';
import { programKey } from './programs.ts';
import { chainOf, readBranches } from './read-branches.ts';

/** Conditions that are tried, in the order in which branches have them. */
const MOST_CONDITIONS = 3;
/** Heads that are looked at. */
const MOST_HEADS = 4;
/** Rows that are told apart as neighbours: about a tile. */
const BLOCK = 32;
/** Of the blocks in which rows hold, one of so many must have others, too: parting the rows saves no more than those. */
const LEAST_SHARE = 16;
/** Blocks with both parts that the two ends of a range of rows leave. */
const ENDS = 2;

/**
 * What branches of a mask ask of the query alone, each once, where at the nominal launch rows for which it holds stand
 * scattered among others: parting the rows by it would leave fewer tiles with both.
 */
export function findRowParts(mask: MaskProgram, nominal: NominalLaunch): readonly MaskProgram[] {
  const found = new Map<string, MaskProgram>();
  for (const branch of readBranches(mask)) {
    const condition = conditionOf(branch);
    if (condition !== null) found.set(programKey(condition), condition);
  }
  return [...found.values()].filter((condition) => isScattered(condition, nominal)).slice(0, MOST_CONDITIONS);
}

/** The conjuncts that read the query and not the key; null where there are none. */
function conditionOf(branch: MaskProgram): MaskProgram | null {
  const builder = new MaskBuilder();
  const root = rewriteInto(builder, branch);
  const reads = readings(builder, root);
  const own = chainOf(builder, root, 'and').filter((part) => reads.query[part] && !reads.key[part]);
  return own.length === 0 ? null : builder.finish(builder.and(...own));
}

/** By node up to the root: does it read the query, the key? */
function readings(builder: MaskBuilder, root: NodeId) {
  const query: boolean[] = [];
  const key: boolean[] = [];
  for (let id = 0; id <= root; id++) {
    const node: MaskNode = builder.node(id);
    const operands = operandsOf(node);
    query.push(node.kind === 'query' || operands.some((operand) => query[operand]));
    key.push(node.kind === 'key' || operands.some((operand) => key[operand]));
  }
  return { query, key };
}

/** Have many blocks of the rows that hold, of some head, other rows as well: more than the ends of ranges leave? */
function isScattered(condition: MaskProgram, { nq, heads, launched }: NominalLaunch): boolean {
  const bind = createBinder(condition, launched.scalars, launched.arrays);
  const masks = new Set(Array.from({ length: Math.min(heads, MOST_HEADS) }, (_, head) => bind(0, head)));
  return [...masks].some((first) => {
    const rows = holdsAtRows(first, first.root, { from: launched.offset, count: nq });
    let [live, mixed] = [0, 0];
    for (let from = 0; from < nq; from += BLOCK) {
      const end = Math.min(nq, from + BLOCK);
      let held = 0;
      for (let row = from; row < end; row++) held += rows[row];
      if (held > 0) live++;
      if (held > 0 && held < end - from) mixed++;
    }
    return mixed > ENDS && LEAST_SHARE * mixed >= live;
  });
}

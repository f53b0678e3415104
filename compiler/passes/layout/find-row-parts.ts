import { MaskBuilder, rewriteInto } from '../../../runtime/mask/builder.ts';
import { createBinder } from '../../../runtime/mask/bind.ts';
import { operandsOf } from '../../../runtime/mask/nodes.ts';
import type { MaskNode, MaskProgram, NodeId } from '../../../runtime/mask/nodes.ts';
import { partRows } from '../../../runtime/schedule/part-rows.ts';
import type { NominalLaunch } from './nominal-launch.ts';
import { programKey } from './programs.ts';
import { chainOf, readBranches } from './read-branches.ts';

/** Conditions that are tried, in the order in which branches have them. */
const MOST_CONDITIONS = 3;
/** Heads that are looked at. */
const MOST_HEADS = 4;
/** Rows that are told apart as neighbours: about a tile. */
const BLOCK = 32;

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

/** Are there two blocks of rows or more, of some head, that have rows of both parts? */
function isScattered(condition: MaskProgram, { nq, heads, launched }: NominalLaunch): boolean {
  const bind = createBinder(condition, launched.scalars, launched.arrays);
  const masks = new Set(Array.from({ length: Math.min(heads, MOST_HEADS) }, (_, head) => bind(0, head)));
  return [...masks].some((first) => {
    const rows = partRows(first, { nq, offset: launched.offset });
    const blocks = new Uint8Array(Math.ceil(nq / BLOCK));
    let isLater = 0;
    rows.forEach((row, at) => {
      if (at > 0 && row < rows[at - 1]) isLater = 1;
      blocks[Math.floor(row / BLOCK)] |= 1 << isLater;
    });
    return blocks.reduce((count, parts) => count + (parts === 3 ? 1 : 0), 0) > 1;
  });
}

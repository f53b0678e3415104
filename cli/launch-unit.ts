import type { CompiledUnit, Graph } from '../compiler/index.ts';
import { wholeMask } from '../compiler/ir/whole-mask.ts';
import type { HostArrays } from '../runtime/arrays.ts';
import { createBinder } from '../runtime/mask/normal-form/bind.ts';
import { feedArrays } from '../runtime/mask/launch/feed-arrays.ts';
import type { BoundMask } from '../runtime/mask/bound/bound-mask.ts';
import { launchMask, launchScalars } from '../runtime/mask/launch/launch-mask.ts';
import type { LaunchedMask, MaskModel } from '../runtime/mask/launch/launch-mask.ts';
import type { MaskProgram } from '../runtime/mask/program/nodes.ts';
import { readArrays } from '../runtime/read-arrays.ts';
import { checkShape } from './compile-file.ts';
import { UsageError } from './failures.ts';
import { sizesOf } from './options.ts';
import type { ItemOptions, LaunchOptions } from './options.ts';
import type { Terminal } from './terminal.ts';
import { parseArrays } from './values.ts';

/** One attention with the sizes, scalars and arrays of a launch. */
export interface LaunchedUnit {
  readonly name: string;
  readonly model: MaskModel;
  readonly nq: number;
  readonly nk: number;
  readonly batch: number;
  /** The batch item that is looked at. */
  readonly item: number;
  /** Position of query row 0. */
  readonly offset: number;
  readonly arrays: HostArrays;
  /** Every pair that some attend computes, or those of the attend that was asked for. */
  readonly mask: LaunchedMask;
  /** The pairs of every attend of the attention. */
  readonly branches: readonly LaunchedMask['bind'][];
  /** What the positions stand for. */
  readonly space: Graph['space'];
  /** Heads by the mask that they have, in order of their first head. */
  readonly groups: readonly HeadGroup[];
}

/** Heads of the batch item whose masks are equal. */
export interface HeadGroup {
  readonly heads: readonly number[];
  readonly bound: BoundMask;
}

/**
 * Gives a unit the sizes and arrays of the command line. Inputs that were not given get the feed that their
 * declaration names, and stderr says so.
 *
 * @throws {SparsecError} for a size, parameter or array that does not fit; {UsageError} for an attend or a batch item that is not there.
 */
export function launchUnit(
  unit: CompiledUnit,
  options: LaunchOptions & ItemOptions & { readonly attend?: string },
  terminal: Terminal,
): LaunchedUnit {
  checkShape(unit, { heads: options.heads });
  const { nq, nk } = sizesOf(options);
  const { graph } = unit;
  const model: MaskModel = {
    heads: options.heads ?? graph.heads,
    inputs: graph.inputs,
    launch: graph.launch,
    derived: graph.derived,
    offset: options.qAt === undefined ? graph.offset : constant(options.qAt),
    mask: maskOf(graph, options.attend),
  };
  const { batch = 1, item = 0 } = options;
  if (item >= batch)
    throw new UsageError(`--item ${item} needs a --batch of ${item + 1} or more, not ${batch}`);
  const sizes = { batch, nq, nk, layer: options.layer };
  const scalars = launchScalars(model, sizes);
  const given = parseArrays(options.array ?? [], terminal);
  const fed = feedArrays(model.inputs, given, scalars);
  const fedNames = Object.keys(fed);
  if (fedNames.length > 0)
    terminal.err.write(`note: default contents for ${fedNames.join(', ')} (see --array)\n`);
  const arrays = readArrays(model.inputs, { ...given, ...fed }, scalars);
  const mask = launchMask(model, { ...sizes, arrays });
  return {
    name: unit.name,
    model,
    nq,
    nk,
    batch,
    item,
    offset: mask.offset,
    arrays,
    mask,
    branches: graph.nodes.map((node) =>
      graph.nodes.length === 1 ? mask.bind : createBinder(node.mask, mask.scalars, mask.arrays),
    ),
    space: graph.space,
    groups: groupHeads(mask, item, model.heads),
  };
}

/** `head 2` or `heads 0-3, 7`; empty for all heads. */
export function describeHeads({ heads }: HeadGroup, count: number): string {
  if (heads.length === count) return '';
  const runs: string[] = [];
  for (let at = 0; at < heads.length; at++) {
    const first = heads[at];
    while (heads[at + 1] === heads[at] + 1) at++;
    runs.push(first === heads[at] ? `${first}` : `${first}-${heads[at]}`);
  }
  return `${heads.length === 1 ? 'head' : 'heads'} ${runs.join(', ')}`;
}

/** Equal bound masks are the same object. */
function groupHeads(mask: LaunchedMask, item: number, count: number): HeadGroup[] {
  const groups = new Map<BoundMask, number[]>();
  for (let head = 0; head < count; head++) {
    const bound = mask.bind(item, head);
    groups.set(bound, [...(groups.get(bound) ?? []), head]);
  }
  return [...groups].map(([bound, heads]) => ({ bound, heads }));
}

/** The pairs of one attend, or of all together. */
function maskOf(graph: Graph, name: string | undefined): MaskProgram {
  if (name === undefined) return wholeMask(graph);
  const attend = graph.nodes.find((node) => node.name === name);
  if (attend !== undefined) return attend.mask;
  const names = graph.nodes.map((node) => node.name).filter((known) => known !== '');
  const known = names.length === 0 ? 'its attend has no name' : `its attends are ${names.join(', ')}`;
  throw new UsageError(`"${graph.name}" has no attend "${name}"; ${known}`);
}

function constant(value: number): MaskProgram {
  return { nodes: [{ kind: 'int', value }], root: 0 };
}

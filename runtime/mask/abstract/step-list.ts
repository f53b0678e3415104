import { Op, queryAndKey, type FlatMask } from './flat-mask.ts';
import { ALL, NONE } from '../sets/int-set.ts';

/** Nodes to run, in post-order. Nodes that are not in the list keep the value that they have. */
export interface StepList {
  readonly steps: Int32Array;
  /** The booleans among them that can be decided before the root is, at most MAX_WATCHED. */
  readonly watched: Int32Array;
  /** A bit for each leaf (at most 31) that something open depends on. */
  readonly leaves: number;
  /** Lists of what stays open, by the set of watched nodes that are decided. */
  readonly narrowed: Map<number, StepList>;
}

/** Does anything that is open depend on the position of the query? */
export function usesQuery({ leaves }: StepList): boolean {
  return (leaves & (1 << queryAndKey.query)) !== 0;
}

/** Does anything that is open depend on the position of the key? */
export function usesKey({ leaves }: StepList): boolean {
  return (leaves & (1 << queryAndKey.key)) !== 0;
}

/** Two bits of one exact number each. */
const MAX_WATCHED = 24;

/** Every node that is not a constant. */
export function allSteps(flat: FlatMask): StepList {
  return openSteps(
    flat,
    () => false,
    () => null,
  );
}

/** The steps that the root still needs where decided booleans keep their verdicts. */
export function narrowSteps(list: StepList, flat: FlatMask, verdicts: Uint8Array): StepList {
  const { watched } = list;
  let decided = 0;
  for (let at = 0; at < watched.length; at++) {
    if (verdicts[watched[at]] <= ALL) decided |= 1 << at;
  }
  if (decided === 0) return list;
  // Which of its branches a selection needs depends on the verdict, so the verdicts of conditions are part of the key.
  let key = decided;
  for (let at = 0; at < watched.length; at++) key = key * 2 + (verdicts[watched[at]] === ALL ? 1 : 0);
  const known = list.narrowed.get(key);
  if (known) return known;
  const isFrozen = new Set(Array.from(watched).filter((_, at) => decided & (1 << at)));
  const inList = new Set(list.steps);
  const narrowed = openSteps(
    flat,
    (id) => isFrozen.has(id) || !inList.has(id),
    (id) => (verdicts[id] === ALL || verdicts[id] === NONE ? verdicts[id] : null),
  );
  list.narrowed.set(key, narrowed);
  return narrowed;
}

/** `frozen` nodes are left out with all that only they need; `verdictOf` tells which branch of a selection counts. */
function openSteps(
  flat: FlatMask,
  frozen: (id: number) => boolean,
  verdictOf: (id: number) => number | null,
): StepList {
  const { root, op, operands } = flat;
  const needed = new Uint8Array(root + 1);
  needed[root] = 1;
  for (let id = root; id >= 0; id--) {
    if (!needed[id] || frozen(id)) continue;
    const own = operands[id];
    if (op[id] !== Op.select) {
      for (const operand of own) needed[operand] = 1;
      continue;
    }
    const choice = frozen(own[0]) ? verdictOf(own[0]) : null;
    needed[own[0]] = 1;
    if (choice !== NONE) needed[own[1]] = 1;
    if (choice !== ALL) needed[own[2]] = 1;
  }
  const steps: number[] = [];
  for (let id = 0; id <= root; id++) {
    if (needed[id] && !frozen(id) && op[id] !== Op.constant && op[id] !== Op.bool) steps.push(id);
  }
  const watched = steps.filter((id) => op[id] >= Op.interval && id !== root).slice(-MAX_WATCHED);
  return {
    steps: Int32Array.from(steps),
    watched: Int32Array.from(watched),
    leaves: steps.reduce((leaves, id) => (op[id] === Op.leaf ? leaves | (1 << flat.a[id]) : leaves), 0),
    narrowed: new Map(),
  };
}

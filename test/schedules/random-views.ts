import { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import type { View, ViewRegion } from '../../runtime/view.ts';
import type { Random } from '../fuzz/random.ts';

type Build = (builder: MaskBuilder) => NodeId;

/** A program over symbols. */
function program(build: Build): MaskProgram {
  const builder = new MaskBuilder();
  return builder.finish(build(builder));
}

const constant =
  (value: number): Build =>
  (b) =>
    b.int(value);

const symbol =
  (name: string): Build =>
  (b) =>
    b.symbol(name);

const quotientUp =
  (size: Build, by: Build): Build =>
  (b) =>
    b.arithmetic('div', b.arithmetic('add', size(b), b.arithmetic('sub', by(b), b.int(1))), by(b));

const sum =
  (left: Build, right: Build): Build =>
  (b) =>
    b.arithmetic('add', left(b), right(b));

const difference =
  (left: Build, right: Build): Build =>
  (b) =>
    b.arithmetic('sub', left(b), right(b));

const atLeastZero =
  (size: Build): Build =>
  (b) =>
    b.arithmetic('max', b.int(0), size(b));

interface Stretch {
  readonly base: Build;
  readonly size: Build;
}

/** A stretch of positions as they follow each other. */
function line({ base, size }: Stretch): ViewRegion {
  return { base: program(base), axes: [{ name: 't', size: program(size), stride: program(constant(1)) }] };
}

/** A stretch by residues: positions that are equal modulo `d` are neighbours. */
function residues({ base, size }: Stretch, d: Build): ViewRegion {
  return {
    base: program(base),
    axes: [
      { name: 'residue', size: program(d), stride: program(constant(1)) },
      { name: 'step', size: program(quotientUp(size, d)), stride: program(d) },
    ],
  };
}

/** A stretch as rows of a grid of `w` columns, and where `h` is given of planes of `h` rows. */
function grid({ base, size }: Stretch, w: number, h: number | null): ViewRegion {
  const column = { name: 'w', size: program(constant(w)), stride: program(constant(1)) };
  if (h === null) {
    const rows = { name: 'h', size: program(quotientUp(size, constant(w))), stride: program(constant(w)) };
    return { base: program(base), axes: [rows, column] };
  }
  return {
    base: program(base),
    axes: [
      { name: 't', size: program(quotientUp(size, constant(w * h))), stride: program(constant(w * h)) },
      { name: 'h', size: program(constant(h)), stride: program(constant(w)) },
      column,
    ],
  };
}

/**
 * Views that hold every query, or every key, of a launch once; positions behind the last one are padding. `parameters`
 * are launch parameters of at least 1: strides may follow them.
 */
export function randomView(side: 'queries' | 'keys', parameters: readonly string[], random: Random): View {
  const all: Stretch =
    side === 'queries'
      ? { base: symbol('offset'), size: symbol('nq') }
      : { base: constant(0), size: symbol('nk') };
  const kind = random.pick(['positions', 'line', 'residues', 'grid', 'box', 'two regions'] as const);
  switch (kind) {
    case 'positions':
      return { kind };
    case 'line':
      return { kind: 'boxes', regions: [line(all)] };
    case 'residues':
      return { kind: 'boxes', regions: [residues(all, randomModulus(parameters, random))] };
    case 'grid':
      return { kind: 'boxes', regions: [grid(all, random.pick([1, 3, 4, 5, 8]), null)] };
    case 'box':
      return { kind: 'boxes', regions: [grid(all, random.pick([2, 3, 4]), random.pick([1, 2, 3]))] };
    case 'two regions':
      return { kind: 'boxes', regions: twoRegions(all, random) };
  }
}

/**
 * Rows in parts by a condition on the query alone: some rows, those of a (batch, head) of their own, every one or none.
 */
export function randomParts(random: Random): View {
  const first = program((b) => {
    const query = b.add({ kind: 'query' });
    const grid = b.arithmetic('add', b.add({ kind: 'head' }), b.add({ kind: 'batch' }));
    switch (random.pick(['some', 'by head', 'all', 'none', 'early'] as const)) {
      case 'some':
        return b.compare('eq', b.arithmetic('mod', query, b.int(random.pick([2, 3, 5]))), b.int(1));
      case 'by head':
        return b.compare('lt', b.arithmetic('mod', query, b.int(4)), grid);
      case 'all':
        return b.compare('lt', b.int(-(2 ** 20)), query);
      case 'none':
        return b.compare('lt', query, b.int(-(2 ** 20)));
      case 'early':
        return b.compare('lt', query, b.int(random.pick([1, 3, 8])));
    }
  });
  return { kind: 'parted', first };
}

function randomModulus(parameters: readonly string[], random: Random): Build {
  if (parameters.length > 0 && random.chance(0.4)) return symbol(random.pick(parameters));
  return constant(random.pick([1, 2, 3, 4, 7]));
}

/** The first positions as they are, the rest (none where the launch is short) in another order. */
function twoRegions({ base, size }: Stretch, random: Random): readonly ViewRegion[] {
  const cut = constant(random.pick([1, 3, 8]));
  const first: Stretch = { base, size: (b) => b.arithmetic('min', cut(b), size(b)) };
  const rest: Stretch = { base: sum(base, cut), size: atLeastZero(difference(size, cut)) };
  // A region may hold positions of no query, but not those of another region: the rest comes last.
  return [line(first), random.chance(0.5) ? residues(rest, constant(2)) : grid(rest, 3, null)];
}

/** Extents of a region whose product is `slots`, or less where a tile may have slots behind its box. */
export function randomExtents(axes: number, slots: number, mayPad: boolean, random: Random): number[] {
  const box = mayPad && slots > 2 && random.chance(0.3) ? random.integer(2, slots - 1) : slots;
  const extents = new Array<number>(axes).fill(1);
  let rest = box;
  for (let factor = 2; rest > 1; factor++) {
    while (rest % factor === 0) {
      extents[random.integer(0, axes - 1)] *= factor;
      rest /= factor;
    }
  }
  return extents;
}

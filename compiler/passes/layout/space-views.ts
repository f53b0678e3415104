import type { MaskBuilder } from '../../../runtime/mask/program/builder.ts';
import type { MaskProgram, NodeId } from '../../../runtime/mask/program/nodes.ts';
import type { View, ViewAxis, ViewRegion } from '../../../runtime/view.ts';
import type { GraphRegion, GraphSpace } from '../../ir/graph.ts';
import { constantProgram, programOf } from './programs.ts';

/** An axis is cut into its residues modulo this program. */
export interface AxisSplit {
  readonly region: number;
  readonly axis: number;
  readonly modulus: MaskProgram;
  readonly name: string;
}

/**
 * The view along the axes of a space, split where asked. What lies before and behind the space are plain regions: every
 * query row must be visited.
 */
export function spaceView(side: 'queries' | 'keys', space: GraphSpace, splits: readonly AxisSplit[]): View {
  const regions = space.regions.flatMap((region, at) =>
    regionViews(
      region,
      splits.filter((split) => split.region === at),
    ),
  );
  const last = space.regions[space.regions.length - 1];
  const end = programOf((builder, use) => builder.arithmetic('add', use(last.start), use(last.length)));
  return { kind: 'boxes', regions: [...before(side), ...regions, behind(side, end)] };
}

/** Queries at negative positions: there are more of them than keys. */
function before(side: 'queries' | 'keys'): readonly ViewRegion[] {
  if (side === 'keys') return [];
  const size = programOf((builder) => {
    const missing = builder.arithmetic('sub', builder.int(0), builder.symbol('offset'));
    return builder.arithmetic(
      'max',
      builder.arithmetic('min', missing, builder.symbol('nq')),
      builder.int(0),
    );
  });
  return [
    {
      base: programOf((builder) => builder.symbol('offset')),
      axes: [{ name: 'before', size, stride: constantProgram(1) }],
    },
  ];
}

function behind(side: 'queries' | 'keys', end: MaskProgram): ViewRegion {
  const size = programOf((builder, use) => {
    const positions =
      side === 'keys'
        ? builder.symbol('nk')
        : builder.arithmetic('add', builder.symbol('offset'), builder.symbol('nq'));
    return builder.arithmetic('max', builder.arithmetic('sub', positions, use(end)), builder.int(0));
  });
  return { base: end, axes: [{ name: 'behind', size, stride: constantProgram(1) }] };
}

/** An axis of a region, or a part of it: `shift` coordinates from its start. */
interface AxisPart {
  readonly shift: MaskProgram;
  /** Residues, where the axis is split. */
  readonly outer: ViewAxis | null;
  readonly inner: ViewAxis;
}

function regionViews(region: GraphRegion, splits: readonly AxisSplit[]): ViewRegion[] {
  const { start, axes, length, name } = region;
  if (axes.length === 0) {
    return [{ base: start, axes: [{ name: name ?? 'all', size: length, stride: constantProgram(1) }] }];
  }
  let choices: AxisPart[][] = [[]];
  axes.forEach((axis, at) => {
    const stride = programOf((builder, use) =>
      productOf(
        builder,
        axes.slice(at + 1).map(({ size }) => use(size)),
      ),
    );
    const split = splits.find((candidate) => candidate.axis === at);
    const parts = split === undefined ? [wholeAxis(axis, stride)] : residueParts(axis, stride, split);
    choices = choices.flatMap((chosen) => parts.map((part) => [...chosen, part]));
  });
  return choices.map((parts) => ({
    base: programOf((builder, use) =>
      parts.reduce((sum, { shift }) => builder.arithmetic('add', sum, use(shift)), use(start)),
    ),
    axes: [
      ...parts.flatMap(({ outer }) => (outer === null ? [] : [outer])),
      ...parts.map(({ inner }) => inner),
    ],
  }));
}

function wholeAxis({ name, size }: GraphRegion['axes'][number], stride: MaskProgram): AxisPart {
  return { shift: constantProgram(0), outer: null, inner: { name, size, stride } };
}

/**
 * Residues modulo m of an axis of N coordinates. The first N mod m residues have one coordinate more than the others:
 * one box over all would run into the next row.
 */
function residueParts(
  { name, size }: GraphRegion['axes'][number],
  stride: MaskProgram,
  { modulus, name: title }: AxisSplit,
): AxisPart[] {
  const long = programOf((builder, use) => builder.arithmetic('mod', use(size), use(modulus)));
  const rest = programOf((builder, use) => builder.arithmetic('sub', use(modulus), use(long)));
  const each = programOf((builder, use) => builder.arithmetic('div', use(size), use(modulus)));
  const part = (shift: MaskProgram, residues: MaskProgram, count: MaskProgram): AxisPart => ({
    shift: programOf((builder, use) => builder.arithmetic('mul', use(shift), use(stride))),
    outer: { name: `${name} mod ${title}`, size: residues, stride },
    inner: {
      name: `${name} div ${title}`,
      size: count,
      stride: programOf((builder, use) => builder.arithmetic('mul', use(modulus), use(stride))),
    },
  });
  const short = part(long, rest, each);
  if (isZero(long)) return [short];
  const more = programOf((builder, use) => builder.arithmetic('add', use(each), builder.int(1)));
  return [part(constantProgram(0), long, more), short];
}

function isZero({ nodes, root }: MaskProgram): boolean {
  const node = nodes[root];
  return node.kind === 'int' && node.value === 0;
}

function productOf(builder: MaskBuilder, factors: readonly NodeId[]): NodeId {
  return factors.reduce((left, right) => builder.arithmetic('mul', left, right), builder.int(1));
}

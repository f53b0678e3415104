import type { KernelPlan, PlannedPass } from '../../ir/kernel.ts';
import type { Extents, View, ViewRegion } from '../../../runtime/view.ts';
import type { ModuleNames } from './names.ts';
import { comment, indent } from '../text.ts';
import type { Block } from '../text.ts';
import { literal } from '../literals.ts';
import type { Side } from '../view-side.ts';
import { ViewNumbers } from './view-numbers.ts';

/** A function from a tile and a slot of it to the row of a query or the position of a key. */
export interface ViewFunction {
  readonly name: string;
  readonly text: Block;
}

/**
 * The functions of the views of boxes, each once for equal views and extents.
 * Everything that the specification fixes is printed as a number, so that divisions become shifts where they can.
 */
export class ViewFunctions {
  private readonly known = new Map<string, ViewFunction>();

  constructor(
    private readonly plan: KernelPlan,
    private readonly names: ModuleNames,
  ) {}

  /** The function of one side of a kernel of tiles of `slots`; null where the view is no view of boxes. */
  of(
    pass: PlannedPass,
    side: Side,
    { extents, slots }: { readonly extents: Extents; readonly slots: number },
    suffix: string,
  ): ViewFunction | null {
    const view = pass[side];
    if (view.kind !== 'boxes') return null;
    const key = JSON.stringify([side, view, extents, slots]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const word = side === 'queries' ? 'query_row' : 'key_position';
    const name = this.names.namer.name(`${word}_${suffix}`);
    const numbers = new ViewNumbers(this.plan, this.names, this.plan.passes.indexOf(pass), side);
    const written = { name, text: writeView(name, view, side, { extents, slots }, numbers) };
    this.known.set(key, written);
    return written;
  }

  all(): readonly Block[] {
    return [...this.known.values()].map(({ text }) => text);
  }
}

/** The helpers that turn a position into what exists. */
export function writeExistence(plan: KernelPlan, names: ModuleNames): Block[] {
  const has = (side: Side): boolean => plan.passes.some((pass) => pass[side].kind === 'boxes');
  const [nq, nk, offset] = ['nq', 'nk', 'offset'].map(names.field);
  return [
    ...(has('queries')
      ? [
          [
            '// The row of the query at a position, -1 where there is none.',
            'fn existing_row(position: i32) -> i32 {',
            `  let row = position - ${offset};`,
            `  return select(-1, row, (0 <= row) & (row < i32(${nq})));`,
            '}',
          ],
        ]
      : []),
    ...(has('keys')
      ? [
          [
            '// The position itself where there is a key, else -1.',
            'fn existing_key(position: i32) -> i32 {',
            `  return select(-1, position, (0 <= position) & (position < i32(${nk})));`,
            '}',
          ],
        ]
      : []),
  ];
}

function writeView(
  name: string,
  { regions }: View & { kind: 'boxes' },
  side: Side,
  { extents, slots }: { readonly extents: Extents; readonly slots: number },
  numbers: ViewNumbers,
): Block {
  const exists = side === 'queries' ? 'existing_row' : 'existing_key';
  const what =
    side === 'queries' ? 'The row of slot `slot` of query tile' : 'The key at slot `slot` of key tile';
  const boxes = regions.map(({ axes }, region) => {
    const shape = extents[region].join(' x ');
    return `${shape} over ${axes.map((axis) => axis.name).join(', ')}`;
  });
  const last = regions.length - 1;
  return [
    ...comment(`${what} \`tile\`, -1 for padding. Boxes of ${boxes.join('; ')}.`),
    `fn ${name}(tile: u32, slot: u32) -> i32 {`,
    ...indent(
      regions.flatMap((region, at): Block => {
        const first = regions
          .slice(0, at)
          .map((_, before) => numbers.tiles(before, regions[before], extents[before]));
        const box = first.length === 0 ? 'tile' : `(tile - ${first.join(' - ')})`;
        const inBox = extents[at].reduce((total, extent) => total * extent, 1);
        const filled = inBox < slots ? [`slot < ${inBox}u`] : [];
        const body = writeRegion(region, at, extents[at], box, filled, exists, numbers);
        if (at === last) return body;
        const end = [...first, numbers.tiles(at, region, extents[at])].join(' + ');
        return [`if (tile < ${end}) {`, ...indent(body), '}'];
      }),
    ),
    '}',
  ];
}

/**
 * Tile and slot are numbers in two mixed bases; their digits together are the coordinates. `filled` is what a slot has to
 * be to lie in the box.
 */
function writeRegion(
  { base, axes }: ViewRegion,
  region: number,
  extents: readonly number[],
  box: string,
  filled: readonly string[],
  exists: string,
  numbers: ViewNumbers,
): Block {
  const coordinates = numbers.coordinates(axes.map(({ name }) => name));
  const parts = axes.map(({ size }, axis) => numbers.parts(region, axis, size, extents[axis]));
  const inside = extents.map((extent) => `${extent}u`);
  const digits = axes.map((_, axis) => {
    const part = digit(box, parts, axis);
    const slot = extents[axis] === 1 ? '0u' : digit('slot', inside, axis);
    return `let ${coordinates[axis]} = ${sum(product(part, extents[axis]), slot)};`;
  });
  const bounds = axes.flatMap(({ size }, axis) => {
    const value = literal(size);
    if (value !== null && value % extents[axis] === 0) return [];
    return [`${coordinates[axis]} < ${numbers.size(region, axis, size)}`];
  });
  const conditions = [...filled, ...bounds];
  const terms = axes.map(({ stride }, axis) => {
    const value = literal(stride);
    return value === 1 ? coordinates[axis] : `${coordinates[axis]} * ${numbers.stride(region, axis, stride)}`;
  });
  const start = numbers.base(region, base);
  const steps = `i32(${terms.join(' + ')})`;
  const position = start === '0' ? steps : `${start} + ${steps}`;
  return [...digits, ...returnWhere(conditions, `${exists}(${position})`)];
}

/** `return` of a position where all conditions hold, else of -1. */
function returnWhere(conditions: readonly string[], position: string): Block {
  const inside = conditions.length === 1 ? conditions[0] : conditions.map((text) => `(${text})`).join(' & ');
  const all = conditions.length === 0 ? [position] : ['-1', position, inside];
  const line = all.length === 1 ? `return ${position};` : `return select(${all.join(', ')});`;
  return all.length === 1 || line.length <= 110
    ? [line]
    : ['return select(', ...all.map((text) => `  ${text},`), ');'];
}

/** Digit `at` of a number in a mixed base; the first digit takes what is left. */
function digit(number: string, bases: readonly string[], at: number): string {
  if (bases[at] === '1u') return '0u';
  const inner = bases.slice(at + 1).filter((base) => base !== '1u');
  const first = bases.slice(0, at).every((base) => base === '1u');
  const shifted = inner.length === 0 ? number : `${number} / ${productOf(inner)}`;
  return first ? shifted : `${shifted} % ${bases[at]}`;
}

/** A product of u32 expressions; literals are multiplied out. */
function productOf(factors: readonly string[]): string {
  const literals = factors.filter((factor) => /^\d+u$/.test(factor)).map((factor) => parseInt(factor, 10));
  const others = factors.filter((factor) => !/^\d+u$/.test(factor));
  const fixed = literals.reduce((total, value) => total * value, 1);
  const all = fixed === 1 && others.length > 0 ? others : [...others, `${fixed}u`];
  return all.length === 1 ? all[0] : `(${all.join(' * ')})`;
}

function product(value: string, factor: number): string {
  if (value === '0u') return '0u';
  return factor === 1 ? value : `${value} * ${factor}u`;
}

function sum(left: string, right: string): string {
  if (left === '0u') return right;
  return right === '0u' ? left : `${left} + ${right}`;
}

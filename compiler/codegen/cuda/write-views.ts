import type { CudaKernelPlan, PlannedCudaKernel, PlannedCudaPass } from '../../ir/cuda-kernel.ts';
import { cudaTileQueries } from '../../ir/cuda-kernel.ts';
import type { Extents, View, ViewRegion } from '../../../runtime/view.ts';
import { CUDA_RESERVED } from '../expression/cuda-keywords.ts';
import { Namer } from '../expression/namer.ts';
import { comment, indent } from '../text.ts';
import type { Block } from '../text.ts';
import type { Side } from '../view-side.ts';
import type { CudaNames } from './names.ts';
import { RegionNumbers } from './view-numbers.ts';

/** Whether some of the passes have parted rows. */
export function hasPartedRows(passes: readonly Pick<PlannedCudaPass, 'queries'>[]): boolean {
  return passes.some(({ queries }) => queries.kind === 'parted');
}

/** The tile of queries of a walk; parted rows stand in its table. */
export function queriesOfWalk(passes: readonly Pick<PlannedCudaPass, 'queries'>[]): string {
  return `Queries::tile(p, walk.tile${hasPartedRows(passes) ? ', walk.rows' : ''})`;
}

/**
 * The structures of tiles: which row of q, which key each slot is. Everything else asks them, so that another layout of
 * tiles is another structure here. Equal ones are written once.
 */
export class ViewStructs {
  private readonly boxes = new Map<string, { readonly name: string; readonly text: Block }>();
  private readonly fixed = new Set<keyof typeof FIXED>();

  constructor(
    private readonly plan: CudaKernelPlan,
    private readonly names: CudaNames,
  ) {}

  /** The type of a tile of queries of a kernel. */
  queries(pass: PlannedCudaPass, { tile, extents }: PlannedCudaKernel): string {
    const slots = cudaTileQueries(tile);
    if (pass.queries.kind === 'boxes')
      return this.boxed(pass, pass.queries, 'queries', extents.queries, slots);
    const isParted = pass.queries.kind === 'parted';
    this.fixed.add(isParted ? 'parts' : 'rows');
    return isParted ? `PartedRows<${slots}>` : `RowsInOrder<${slots}>`;
  }

  /** The type of a tile of keys of a kernel. */
  keys(pass: PlannedCudaPass, { tile, extents }: PlannedCudaKernel): string {
    if (pass.keys.kind === 'boxes') return this.boxed(pass, pass.keys, 'keys', extents.keys, tile.keys);
    this.fixed.add(pass.keys.kind === 'list' ? 'list' : 'keys');
    return pass.keys.kind === 'list' ? 'ListedKeys' : 'KeysInOrder';
  }

  /** Those that were asked for. */
  all(): readonly Block[] {
    const { field } = this.names;
    const written = Object.entries(FIXED).filter(([kind]) => this.fixed.has(kind as keyof typeof FIXED));
    const blocks = [
      ...written.map(([, write]) => write(field, this.behind)),
      ...(this.boxes.size > 0 ? [EXISTING] : []),
      ...[...this.boxes.values()].map(({ text }) => text),
    ];
    return blocks.length === 0 ? [] : [VIEWS, ...blocks];
  }

  /** What a tile of queries is given besides its number, and does not ask for, where others are parted rows. */
  private get behind(): string {
    return hasPartedRows(this.plan.passes) ? ', const int * = nullptr' : '';
  }

  private boxed(
    pass: PlannedCudaPass,
    view: View & { kind: 'boxes' },
    side: Side,
    extents: Extents,
    slots: number,
  ): string {
    const key = JSON.stringify([side, view, extents, slots]);
    const known = this.boxes.get(key);
    if (known !== undefined) return known.name;
    const name = this.names.namer.name(
      `${this.names.pass(pass.name)}${side === 'queries' ? 'Queries' : 'Keys'}${slots}`,
    );
    const at = this.plan.passes.indexOf(pass);
    const numbers = view.regions.map(
      (region, which) =>
        new RegionNumbers(this.plan, this.names, { pass: at, side, region: which }, region, extents[which]),
    );
    const writer = new BoxWriter(name, side, view.regions, extents, slots, numbers, this.names, this.behind);
    this.boxes.set(key, { name, text: writer.write() });
    return name;
  }
}

const VIEWS: Block = [
  '// Tiles by what lies in their slots: the row of q, or the key, of a slot, and -1 where the slot is empty.',
];

type FieldOf = CudaNames['field'];

/** Tiles that are not of boxes. */
const FIXED = {
  rows: (field: FieldOf, behind: string): Block => [
    'template <int QUERIES> struct RowsInOrder {',
    '  static constexpr bool NEIGHBOURS = true;',
    '  int first;',
    '',
    `  SP_DEVICE RowsInOrder tile(const SpParams &, int tile${behind}) { return {tile * QUERIES}; }`,
    '  SP_MEMBER int row(const SpParams &p, int slot) const {',
    `    return first + slot < ${field('nq')} ? first + slot : -1;`,
    '  }',
    '};',
  ],
  parts: (field: FieldOf): Block => [
    '// Parted rows: those that come first, then the others. They stand behind the runs.',
    'template <int QUERIES> struct PartedRows {',
    '  static constexpr bool NEIGHBOURS = false;',
    '  const int *rows; // from slot 0 on',
    '  int count;',
    '',
    '  SP_DEVICE PartedRows tile(const SpParams &p, int tile, const int *rows) {',
    `    return {rows + tile * QUERIES, ${field('nq')} - tile * QUERIES};`,
    '  }',
    '  SP_MEMBER int row(const SpParams &, int slot) const { return slot < count ? rows[slot] : -1; }',
    '};',
  ],
  keys: (field: FieldOf): Block => [
    'struct KeysInOrder {',
    '  static constexpr bool NEIGHBOURS = true;',
    '  int first;',
    '',
    '  template <class Walk> SP_DEVICE KeysInOrder tile(const SpParams &, const Walk &walk) { return {walk.key0}; }',
    '  SP_MEMBER int key(const SpParams &p, int slot) const {',
    `    return first + slot < ${field('nk')} ? first + slot : -1;`,
    '  }',
    '};',
  ],
  list: (): Block => [
    '// Listed keys: their number and the keys stand behind the runs.',
    'struct ListedKeys {',
    '  static constexpr bool NEIGHBOURS = false;',
    '  const int *keys; // from slot 0 on',
    '  int count;',
    '',
    '  template <class Walk> SP_DEVICE ListedKeys tile(const SpParams &, const Walk &walk) {',
    '    return {walk.list + 1 + walk.key0, walk.list[0] - walk.key0};',
    '  }',
    '  SP_MEMBER int key(const SpParams &, int slot) const { return slot < count ? keys[slot] : -1; }',
    '};',
  ],
};

const EXISTING: Block = [
  '// An index below a count, else -1.',
  'SP_DEVICE int existing(int index, int count) { return 0 <= index && index < count ? index : -1; }',
];

/** A tile is a number in a mixed base: its digits are the coordinates of slot 0, to which a slot adds its own; slots behind the box are empty. */
class BoxWriter {
  constructor(
    private readonly name: string,
    private readonly side: Side,
    private readonly regions: readonly ViewRegion[],
    private readonly extents: Extents,
    private readonly slots: number,
    private readonly numbers: readonly RegionNumbers[],
    private readonly names: CudaNames,
    private readonly behind: string,
  ) {}

  write(): Block {
    const boxes = this.regions.map(({ axes }, region) => {
      const shape = this.extents[region].join(' x ');
      return `${shape} over ${axes.map((axis) => axis.name).join(', ')}`;
    });
    const [tile, slot] =
      this.side === 'queries'
        ? [`tile(const SpParams &p, int tile${this.behind})`, 'row(const SpParams &p, int slot)']
        : ['tile(const SpParams &p, const Walk &walk)', 'key(const SpParams &p, int slot)'];
    return [
      ...comment(`${this.side === 'queries' ? 'Queries' : 'Keys'} in boxes of ${boxes.join('; ')}.`),
      `struct ${this.name} {`,
      '  static constexpr bool NEIGHBOURS = false;',
      ...indent(this.fields()),
      '',
      `  ${this.side === 'keys' ? 'template <class Walk> ' : ''}SP_DEVICE ${this.name} ${tile} {`,
      ...indent(this.firstSlot(), 2),
      '  }',
      `  SP_MEMBER int ${slot} const {`,
      ...indent(this.position(), 2),
      '  }',
      '};',
    ];
  }

  private get isSingle(): boolean {
    return this.regions.length === 1;
  }

  private fields(): Block {
    if (this.isSingle) return [`int ${this.firsts(0).join(', ')}; // coordinates of slot 0`];
    const most = Math.max(...this.regions.map(({ axes }) => axes.length));
    return ['int region;', `int first[${most}]; // coordinates of slot 0 in its region`];
  }

  /** Names of coordinates, after their axes. */
  private coordinates(region: number): string[] {
    const namer = new Namer(CUDA_RESERVED, ['p', 'slot', 'region', 'first', 'existing']);
    return this.regions[region].axes.map(({ name }) => namer.name(name));
  }

  private firsts(region: number): string[] {
    return this.isSingle
      ? this.coordinates(region).map((name) => `first_${name}`)
      : this.regions[region].axes.map((_, axis) => `first[${axis}]`);
  }

  /** Keys are given by their first slot. */
  private firstSlot(): Block {
    const lines = this.regions.flatMap((_, region): Block => this.firstSlotIn(region));
    if (this.side === 'queries' || !lines.some((line) => `${line}`.includes('tile'))) return lines;
    return [`${this.isSingle ? 'const int' : 'int'} tile = walk.key0 / ${this.slots};`, ...lines];
  }

  private firstSlotIn(region: number): Block {
    const numbers = this.numbers[region];
    const { axes } = this.regions[region];
    const parts = axes.map((_, axis) => numbers.parts(axis));
    const digits = axes.map((_, axis) => product(digit('tile', parts, axis), this.extents[region][axis]));
    if (this.isSingle) return [`return {${digits.join(', ')}};`];
    const result = `return {${region}, {${digits.join(', ')}}};`;
    if (region === this.regions.length - 1) return [result];
    return [`if (tile < ${numbers.tiles()}) ${result}`, `tile -= ${numbers.tiles()};`];
  }

  private position(): Block {
    return this.regions.flatMap((_, region): Block => {
      const body = this.positionIn(region);
      if (region === this.regions.length - 1) return body;
      return [`if (region == ${region}) {`, ...indent(body), '}'];
    });
  }

  private positionIn(region: number): Block {
    const { axes } = this.regions[region];
    const extents = this.extents[region];
    const numbers = this.numbers[region];
    const [coordinates, firsts] = [this.coordinates(region), this.firsts(region)];
    const digits = axes.map((_, axis) => {
      const inside = slotDigit(extents, axis);
      return `const int ${coordinates[axis]} = ${firsts[axis]}${inside === '0' ? '' : ` + ${inside}`};`;
    });
    const outside = axes.flatMap((_, axis) =>
      numbers.isRagged(axis) ? [`${coordinates[axis]} >= ${numbers.size(axis)}`] : [],
    );
    const terms = axes.map((_, axis) => {
      const stride = numbers.stride(axis);
      return stride === '1' ? coordinates[axis] : `${coordinates[axis]} * ${stride}`;
    });
    const base = numbers.base();
    const inBox = extents.reduce((total, extent) => total * extent, 1);
    const { field } = this.names;
    const position = [...(base === '0' ? [] : [base]), ...terms].join(' + ');
    const [index, count] =
      this.side === 'queries' ? [`${position} - ${field('offset')}`, field('nq')] : [position, field('nk')];
    return [
      ...(inBox < this.slots ? [`if (slot >= ${inBox}) return -1;`] : []),
      ...digits,
      ...(outside.length === 0 ? [] : [`if (${outside.join(' || ')}) return -1;`]),
      `return existing(${index}, ${count});`,
    ];
  }
}

/** Digit `at` of a number in a mixed base; the first digit takes what is left. */
function digit(number: string, bases: readonly string[], at: number): string {
  if (bases[at] === '1') return '0';
  const inner = bases.slice(at + 1).filter((base) => base !== '1');
  const isFirst = bases.slice(0, at).every((base) => base === '1');
  const shifted = inner.length === 0 ? number : `${number} / ${productOf(inner)}`;
  return isFirst ? shifted : `${shifted} % ${bases[at]}`;
}

function productOf(factors: readonly string[]): string {
  return factors.length === 1 ? factors[0] : `(${factors.join(' * ')})`;
}

function product(value: string, factor: number): string {
  if (value === '0' || factor === 1) return value;
  return `${value} * ${factor}`;
}

/** A digit of a slot in the base of a box; shifts where extents are powers of two. */
function slotDigit(extents: readonly number[], at: number): string {
  const inner = extents.slice(at + 1).reduce((total, extent) => total * extent, 1);
  const isFirst = extents.slice(0, at).every((extent) => extent === 1);
  if (extents[at] === 1) return '0';
  if (![inner, extents[at]].every(isPowerOfTwo)) {
    const shifted = inner === 1 ? 'slot' : `slot / ${inner}`;
    return isFirst ? shifted : `${shifted} % ${extents[at]}`;
  }
  const shifted = inner === 1 ? 'slot' : `slot >> ${Math.log2(inner)}`;
  if (!isFirst) return `(${shifted} & ${extents[at] - 1})`;
  return inner === 1 ? shifted : `(${shifted})`;
}

function isPowerOfTwo(value: number): boolean {
  return (value & (value - 1)) === 0;
}

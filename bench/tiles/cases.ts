/** A pattern, and where there is one the same set undilated and contiguous. */
export interface TileCase {
  readonly name: string;
  readonly text: string;
  readonly n: number;
  /** Parts that have no pair in common: residues of a dilation may have different lengths. */
  readonly contiguous: readonly ContiguousPart[];
}

export interface ContiguousPart {
  readonly text: string;
  readonly nq: number;
  readonly nk: number;
  /** How often the dilated set has it. */
  readonly times: number;
}

const attention = (mask: string, over = '', fields = '') =>
  `attention a {\n${over === '' ? '' : `  over ${over}\n`}  mask ${mask}\n${fields}  heads 1\n  dim 64\n}\n`;

function pattern(name: string, mask: string, n: number, contiguous: TileCase['contiguous'] = []): TileCase {
  return { name, text: attention(mask), n, contiguous };
}

function same(mask: string, n: number): TileCase['contiguous'] {
  return [{ text: attention(mask), nq: n, nk: n, times: 1 }];
}

/** A window on a picture or a video, dilated along its axes. */
interface GridWindow {
  readonly size: readonly number[];
  readonly window: readonly number[];
  readonly dilation?: readonly number[];
}

const grids: readonly GridWindow[] = [
  { size: [96, 80], window: [13, 13] },
  { size: [128, 192], window: [13, 13], dilation: [2, 4] },
  // Residues of 24 x 10, of 48 x 10, and of 10 x 20 and 9 x 20 cells: powers of two do not divide their rows.
  { size: [48, 20], window: [7, 7], dilation: [2, 2] },
  { size: [48, 20], window: [7, 7], dilation: [1, 2] },
  { size: [48, 20], window: [7, 7], dilation: [5, 1] },
  // A dilation that reaches over more than a quarter of all positions.
  { size: [60, 90], window: [3, 5], dilation: [20, 1] },
  { size: [16, 24, 32], window: [5, 9, 9] },
  { size: [16, 24, 32], window: [5, 7, 7], dilation: [1, 2, 2] },
  { size: [30, 48, 80], window: [18, 24, 24] },
];

/** The axis of the most cells is halved so often, and its window with it; dilations stay. */
function gridCase({ size, window, dilation }: GridWindow, halvings: number): TileCase {
  const steps = dilation ?? size.map(() => 1);
  const [sizes, windows] = [[...size], [...window]];
  for (let halving = 0; halving < halvings; halving++) {
    const axis = sizes.indexOf(Math.max(...sizes));
    windows[axis] = Math.max(Math.min(3, windows[axis]), Math.ceil(windows[axis] / 2));
    sizes[axis] = Math.max(windows[axis] * steps[axis], Math.ceil(sizes[axis] / 2));
  }
  const names = ['t', 'y', 'x'].slice(3 - size.length);
  const over = (cells: readonly number[]) =>
    `${size.length === 2 ? 'image' : 'video'}(${cells.map((count, axis) => `${names[axis]}: ${count}`).join(', ')})`;
  const neighborhood = (fields: string) => `neighborhood((${windows.join(', ')})${fields})`;
  const by = dilation === undefined ? '' : `, dilation: (${dilation.join(', ')})`;
  const title = `${over(size).split('(')[0]} ${size.join(' x ')}, window ${window.join(' x ')}`;
  return {
    name: dilation === undefined ? title : `${title}, dilation ${dilation.join(' x ')}`,
    text: attention(neighborhood(by), over(sizes)),
    n: productOf(sizes),
    contiguous:
      dilation === undefined
        ? []
        : residues(sizes, dilation).map(({ cells, times }) => ({
            text: attention(neighborhood(''), over(cells)),
            nq: productOf(cells),
            nk: productOf(cells),
            times,
          })),
  };
}

/** The grids that a dilated one falls into. */
function residues(
  sizes: readonly number[],
  dilation: readonly number[],
): readonly { readonly cells: readonly number[]; readonly times: number }[] {
  let parts: { cells: number[]; times: number }[] = [{ cells: [], times: 1 }];
  sizes.forEach((size, axis) => {
    const [step, length] = [dilation[axis], Math.floor(size / dilation[axis])];
    const own = [
      { length: length + 1, times: size % step },
      { length, times: step - (size % step) },
    ].filter(({ times }) => times > 0);
    parts = parts.flatMap(({ cells, times }) =>
      own.map((part) => ({ cells: [...cells, part.length], times: times * part.times })),
    );
  });
  return parts;
}

function productOf(values: readonly number[]): number {
  return values.reduce((product, value) => product * value, 1);
}

/**
 * Patterns that waste plain tiles, at lengths around `n` that no tile divides. A dilation d of n tokens is d sequences of
 * n / d; columns are the queries against the keys that are columns; powers of two are as many keys in a row. With `halvings` launches are shorter by so many powers of two.
 */
export function tileCases(tokens: number, halvings = 0): readonly TileCase[] {
  const n = Math.floor(tokens / 2 ** halvings);
  const [two, four, sixteen] = [2, 4, 16].map((factor) => Math.floor(n / factor));
  const every64 = Math.floor(n / 64);
  return [
    pattern('causal window', 'causal & window(keys: 256)', n),
    pattern('window, dilation 2', 'window(each: 128, step: 2)', n, same('window(each: 128)', two)),
    pattern('window, dilation 4', 'window(each: 128, step: 4)', n, same('window(each: 128)', four)),
    pattern(
      'causal window, dilation 16',
      'causal & window(keys: 64, step: 16)',
      n,
      same('causal & window(keys: 64)', sixteen),
    ),
    pattern('stride 64', 'causal & stride(64)', n, same('causal', every64)),
    pattern('strided: local and stride 128', 'causal & (window(keys: 128) | stride(128))', n),
    pattern('window and dilated window', 'window(each: 32) | window(each: 64, step: 16)', n),
    pattern('columns, every 64th', 'causal & columns(every: 64, at: 63..<64)', n, [
      {
        text: attention('j * 64 + 63 <= i', '', '  queries at 0\n'),
        nq: n,
        nk: every64,
        times: 1,
      },
    ]),
    pattern(
      'powers of two',
      'causal & powers_of_two()',
      n,
      same(`window(keys: ${Math.floor(Math.log2(n))})`, n),
    ),
    pattern('window and powers of two', 'causal & (window(keys: 64) | powers_of_two())', n),
    pattern('fixed offset', 'j == i | j == i - 100', n),
    pattern(
      'LongNet (2048, 4)',
      'causal & within(chunk(2048)) { i mod 4 == 1 & j mod 4 == 1 }',
      n,
      same('causal & within(chunk(512)) { full }', four),
    ),
    ...grids.map((window) => gridCase(window, halvings)),
  ];
}

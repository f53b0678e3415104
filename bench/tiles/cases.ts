/** A pattern, and where there is one the same set undilated and contiguous. */
export interface TileCase {
  readonly name: string;
  readonly text: string;
  readonly n: number;
  readonly contiguous: { readonly text: string; readonly nq: number; readonly nk: number } | null;
}

const attention = (mask: string, over = '', fields = '') =>
  `attention a {\n${over === '' ? '' : `  over ${over}\n`}  mask ${mask}\n${fields}  heads 1\n  dim 64\n}\n`;

function pattern(name: string, mask: string, n: number, contiguous: TileCase['contiguous'] = null): TileCase {
  return { name, text: attention(mask), n, contiguous };
}

function same(mask: string, n: number, over = ''): TileCase['contiguous'] {
  return { text: attention(mask, over), nq: n, nk: n };
}

function grid(
  name: string,
  over: string,
  mask: string,
  n: number,
  contiguous: TileCase['contiguous'] = null,
): TileCase {
  return { name, text: attention(mask, over), n, contiguous };
}

/**
 * Patterns that waste plain tiles, at lengths around `n` that no tile divides. A dilation d of n tokens is d sequences of
 * n / d; columns are the queries against the keys that are columns; powers of two are as many keys in a row.
 */
export function tileCases(n: number): readonly TileCase[] {
  const [two, four, sixteen] = [2, 4, 16].map((factor) => Math.floor(n / factor));
  const every64 = Math.floor(n / 64);
  return [
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
    pattern('columns, every 64th', 'causal & columns(every: 64, at: 63..<64)', n, {
      text: attention('j * 64 + 63 <= i', '', '  queries at 0\n'),
      nq: n,
      nk: every64,
    }),
    pattern(
      'powers of two',
      'causal & powers_of_two()',
      n,
      same(`window(keys: ${Math.floor(Math.log2(n))})`, n),
    ),
    pattern('window and powers of two', 'causal & (window(keys: 64) | powers_of_two())', n),
    pattern('fixed offset', 'j == i | j == i - 100', n),
    pattern('LongNet (2048, 4)', 'causal & within(chunk(2048)) { i mod 4 == 1 & j mod 4 == 1 }', n, {
      text: attention('causal & within(chunk(512)) { full }'),
      nq: four,
      nk: four,
    }),
    grid('image 96 x 80, window 13 x 13', 'image(y: 96, x: 80)', 'neighborhood((13, 13))', 96 * 80),
    grid(
      'image 128 x 192, window 13 x 13, dilation 2 x 4',
      'image(y: 128, x: 192)',
      'neighborhood((13, 13), dilation: (2, 4))',
      128 * 192,
      same('neighborhood((13, 13))', 64 * 48, 'image(y: 64, x: 48)'),
    ),
    // Residues of 24 x 10 and of 48 x 10 cells: powers of two do not divide their rows.
    ...[
      [2, 24],
      [1, 48],
    ].map(([dilation, height]) =>
      grid(
        `image 48 x 20, window 7 x 7, dilation ${dilation} x 2`,
        'image(y: 48, x: 20)',
        `neighborhood((7, 7), dilation: (${dilation}, 2))`,
        48 * 20,
        same('neighborhood((7, 7))', height * 10, `image(y: ${height}, x: 10)`),
      ),
    ),
    grid(
      'video 16 x 24 x 32, window 5 x 9 x 9',
      'video(t: 16, y: 24, x: 32)',
      'neighborhood((5, 9, 9))',
      16 * 24 * 32,
    ),
    grid(
      'video 16 x 24 x 32, window 5 x 7 x 7, dilation 1 x 2 x 2',
      'video(t: 16, y: 24, x: 32)',
      'neighborhood((5, 7, 7), dilation: (1, 2, 2))',
      16 * 24 * 32,
      same('neighborhood((5, 7, 7))', 16 * 12 * 16, 'video(t: 16, y: 12, x: 16)'),
    ),
    grid(
      'HunyuanVideo 30 x 48 x 80, window 18 x 24 x 24',
      'video(t: 30, y: 48, x: 80)',
      'neighborhood((18, 24, 24))',
      115200,
    ),
  ];
}

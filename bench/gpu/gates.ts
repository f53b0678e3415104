/** One scenario of the table with what its gates need; times in milliseconds. */
export interface GateRow {
  readonly id: string;
  /** The name of the mask. */
  readonly mask: string;
  readonly n: number;
  readonly dim: number;
  readonly ours: number | null;
  readonly tflops: number | null;
  readonly flex: number | null;
  /** The fastest of cuDNN and FlashAttention on the same mask. */
  readonly cudnn: number | null;
  /** The fastest dense attention of the same size. */
  readonly dense: number | null;
  readonly newLength: number | null;
  readonly enqueue: number | null;
  readonly hasTable: boolean;
}

/** What was asked for, and whether the numbers reach it; `met` is null where nothing was measured. */
export interface Gate {
  readonly name: string;
  readonly met: boolean | null;
  readonly found: string;
}

/** Masks whose live keys lie apart, so that tiles of neighbours are mostly dead. */
const tokenSparse = new Set(['dilated64x4', 'strided128', 'power-tokens64']);

export function judge(rows: readonly GateRow[]): readonly Gate[] {
  const withFlex = rows.filter(({ ours, flex }) => ours !== null && flex !== null);
  const sparse = withFlex.filter(({ mask }) => tokenSparse.has(mask));
  const overFlex = ({ ours, flex }: GateRow): number => flex! / ours!;
  const one = (match: (row: GateRow) => boolean): GateRow | undefined =>
    rows.find((row) => row.ours !== null && match(row));
  const causal = one(({ mask, n, dim }) => mask === 'causal' && n === 16384 && dim === 128);
  const window = one(({ id }) => id === 'window1024-2x64_8x8192-d64');
  const line = one(({ mask }) => mask === 'natten1d-2048');
  const planned = rows.filter(({ newLength }) => newLength !== null);
  const quick = planned.filter(({ hasTable }) => !hasTable);
  const long = planned.filter(({ hasTable, n }) => hasTable && n >= 65536);
  return [
    least('>= 1.00x FlexAttention on every shared pattern', withFlex, overFlex, 1),
    least('aim: >= 1.25x FlexAttention', withFlex, overFlex, 1.25),
    least('aim: >= 5x FlexAttention on token-sparse patterns', sparse, overFlex, 5),
    single(
      'aim: causal d 128 at 16k >= 0.95 of cuDNN',
      causal,
      ({ ours, cudnn }) => cudnn && cudnn / ours!,
      0.95,
    ),
    single(
      'aim: window 1024 d 64 at 8k >= 1.15 of 349 TFLOP/s',
      window,
      ({ tflops }) => tflops && tflops / 349,
      1.15,
    ),
    single(
      'aim: 1-D 32k window 2048 >= 12x over dense',
      line,
      ({ ours, dense }) => dense && dense / ours!,
      12,
    ),
    most('aim: a new length in < 1 ms where no table is needed', quick, ({ newLength }) => newLength!, 1),
    most('aim: a new length in <= 10 ms with a table at 64k', long, ({ newLength }) => newLength!, 10),
    most(
      'aim: a launch of a plan that is there in < 1 ms',
      rows.filter(({ enqueue }) => enqueue !== null),
      ({ enqueue }) => enqueue!,
      1,
    ),
  ];
}

/** The gates as lines: `ok`, `MISSED` or `-`. */
export function printGates(gates: readonly Gate[]): readonly string[] {
  return gates.map(
    ({ name, met, found }) => `${met === null ? '-' : met ? 'ok' : 'MISSED'}`.padEnd(8) + `${name}: ${found}`,
  );
}

/** The scenarios that lose most to FlexAttention or cuDNN, worst first. */
export function worstLosses(rows: readonly GateRow[], count = 12): readonly string[] {
  return rows
    .flatMap(({ id, ours, flex, cudnn }) => {
      const best = Math.min(flex ?? Infinity, cudnn ?? Infinity);
      return ours === null || best >= ours ? [] : [{ id, ratio: best / ours, ours, best }];
    })
    .sort((a, b) => a.ratio - b.ratio)
    .slice(0, count)
    .map(
      ({ id, ratio, ours, best }) =>
        `${ratio.toFixed(2)}x  ${id}  ${ours.toFixed(4)} ms against ${best.toFixed(4)}`,
    );
}

function least(name: string, rows: readonly GateRow[], value: (row: GateRow) => number, bound: number): Gate {
  if (rows.length === 0) return { name, met: null, found: 'not measured' };
  const sorted = [...rows].sort((a, b) => value(a) - value(b));
  const below = sorted.filter((row) => value(row) < bound).length;
  const [worst] = sorted;
  const middle = value(sorted[sorted.length >> 1]);
  const found = `least ${value(worst).toFixed(2)}x (${worst.id}), median ${middle.toFixed(2)}x, ${below} of ${rows.length} below`;
  return { name, met: below === 0, found };
}

function most(name: string, rows: readonly GateRow[], value: (row: GateRow) => number, bound: number): Gate {
  if (rows.length === 0) return { name, met: null, found: 'not measured' };
  const sorted = [...rows].sort((a, b) => value(b) - value(a));
  const above = sorted.filter((row) => value(row) > bound).length;
  const found = `most ${value(sorted[0]).toFixed(3)} ms (${sorted[0].id}), ${above} of ${rows.length} above`;
  return { name, met: above === 0, found };
}

function single(
  name: string,
  row: GateRow | undefined,
  value: (row: GateRow) => number | null,
  bound: number,
): Gate {
  const found = row && value(row);
  if (!found) return { name, met: null, found: 'not measured' };
  return { name, met: found >= bound, found: `${found.toFixed(2)}` };
}

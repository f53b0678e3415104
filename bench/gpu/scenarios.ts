import { coreMasks, gridMasks, sparseMasks, type BenchMask } from './masks.ts';

/** One line of the table: a mask at a size. nq = nk = n, bf16. */
export interface Scenario {
  /** `window1024-2x16x8192-d128`, with fewer key heads `2x64_8x8192`: also the name of its files. */
  readonly id: string;
  readonly mask: BenchMask;
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly n: number;
  readonly dim: number;
}

/** Who computes a scenario beside us; `dense` is all pairs whatever the mask, the time that sparsity is measured by. */
export type Peer = 'flex' | 'flex-tiled' | 'cudnn' | 'flash' | 'dense';

/** Batch and heads by length: about the same number of rows at all of them. */
const shapes: Readonly<Record<number, readonly [batch: number, heads: number]>> = {
  4096: [4, 16],
  8192: [2, 16],
  16384: [1, 16],
  32768: [1, 8],
  65536: [1, 4],
};

/**
 * Everything that is measured, the most telling first, so that a run that is cut short has it: 8k at dim 128, what the
 * aims name, the grids, 8k at dim 64, then the other lengths. `tiny` is every mask but the grids at 256 tokens, to try the
 * program where a launch takes seconds.
 */
export function scenarios(tiny = false): readonly Scenario[] {
  const masks = [...coreMasks, ...sparseMasks];
  if (tiny) return masks.map((mask) => scenario(mask, 1, 2, 256, 64));
  const at = (n: number, dim: number, of = masks) => of.map((mask) => scenario(mask, ...shapes[n], n, dim));
  const named = (name: string) => masks.find((mask) => mask.name === name)!;
  const all = [
    ...at(8192, 128),
    // The sliding window of gpt-oss, whose rate cuDNN publishes for the H200.
    scenario(named('window1024'), 2, 64, 8192, 64, 8),
    scenario(named('causal'), ...shapes[16384], 16384, 128),
    ...gridMasks.map((mask) =>
      scenario(mask, 1, mask.tokens! > 100_000 ? 2 : gridHeads(mask), mask.tokens!, 128),
    ),
    ...at(65536, 128),
    ...at(8192, 64),
    ...at(16384, 128),
    ...at(32768, 128),
    ...at(4096, 128),
    ...[16384, 65536, 32768, 4096].flatMap((n) => at(n, 64)),
  ];
  return all.filter(({ id }, first) => all.findIndex((other) => other.id === id) === first);
}

/**
 * Dense and causal attention have peers of their own in PyTorch; where no dense scenario has the shape of this one, dense
 * attention of that shape is measured beside it.
 */
export function peersOf({ mask, batch, heads, kvHeads, n, dim }: Scenario): readonly Peer[] {
  const isPlain = mask.name === 'dense' || mask.name === 'causal';
  const hasDense = kvHeads === heads && shapes[n]?.join() === `${batch},${heads}` && [64, 128].includes(dim);
  return [
    ...(isPlain ? (['cudnn', 'flash'] as const) : []),
    'flex',
    ...(mask.tiledPeer ? (['flex-tiled'] as const) : []),
    ...(isPlain || hasDense || n < 1024 ? [] : (['dense'] as const)),
  ];
}

/** One head at 32k is the published case of NATTEN (94.8 us on an H100). */
function gridHeads({ tokens }: BenchMask): number {
  return tokens === 32768 ? 1 : 4;
}

function scenario(
  mask: BenchMask,
  batch: number,
  heads: number,
  n: number,
  dim: number,
  kvHeads = heads,
): Scenario {
  const count = kvHeads === heads ? `${heads}` : `${heads}_${kvHeads}`;
  return { id: `${mask.name}-${batch}x${count}x${n}-d${dim}`, mask, batch, heads, kvHeads, n, dim };
}

/** The specification of a scenario. */
export function specificationOf({
  mask,
  heads,
  kvHeads,
  dim,
}: Pick<Scenario, 'mask' | 'heads' | 'kvHeads' | 'dim'>): string {
  const { inputs = '', pattern } = mask;
  const over = /^over [a-z]+\([^)]*\)/.exec(pattern)?.[0] ?? '';
  const body = pattern.slice(over.length).trim();
  const names = [...inputs.matchAll(/input (\w+): ([^\n]+)/g)];
  const parameters = names.map(([, name, type]) => `${name}: ${type.replace(' sorted', '')}`).join(', ');
  const call = names.map(([, name]) => `${name}: ${name}`).join(', ');
  return [
    `pattern pairs${parameters ? `(${parameters})` : ''} ${over} = ${body}`,
    `attention bench {\n  ${inputs}\n  mask pairs${call ? `(${call})` : ''}`,
    `  heads ${heads}\n  kv_heads ${kvHeads}\n  dim ${dim}\n  dtype bf16\n  outputs out, lse\n}\n`,
  ].join('\n');
}

/** The pairs of a mask over n tokens, by a definition of its own. */
export type Keeps = (i: number, j: number) => boolean;

/** A mask as a specification, as a predicate that is not derived from it, and as what the peers build it from. */
export interface BenchMask {
  readonly name: string;
  /** The body of a pattern, with declarations of inputs before it where it has some. */
  readonly pattern: string;
  readonly inputs?: string;
  /** Tokens that the mask is for, where it is not for any number. */
  readonly tokens?: number;
  readonly keeps: (n: number) => Keeps;
  /** The name of the mask in ./peers/masks.py and its arguments; null where PyTorch needs no mask. */
  readonly peer: (n: number) => { readonly kind: string; readonly [argument: string]: unknown } | null;
  /**
   * The same over tokens in tiles, whose blocks FlexAttention then finds full or empty where rows would give it partial
   * ones. Where it is there, the peers are given both.
   */
  readonly tiledPeer?: { readonly kind: string; readonly [argument: string]: unknown };
  /** Host arrays of the launch. */
  readonly arrays?: (n: number) => Readonly<Record<string, Int32Array>>;
}

const windowed = (w: number): BenchMask => ({
  name: `window${w}`,
  pattern: `causal & window(keys: ${w})`,
  keeps: () => (i, j) => j <= i && i - j < w,
  peer: () => ({ kind: 'window', w }),
});

const longformer: BenchMask = {
  name: 'longformer512',
  pattern: 'window(each: 256) | global(0..<64)',
  keeps: () => (i, j) => Math.abs(i - j) <= 256 || i < 64 || j < 64,
  peer: () => ({ kind: 'longformer', each: 256, globals: 64 }),
};

const dilated: BenchMask = {
  name: 'dilated64x4',
  pattern: 'causal & window(keys: 64, step: 4)',
  keeps: () => (i, j) => j <= i && i - j < 256 && (i - j) % 4 === 0,
  peer: () => ({ kind: 'dilated', keys: 64, step: 4 }),
};

const strided: BenchMask = {
  name: 'strided128',
  pattern: 'causal & (window(keys: 128) | stride(128))',
  keeps: () => (i, j) => j <= i && (i - j < 128 || (i - j) % 128 === 0),
  peer: () => ({ kind: 'strided', l: 128 }),
};

const isPower = (distance: number): boolean => (distance & (distance - 1)) === 0;

const powerBlocks: BenchMask = {
  name: 'power128',
  pattern: 'causal & block(128) { powers_of_two() }',
  keeps: () => (i, j) => j <= i && isPower((i >> 7) - (j >> 7)),
  peer: () => ({ kind: 'power_blocks', block: 128 }),
};

const powerTokens: BenchMask = {
  name: 'power-tokens64',
  pattern: 'causal & (window(keys: 64) | powers_of_two())',
  keeps: () => (i, j) => j <= i && (i - j < 64 || isPower(i - j)),
  peer: () => ({ kind: 'power_tokens', w: 64 }),
};

/** Blocks of a row that are picked, the same in every language: 3 of each row by a multiplicative hash. */
function bigbirdPicks(n: number): Int32Array {
  const blocks = Math.ceil(n / 64);
  const picks: number[] = [];
  for (let row = 0; row < blocks; row++) {
    const chosen = new Set<number>();
    for (let draw = 0; chosen.size < Math.min(3, blocks); draw++)
      chosen.add((Math.imul(row * 31 + draw + 1, 2654435761) >>> 8) % blocks);
    picks.push(...[...chosen].sort((a, b) => a - b));
  }
  return Int32Array.from(picks);
}

const bigbird: BenchMask = {
  name: 'bigbird64',
  inputs: 'input picks: int[n div 64, 3]',
  pattern:
    'block(64) { window(each: 1) | global(0..<1) | global(n - 1..<n) ' +
    '| j == picks[i, 0] | j == picks[i, 1] | j == picks[i, 2] }',
  keeps: (n) => {
    const picks = bigbirdPicks(n);
    const last = Math.ceil(n / 64) - 1;
    return (i, j) => {
      const [a, b] = [i >> 6, j >> 6];
      if (Math.abs(a - b) <= 1 || a === 0 || b === 0 || a === last || b === last) return true;
      return b === picks[3 * a] || b === picks[3 * a + 1] || b === picks[3 * a + 2];
    };
  },
  peer: (n) => ({ kind: 'bigbird', block: 64, picks: [...bigbirdPicks(n)] }),
  arrays: (n) => ({ picks: bigbirdPicks(n) }),
};

/** Packed documents of these lengths, again and again. */
const documentLengths: readonly number[] = [512, 3000, 128, 1700, 2500, 64, 4000, 900, 333, 1800];

function documentIds(n: number): Int32Array {
  const ids = new Int32Array(n);
  for (let at = 0, document = 0; at < n; document++) {
    const end = at + documentLengths[document % documentLengths.length];
    ids.fill(document, at, Math.min(n, end));
    at = end;
  }
  return ids;
}

const documents: BenchMask = {
  name: 'documents',
  inputs: 'input ids: int[n] sorted',
  pattern: 'causal & same(ids)',
  keeps: (n) => {
    const ids = documentIds(n);
    return (i, j) => j <= i && ids[i] === ids[j];
  },
  peer: () => ({ kind: 'documents', lengths: documentLengths }),
  arrays: (n) => ({ ids: documentIds(n) }),
};

/** NATTEN's window of k around position x of an axis: moved inside at the ends. */
function inWindow(x: number, y: number, length: number, k: number): boolean {
  const [left, right] = [k >> 1, k - (k >> 1) - 1];
  const centre = Math.min(Math.max(x, left), length - 1 - right);
  return y >= centre - left && y <= centre + right;
}

function neighborhood(
  name: string,
  space: string,
  axes: readonly number[],
  windows: readonly number[],
  tile?: readonly number[],
): BenchMask {
  return {
    name,
    pattern: `${space} neighborhood((${windows.join(', ')}))`,
    tokens: axes.reduce((product, length) => product * length, 1),
    keeps: () => (i, j) => {
      let [x, y] = [i, j];
      for (let axis = axes.length - 1; axis >= 0; axis--) {
        const length = axes[axis];
        if (!inWindow(x % length, y % length, length, windows[axis])) return false;
        [x, y] = [Math.floor(x / length), Math.floor(y / length)];
      }
      return true;
    },
    peer: () => ({ kind: 'neighborhood', axes, windows }),
    ...(tile && { tiledPeer: { kind: 'neighborhood', axes, windows, tile } }),
  };
}

/** Radial attention at the size of HunyuanVideo: which keys of a frame `dist` frames away a token sees. */
const radialSize = { frames: 33, tokens: 3600, block: 128, decay: 0.95 };

function radialFrames(): { readonly kept: readonly boolean[]; readonly reach: readonly number[] } {
  const { frames, tokens, block, decay } = radialSize;
  const bits = (value: number): number => (value === 0 ? 0 : 32 - Math.clz32(value));
  const distances = Array.from({ length: frames }, (_, at) => at);
  return {
    kept: distances.map((dist) => dist % 2 ** Math.min(30, Math.max(0, bits(dist) + 7 - bits(tokens))) === 0),
    reach: distances.map((dist) =>
      dist <= 1 ? tokens : Math.max(block, Math.floor((2 ** bits(tokens) * decay) / 2 ** bits(dist))),
    ),
  };
}

const radial: BenchMask = {
  name: 'radial-hunyuan',
  pattern: `over video(f: ${radialSize.frames}, r: ${radialSize.tokens})
    let dist = abs(i.f - j.f)
    let g = min(bit_length(dist), 20)
    let apart = abs(i.r - j.r)
    let reach = (1 << bit_length(${radialSize.tokens})) * ${radialSize.decay}
    let kept = 1 << clamp(g + 7 - bit_length(${radialSize.tokens}), 0, 30)
      (dist <= 1 | apart <= ${radialSize.block} | apart * (1 << g) <= reach) & dist mod kept == 0`,
  tokens: radialSize.frames * radialSize.tokens,
  keeps: () => {
    const { kept, reach } = radialFrames();
    const { tokens } = radialSize;
    return (i, j) => {
      const dist = Math.abs(Math.floor(i / tokens) - Math.floor(j / tokens));
      return kept[dist] && Math.abs((i % tokens) - (j % tokens)) <= reach[dist];
    };
  },
  peer: () => ({ kind: 'frames', tokens: radialSize.tokens, ...radialFrames() }),
};

/** What every length is measured with, in order of interest. */
export const coreMasks: readonly BenchMask[] = [
  { name: 'dense', pattern: 'full', keeps: () => () => true, peer: () => null },
  { name: 'causal', pattern: 'causal', keeps: () => (i, j) => j <= i, peer: () => ({ kind: 'causal' }) },
  windowed(1024),
  windowed(4096),
];

export const sparseMasks: readonly BenchMask[] = [
  longformer,
  powerBlocks,
  powerTokens,
  dilated,
  strided,
  bigbird,
  documents,
];

/** Masks over a grid, each at the size that it comes from: FLUX at 4k x 4k pixels, a video latent, HunyuanVideo. */
export const gridMasks: readonly BenchMask[] = [
  neighborhood('natten1d-2048', '', [32768], [2048]),
  neighborhood('natten2d-80', 'over image(y: 256, x: 256)', [256, 256], [80, 80], [16, 8]),
  neighborhood('natten3d', 'over video(t: 30, y: 48, x: 80)', [30, 48, 80], [18, 24, 24], [2, 8, 8]),
  radial,
];

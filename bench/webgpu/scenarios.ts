/** Which keys a row attends. `window` is the number of keys that end with the query. */
export type MaskName = 'full' | 'causal' | 'window';

/** One attention of one library. */
export interface Job {
  readonly library: 'sparsec' | 'onnxruntime-web' | 'jax-js';
  readonly mask: MaskName;
}

/** Jobs with the same inputs, whose rounds are interleaved. */
export interface Scenario {
  readonly n: number;
  readonly heads: number;
  readonly dim: number;
  readonly window: number;
  readonly jobs: readonly Job[];
}

export const headDim = 64;
export const windowKeys = 128;

const ours = (mask: MaskName): Job => ({ library: 'sparsec', mask });

/** Dense and causal against the peers at both lengths; the window against the bound of its own kernel at the longer. */
export function scenarios(lengths: readonly number[], heads: number): readonly Scenario[] {
  return lengths.map((n) => ({
    n,
    heads,
    dim: headDim,
    window: windowKeys,
    jobs: [
      ours('full'),
      ours('causal'),
      ours('window'),
      { library: 'onnxruntime-web', mask: 'full' },
      { library: 'onnxruntime-web', mask: 'causal' },
      { library: 'jax-js', mask: 'full' },
    ],
  }));
}

/** The specification of a mask, as text. */
export function specificationOf(mask: MaskName, { heads, dim, window }: Scenario): string {
  const set = mask === 'window' ? `window(keys: ${window})` : mask;
  return `attention ${mask}_attention {\n  mask ${set}\n  heads ${heads}\n  dim ${dim}\n}\n`;
}

/** First key and end of the keys of a row. */
export function keysOfRow(
  mask: MaskName,
  row: number,
  { n, window }: Pick<Scenario, 'n' | 'window'>,
): [number, number] {
  switch (mask) {
    case 'full':
      return [0, n];
    case 'causal':
      return [0, row + 1];
    case 'window':
      return [Math.max(0, row + 1 - window), row + 1];
  }
}

/** The share of a dense launch that a kernel with this tile cannot avoid: key tiles visited over all key tiles. */
export function tileShare(
  mask: MaskName,
  scenario: Scenario,
  tile: { readonly queries: number; readonly keys: number },
): number {
  const rows = Math.ceil(scenario.n / tile.queries);
  let visited = 0;
  for (let row = 0; row < rows; row++) {
    const last = Math.min((row + 1) * tile.queries, scenario.n) - 1;
    const [begin] = keysOfRow(mask, row * tile.queries, scenario);
    const [, end] = keysOfRow(mask, last, scenario);
    visited += Math.ceil((end - begin) / tile.keys);
  }
  return visited / (rows * Math.ceil(scenario.n / tile.keys));
}

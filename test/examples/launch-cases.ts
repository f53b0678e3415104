import type { AttentionModel } from '../../runtime/descriptor.ts';

/** What one launch of a compiled attention differs in; batch is 1. */
export interface LaunchCase {
  readonly nq: number;
  readonly nk: number;
  readonly layer: number;
}

/** Layers that take the other side of every choice by layer in `spec-examples/`; layer 0 runs at every length. */
const otherLayers: readonly number[] = [3, 5];

/** Decoding: few queries at the end of many keys. */
const decodes: readonly (readonly [nq: number, nk: number])[] = [
  [1, 257],
  [7, 1000],
];

/** Queries and keys of two sequences, either one the longer. */
const crossings: readonly (readonly [nq: number, nk: number])[] = [
  [1, 64],
  [65, 257],
  [257, 63],
  [1000, 65],
  [64, 1000],
];

/**
 * The launches of one example: nq = nk at every length, then nq ≠ nk. `reduced` leaves out the long ones, for a test
 * suite that must be quick.
 */
export function launchCases(
  descriptor: AttentionModel,
  lengths: readonly number[],
  longest = Infinity,
): readonly LaunchCase[] {
  const square = lengths.map((n) => ({ nq: n, nk: n, layer: 0 }));
  const oblong = (standsAtFixedPosition(descriptor) ? crossings : decodes)
    .filter(([nq, nk]) => Math.max(nq, nk) <= longest)
    .map(([nq, nk]) => ({ nq, nk, layer: 0 }));
  const n = Math.min(257, longest);
  const layers = dependsOnLayer(descriptor) ? otherLayers.map((layer) => ({ nq: n, nk: n, layer })) : [];
  return [...square, ...oblong, ...layers];
}

/** Queries that do not stand at the end of the keys: cross-attention. */
function standsAtFixedPosition({ offset }: AttentionModel): boolean {
  return !offset.nodes.some((node) => node.kind === 'symbol' && node.name === 'nk');
}

function dependsOnLayer({ mask }: AttentionModel): boolean {
  return mask.nodes.some((node) => node.kind === 'symbol' && node.name === 'layer');
}

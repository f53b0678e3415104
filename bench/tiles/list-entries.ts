import { readdirSync, readFileSync } from 'node:fs';
import type { CompiledUnit } from '../../compiler/index.ts';
import { nominalLaunch } from '../../compiler/passes/layout/nominal-launch.ts';
import { tileCases } from './cases.ts';
import type { TileCase } from './cases.ts';
import { examples } from './compile-case.ts';

/** A case at `n` tokens, or one of the same family with sizes that are smaller by some powers of two. */
export interface TileEntry {
  readonly name: string;
  /** Of `cases.ts`; else an example. */
  readonly isPattern: boolean;
  readonly halved: (halvings: number) => TileCase;
}

/** Every pattern of `cases.ts`, then every example. */
export function listEntries(n: number): readonly TileEntry[] {
  const patterns = tileCases(n).map(({ name }, at) => ({
    name,
    isPattern: true,
    halved: (halvings: number) => ({ ...tileCases(n, halvings)[at], name }),
  }));
  const files = readdirSync(examples).filter((file) => file.endsWith('.sa'));
  const attentions = files.map((file) => {
    const name = file.replace(/\.sa$/, '');
    const text = readFileSync(new URL(file, examples), 'utf8');
    return {
      name,
      isPattern: false,
      halved: (halvings: number) => ({ name, text, n: Math.floor(n / 2 ** halvings), contiguous: [] }),
    };
  });
  return [...patterns, ...attentions];
}

/** The length of a space that is fixed; the given one elsewhere, less where inputs would be large. */
export function tokensOf({ graph }: CompiledUnit, n: number): number {
  const nominal = nominalLaunch(graph);
  if (typeof nominal === 'string') return n;
  return graph.space !== null || nominal.nq < 4096 ? nominal.nq : n;
}

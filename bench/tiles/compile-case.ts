import { readFileSync } from 'node:fs';
import { compile } from '../../compiler/index.ts';
import type { CompiledUnit, CompileOptions } from '../../compiler/index.ts';
import type { TileCase } from './cases.ts';
import { countPairs, launch } from './count.ts';

export const examples = new URL('../../spec-examples/', import.meta.url);

const plainOptions: CompileOptions = { noLayout: true, noSplit: true };

const compiled = new Map<string, readonly CompiledUnit[]>();

/** Every attention of a text under some options; each text is compiled once. */
export function compileCase({ name, text }: TileCase, options: CompileOptions): readonly CompiledUnit[] {
  const key = JSON.stringify([text, options]);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const result = compile({ name: `${name}.sa`, text }, { ...options, tables, resolve });
  if (!result.ok) throw new Error(`${name} does not compile: ${result.diagnostics[0].message}`);
  compiled.set(key, result.units);
  return result.units;
}

/** Every attention of a text, by its plan and in plain tiles. */
export function compilePairs(entry: TileCase): readonly (readonly [CompiledUnit, CompiledUnit])[] {
  const plain = compileCase(entry, plainOptions);
  return compileCase(entry, {}).map((unit, at) => [unit, plain[at]] as const);
}

const resolve = (path: string) => readFileSync(new URL(path, examples), 'utf8');
const tables = (path: string) => JSON.parse(resolve(path)) as unknown;

/** Visited over live of the same set undilated and contiguous, in the tiles chosen for it; null where there is none. */
export function contiguousRatio({ contiguous }: TileCase): number | null {
  if (contiguous.length === 0) return null;
  let [live, visited] = [0, 0];
  for (const { text, nq, nk, times } of contiguous) {
    const entry = { name: 'contiguous', text, n: nq, contiguous: [] };
    const [[chosen, plain]] = compilePairs(entry);
    const unit = chosen.graph.space === null ? plain : chosen;
    const counts = countPairs(unit, launch(unit, nq, nk));
    live += times * counts.live;
    visited += times * counts.visited;
  }
  return visited / live;
}

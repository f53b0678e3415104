import { readFileSync } from 'node:fs';
import { compile } from '../../compiler/index.ts';
import type { CompiledUnit, CompileOptions } from '../../compiler/index.ts';
import type { TileCase } from './cases.ts';
import { countPairs, launch } from './count.ts';

export const examples = new URL('../../spec-examples/', import.meta.url);

const plainOptions: CompileOptions = { noLayout: true, noSplit: true };

/** Every attention of a text, by its plan and in plain tiles. */
export function compilePairs({ name, text }: TileCase): readonly (readonly [CompiledUnit, CompiledUnit])[] {
  const read = (options: CompileOptions) => {
    const result = compile({ name: `${name}.sa`, text }, { ...options, tables, resolve });
    if (!result.ok) throw new Error(`${name} does not compile: ${result.diagnostics[0].message}`);
    return result.units;
  };
  const plain = read(plainOptions);
  return read({}).map((unit, at) => [unit, plain[at]] as const);
}

const resolve = (path: string) => readFileSync(new URL(path, examples), 'utf8');
const tables = (path: string) => JSON.parse(resolve(path)) as unknown;

/** Visited over live of the same set undilated and contiguous; null where there is none. */
export function contiguousRatio({ contiguous }: TileCase): number | null {
  if (contiguous === null) return null;
  const { text, nq, nk } = contiguous;
  const result = compile({ name: 'contiguous.sa', text }, plainOptions);
  if (!result.ok) throw new Error(result.diagnostics[0].message);
  const isGrid = result.units[0].graph.space !== null;
  const [unit] = isGrid ? compile({ name: 'contiguous.sa', text }).units : result.units;
  const { live, visited } = countPairs(unit, launch(unit, nq, nk));
  return visited / live;
}

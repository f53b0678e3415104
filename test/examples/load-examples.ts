import { readdirSync, readFileSync } from 'node:fs';
import { compile } from '../../compiler/index.ts';
import type { CompiledUnit, CompileOptions, Source } from '../../compiler/index.ts';

const folder = new URL('../../spec-examples/', import.meta.url);

/** The texts of `spec-examples/`. */
export const exampleSources: readonly Source[] = readdirSync(folder)
  .filter((name) => name.endsWith('.sa'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

/** Every attention of every example, by file and name. */
export function compileExamples(options: CompileOptions): ReadonlyMap<string, CompiledUnit> {
  return new Map(
    exampleSources.flatMap((source) => {
      const { units, diagnostics } = compile(source, { verify: true, ...options });
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) throw new Error(`${source.name}: ${errors[0].code} ${errors[0].message}`);
      return units.map((unit) => [`${source.name.replace(/\.sa$/, '')} ${unit.name}`, unit] as const);
    }),
  );
}

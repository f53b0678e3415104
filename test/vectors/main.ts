import { readFileSync } from 'node:fs';
import { findCaseFiles, readCase } from './vector-case.ts';
import { readMapping } from './mapping.ts';
import { runCase } from './run-case.ts';
import type { CaseResult, CaseStatus, Specifications } from './run-case.ts';

const usage = 'usage: npm run vectors -- DIR [--format text|json]';

/** Reads specifications from a folder of `.sa` files with its `vectors.json`. */
export function loadSpecifications(folder: URL): Specifications {
  return {
    mapping: readMapping(new URL('vectors.json', folder)),
    read: (file) => readFileSync(new URL(file, folder), 'utf8'),
  };
}

function main(args: readonly string[]): number {
  const formatAt = args.indexOf('--format');
  const format = formatAt < 0 ? 'text' : args[formatAt + 1];
  const paths = args.filter((_, at) => formatAt < 0 || (at !== formatAt && at !== formatAt + 1));
  if (
    paths.length === 0 ||
    paths.some((path) => path.startsWith('-')) ||
    !['text', 'json'].includes(format)
  ) {
    console.error(usage);
    return 2;
  }

  const specifications = loadSpecifications(new URL('../../spec-examples/', import.meta.url));
  const counts: Record<CaseStatus, number> = { ok: 0, fail: 0, missing: 0, skipped: 0 };
  const missing = new Set<string>();
  for (const file of paths.flatMap(findCaseFiles)) {
    const result = runCase(readCase(file), specifications);
    counts[result.status]++;
    if (result.status === 'missing') missing.add(result.system);
    console.log(format === 'json' ? JSON.stringify(result) : textOf(result));
  }
  const cases = counts.ok + counts.fail + counts.missing + counts.skipped;
  const total = { cases, ...counts, missing_systems: [...missing] };
  console.log(format === 'json' ? JSON.stringify({ total }) : totalText(total));
  if (cases === 0) console.error('no case was found');
  return counts.fail > 0 || cases === 0 ? 1 : 0;
}

function textOf({ status, system, case: name, detail }: CaseResult): string {
  return `${status.padEnd(8)}${system}/${name}  ${detail}`;
}

function totalText(
  total: Record<CaseStatus | 'cases', number> & { readonly missing_systems: readonly string[] },
): string {
  const { cases, ok, fail, missing, skipped, missing_systems: systems } = total;
  const line = `${cases} cases: ${ok} ok, ${fail} fail, ${missing} missing, ${skipped} skipped`;
  return systems.length === 0 ? line : `${line}\nsystems without a mapping: ${systems.join(', ')}`;
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../compiler/diagnostics/catalogue/index.ts';
import type { DiagnosticName } from '../../compiler/diagnostics/catalogue/index.ts';
import { renderText } from '../../compiler/diagnostics/render-text.ts';
import { compile } from '../../compiler/index.ts';
import type { CompileOptions } from '../../compiler/options.ts';
import type { Setting } from '../../compiler/passes/lower/values/options.ts';

/** What stands beside a sample, in NAME.json: how to compile it, and files that it uses. */
interface Sidecar {
  readonly target?: CompileOptions['target'];
  readonly defaults?: CompileOptions['defaults'];
  readonly settings?: Readonly<Record<string, Setting>>;
  readonly pattern?: string;
  readonly attention?: string;
  readonly tables?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly tuned?: CompileOptions['tuned'];
  readonly planFor?: CompileOptions['planFor'];
}

const folder = join(import.meta.dirname, 'samples');
const update = process.env.UPDATE_GOLDENS === '1';
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.sa'))
  .map((file) => file.slice(0, -3));

function render(name: string): string {
  const sidecarPath = join(folder, `${name}.json`);
  const sidecar: Sidecar = existsSync(sidecarPath) ? JSON.parse(readFileSync(sidecarPath, 'utf8')) : {};
  const { target, defaults, settings, pattern, attention, tables = {}, files = {}, tuned, planFor } = sidecar;
  const source = { name: `${name}.sa`, text: readFileSync(join(folder, `${name}.sa`), 'utf8') };
  const used = { ...files, [source.name]: source.text };
  const result = compile(source, {
    target,
    defaults,
    settings,
    pattern,
    attention,
    tuned,
    planFor,
    until: 'plan',
    verify: true,
    resolve: (path) => used[path] ?? null,
    tables: (path) => tables[path],
  });
  return renderText(result.diagnostics, [...result.sources.values()]);
}

describe('the rendered text of', () => {
  it.each(names)('%s is what its sample says (UPDATE_GOLDENS=1 accepts a change)', (name) => {
    const text = render(name);
    if (update) writeFileSync(join(folder, `${name}.txt`), text);
    expect(text).toBe(readFileSync(join(folder, `${name}.txt`), 'utf8'));
    if (name in catalogue) expect(text).toContain(`[${catalogue[name as DiagnosticName].code}]`);
  });

  it('five-mistakes holds five errors', () => {
    expect(render('five-mistakes').match(/^error/gm)).toHaveLength(5);
  });

  it('has no stale file', () => {
    const stale = readdirSync(folder).filter((file) => !names.includes(file.replace(/\.(sa|txt|json)$/, '')));
    expect(stale).toEqual([]);
  });
});

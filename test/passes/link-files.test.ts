import { describe, expect, it } from 'vitest';
import { Session } from '../../compiler/diagnostics/session.ts';
import { parse } from '../../compiler/parser/index.ts';
import { linkFiles } from '../../compiler/passes/link-files.ts';

function link(texts: Readonly<Record<string, string>>, main = 'main.sa') {
  const session = new Session();
  const asked: string[] = [];
  const source = { name: main, text: texts[main] };
  const program = linkFiles(
    parse(source, session),
    source,
    (path, from) => {
      asked.push(`${path} from ${from}`);
      const base = from.includes('/') ? from.slice(0, from.lastIndexOf('/') + 1) : '';
      return texts[new URL(base + path, 'file:///').pathname.slice(1)] ?? null;
    },
    session,
  );
  return { program, asked, names: session.diagnostics.map(({ name }) => name) };
}

describe('linkFiles', () => {
  it('reads files relative to the file that uses them, each once', () => {
    const { program, asked, names } = link({
      'main.sa': 'use "lib/a.sa"\nuse "./lib/b.sa"\npattern m = a | b',
      'lib/a.sa': 'use "./b.sa"\npattern a = b',
      'lib/b.sa': 'pattern b = causal',
    });
    expect(names).toEqual([]);
    expect(asked).toEqual(['lib/a.sa from main.sa', './b.sa from lib/a.sa', './lib/b.sa from main.sa']);
    expect(program.files.map(({ source }) => source.name)).toEqual(['main.sa', 'lib/a.sa', 'lib/b.sa']);
    expect([...program.main.names.keys()].sort()).toEqual(['a', 'b', 'm']);
  });

  it('does not hand names on', () => {
    const { program } = link({
      'main.sa': 'use "a.sa"',
      'a.sa': 'use "b.sa"\nlet x = 1',
      'b.sa': 'let y = 2',
    });
    expect([...program.main.names.keys()]).toEqual(['x']);
  });

  it('reports circles, missing files and colliding names', () => {
    expect(link({ 'main.sa': 'use "a.sa"', 'a.sa': 'use "main.sa"' }).names).toEqual(['use-cycle']);
    expect(link({ 'main.sa': 'use "a.sa"\nuse "b.sa"' }).names).toEqual(['missing-file', 'missing-file']);
    const collision = {
      'main.sa': 'use "a.sa"\nuse "b.sa"',
      'a.sa': 'let x = 1',
      'b.sa': 'pattern x = full',
    };
    expect(link(collision).names).toEqual(['duplicate-name']);
  });

  it('takes a file that is used twice, on two ways, for one', () => {
    const texts = { 'main.sa': 'use "a.sa"\nuse "b.sa"', 'a.sa': 'use "b.sa"', 'b.sa': 'let x = 1' };
    expect(link(texts).names).toEqual([]);
  });

  it('reports the syntax errors of used files', () => {
    expect(link({ 'main.sa': 'use "a.sa"', 'a.sa': 'pattern = ' }).names).not.toEqual([]);
  });
});

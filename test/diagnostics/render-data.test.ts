import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { LineIndex } from '../../compiler/diagnostics/line-index.ts';
import { renderGithub } from '../../compiler/diagnostics/render-github.ts';
import { renderJson } from '../../compiler/diagnostics/render-json.ts';

const source = { name: 'dir/a,b.sa', text: 'let a = 1\r\nlet b = 100%\n' };
const found: Diagnostic = {
  code: 'SA0101',
  name: 'empty-mask',
  severity: 'error',
  message: 'no "%" here',
  primary: { span: { file: source.name, start: 22, end: 23 }, text: 'stray' },
  secondary: [{ span: { file: source.name, start: 4, end: 15 }, text: 'from there' }],
  notes: ['line one\nline two'],
  help: [
    { text: 'leave it out', replacement: { span: { file: source.name, start: 22, end: 23 }, text: '' } },
  ],
};

describe('renderJson', () => {
  it('counts lines and UTF-16 units from 0', () => {
    const at = { start: { line: 1, character: 11 }, end: { line: 1, character: 12 } };
    expect(JSON.parse(renderJson([found], [source]))).toEqual([
      {
        code: 'SA0101',
        name: 'empty-mask',
        severity: 'error',
        message: 'no "%" here',
        file: source.name,
        range: at,
        label: 'stray',
        labels: [
          {
            file: source.name,
            range: { start: { line: 0, character: 4 }, end: { line: 1, character: 4 } },
            text: 'from there',
          },
        ],
        notes: ['line one\nline two'],
        help: [{ text: 'leave it out', replacement: { file: source.name, range: at, text: '' } }],
      },
    ]);
  });

  it('gives an empty range to a file without text', () => {
    const zero = { line: 0, character: 0 };
    expect(JSON.parse(renderJson([found], []))[0].range).toEqual({ start: zero, end: zero });
    expect(renderJson([], [])).toBe('[]\n');
  });
});

describe('renderGithub', () => {
  it('escapes what the workflow command reserves', () => {
    expect(renderGithub([found], [source])).toBe(
      '::error file=dir/a%2Cb.sa,line=2,endLine=2,col=12,endColumn=13,title=SA0101::' +
        'no "%25" here: stray%0Anote: line one%0Aline two%0Ahelp: leave it out\n',
    );
  });

  it('gives no columns where a span covers several lines, and no lines where the text is unknown', () => {
    const wide: Diagnostic = { ...found, primary: found.secondary[0] };
    expect(renderGithub([wide], [source])).toContain('line=1,endLine=2,title=');
    expect(renderGithub([wide], [])).toContain('file=dir/a%2Cb.sa,title=');
  });
});

describe('LineIndex', () => {
  it.each([
    ['', 0, 0, 0],
    ['ab\ncd', 2, 0, 2],
    ['ab\ncd', 3, 1, 0],
    ['ab\r\ncd', 4, 1, 0],
    ['ab\rcd', 3, 1, 0],
    ['ab\n', 99, 1, 0],
    ['ab', -5, 0, 0],
  ])('finds %j at %i', (text, offset, line, character) => {
    expect(new LineIndex(text).positionAt(offset)).toEqual({ line, character });
  });

  it('drops the line terminator', () => {
    const index = new LineIndex('a\r\n\nb');
    expect([0, 1, 2].map((line) => index.lineText(line))).toEqual(['a', '', 'b']);
    expect(index.lineCount).toBe(3);
  });
});

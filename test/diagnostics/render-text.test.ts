import { describe, expect, it } from 'vitest';
import type { Diagnostic, Label, Source } from '../../compiler/diagnostics/diagnostic.ts';
import { renderText, summarize } from '../../compiler/diagnostics/render-text.ts';

function label(source: Source, text: string, words = '', nth = 0): Label {
  let start = -1;
  for (let at = 0; at <= nth; at++) start = source.text.indexOf(text, start + 1);
  if (start < 0) throw new Error(`The source holds no "${text}".`);
  return { span: { file: source.name, start, end: start + text.length }, text: words };
}

function diagnostic(primary: Label, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: 'SA0201',
    name: 'unknown-name',
    severity: 'error',
    message: 'unknown name "windw"',
    primary,
    secondary: [],
    notes: [],
    help: [],
    ...more,
  };
}

/** Rendered text between two rulers, so that an expectation keeps its margin. */
function frame(found: readonly Diagnostic[], sources: readonly Source[], width?: number): string {
  return `\n${renderText(found, sources, { width })}`;
}

describe('renderText', () => {
  const file: Source = { name: 'a.sa', text: '// one\npattern a =\n  windw(each: 3) & causal\n' };

  it('draws the primary label, notes and help', () => {
    const found = diagnostic(label(file, 'windw', 'not a pattern, a form or an input'), {
      notes: ['patterns of other files are known after `use`\nand nowhere else'],
      help: [
        { text: 'did you mean "window"?', replacement: { span: label(file, 'windw').span, text: 'window' } },
        { text: 'declare it' },
      ],
    });
    expect(frame([found], [file])).toBe(`
error[SA0201]: unknown name "windw"
 --> a.sa:3:3
  |
3 |   windw(each: 3) & causal
  |   ^^^^^ not a pattern, a form or an input
  |
  = note: patterns of other files are known after \`use\`
          and nowhere else
  = help: declare it
  |
help: did you mean "window"?
  |
3 |   window(each: 3) & causal
  |   ~~~~~~
`);
  });

  it('hangs several labels of one line below each other', () => {
    const found = diagnostic(label(file, '&', 'this joins'), {
      secondary: [label(file, 'windw', 'the first'), label(file, 'causal', 'the second')],
    });
    expect(frame([found], [file])).toBe(`
error[SA0201]: unknown name "windw"
 --> a.sa:3:18
  |
3 |   windw(each: 3) & causal
  |   -----          ^ ------ the second
  |   |              |
  |   |              this joins
  |   the first
`);
  });

  it('draws nested labels and labels that begin together', () => {
    const found = diagnostic(label(file, 'windw(each: 3) & causal', 'whole'), {
      secondary: [label(file, 'windw', 'left'), label(file, 'causal', 'right')],
    });
    expect(frame([found], [file])).toBe(`
error[SA0201]: unknown name "windw"
 --> a.sa:3:3
  |
3 |   windw(each: 3) & causal
  |   ^^^^^^^^^^^^^^^^^^^^^^^ right
  |   |
  |   whole
  |   left
`);
  });

  it('leaves out lines between distant labels, and shows a single one', () => {
    const long: Source = { name: 'a.sa', text: 'let a = 1\nlet b = 2\nlet c = 3\n\n\n\nlet a = 4\n' };
    const found = diagnostic(label(long, 'a = 4', 'declared again'), {
      secondary: [label(long, 'a = 1', 'first here'), label(long, 'c', 'beside it')],
    });
    expect(frame([found], [long])).toBe(`
error[SA0201]: unknown name "windw"
 --> a.sa:7:5
  |
1 | let a = 1
  |     ----- first here
2 | let b = 2
3 | let c = 3
  |     - beside it
...
7 | let a = 4
  |     ^^^^^ declared again
`);
  });

  it('shows other files after the one of the primary label', () => {
    const other: Source = { name: 'common.sa', text: '\n\npattern windw = full' };
    const found = diagnostic(label(file, 'windw'), {
      secondary: [label(other, 'windw', 'a pattern of that name')],
    });
    expect(frame([found], [file, other])).toBe(`
error[SA0201]: unknown name "windw"
 --> a.sa:3:3
  |
3 |   windw(each: 3) & causal
  |   ^^^^^
 ::: common.sa:3:9
  |
3 | pattern windw = full
  |         ----- a pattern of that name
`);
  });

  it('underlines the first and the last line of a long span', () => {
    const block: Source = { name: 'a.sa', text: 'attention a {\n  heads 1\n  heads 2\n  heads 3\n}\n' };
    const span = { file: 'a.sa', start: 10, end: block.text.length - 1 };
    expect(frame([diagnostic({ span, text: 'no mask' })], [block])).toBe(`
error[SA0201]: unknown name "windw"
 --> a.sa:1:11
  |
1 | attention a {
  |           ^^^
...
5 | }
  | ^ no mask
`);
  });

  it('expands tabs, measures wide characters and shows control characters', () => {
    const odd: Source = { name: 'a.sa', text: '\tlet 宽 = \u0007 windw\u202e' };
    expect(frame([diagnostic(label(odd, 'windw', 'here'))], [odd])).toBe(`
error[SA0201]: unknown name "windw"
 --> a.sa:1:12
  |
1 |     let 宽 = ␇ windw\ufffd
  |                ^^^^^ here
`);
  });

  it('cuts a long line around the label', () => {
    const long: Source = { name: 'a.sa', text: `let x = [${'0, '.repeat(200)}windw, ${'1, '.repeat(200)}]` };
    const text = frame([diagnostic(label(long, 'windw', 'here'))], [long], 60);
    expect(text).toBe(`
error[SA0201]: unknown name "windw"
 --> a.sa:1:610
  |
1 | …0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, windw, 1, 1, 1, 1,…
  |                                      ^^^^^ here
`);
  });

  it('cuts a label that is longer than the line may be', () => {
    const long: Source = { name: 'a.sa', text: `ab ${'windw'.repeat(40)}` };
    expect(frame([diagnostic(label(long, 'windw'.repeat(40), 'all of it'))], [long], 44)).toBe(`
error[SA0201]: unknown name "windw"
 --> a.sa:1:4
  |
1 | ab windwwindwwindwwindwwindwwindwwindww…
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ all of it
`);
  });

  it.each([
    ['', '1 |\n  | ^ nothing here', 'a.sa:1:1'],
    ['full', '1 | full\n  |     ^ nothing here', 'a.sa:1:5'],
    ['full\n', '1 | full\n2 |\n  | ^ nothing here', 'a.sa:2:1'],
    ['full\r\n', '2 |\n  | ^ nothing here', 'a.sa:2:1'],
  ])('marks the end of %j', (text, quoted, place) => {
    const at = { file: 'a.sa', start: text.length, end: text.length };
    const shown = renderText([diagnostic({ span: at, text: 'nothing here' })], [{ name: 'a.sa', text }]);
    expect(shown).toContain(quoted.replace(/^1 \| full\n2/, '2'));
    expect(shown).toContain(place);
  });

  it('names a file whose text is unknown', () => {
    const found = diagnostic(
      { span: { file: 'gone.sa', start: 3, end: 4 }, text: 'x' },
      { notes: ['look there'] },
    );
    expect(frame([found], [])).toBe(`
error[SA0201]: unknown name "windw"
 --> gone.sa
  = note: look there
`);
  });

  it('separates messages by a blank line and colours them on request', () => {
    const found = diagnostic(label(file, 'windw'));
    const text = renderText([found, { ...found, severity: 'warning' }], [file], { color: true });
    expect(text.split('\n\n')).toHaveLength(2);
    expect(text).toContain('\u001b[1;31merror[SA0201]\u001b[0m');
    expect(text).toContain('\u001b[1;33m^^^^^\u001b[0m');
    expect(text.replace(/\u001b\[[\d;]*m/g, '')).toBe(
      renderText([found, { ...found, severity: 'warning' }], [file]),
    );
    expect(summarize([found, found, { ...found, severity: 'warning' }])).toBe('2 errors, 1 warning');
    expect(summarize([])).toBe('');
  });
});

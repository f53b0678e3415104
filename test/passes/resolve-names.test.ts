import { describe, expect, it } from 'vitest';
import { attentionOf, lowerText } from './lower/lower-text.ts';

const names = (text: string, files?: Readonly<Record<string, string>>) =>
  lowerText(text, { files }).diagnostics.map(
    ({ name, message }) => `${name}: ${message.match(/"([^"]+)"/)?.[1]}`,
  );

describe('resolveNames', () => {
  it('looks into patterns that nothing calls, and into used files', () => {
    expect(names(`pattern unused = a & b\n${attentionOf('full')}`)).toEqual([
      'unknown-name: a',
      'unknown-name: b',
    ]);
    expect(names('use "x.sa"\npattern p = x', { 'x.sa': 'pattern x = c' })).toEqual(['unknown-name: c']);
  });

  it('does not show the names of an attention to the patterns that it calls', () => {
    expect(names(`pattern p = i < w\n${attentionOf('p & j < w', 'launch w: int = 1')}`)).toEqual([
      'unknown-name: w',
    ]);
  });

  it('tells a call from a name: parameters may be called like forms that take arguments', () => {
    expect(
      names('pattern p(stride: int = 4, block: int = 2) = stride(stride) & block(block) { causal }'),
    ).toEqual([]);
    expect(names('pattern p(causal: set) = causal')).toContain('shadows-built-in: causal');
  });

  it('knows the words of arguments, fields and feeds', () => {
    const declarations = 'input ids: int[n] = documents(3)\ninput m: bits[n, n] = random(density: 0.5)';
    const mask = 'window(each: 3, edge: wrap) & same(ids) & m[i, j]';
    expect(names(attentionOf(mask, declarations, 'heads 1 dtype f16 layout bnhd outputs out, lse'))).toEqual(
      [],
    );
  });

  it('takes sizes of arrays and limits for uses', () => {
    expect(
      names('let b = 4\npattern p(m: blocks[n div b, n div b], b2: int = b) = m[i div b2, j div b2]'),
    ).toEqual([]);
    expect(names(attentionOf('keep[i]', 'launch r: int in 1..9 = 2\ninput keep: bits[r]'))).toEqual([]);
  });

  it('says nothing of unused names after an underscore or beside an unknown name', () => {
    expect(names('pattern p(_w: int = 1) = full')).toEqual([]);
    expect(names('pattern p(width: int = 1) = i < widht')).toEqual(['unknown-name: widht']);
  });

  it('knows the regions of a space, and leaves axes to what asks for them', () => {
    const space = 'pattern p(h: int = 3) over text(4) + video(t: 2, h: h, w: 5, order: morton)';
    expect(
      names(`${space} = i in text | axial(h) & i.w == j.w | within(video) { shrink(2, any) { causal } }`),
    ).toEqual([]);
    expect(names('pattern p over band(s, e, width: 3) = i.s == j.s')).toEqual([]);
    expect(names('pattern p over (t, h) = full')).toEqual(['unknown-name: t', 'unknown-name: h']);
    expect(names('pattern p over video(t: frames) = i in txt')).toEqual([
      'unknown-name: frames',
      'unknown-name: txt',
    ]);
  });

  it('lets what is not compiled yet bring its own names', () => {
    const pooled = 'attention a { let kc = pool(k, v, size: 2, by: mean)  mask full }';
    expect(new Set(names(pooled).map((text) => text.split(':')[0]))).not.toContain('unknown-name');
  });
});

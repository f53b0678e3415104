import { describe, expect, it } from 'vitest';
import { printGraph } from '../../compiler/ir/print-graph.ts';
import { printMask, printMaskLine } from '../../compiler/ir/print-mask.ts';
import { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import type { NodeId } from '../../runtime/mask/program/nodes.ts';
import { graphOf, leafProgram } from '../passes/random-mask.ts';

function print(make: (b: MaskBuilder) => NodeId): string {
  const builder = new MaskBuilder();
  return printMask(builder.finish(make(builder)));
}

const i = (b: MaskBuilder): NodeId => b.intern({ kind: 'query' });
const j = (b: MaskBuilder): NodeId => b.intern({ kind: 'key' });

describe('printMask', () => {
  it('puts parentheses only where they are needed', () => {
    expect(
      print((b) =>
        b.compare('lt', b.arithmetic('mul', b.arithmetic('add', i(b), j(b)), b.int(2)), b.int(-3)),
      ),
    ).toBe('(i + j) * 2 < -3');
    expect(print((b) => b.and(b.or(b.compare('eq', i(b), j(b)), b.symbol('x')), b.not(b.symbol('y'))))).toBe(
      '(i == j or x) and not y',
    );
    const nested = print((b) =>
      b.compare('eq', b.arithmetic('sub', i(b), b.arithmetic('sub', j(b), b.symbol('w'))), j(b)),
    );
    expect(nested).toBe('i - (j - w) == j');
  });

  it('names shared parts, but not small ones', () => {
    const text = print((b) => {
      const d = b.arithmetic('sub', j(b), i(b));
      const id = b.add({ kind: 'lookup', array: 'ids', indices: [i(b)] });
      return b.and(b.compare('le', d, id), b.compare('lt', b.int(3), id), b.compare('ne', d, b.int(7)));
    });
    expect(text).toBe('let t1 = ids[i]\nj - i <= t1 and 3 < t1 and j - i != 7');
  });

  it('breaks a long result at its operands', () => {
    const text = print((b) =>
      b.or(...Array.from({ length: 9 }, (_, at) => b.compare('eq', j(b), b.symbol(`a_long_name_${at}`)))),
    );
    expect(text.split('\n')).toHaveLength(9);
    expect(text.startsWith('j == a_long_name_0\n  or j == a_long_name_1\n')).toBe(true);
  });

  it('prints every kind of node', () => {
    const text = print((b) => {
      const real = b.add({ kind: 'to-real', operand: j(b) });
      const table = b.add({ kind: 'real-lookup', array: 'r', indices: [i(b)] });
      const condition = b.compare('lt', i(b), j(b));
      const chosen = b.add({ kind: 'real-select', condition, then: real, else: b.real(1) });
      const sum = b.add({ kind: 'real-binary', op: 'pow', left: chosen, right: table });
      const neg = b.add({ kind: 'real-unary', op: 'neg', operand: sum });
      const whole = b.add({ kind: 'round', mode: 'nearest', operand: neg });
      const shifted = b.arithmetic('shl', b.add({ kind: 'bit-length', operand: whole }), b.symbol('w'));
      const size = b.add({
        kind: 'abs',
        operand: b.arithmetic('max', shifted, b.add({ kind: 'neg', operand: i(b) })),
      });
      const pick = b.add({ kind: 'select', condition: b.symbol('c'), then: size, else: b.int(0) });
      return b.and(
        b.compare('ne', pick, b.add({ kind: 'batch' })),
        b.add({ kind: 'is-power-of-two', operand: b.add({ kind: 'head' }) }),
        b.add({ kind: 'bit', array: 'keep', indices: [i(b), j(b)] }),
        b.add({ kind: 'member', array: 'near', row: i(b), value: b.arithmetic('div', j(b), b.int(2)) }),
      );
    });
    expect(text.replace(/\n\s*/g, ' ')).toBe(
      '(if c then abs(max(bit_length(round(-pow(if i < j then real(j) else 1.0, r[i]))) << w, -i)) else 0) != batch ' +
        'and is_power_of_two(head) and keep[i, j] and j div 2 in near[i]',
    );
  });

  it('prints on one line on request', () => {
    const builder = new MaskBuilder();
    const id = builder.add({ kind: 'lookup', array: 'ids', indices: [i(builder)] });
    const program = builder.finish(builder.arithmetic('mul', builder.arithmetic('add', id, j(builder)), id));
    expect(printMaskLine(program)).toBe('let t1 = ids[i]; (t1 + j) * t1');
  });
});

describe('printGraph', () => {
  it('prints every declaration', () => {
    const builder = new MaskBuilder();
    const mask = builder.finish(builder.compare('le', j(builder), i(builder)));
    const base = graphOf(mask);
    const graph = graphOf(mask, {
      inputs: [
        { ...base.inputs[0], sorted: true, feed: { kind: 'documents', length: 64 } },
        { ...base.inputs[1], feed: { kind: 'random', seed: 1, density: 0.5 } },
      ],
      launch: [{ ...base.launch[0], default: 4 }],
      derived: [
        { kind: 'scalar', name: 'a', type: 'real', program: leafProgram('nk') },
        {
          kind: 'table',
          name: 'b',
          type: 'int',
          over: 'head',
          size: leafProgram('heads'),
          program: leafProgram(1),
        },
        { kind: 'constant', name: 'c', type: 'int', dims: [2], values: [3, 4] },
        { kind: 'segments', name: 'd', of: 'ids', edge: 'start' },
        {
          kind: 'random-list',
          name: 'e',
          rows: leafProgram('nq'),
          columns: leafProgram('nk'),
          perRow: leafProgram(2),
          seed: leafProgram(0),
        },
      ],
      nodes: [{ ...base.nodes[0], score: { ...base.nodes[0].score, softcap: 30, keyBias: 'bias' } }],
    });
    expect(`\n${printGraph(graph)}`).toBe(`
graph test
  heads 4, kv_heads 2, dim 8, dim_v 8
  f32, bhnd, outputs out
  input ids: int[nk] sorted = documents(64)
  input keep: bits[nk] = random(seed: 1, density: 0.5)
  launch w: int in 1..9 = 4
  derived a: real = nk
  derived b: int[heads] over head = 1
  derived c: int[2] = [3, 4]
  derived d: int = start of segments(ids)
  derived e: list = random(rows: nq, columns: nk, per_row: 2, seed: 0)
  offset nk - nq
  attend
    mask
      j <= i
    score scale 1, softcap 30, key_bias bias
`);
  });
});

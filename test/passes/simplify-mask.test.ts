import { describe, expect, it } from 'vitest';
import { Session } from '../../compiler/diagnostics/session.ts';
import type { Graph } from '../../compiler/ir/graph.ts';
import { printMask } from '../../compiler/ir/print-mask.ts';
import { simplifyMask } from '../../compiler/passes/simplify-mask.ts';
import { MaskBuilder } from '../../runtime/mask/program/builder.ts';
import type { ArithmeticOp, CompareOp, MaskProgram, NodeId } from '../../runtime/mask/program/nodes.ts';
import { graphOf } from './random-mask.ts';

type Make = (b: Notation) => NodeId;

/** A short notation for masks; nodes are stored as they are written. */
class Notation {
  readonly builder = new MaskBuilder();
  readonly i = this.builder.intern({ kind: 'query' });
  readonly j = this.builder.intern({ kind: 'key' });
  readonly w = this.builder.symbol('w');
  readonly n = this.builder.symbol('nk');
  readonly head = this.builder.intern({ kind: 'head' });

  c(value: number): NodeId {
    return this.builder.int(value);
  }

  op(op: ArithmeticOp, left: NodeId, right: NodeId): NodeId {
    return this.builder.intern({ kind: 'arithmetic', op, left, right });
  }

  is(op: CompareOp, left: NodeId, right: NodeId): NodeId {
    return this.builder.intern({ kind: 'compare', op, left, right });
  }

  and(left: NodeId, right: NodeId): NodeId {
    return this.builder.intern({ kind: 'and', left, right });
  }

  or(left: NodeId, right: NodeId): NodeId {
    return this.builder.intern({ kind: 'or', left, right });
  }

  not(operand: NodeId): NodeId {
    return this.builder.intern({ kind: 'not', operand });
  }

  abs(operand: NodeId): NodeId {
    return this.builder.intern({ kind: 'abs', operand });
  }

  ids(index: NodeId): NodeId {
    return this.builder.intern({ kind: 'lookup', array: 'ids', indices: [index] });
  }
}

function program(make: Make): MaskProgram {
  const notation = new Notation();
  return notation.builder.finish(make(notation));
}

function simplified(make: Make, more: Partial<Graph> = {}): string {
  return printMask(simplifyMask(graphOf(program(make), more), new Session()).nodes[0].mask);
}

describe('simplifyMask', () => {
  it.each<[string, Make, string]>([
    ['i - j < w', (b) => b.is('lt', b.op('sub', b.i, b.j), b.w), '-w < j - i'],
    ['j > i - w', (b) => b.is('lt', b.op('sub', b.i, b.w), b.j), '-w < j - i'],
    ['not (j <= i - w)', (b) => b.not(b.is('le', b.j, b.op('sub', b.i, b.w))), '-w < j - i'],
    ['j <= i', (b) => b.is('le', b.j, b.i), 'j - i <= 0'],
    [
      '2 j <= 2 i + 1',
      (b) => b.is('le', b.op('mul', b.j, b.c(2)), b.op('add', b.op('mul', b.i, b.c(2)), b.c(1))),
      'j - i <= 0',
    ],
    [
      '2 j == 2 i + 1',
      (b) => b.is('eq', b.op('mul', b.j, b.c(2)), b.op('add', b.op('mul', b.i, b.c(2)), b.c(1))),
      'false',
    ],
    ['j < n', (b) => b.is('lt', b.j, b.n), 'true'],
    ['i >= n', (b) => b.is('le', b.n, b.i), 'false'],
    ['j < 0', (b) => b.is('lt', b.j, b.c(0)), 'false'],
    ['w > 9', (b) => b.is('lt', b.c(9), b.w), 'false'],
    [
      'abs(i - j) <= 4',
      (b) => b.is('le', b.abs(b.op('sub', b.i, b.j)), b.c(4)),
      'j - i <= 4 and -4 <= j - i',
    ],
    ['abs(i - j) > 4', (b) => b.is('lt', b.c(4), b.abs(b.op('sub', b.i, b.j))), 'j - i <= -5 or 5 <= j - i'],
    ['j div 64 == 0', (b) => b.is('eq', b.op('div', b.j, b.c(64)), b.c(0)), 'j <= 63'],
    ['j div 64 <= 2', (b) => b.is('le', b.op('div', b.j, b.c(64)), b.c(2)), 'j <= 191'],
    ['j div 64 >= 3', (b) => b.is('le', b.c(3), b.op('div', b.j, b.c(64))), '192 <= j'],
    ['max(i, j) < 8', (b) => b.is('lt', b.op('max', b.i, b.j), b.c(8)), 'i <= 7 and j <= 7'],
    [
      '(i - j + 1) mod 4 == 0',
      (b) => b.is('eq', b.op('mod', b.op('add', b.op('sub', b.i, b.j), b.c(1)), b.c(4)), b.c(0)),
      '(j - i) mod 4 == 1',
    ],
    [
      '(i - j) mod w == 0',
      (b) => b.is('eq', b.op('mod', b.op('sub', b.i, b.j), b.w), b.c(0)),
      '(j - i) mod w == 0',
    ],
    [
      'j mod 12 mod 4 == 1',
      (b) => b.is('eq', b.op('mod', b.op('mod', b.j, b.c(12)), b.c(4)), b.c(1)),
      'j mod 4 == 1',
    ],
    [
      '(16 j + i) mod 16 == 1',
      (b) => b.is('eq', b.op('mod', b.op('add', b.op('mul', b.j, b.c(16)), b.i), b.c(16)), b.c(1)),
      'i mod 16 == 1',
    ],
    [
      '(8 j + 3) div 8 <= i',
      (b) => b.is('le', b.op('div', b.op('add', b.op('mul', b.j, b.c(8)), b.c(3)), b.c(8)), b.i),
      'j - i <= 0',
    ],
    [
      'j >> 3 == i >> 3',
      (b) => b.is('eq', b.op('shr', b.j, b.c(3)), b.op('shr', b.i, b.c(3))),
      'j div 8 == i div 8',
    ],
    ['ids[i] == ids[j]', (b) => b.is('eq', b.ids(b.i), b.ids(b.j)), 'ids[i] == ids[j]'],
    ['head mod 8', (b) => b.is('eq', b.op('mod', b.head, b.c(8)), b.c(2)), 'head == 2'],
  ])('%s', (_, make, expected) => expect(simplified(make)).toBe(expected));

  const causal: Make = (b) => b.is('le', b.j, b.i);
  const back: Make = (b) => b.is('lt', b.op('sub', b.i, b.j), b.c(8));
  it.each<[string, Make, string]>([
    [
      'drops what is implied',
      (b) => b.and(causal(b), b.is('le', b.j, b.op('add', b.i, b.c(5)))),
      'j - i <= 0',
    ],
    [
      'keeps the weaker in a union',
      (b) => b.or(causal(b), b.is('le', b.j, b.op('add', b.i, b.c(5)))),
      'j - i <= 5',
    ],
    ['finds a contradiction', (b) => b.and(causal(b), b.is('lt', b.i, b.j)), 'false'],
    ['finds that a union covers everything', (b) => b.or(causal(b), b.is('lt', b.i, b.j)), 'true'],
    [
      'follows quotients of ordered values',
      (b) =>
        b.or(
          b.is('le', b.j, b.op('add', b.i, b.c(64))),
          b.is('le', b.op('div', b.j, b.c(64)), b.op('add', b.op('div', b.i, b.c(64)), b.c(1))),
        ),
      'j div 64 <= i div 64 + 1',
    ],
    [
      'but not of values further apart',
      (b) =>
        b.or(
          b.is('le', b.j, b.op('add', b.i, b.c(65))),
          b.is('le', b.op('div', b.j, b.c(64)), b.op('add', b.op('div', b.i, b.c(64)), b.c(1))),
        ),
      'j - i <= 65 or j div 64 <= i div 64 + 1',
    ],
    [
      'keeps what only one side of an equality covers',
      (b) => b.or(b.is('eq', b.i, b.j), b.is('lt', b.i, b.j)),
      'j - i == 0 or 1 <= j - i',
    ],
    ['absorbs', (b) => b.or(causal(b), b.and(back(b), causal(b))), 'j - i <= 0'],
    [
      'drops the impossible branch',
      (b) => b.and(causal(b), b.or(b.is('lt', b.i, b.j), b.is('lt', b.j, b.c(4)))),
      'j - i <= 0 and j <= 3',
    ],
    [
      'shares what branches have in common',
      (b) => b.or(b.and(causal(b), b.is('lt', b.j, b.c(4))), b.and(back(b), causal(b))),
      'j - i <= 0 and (j <= 3 or -7 <= j - i)',
    ],
    [
      'pushes negations to reads',
      (b) => b.not(b.or(causal(b), b.builder.intern({ kind: 'bit', array: 'keep', indices: [b.i] }))),
      '1 <= j - i and not keep[i]',
    ],
    [
      'folds a choice by range',
      (b) =>
        b.is(
          'lt',
          b.j,
          b.builder.intern({
            kind: 'select',
            condition: b.is('lt', b.head, b.c(4)),
            then: b.c(5),
            else: b.w,
          }),
        ),
      'j <= 4',
    ],
  ])('%s', (_, make, expected) => expect(simplified(make)).toBe(expected));

  it('leaves a position unbounded above where queries stand elsewhere', () => {
    const offset = program((b) => b.c(0));
    expect(simplified((b) => b.is('le', b.n, b.i), { offset })).toBe('nk <= i');
  });

  it('keeps the written form where the canonical one could leave 32 bits', () => {
    // 127 j and 100 i fit, 127 j - 100 i does not.
    const far: Make = (b) =>
      b.is('le', b.op('mul', b.j, b.c(127)), b.op('add', b.op('mul', b.i, b.c(100)), b.n));
    expect(simplified(far)).toBe('j * 127 <= i * 100 + nk');
    const near: Make = (b) =>
      b.is('le', b.op('mul', b.j, b.c(7)), b.op('add', b.op('mul', b.i, b.c(10)), b.n));
    expect(simplified(near)).toBe('j * 7 - i * 10 <= nk');
  });

  it('carries spans to what nodes became', () => {
    const graph = graphOf(program((b) => b.and(causal(b), b.is('lt', b.j, b.n))));
    const { mask } = graph.nodes[0];
    const span = { file: 'a.sa', start: 3, end: 9 };
    const spans = new Map([[mask.nodes.findIndex((node) => node.kind === 'compare'), span]]);
    const [attend] = simplifyMask({ ...graph, nodes: [{ ...graph.nodes[0], spans }] }, new Session()).nodes;
    expect([...attend.spans]).toEqual([[attend.mask.root, span]]);
  });

  it('joins a table of a thousand heads in order without comparing all pairs', () => {
    const wide: Make = (b) => {
      let union = b.is('eq', b.head, b.c(-1));
      for (let head = 0; head < 1000; head++) {
        const part = b.and(b.is('eq', b.head, b.c(head)), b.is('le', b.op('sub', b.j, b.i), b.c(head)));
        union = b.or(union, part);
      }
      return union;
    };
    const start = performance.now();
    const text = simplified(wide, { heads: 1000 });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(text.match(/head == /g)).toHaveLength(1000);
  });
});

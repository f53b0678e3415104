import { describe, expect, it } from 'vitest';
import { printGraph } from '../../compiler/ir/print-graph.ts';
import { verifyGraph } from '../../compiler/ir/verify-graph.ts';
import type { ArrayDeclaration } from '../../runtime/declarations.ts';
import type { ScoreDescriptor } from '../../runtime/score.ts';
import { causal, graphOf, program } from '../codegen/wgsl/graphs.ts';

const declare = (name: string, kind: ArrayDeclaration['kind'], ...dimNames: string[]): ArrayDeclaration => ({
  name,
  kind,
  dims: dimNames.map((dim) => program((b) => b.symbol(dim))),
  dimNames,
  sorted: false,
  feed: null,
  doc: '',
});

const row = program((_b, i) => i);
const column = program((_b, _i, j) => j);
const graphWith = (score: Partial<ScoreDescriptor>) =>
  graphOf(causal, {
    inputs: [
      declare('bias', 'real', 'nk', 'nk'),
      declare('rho', 'real', 'nk'),
      declare('ids', 'int', 'nk'),
      declare('active', 'bits', 'nk'),
    ],
    score,
  });
const problems = (score: Partial<ScoreDescriptor>) => verifyGraph(graphWith(score), { reals: false });

describe('arrays that a score reads', () => {
  it('are read by integers over the pair, the denominator by those of the row', () => {
    const score = {
      biases: [{ array: 'bias', indices: [row, column] }],
      denominatorScale: { array: 'rho', indices: [row] },
    };
    expect(problems(score)).toEqual([]);
    expect(printGraph(graphWith(score))).toContain('bias bias[i, j], denominator_scale rho[i]');
  });

  it('are real, with as many indices as dimensions', () => {
    expect(problems({ biases: [{ array: 'ids', indices: [column] }] })).toEqual([
      'the score reads "ids", which is no real array',
    ]);
    expect(problems({ biases: [{ array: 'bias', indices: [column] }] })).toEqual([
      'the score reads "bias" with 1 indices',
    ]);
    expect(problems({ biases: [{ array: 'none', indices: [] }] })).toHaveLength(2);
  });

  it('are not read by what kernels cannot compute', () => {
    expect(problems({ denominatorScale: { array: 'rho', indices: [column] } })[0]).toMatch(
      /^index of "rho": /,
    );
    const rounded = program((b, i) =>
      b.add({
        kind: 'round',
        mode: 'floor',
        operand: b.add({ kind: 'real-unary', op: 'sqrt', operand: b.add({ kind: 'to-real', operand: i }) }),
      }),
    );
    expect(problems({ denominatorScale: { array: 'rho', indices: [rounded] } })[0]).toMatch(
      /^index of "rho": /,
    );
    const large = program((b, i) => b.arithmetic('mul', i, b.arithmetic('mul', i, i)));
    expect(problems({ denominatorScale: { array: 'rho', indices: [large] } })[0]).toMatch(
      /^index of "rho": /,
    );
  });
});

describe('ranks', () => {
  it('are those of a bit array', () => {
    const graph = graphWith({});
    const ranks = (of: string) => ({ ...graph, derived: [{ kind: 'ranks', name: 'r', of } as const] });
    expect(verifyGraph(ranks('active'), { reals: false })).toEqual([]);
    expect(printGraph(ranks('active'))).toContain('r: int = ranks(active)');
    expect(verifyGraph(ranks('ids'), { reals: false })).toEqual([
      '"r" takes ranks in "ids", which is no bit array',
    ]);
  });
});

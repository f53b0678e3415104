import { Session } from '../../../compiler/diagnostics/session.ts';
import { verifyGraph } from '../../../compiler/ir/verify-graph.ts';
import type { Graph } from '../../../compiler/ir/graph.ts';
import { parse } from '../../../compiler/parser/index.ts';
import { linkFiles } from '../../../compiler/passes/link-files.ts';
import { lowerProgram } from '../../../compiler/passes/lower-program.ts';
import type { LowerOptions } from '../../../compiler/passes/lower-program.ts';
import { resolveNames } from '../../../compiler/passes/resolve-names.ts';
import type { Source } from '../../../compiler/diagnostics/diagnostic.ts';
import { evaluateNode } from '../../../runtime/mask/exact/evaluate.ts';
import { launchMask, launchScalars } from '../../../runtime/mask/index.ts';
import { readArrays } from '../../../runtime/read-arrays.ts';

export interface LowerTextOptions extends Partial<Omit<LowerOptions, 'defaults'>> {
  readonly defaults?: Partial<LowerOptions['defaults']>;
  /** Other files by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs the stages up to the graphs. */
export function lowerText(text: string, options: LowerTextOptions = {}) {
  const session = new Session();
  const source: Source = { name: 'main.sa', text };
  const tree = parse(source, session);
  const files = options.files ?? {};
  const resolve = (path: string) => files[path.replace('./', '')] ?? null;
  const program = linkFiles(tree, source, resolve, session);
  if (!session.hasErrors) resolveNames(program, session);
  const heads = options.defaults?.heads ?? 4;
  const defaults = {
    heads,
    kvHeads: heads,
    dim: 64,
    dimV: 64,
    dtype: 'f32',
    layout: 'bhnd',
    ...options.defaults,
  } as const;
  const lowering: LowerOptions = { settings: {}, tables: () => undefined, ...options, defaults };
  const graphs = session.hasErrors ? [] : lowerProgram(program, lowering, session);
  return { graphs, diagnostics: session.diagnostics, sources: [...program.sources.values()] };
}

/** The only graph of a text without errors, verified. */
export function lowerOne(text: string, options: LowerTextOptions = {}): Graph {
  const { graphs, diagnostics } = lowerText(text, options);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  if (graphs.length !== 1) throw new Error(`${graphs.length} graphs`);
  const problems = verifyGraph(graphs[0], { reals: true });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return graphs[0];
}

export interface Launch {
  readonly nk: number;
  readonly nq?: number;
  readonly batch?: number;
  readonly layer?: number;
  readonly launch?: Readonly<Record<string, number>>;
  readonly arrays?: Readonly<Record<string, unknown>>;
}

export interface Pair {
  /** The position of the query. */
  readonly i: number;
  readonly j: number;
  readonly n: number;
  readonly head: number;
  readonly batch: number;
}

/** Every pair of a launch on which the graph and the predicate disagree; at most five are listed. */
export function disagreements(graph: Graph, request: Launch, predicate: (pair: Pair) => boolean): string[] {
  const { nk, nq = nk, batch = 1, layer = 0, launch = {}, arrays = {} } = request;
  const model = { ...graph, mask: graph.nodes[0].mask };
  const sizes = { batch, nq, nk, layer, launch };
  const given = readArrays(model.inputs, arrays, launchScalars(model, sizes));
  const launched = launchMask(model, { ...sizes, arrays: given });
  const { mask } = model;
  const values = new Float64Array(mask.nodes.length);
  const symbols = launched.scalars;
  const wrong: string[] = [];
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < graph.heads; head++) {
      const read = (query: number, key: number): boolean => {
        const environment = { symbols, arrays: launched.arrays, batch: b, head, query, key };
        mask.nodes.forEach((node, id) => (values[id] = evaluateNode(node, values, environment)));
        return values[mask.root] === 1;
      };
      for (let row = 0; row < nq; row++) {
        for (let j = 0; j < nk; j++) {
          const i = row + launched.offset;
          const expected = predicate({ i, j, n: nk, head, batch: b });
          if (read(i, j) !== expected && wrong.length < 5) {
            wrong.push(`n ${nk} nq ${nq} batch ${b} head ${head} i ${i} j ${j}: expected ${expected}`);
          }
        }
      }
    }
  }
  return wrong;
}

/** `mask` as the only attention of a file, with declarations before it. */
export function attentionOf(mask: string, declarations = '', fields = 'heads 1'): string {
  return `attention test {\n${declarations}\n  mask ${mask}\n  ${fields}\n}\n`;
}

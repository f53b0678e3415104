import { compile } from '../../compiler/index.ts';
import { evaluateBound, launchMask, launchScalars } from '../../runtime/mask/index.ts';
import type { BoundMask } from '../../runtime/mask/bound/bound-mask.ts';
import { readArrays } from '../../runtime/read-arrays.ts';
import type { Mapping, PatternRequest } from './mapping.ts';
import { resolveCase } from './mapping.ts';
import { unpackBits } from './vector-case.ts';
import type { VectorCase } from './vector-case.ts';

export type CaseStatus = 'ok' | 'fail' | 'missing' | 'skipped';

export interface CaseResult {
  readonly system: string;
  readonly case: string;
  readonly status: CaseStatus;
  /** What was compared, or why it was not, or where the first differing pair is. */
  readonly detail: string;
}

/** The text of a specification by its name, and the rules of vectors.json. */
export interface Specifications {
  readonly mapping: Mapping;
  readonly read: (file: string) => string;
}

/** Runs a case through the library and compares every pair. Never throws: what goes wrong is a failed case. */
export function runCase(vector: VectorCase, specifications: Specifications): CaseResult {
  const { system, case: name } = vector;
  try {
    const resolution = resolveCase(specifications.mapping, vector);
    if (resolution.kind !== 'run') {
      return { system, case: name, status: resolution.kind, detail: resolution.reason };
    }
    const { request } = resolution;
    const difference = compare(vector, request, evaluatePattern(request, specifications.read(request.file)));
    const pairs = `${request.nq} x ${request.nk} pairs of ${request.heads} head(s)`;
    return {
      system,
      case: name,
      status: difference === null ? 'ok' : 'fail',
      detail: difference ?? `${request.file} ${request.pattern}: ${pairs}`,
    };
  } catch (error) {
    return {
      system,
      case: name,
      status: 'fail',
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

/** [heads, nq, nk], one byte a pair. */
function evaluatePattern(request: PatternRequest, text: string): Uint8Array {
  const { file, pattern, heads, nq, nk, block, queriesAt, settings, arrays } = request;
  const defaults = { heads };
  const result = compile(
    { name: file, text },
    { pattern, settings, defaults, until: 'lower', tolerate: ['empty-mask'], verify: true },
  );
  if (!result.ok) {
    const [first] = result.diagnostics.filter(({ severity }) => severity === 'error');
    throw new Error(`${file} does not compile: ${first.code} ${first.message}`);
  }
  const { graph } = result.units[0];
  const model = {
    ...graph,
    mask: graph.nodes[0].mask,
    offset:
      queriesAt === null ? graph.offset : { nodes: [{ kind: 'int', value: queriesAt } as const], root: 0 },
  };
  const sizes = { batch: 1, nq: nq * block, nk: nk * block };
  const scalars = launchScalars(model, sizes);
  const launched = launchMask(model, { ...sizes, arrays: readArrays(model.inputs, arrays, scalars) });
  const bits = new Uint8Array(heads * nq * nk);
  let at = 0;
  for (let head = 0; head < heads; head++) {
    const bound = launched.bind(0, head);
    for (let row = 0; row < nq; row++) {
      for (let j = 0; j < nk; j++)
        bits[at++] = readBlock(bound, row * block + launched.offset, j * block, block);
    }
  }
  return bits;
}

/** Whether the pairs of a block are live: its corners stand for it, and they must agree. A pair is a block of one. */
function readBlock(bound: BoundMask, i: number, j: number, size: number): number {
  const live = evaluateBound(bound, i, j);
  for (const [down, right] of size === 1
    ? []
    : [
        [0, 1],
        [1, 0],
        [1, 1],
      ]) {
    if (evaluateBound(bound, i + down * (size - 1), j + right * (size - 1)) === live) continue;
    throw new Error(`the block at row ${i}, key ${j} is kept in part`);
  }
  return live ? 1 : 0;
}

/** Null where all bits agree; a mask without a head axis holds for every head. */
function compare(vector: VectorCase, request: PatternRequest, found: Uint8Array): string | null {
  const plane = request.nq * request.nk;
  const expected = unpackBits(
    vector.mask,
    vector.mask_shape.reduce((product, size) => product * size, 1),
  );
  if (expected.length !== plane && expected.length !== plane * request.heads) {
    return `the mask has shape [${vector.mask_shape.join(', ')}], the case ${request.heads} head(s)`;
  }
  let wrong = 0;
  let first = -1;
  for (let at = 0; at < found.length; at++) {
    if (found[at] === expected[at % expected.length]) continue;
    if (first < 0) first = at;
    wrong++;
  }
  if (wrong === 0) return null;
  const [head, row, j] = [
    Math.floor(first / plane),
    Math.floor((first % plane) / request.nk),
    first % request.nk,
  ];
  const kept = found[first] === 1 ? 'keeps' : 'drops';
  return `${wrong} of ${found.length} pairs differ; the first: ${request.pattern} ${kept} head ${head}, row ${row}, key ${j}`;
}

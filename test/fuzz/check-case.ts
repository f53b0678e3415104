import { compile } from '../../compiler/index.ts';
import type { CompiledUnit, Diagnostic, Graph, TargetTable } from '../../compiler/index.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { evaluateBound, launchMask, launchScalars } from '../../runtime/mask/index.ts';
import type { LaunchedMask } from '../../runtime/mask/index.ts';
import type { AttentionResult } from '../../runtime/reference/attend-dense.ts';
import { readArrays } from '../../runtime/read-arrays.ts';
import { checkRoundTrip } from './check-round-trip.ts';
import { checkRunTables } from './check-run-tables.ts';
import { checkPlan, makeTensors, referenceResult, storeTensors } from './check-plan.ts';
import type { Tensors } from './check-plan.ts';
import { checkSchedules } from './check-schedules.ts';
import { readFileTable } from './forms/index.ts';
import { launchOf, offsetOf } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { fillArrays, referenceMasks } from './predicate.ts';
import { printCase } from './print-case.ts';

/** What was wrong: the check that noticed, and a sentence. */
export interface Failure {
  readonly check:
    | 'crash'
    | 'round trip'
    | 'compile'
    | 'mask'
    | 'run table'
    | 'plan'
    | 'schedule'
    | 'kernel'
    | 'cuda'
    | 'mutation';
  readonly message: string;
}

/** A case whose text was accepted, ready to be launched. */
export interface PreparedCase {
  readonly fuzzCase: FuzzCase;
  readonly graph: Graph;
  readonly descriptor: AttentionDescriptor;
  readonly launched: LaunchedMask;
  /** The independent predicate of each attend, [batch, heads, nq, nk]. */
  readonly branches: readonly Uint8Array[];
  /** The pairs that some attend holds. */
  readonly expected: Uint8Array;
  /** [batch, heads, n, width], whatever the layout of the case is. */
  readonly tensors: Tensors;
  /** The same in the layout of the case. */
  readonly stored: Tensors;
  /** What dense attention over `branches` gives. */
  readonly reference: AttentionResult;
}

export type CheckResult =
  | { readonly kind: 'ok'; readonly prepared: PreparedCase }
  /** The compiler refused the specification with a code that random specifications may run into. */
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Tiles of 4 x 4 and 8 x 8: borders everywhere, and shaders that compile in a fraction of a second. */
export const smallTiles: TargetTable = {
  class: 'software',
  workgroupBytes: 16384,
  invocations: 16,
  accumulators: 8,
  keepsQueries: false,
  padding: 0,
  tiled: [{ x: 4, y: 4, rows: 2, columns: 2 }],
  smallQuery: [{ x: 4, y: 4, rows: 1, columns: 1 }],
  diagonal: [{ x: 4, y: 4, rows: 1, columns: 2 }],
};

/** The mask holds no pair at all: an error of the specification, and random ones run into it. */
const emptyMask = 'SA0601';

/**
 * Limits of the language that random specifications run into: random keys of blocks whose size differs from head to
 * head, a real value that depends on several indices (in a
 * segment, positions count from a start that is looked up), and integers that do not fit 32 bits or are not proved to.
 */
const limits: ReadonlySet<string> = new Set(['SA0306', 'SA0413', 'SA0425', 'SA0607', 'SA0608']);

/** Another one: in blocks whose size differs from head to head, a grid of as many rows as there are blocks. */
const sizeByHead = 'SA0420';

function isLimit({ code }: Diagnostic, text: string): boolean {
  return limits.has(code) || (code === sizeByHead && text.includes('[head]'));
}

/** Runs all checks of a case that need no device. Never throws. */
export function checkCase(fuzzCase: FuzzCase): CheckResult {
  const text = printCase(fuzzCase);
  const failed = (check: Failure['check'], message: string): CheckResult => ({
    kind: 'failed',
    failure: { check, message },
  });
  try {
    const roundTrip = checkRoundTrip(text);
    if (roundTrip !== null) return failed('round trip', roundTrip);
    const result = compile(
      { name: 'fuzzed.sa', text },
      { targets: [smallTiles], tables: readFileTable, verify: true },
    );
    if (!result.ok) {
      const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
      const [{ code }] = errors;
      if (errors.some((error) => error.code !== emptyMask && !isLimit(error, text)))
        return failed('compile', describeErrors(errors));
      const limit = errors.find((error) => isLimit(error, text));
      if (limit !== undefined) return { kind: 'refused', code: limit.code };
      if (referenceMasks(fuzzCase).every((mask) => mask.includes(1)))
        return failed('compile', 'a mask is called empty, and none is');
      return { kind: 'refused', code };
    }
    const prepared = prepare(fuzzCase, result.units[0]);
    const mask = checkMask(prepared);
    if (mask !== null) return failed('mask', mask);
    const table = checkRunTables(prepared);
    if (table !== null) return failed('run table', table);
    const plan = checkPlan(prepared);
    if (plan !== null) return failed('plan', plan);
    const schedule = checkSchedules(prepared, [smallTiles]);
    return schedule === null ? { kind: 'ok', prepared } : failed('schedule', schedule);
  } catch (error) {
    return failed('crash', error instanceof Error ? `${error.message}\n${error.stack}` : String(error));
  }
}

function describeErrors(errors: readonly Diagnostic[]): string {
  return errors.map(({ code, message }) => `${code}: ${message}`).join('; ');
}

function prepare(fuzzCase: FuzzCase, unit: CompiledUnit): PreparedCase {
  const descriptor = unit.descriptor!;
  const { batch, nq, nk, layer } = fuzzCase;
  const sizes = { batch, nq, nk, layer, launch: launchOf(fuzzCase) };
  const arrays = readArrays(descriptor.inputs, fillArrays(fuzzCase), launchScalars(descriptor, sizes));
  const branches = referenceMasks(fuzzCase);
  const expected = branches[0].map((_, at) => Math.max(...branches.map((mask) => mask[at])));
  const launched = launchMask(descriptor, { ...sizes, arrays });
  const tensors = makeTensors(fuzzCase, expected);
  const stored = storeTensors(fuzzCase, tensors);
  const reference = referenceResult(fuzzCase, branches, tensors);
  return {
    fuzzCase,
    graph: unit.graph,
    descriptor,
    launched,
    branches,
    expected,
    tensors,
    stored,
    reference,
  };
}

function checkMask({ fuzzCase, launched, expected }: PreparedCase): string | null {
  const { batch, heads, nq, nk } = fuzzCase;
  const offset = offsetOf(fuzzCase);
  if (launched.offset !== offset) return `queries start at ${launched.offset}, not at ${offset}`;
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      const bound = launched.bind(b, head);
      for (let i = offset; i < offset + nq; i++) {
        for (let j = 0; j < nk; j++) {
          if (evaluateBound(bound, i, j) === (expected[at++] === 1)) continue;
          const kept = expected[at - 1] === 1 ? 'should attend' : 'should not attend';
          return `batch ${b}, head ${head}: i = ${i} ${kept} j = ${j}`;
        }
      }
    }
  }
  return null;
}

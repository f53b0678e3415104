import { checkCase } from './check-case.ts';
import type { CheckResult, Failure } from './check-case.ts';
import { checkKernel } from './check-kernel.ts';
import { checkMutation } from './check-mutation.ts';
import { generateCase } from './generate-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { mutateText } from './mutate-text.ts';
import { printCase } from './print-case.ts';
import { Random } from './random.ts';
import { shrinkCase } from './shrink-case.ts';
import { shrinkText } from './shrink-text.ts';

export interface FuzzOptions {
  readonly runs: number;
  readonly seed: number;
  /** The seed of the first case; by default it follows from `seed`. */
  readonly firstCase?: number;
  /** One in this many cases is also executed on `device`. */
  readonly kernelEvery?: number;
  readonly device?: GPUDevice | null;
  /** One in this many cases is also emulated as CUDA; none where it is left out or null. */
  readonly cudaEvery?: number | null;
  /** Stop after this many failures. */
  readonly maxFailures?: number;
}

/** A failing case, shrunk. `text` is the specification, or the mutated text; `launch` the sizes and seeds. */
export interface FuzzFailure extends Failure {
  /** What `--case` repeats. */
  readonly caseSeed: number;
  readonly text: string;
  readonly launch: Omit<FuzzCase, 'mask' | 'others' | 'pattern' | 'scores'> | null;
}

export interface FuzzReport {
  readonly runs: number;
  /** Cases that went through all checks. */
  readonly checked: number;
  /** Cases that the compiler refused rightly, by code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly mutations: number;
  readonly kernels: number;
  /** Cases that were to be executed and that the software adapter cannot bear, with the reason. */
  readonly leftOut: readonly { readonly caseSeed: number; readonly reason: string }[];
  readonly cuda: number;
  readonly failures: readonly FuzzFailure[];
}

/** The seed of the first case of a run. Runs of neighbouring seeds are far apart. */
export function firstCaseOf(seed: number): number {
  return Math.imul(seed, 0x9e3779b1) >>> 0;
}

/** Runs the cases of a seed one after another; `watch` hears of what is done and found. */
export async function runFuzz(
  options: FuzzOptions,
  watch: {
    readonly progress?: (done: number) => void;
    readonly failure?: (failure: FuzzFailure) => void;
  } = {},
): Promise<FuzzReport> {
  const { runs, seed, kernelEvery = 50, device = null, cudaEvery = null, maxFailures = 10 } = options;
  const { firstCase = firstCaseOf(seed) } = options;
  const refused: Record<string, number> = {};
  const failures: FuzzFailure[] = [];
  const leftOut: { caseSeed: number; reason: string }[] = [];
  let [done, checked, mutations, kernels, cuda] = [0, 0, 0, 0, 0];
  const fail = (failure: FuzzFailure): void => {
    failures.push(failure);
    watch.failure?.(failure);
  };
  while (done < runs && failures.length < maxFailures) {
    const caseSeed = (firstCase + done) >>> 0;
    const fuzzCase = generateCase(caseSeed);
    const result = checkCase(fuzzCase);
    if (result.kind === 'failed') fail(shrinkFailure(caseSeed, fuzzCase, result.failure));
    if (result.kind === 'refused') refused[result.code] = (refused[result.code] ?? 0) + 1;
    if (result.kind === 'ok') checked++;

    if (result.kind === 'ok' && device !== null && done % kernelEvery === 0) {
      const executed = await checkKernel(result.prepared, device);
      if (executed.kind === 'left out') leftOut.push({ caseSeed, reason: executed.reason });
      else kernels++;
      if (executed.kind === 'failed')
        fail(await shrinkKernelFailure(caseSeed, fuzzCase, executed.message, device));
    }

    if (result.kind === 'ok' && cudaEvery !== null && done % cudaEvery === 0) {
      cuda++;
      const { checkCuda } = await import('./check-cuda.ts');
      const message = await checkCuda(result.prepared);
      if (message !== null) fail(describeFailure(caseSeed, fuzzCase, { check: 'cuda', message }));
    }

    mutations++;
    const text = mutateText(printCase(fuzzCase), new Random(caseSeed));
    const message = checkMutation(text);
    if (message !== null) {
      const small = shrinkText(text, (shorter) => checkMutation(shorter) !== null);
      const remaining = checkMutation(small) ?? message;
      fail({ caseSeed, check: 'mutation', message: remaining, text: small, launch: null });
    }
    done++;
    watch.progress?.(done);
  }
  return { runs: done, checked, refused, mutations, kernels, leftOut, cuda, failures };
}

/** The smallest case that the same check refuses. */
function shrinkFailure(caseSeed: number, failing: FuzzCase, failure: Failure): FuzzFailure {
  const failureOf = (result: CheckResult) => (result.kind === 'failed' ? result.failure : null);
  const small = shrinkCase(failing, (smaller) => failureOf(checkCase(smaller))?.check === failure.check);
  return describeFailure(caseSeed, small, failureOf(checkCase(small)) ?? failure);
}

/** Shader compilation is slow, so only the sizes of a failing kernel are shrunk, and only a few times. */
async function shrinkKernelFailure(
  caseSeed: number,
  failing: FuzzCase,
  message: string,
  device: GPUDevice,
): Promise<FuzzFailure> {
  let current = failing;
  let found = message;
  for (const change of [
    { batch: 1 },
    { heads: 1, kvHeads: 1 },
    { queriesAt: null },
    { nq: 1 },
    { nk: 8 },
    { nk: 1 },
  ]) {
    const smaller: FuzzCase = { ...current, ...change };
    const result = checkCase(smaller);
    const executed = result.kind === 'ok' ? await checkKernel(result.prepared, device) : null;
    if (executed?.kind === 'failed') [current, found] = [smaller, executed.message];
  }
  return describeFailure(caseSeed, current, { check: 'kernel', message: found });
}

function describeFailure(caseSeed: number, fuzzCase: FuzzCase, failure: Failure): FuzzFailure {
  const { mask: _mask, others: _others, pattern: _pattern, scores: _scores, ...launch } = fuzzCase;
  return { ...failure, caseSeed, text: printCase(fuzzCase), launch };
}

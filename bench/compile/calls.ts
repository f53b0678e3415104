import { compile, emitLauncher, version } from '../../compiler/index.ts';
import type { Source } from '../../compiler/index.ts';
import { median } from '../benchmark.ts';

export interface CallTimes {
  readonly name: string;
  /** `compile` alone: diagnostics, plan, WGSL. */
  readonly compile: number;
  /** `compile` and the launcher of every attention. */
  readonly withLauncher: number;
}

/** Medians of warm calls, over all specifications: what an editor or a bundler plugin waits for. */
export async function timeCalls(sources: readonly Source[], rounds: number): Promise<readonly CallTimes[]> {
  const plain = sources.map(() => [] as number[]);
  const launched = sources.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [at, source] of sources.entries()) {
      const [compileTime, launcherTime] = await timeCall(source);
      if (round === 0) continue;
      plain[at].push(compileTime);
      launched[at].push(compileTime + launcherTime);
    }
  }
  return sources.map(({ name }, at) => ({
    name,
    compile: median(plain[at]),
    withLauncher: median(launched[at]),
  }));
}

async function timeCall(source: Source): Promise<readonly [compile: number, launcher: number]> {
  const start = performance.now();
  const { ok, units, diagnostics } = compile(source);
  const compiled = performance.now();
  if (!ok) throw new Error(`${source.name} does not compile: ${diagnostics[0].message}`);
  for (const { descriptor, graph } of units) {
    const header = { version, sourceName: source.name, sourceHash: '0', doc: graph.doc };
    await emitLauncher(descriptor!, header);
  }
  return [compiled - start, performance.now() - compiled];
}

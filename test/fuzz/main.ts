import { acquireDevice } from '../../runtime/node/index.ts';
import { runFuzz } from './run-fuzz.ts';
import type { FuzzFailure, FuzzReport } from './run-fuzz.ts';
import { parseOptions } from './options.ts';

const usage = `usage: npm run fuzz -- [--runs N] [--seed S] [--case SEED] [--no-device] [--cuda N] [--format text|json]

  --runs N     cases to run (1000)
  --seed S     which cases (1)
  --case SEED  the one case of a failure, executed as WGSL too
  --no-device  do not execute WGSL
  --cuda N     emulate one in N cases as CUDA; seconds a case, needs g++ (none)`;

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === null) {
    console.error(usage);
    return 2;
  }
  const acquired = options.device ? await acquireDevice({ prefer: 'software' }) : null;
  const device = acquired === null || acquired.kind === 'none' ? null : acquired.device;
  const description =
    acquired === null
      ? 'not asked for'
      : acquired.kind === 'none'
        ? `skipped: ${acquired.reason}`
        : acquired.description;
  const start = performance.now();
  const run =
    options.replay === null
      ? { runs: options.runs, seed: options.seed, device, cudaEvery: options.cudaEvery }
      : {
          ...{ runs: 1, seed: 0, firstCase: options.replay, device, kernelEvery: 1 },
          cudaEvery: options.cudaEvery && 1,
        };
  const isWatched = options.format === 'text';
  const report = await runFuzz(run, {
    progress(done) {
      if (isWatched && process.stderr.isTTY && done % 100 === 0) process.stderr.write(`\r${done} cases\r`);
    },
    failure(failure) {
      if (isWatched) console.log(describeFailure(failure));
    },
  });
  const seconds = (performance.now() - start) / 1000;
  if (acquired !== null && acquired.kind !== 'none') acquired.close();

  if (options.format === 'json') {
    console.log(JSON.stringify({ seed: options.seed, ...report, device: description, seconds }));
  } else {
    console.log(table(report, description, seconds));
  }
  return report.failures.length === 0 ? 0 : 1;
}

function describeFailure({ check, message, caseSeed, text, launch }: FuzzFailure): string {
  const launched = launch === null ? '' : `\nlaunched with ${JSON.stringify(launch)}`;
  return `${check}: ${message}\nrepeat with: npm run fuzz -- --case ${caseSeed}\n\n${text}${launched}\n`;
}

function describeLeftOut({ leftOut }: FuzzReport): string {
  const cases = leftOut.map(({ caseSeed, reason }) => `case ${caseSeed}: ${reason}`);
  return cases.length === 0 ? '0' : `${cases.length} (${cases.join(', ')})`;
}

function table(report: FuzzReport, device: string, seconds: number): string {
  const refused = Object.entries(report.refused).map(([code, count]) => `${count} ${code}`);
  const rows: readonly (readonly [string, string])[] = [
    ['cases', `${report.runs} in ${seconds.toFixed(1)} s`],
    ['all checks passed', `${report.checked}`],
    ['refused by the compiler', refused.join(', ') || '0'],
    ['mutated texts', `${report.mutations}`],
    ['executed as WGSL', `${report.kernels} (${device})`],
    ['left out of these', describeLeftOut(report)],
    ['emulated as CUDA', `${report.cuda}`],
    ['failures', `${report.failures.length}`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(25)}${value}`).join('\n');
}

// Dawn keeps threads that outlive the event loop.
process.exit(await main(process.argv.slice(2)));

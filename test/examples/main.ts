import type { CompiledUnit } from '../../compiler/index.ts';
import { acquireDevice } from '../../runtime/node/index.ts';
import type { LaunchReport } from './check-launch.ts';
import { compileExamples } from './load-examples.ts';
import { launchCases } from './launch-cases.ts';
import { parseOptions } from './options.ts';
import type { ExampleOptions } from './options.ts';
import { expectations } from './predicates.ts';
import { describeTotal, headline, launchLine } from './report.ts';
import type { NamedReport } from './report.ts';
import { runExample } from './run-example.ts';

const usage = `usage: npm run examples -- [--lengths 1,2,63] [--only NAME] [--seed S] [--format text|json]

  --lengths N,…  lengths nq = nk (1,2,63,64,65,257,1000,4096)
  --only NAME    the examples whose name contains this
  --seed S       contents of the tensors and the choice of rows (1)`;

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === null) {
    console.error(usage);
    return 2;
  }
  const units = [...compileExamples({})].filter(
    ([name]) => options.only === null || name.includes(options.only),
  );
  if (units.length === 0) {
    console.error(`no example is called ${options.only}`);
    return 2;
  }
  const acquired = await acquireDevice({ prefer: 'software' });
  if (acquired.kind === 'none') {
    console.error(`nothing was checked: ${acquired.reason}`);
    return 1;
  }
  const start = performance.now();
  const reports = await runAll(acquired.device, units, options);
  const seconds = (performance.now() - start) / 1000;
  acquired.close();
  const ok = reports.every((report) => report.ok);
  const device = acquired.description;
  if (options.format === 'json') console.log(JSON.stringify({ ok, device, seconds, examples: reports }));
  else console.log(describeTotal(reports, device, seconds));
  return ok ? 0 : 1;
}

async function runAll(
  device: GPUDevice,
  units: readonly (readonly [name: string, unit: CompiledUnit])[],
  { lengths, seed, format }: ExampleOptions,
): Promise<NamedReport[]> {
  const reports: NamedReport[] = [];
  if (format === 'text') console.log(headline);
  for (const [name, { descriptor }] of units) {
    const cases = launchCases(descriptor!, lengths, Math.max(...lengths));
    const onLaunch = (launch: LaunchReport) => {
      if (format === 'text') console.log(launchLine(name, launch));
    };
    try {
      const report = await runExample(device, descriptor!, expectations[name], cases, { seed, onLaunch });
      const ok = report.compiledOnce && report.launches.every((launch) => launch.ok);
      reports.push({ name, ok, error: null, ...report });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (format === 'text') console.log(`${name}: ${message}`);
      reports.push({
        name,
        ok: false,
        error: message,
        launches: [],
        compilations: null,
        compiledOnce: false,
      });
    }
  }
  return reports;
}

// Dawn keeps threads that outlive the event loop.
process.exit(await main(process.argv.slice(2)));

import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { acquireCuda, type AcquiredCuda } from '../../runtime/cuda/index.ts';
import { optionOf } from '../benchmark.ts';
import { checkAttention, testList } from './check-device.ts';
import { jsonLines } from './json-lines.ts';
import { makeTable, NOT_REACHED } from './make-table.ts';
import { probeDevice } from './probe-device.ts';
import { peersOf, scenarios, type Scenario } from './scenarios.ts';
import { prepareScenario, timeScenario } from './time-scenario.ts';

const usage = `usage: bench COMMAND [options]

  info                      the device, the driver, the compiler
  probe                     two tiny kernels; where shared memory begins
  scenarios --out FILE      what is measured, for ./peers
  check --out FILE          every launch of the test list against float64; a line of JSON an attention
  prepare --out DIR         code and launches of every scenario, for ./peers
  time --out FILE           every scenario by the runtime, plans; a line of JSON each
  table --check F --time F --peers F --out FILE   what came out, as text and as JSON

  --only A,B                parts of names
  --shard 0/8               one of eight parts of check and prepare
  --budget S                seconds after which check and time begin nothing more
  --tiny                    scenarios of 256 tokens
  --before FILE             of a run before: check leaves out what passed, prepare what ./peers measured
time leaves out what its FILE holds already.`;

async function main([command, ...args]: readonly string[]): Promise<number> {
  const out = optionOf(args, 'out', '');
  const only = optionOf(args, 'only', '').split(',');
  const budget = Number(optionOf(args, 'budget', '600'));
  const [shard, shards] = optionOf(args, 'shard', '0/1').split('/').map(Number);
  const wanted = (name: string): boolean => only.some((part) => name.includes(part));
  const list = scenarios(args.includes('--tiny')).filter(({ id }) => wanted(id));
  const ofShard = <Item>(items: readonly Item[]): readonly Item[] =>
    items.filter((_, at) => at % shards === shard);
  switch (command) {
    case 'info':
      return withDevice(async ({ description, device }) => {
        console.log(`${description}; ${device.compiler?.description ?? device.compilerReason}`);
        console.log(JSON.stringify(device.properties));
        return 0;
      });
    case 'probe':
      return withDevice(async ({ device }) => {
        const report = await probeDevice(device);
        console.log(JSON.stringify(report));
        if (report.aligned % 1024 === 0) return 0;
        console.log(
          'FAILED dynamic shared memory is not aligned to 1024 bytes: swizzled boxes land elsewhere',
        );
        return 1;
      });
    case 'scenarios':
      writeFileSync(out, JSON.stringify(list.map(forPeers)));
      return 0;
    case 'check':
      return withDevice((cuda) => check(cuda, out, wanted, ofShard, budget, optionOf(args, 'before', out)));
    case 'prepare':
      mkdirSync(out, { recursive: true });
      return withDevice((cuda) =>
        prepare(cuda, out, ofShard(unmeasured(list, optionOf(args, 'before', '')))),
      );
    case 'time':
      return withDevice((cuda) => time(cuda, out, budget, list));
    case 'table': {
      const files = ['check', 'time', 'peers'].map((name) => optionOf(args, name, ''));
      const { text, result } = makeTable(list, files[0], files[1], files[2]);
      writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
      console.log(text);
      return 0;
    }
    default:
      console.error(usage);
      return 2;
  }
}

/** The scenarios of which ./peers/main.py has not said everything in a file of a run before. */
function unmeasured(list: readonly Scenario[], file: string): readonly Scenario[] {
  if (!existsSync(file)) return list;
  const { results } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly results: readonly { readonly id: string; readonly peer: string; readonly error?: string }[];
  };
  const known = new Set(
    results.filter(({ error }) => error !== NOT_REACHED).map(({ id, peer }) => `${id} ${peer}`),
  );
  return list.filter((scenario) =>
    ['ours', ...peersOf(scenario)].some((peer) => !known.has(`${scenario.id} ${peer}`)),
  );
}

/** A scenario as ./peers/main.py reads it. */
function forPeers(scenario: Scenario) {
  const { id, mask, batch, heads, kvHeads, n, dim } = scenario;
  const { tiledPeer } = mask;
  const tiled = tiledPeer && { mask_tiled: tiledPeer };
  const peers = ['ours', ...peersOf(scenario)];
  return { id, mask: mask.peer(n), ...tiled, batch, heads, kv_heads: kvHeads, n, dim, peers };
}

async function withDevice(body: (cuda: AcquiredCuda) => Promise<number>): Promise<number> {
  const found = await acquireCuda();
  if (found.kind === 'none') {
    console.error(`nothing was run: ${found.reason}`);
    return 1;
  }
  try {
    return await body(found);
  } finally {
    found.close();
  }
}

async function check(
  { device, description }: AcquiredCuda,
  out: string,
  wanted: (name: string) => boolean,
  ofShard: <Item>(items: readonly Item[]) => readonly Item[],
  budget: number,
  before: string,
): Promise<number> {
  const start = performance.now();
  const passed = new Set(
    jsonLines<{ name: string; failures: readonly string[] }>(before)
      .filter(({ failures }) => failures.length === 0)
      .map(({ name }) => name),
  );
  const list = ofShard(testList().filter(({ name }) => wanted(name) && !passed.has(name)));
  let [failed, done] = [0, 0];
  for (const checked of list) {
    if (performance.now() - start > budget * 1000) break;
    const report = await checkAttention(device, checked);
    appendFileSync(out, `${JSON.stringify({ device: description, ...report })}\n`);
    for (const failure of report.failures) console.log(`FAILED ${failure}`);
    failed += report.failures.length;
    done++;
  }
  const rest = done < list.length ? `, ${list.length - done} not reached in the time` : '';
  console.log(`${done} attentions, ${failed} launches failed${rest}`);
  return failed === 0 ? 0 : 1;
}

async function prepare({ device }: AcquiredCuda, folder: string, list: readonly Scenario[]): Promise<number> {
  let failed = 0;
  for (const scenario of list) {
    try {
      await prepareScenario(device, scenario, folder);
    } catch (error) {
      failed++;
      console.log(`FAILED ${scenario.id}: ${messageOf(error)}`);
    }
  }
  console.log(`${list.length - failed} of ${list.length} scenarios compiled`);
  return failed === 0 ? 0 : 1;
}

async function time(
  { device, description }: AcquiredCuda,
  out: string,
  budget: number,
  list: readonly Scenario[],
): Promise<number> {
  const start = performance.now();
  const known = new Set(
    jsonLines<{ id: string; ms?: number }>(out).flatMap(({ id, ms }) => (ms ? [id] : [])),
  );
  let wrong = 0;
  for (const scenario of list) {
    const { id } = scenario;
    if (known.has(id)) continue;
    if (performance.now() - start > budget * 1000) {
      appendFileSync(out, `${JSON.stringify({ id, error: NOT_REACHED })}\n`);
      continue;
    }
    try {
      const timing = await timeScenario(device, scenario);
      if (!timing.ok) wrong++;
      appendFileSync(out, `${JSON.stringify({ device: description, ...timing })}\n`);
      const { ms, tflops, plan_ms: plan, error_of_out: error, ok } = timing;
      console.log(
        `${id.padEnd(40)} ${ms.toFixed(4)} ms ${tflops.toFixed(0)} TFLOP/s, plan ${plan.toFixed(2)} ms, ` +
          `${timing.registers} registers, ${timing.local_bytes} spilled, error ${error.toExponential(1)}${ok ? '' : ' WRONG'}`,
      );
    } catch (error) {
      wrong++;
      appendFileSync(out, `${JSON.stringify({ id, error: messageOf(error) })}\n`);
      console.log(`${id}: ${messageOf(error)}`);
    }
  }
  return wrong === 0 ? 0 : 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));

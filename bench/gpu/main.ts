import { appendFileSync, writeFileSync } from 'node:fs';
import { acquireCuda, type AcquiredCuda } from '../../runtime/cuda/index.ts';
import { optionOf } from '../benchmark.ts';
import { checkAttention, testList } from './check-device.ts';
import { makeTable } from './make-table.ts';
import { scenarios, type Scenario } from './scenarios.ts';
import { timeScenario } from './time-scenario.ts';

const usage = `usage: bench COMMAND [options]

  info                                      the device, the driver, the compiler
  scenarios --out FILE                      what is measured, for the peers
  check --out FILE [--shard 0/1] [--only T] every launch of the test list against float64; a line of JSON an attention
  time --out FILE [--budget S] [--only T]   every scenario; a line of JSON each
  --tiny                                    with scenarios, time and table: 256 tokens
  table --check F --time F --peers F --out FILE   what came out, as text and as JSON`;

async function main([command, ...args]: readonly string[]): Promise<number> {
  const out = optionOf(args, 'out', '');
  const only = optionOf(args, 'only', '').split(',');
  const wanted = (name: string): boolean => only.some((part) => name.includes(part));
  const list = scenarios(args.includes('--tiny')).filter(({ id }) => wanted(id));
  switch (command) {
    case 'info':
      return withDevice(async ({ description, device }) => {
        console.log(`${description}; ${device.compiler?.description ?? device.compilerReason}`);
        console.log(JSON.stringify(device.properties));
        return 0;
      });
    case 'scenarios':
      writeFileSync(out, JSON.stringify(list.map(forPeers)));
      return 0;
    case 'check':
      return withDevice((cuda) => check(cuda, out, optionOf(args, 'shard', '0/1'), wanted));
    case 'time':
      return withDevice((cuda) => time(cuda, out, Number(optionOf(args, 'budget', '150')), list));
    case 'table': {
      const { text, result } = makeTable(
        list,
        optionOf(args, 'check', ''),
        optionOf(args, 'time', ''),
        optionOf(args, 'peers', ''),
      );
      writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
      console.log(text);
      return 0;
    }
    default:
      console.error(usage);
      return 2;
  }
}

/** A scenario as ./peers/main.py reads it. Dense and causal attention have peers of their own in PyTorch. */
function forPeers({ id, mask, batch, heads, n, dim }: Scenario) {
  const isPlain = mask.name === 'dense' || mask.name === 'causal';
  const { tiledPeer } = mask;
  const peers = [...(isPlain ? ['cudnn', 'flash'] : []), 'flex', ...(tiledPeer ? ['flex-tiled'] : [])];
  return { id, mask: mask.peer(n), ...(tiledPeer && { mask_tiled: tiledPeer }), batch, heads, n, dim, peers };
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
  shard: string,
  wanted: (name: string) => boolean,
): Promise<number> {
  const [index, count] = shard.split('/').map(Number);
  const list = testList().filter(({ name }, at) => at % count === index && wanted(name));
  let failed = 0;
  for (const checked of list) {
    const report = await checkAttention(device, checked);
    appendFileSync(out, `${JSON.stringify({ device: description, ...report })}\n`);
    for (const failure of report.failures) console.log(`FAILED ${failure}`);
    failed += report.failures.length;
  }
  console.log(`shard ${shard}: ${list.length} attentions, ${failed} launches failed`);
  return failed === 0 ? 0 : 1;
}

async function time(
  { device, description }: AcquiredCuda,
  out: string,
  budget: number,
  list: readonly Scenario[],
): Promise<number> {
  const start = performance.now();
  let wrong = 0;
  for (const scenario of list) {
    const { id } = scenario;
    if (performance.now() - start > budget * 1000) {
      appendFileSync(out, `${JSON.stringify({ id, error: 'not reached in the time' })}\n`);
      continue;
    }
    try {
      const timing = await timeScenario(device, scenario);
      if (!timing.ok) wrong++;
      appendFileSync(out, `${JSON.stringify({ device: description, ...timing })}\n`);
      const { ms, tflops, plan_ms: plan, max_error: error, ok } = timing;
      console.log(
        `${id.padEnd(40)} ${ms.toFixed(4)} ms ${tflops.toFixed(0)} TFLOP/s, plan ${plan.toFixed(2)} ms, ` +
          `error ${error.toExponential(1)}${ok ? '' : ' WRONG'}`,
      );
    } catch (error) {
      wrong++;
      const message = error instanceof Error ? error.message : String(error);
      appendFileSync(out, `${JSON.stringify({ id, error: message })}\n`);
      console.log(`${id}: ${message}`);
    }
  }
  return wrong === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));

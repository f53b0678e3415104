import { existsSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { compile } from '../../compiler/index.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import type { KernelDescriptor } from '../../runtime/kernel-descriptor.ts';
import { findBrowser } from '../../test/browser/find-browser.ts';
import { median, optionOf } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { compareJobs } from './compare.ts';
import type { JobResult, PageRequest } from './page.ts';
import { scenarios, specificationOf } from './scenarios.ts';
import type { MaskName, Scenario } from './scenarios.ts';
import { servePage } from './serve-page.ts';

/** The software adapter, and no watchdog: a kernel of some seconds is no hang. */
const flags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-gpu-watchdog',
];

const peers = ['onnxruntime-web', '@jax-js/jax'];

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly jobs: readonly JobResult[];
  /** The tile of the kernel that ran our jobs. */
  readonly tile: { readonly queries: number; readonly keys: number };
}

export const benchmark: Benchmark = {
  name: 'webgpu',
  description: 'Kernels on SwiftShader in headless Chromium, interleaved with other libraries.',
  async run(args, say) {
    const versions = peers.map(peerVersion);
    const lengths = optionOf(args, 'n', '1024,2048').split(',').map(Number);
    const heads = Number(optionOf(args, 'heads', '4'));
    const rounds = Number(optionOf(args, 'rounds', '5'));
    const executablePath = findBrowser();
    if (executablePath === null) throw new Error('no chromium or google-chrome is in PATH');
    const server = await servePage();
    const browser = await chromium.launch({ executablePath, headless: true, args: flags });
    const results: ScenarioResult[] = [];
    try {
      for (const scenario of scenarios(lengths, heads)) {
        say(`n ${scenario.n}, ${heads} heads: ${scenario.jobs.length} jobs, ${rounds} rounds`);
        const descriptors = compileJobs(scenario);
        const page = await browser.newPage();
        page.setDefaultTimeout(0);
        await page.goto(server.address);
        await page.waitForFunction(() => 'measure' in globalThis);
        const request: PageRequest = { scenario, descriptors, rounds };
        const jobs = await page.evaluate(async (asked) => {
          const { measure, hideSubgroups } = globalThis as unknown as typeof import('./page.ts');
          hideSubgroups();
          return measure(asked);
        }, request);
        await page.close();
        for (const job of jobs) say(describeJob(job));
        const { tile } = descriptors.full.passes[0].kernels.find(isSoftwareKernel)!;
        results.push({ scenario, jobs, tile });
      }
    } finally {
      await browser.close();
      server.close();
    }
    return {
      table: compareJobs(results),
      notes: [
        `${versions.join(', ')}; headless Chromium ${browser.version()}, SwiftShader, subgroups hidden for all`,
        `float32, batch 1, ${heads} heads of 64; medians of ${rounds} interleaved rounds`,
      ],
      data: results,
    };
  },
};

const isSoftwareKernel = ({ target, purpose }: KernelDescriptor) =>
  target === 'software' && purpose === 'tiled';

/** Our descriptors by mask. */
function compileJobs(scenario: Scenario): Record<string, AttentionDescriptor> {
  const masks: readonly MaskName[] = ['full', 'causal', 'window'];
  return Object.fromEntries(
    masks.map((mask) => {
      const result = compile({ name: `${mask}.sa`, text: specificationOf(mask, scenario) });
      if (!result.ok) throw new Error(`${mask}.sa does not compile: ${result.diagnostics[0].message}`);
      return [mask, result.units[0].descriptor!];
    }),
  );
}

function peerVersion(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  if (!existsSync(file))
    throw new Error(`${name} is not installed: run \`npm i --ignore-scripts\` in bench/`);
  return `${name} ${JSON.parse(readFileSync(file, 'utf8')).version}`;
}

function describeJob({ library, mask, times, relativeError, failure }: JobResult): string {
  const result =
    failure ?? `${median(times).toFixed(1)} ms, relative error ${relativeError!.toExponential(1)}`;
  return `  ${library} ${mask}: ${result}`;
}

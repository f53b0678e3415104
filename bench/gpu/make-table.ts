import { existsSync, readFileSync } from 'node:fs';
import { formatTable, type BenchmarkResult } from '../benchmark.ts';
import type { CheckReport } from './check-device.ts';
import type { Scenario } from './scenarios.ts';
import type { Timing } from './time-scenario.ts';

type OurLine = (Timing & { readonly device: string }) | { readonly id: string; readonly error: string };

/** One line of ./peers/main.py; without `ms` it was not measured, and `error` says why. */
interface PeerLine {
  readonly id: string;
  readonly peer: 'flex' | 'flex-tiled' | 'cudnn' | 'flash' | 'ceiling';
  readonly ms?: number;
  readonly error?: string;
  readonly live_pairs?: number;
  readonly mask_ms?: number;
  readonly mask_eager_ms?: number;
  readonly matmul_tflops?: number;
  readonly copy_tb_s?: number;
}

const peerNames = ['flex', 'flex-tiled', 'cudnn', 'flash'] as const;

/**
 * The table of what was measured, from files that may be missing or cut short. `ratio` is the fastest peer over ours;
 * `dense` is how much faster than the fastest dense attention of the same size. A timing whose result was wrong, or whose
 * mask has other pairs than the peer's, has no ratio.
 */
export function makeTable(
  list: readonly Scenario[],
  checkFile: string,
  timeFile: string,
  peersFile: string,
): {
  readonly text: string;
  readonly result: BenchmarkResult & { readonly device: string; readonly date: string };
} {
  const checks = jsonLines<CheckReport & { readonly device: string }>(checkFile);
  const ours = new Map(jsonLines<OurLine>(timeFile).map((line) => [line.id, line]));
  const peers = existsSync(peersFile)
    ? (JSON.parse(readFileSync(peersFile, 'utf8')) as {
        readonly meta: object;
        readonly results: readonly PeerLine[];
      })
    : { meta: {}, results: [] };
  const peerOf = (id: string, name: PeerLine['peer']): PeerLine | undefined =>
    peers.results.find((line) => line.id === id && line.peer === name);
  const denseOf = (shape: string): number =>
    Math.min(...(['cudnn', 'flash'] as const).map((name) => peerOf(`dense-${shape}`, name)?.ms ?? Infinity));

  const rows = list.flatMap(({ id, mask }) => {
    const own = ours.get(id);
    const found = peerNames.map((name) => peerOf(id, name));
    if (!own && found.every((line) => line === undefined)) return [];
    const timing = own && 'ms' in own && own.ok ? own : null;
    const [flex] = found;
    const samePairs =
      !timing?.live_pairs_exact || (flex?.live_pairs ?? timing.live_pairs) === timing.live_pairs;
    const fastest = Math.min(...found.map((line) => line?.ms ?? Infinity));
    const dense = denseOf(id.slice(mask.name.length + 1));
    const ratio = (peer: number): number | string =>
      timing && samePairs && Number.isFinite(peer) ? peer / timing.ms : '';
    const cell = (value: number | undefined): number | string => value ?? '';
    return [
      [
        id,
        cell(timing?.ms),
        cell(timing?.tflops),
        cell(timing?.plan_ms),
        ...found.map((line) => cell(line?.ms)),
        ratio(fastest),
        ratio(dense),
        cell(flex?.mask_ms),
        own && 'error' in own
          ? own.error
          : own && !('error' in own) && !own.ok
            ? 'wrong'
            : samePairs
              ? ''
              : 'other pairs',
      ],
    ];
  });
  const columns = [
    'scenario',
    'ms',
    'TFLOP/s',
    'plan ms',
    ...peerNames,
    'ratio',
    'dense',
    'flex mask ms',
    'note',
  ];
  const failures = checks.flatMap((report) => report.failures);
  const launches = checks.reduce((sum, report) => sum + report.launches, 0);
  const ceiling = peers.results.find(({ peer }) => peer === 'ceiling');
  const timings = [...ours.values()].filter((line) => 'ms' in line);
  const notes = [
    `${launches} launches of ${checks.length} attentions held against float64, ${failures.length} failed`,
    ...failures.slice(0, 10).map((failure) => `  ${failure}`),
    `largest error ${(100 * Math.max(0, ...checks.map(({ worst }) => worst))).toFixed(0)} % of what rounding explains`,
    `PyTorch: ${JSON.stringify(peers.meta)}`,
    ...(ceiling?.matmul_tflops
      ? [
          `bf16 product ${ceiling.matmul_tflops.toFixed(0)} TFLOP/s, copy ${ceiling.copy_tb_s?.toFixed(2)} TB/s`,
        ]
      : []),
    ...peers.results
      .filter(({ error }) => error !== undefined && error !== 'not reached in the time')
      .map(({ id, peer, error }) => `${peer} on ${id}: ${error}`),
  ];
  const device = timings[0]?.device ?? checks[0]?.device ?? 'unknown';
  const table = { columns, rows };
  const date = new Date().toISOString().slice(0, 10);
  return {
    text: [device, ...notes, '', formatTable(table)].join('\n'),
    result: { device, date, table, notes, data: { ours: [...ours.values()], peers, checks } },
  };
}

function jsonLines<Line>(file: string): Line[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Line];
    } catch {
      // The last line of a run that was stopped while it wrote.
      return [];
    }
  });
}

import { existsSync, readFileSync } from 'node:fs';
import { formatTable, type BenchmarkResult } from '../benchmark.ts';
import type { CheckReport } from './check-device.ts';
import { judge, printGates, worstLosses, type GateRow } from './gates.ts';
import { jsonLines } from './json-lines.ts';
import type { Scenario } from './scenarios.ts';
import type { Timing } from './time-scenario.ts';

type OurLine = (Timing & { readonly device: string }) | { readonly id: string; readonly error: string };

/** One line of ./peers/main.py; without `ms` it was not measured, and `error` says why. */
interface PeerLine {
  readonly id: string;
  readonly peer: 'ours' | 'flex' | 'flex-tiled' | 'cudnn' | 'flash' | 'dense' | 'ceiling' | 'all';
  readonly ms?: number;
  readonly error?: string;
  readonly live_pairs?: number;
  readonly mask_ms?: number;
  readonly matmul_tflops?: number;
  readonly copy_tb_s?: number;
}

interface PeerFile {
  readonly meta: object;
  readonly results: readonly PeerLine[];
}

/** Why there is no number, where the time was up; tried again by a run that goes on. */
export const NOT_REACHED = 'not reached in the time';
const peerNames = ['flex', 'flex-tiled', 'cudnn', 'flash'] as const;

/**
 * The table of what was measured, from files that may be missing or cut short. Our time is that of the process of the
 * peers, in turns with them; where there is none, that of the runtime, and `by` says so. `ratio` is the fastest peer over
 * ours; `dense` is how much faster than the fastest dense attention of the same size. A result that was wrong, or whose
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
  const checks = lastOf(jsonLines<CheckReport & { readonly device: string }>(checkFile), ({ name }) => name);
  const ours = new Map(jsonLines<OurLine>(timeFile).map((line) => [line.id, line]));
  const peers: PeerFile = existsSync(peersFile)
    ? (JSON.parse(readFileSync(peersFile, 'utf8')) as PeerFile)
    : { meta: {}, results: [] };
  const peerOf = (id: string, name: PeerLine['peer']): PeerLine | undefined =>
    peers.results.find((line) => line.id === id && line.peer === name);
  const msOf = (id: string, name: PeerLine['peer']): number => peerOf(id, name)?.ms ?? Infinity;
  const denseOf = ({ id, mask }: Scenario): number => {
    const dense = `dense-${id.slice(mask.name.length + 1)}`;
    return Math.min(msOf(dense, 'cudnn'), msOf(dense, 'flash'), msOf(id, 'dense'));
  };

  const measured = list.flatMap((scenario) => {
    const { id, mask, batch, heads, n, dim } = scenario;
    const own = ours.get(id);
    const beside = peerOf(id, 'ours');
    const found = peerNames.map((name) => peerOf(id, name));
    if (!own && !beside && found.every((line) => line === undefined)) return [];
    const timing = own && 'ms' in own ? own : null;
    const [flex, tiled, cudnn, flash] = found;
    const ms = beside?.ms ?? (timing?.ok && !beside?.error ? timing.ms : undefined) ?? null;
    const pairs = timing?.live_pairs_exact ? timing.live_pairs : (flex?.live_pairs ?? timing?.live_pairs);
    const samePairs =
      !timing?.live_pairs_exact || (flex?.live_pairs ?? timing.live_pairs) === timing.live_pairs;
    const numberOf = (value: number): number | null => (Number.isFinite(value) ? value : null);
    const row: GateRow = {
      id,
      mask: mask.name,
      n,
      dim,
      ours: samePairs ? ms : null,
      tflops: ms !== null && pairs !== undefined ? (4 * dim * pairs * batch * heads) / ms / 1e9 : null,
      flex: numberOf(Math.min(flex?.ms ?? Infinity, tiled?.ms ?? Infinity)),
      cudnn: numberOf(Math.min(cudnn?.ms ?? Infinity, flash?.ms ?? Infinity)),
      dense: numberOf(denseOf(scenario)),
      newLength: timing?.new_length_ms ?? null,
      enqueue: timing?.enqueue_ms ?? null,
      hasTable: timing?.has_table ?? false,
    };
    const notes = [
      timing && !timing.ok ? 'wrong' : (beside?.error ?? (own && 'error' in own ? own.error : '')),
      samePairs ? '' : 'other pairs',
      beside?.ms === undefined && ms !== null ? 'by the runtime' : '',
      timing && timing.local_bytes > 0 ? `${timing.local_bytes} bytes spilled` : '',
    ];
    return [
      { row, ms, timing, found, mask: flex?.mask_ms, note: notes.filter((note) => note !== '').join('; ') },
    ];
  });
  const rows = measured.map(({ row, ms, timing, found, mask, note }) => {
    const ratio = (peer: number | null): number | string =>
      row.ours !== null && peer !== null ? peer / row.ours : '';
    const best = Math.min(row.flex ?? Infinity, row.cudnn ?? Infinity);
    const cell = (value: number | null | undefined): number | string => value ?? '';
    return [
      row.id,
      cell(ms),
      cell(row.tflops),
      cell(timing?.new_length_ms),
      cell(timing?.plan_ms),
      ...found.map((line) => cell(line?.ms)),
      ratio(Number.isFinite(best) ? best : null),
      ratio(row.dense),
      cell(mask),
      note,
    ];
  });
  const columns = [
    'scenario',
    'ms',
    'TFLOP/s',
    'new ms',
    'plan ms',
    ...peerNames,
    'ratio',
    'dense',
    'mask ms',
    'note',
  ];
  const gates = judge(measured.map(({ row }) => row));
  const losses = worstLosses(measured.map(({ row }) => row));
  const notes = [...checkNotes(checks), ...peerNotes(peers)];
  const device =
    [...ours.values()].flatMap((line) => ('device' in line ? [line.device] : []))[0] ??
    checks[0]?.device ??
    'unknown';
  const table = { columns, rows };
  const date = new Date().toISOString().slice(0, 10);
  const lines = [
    device,
    ...notes,
    ...printGates(gates),
    ...(losses.length > 0 ? ['worst losses:', ...losses.map((loss) => `  ${loss}`)] : []),
    '',
    formatTable(table),
  ];
  return {
    text: lines.join('\n'),
    result: { device, date, table, notes, data: { gates, losses, ours: [...ours.values()], peers, checks } },
  };
}

function checkNotes(checks: readonly CheckReport[]): readonly string[] {
  const failures = checks.flatMap((report) => report.failures);
  const launches = checks.reduce((sum, report) => sum + report.launches, 0);
  const worst = Math.max(0, ...checks.map((report) => report.worst));
  return [
    `${launches} launches of ${checks.length} attentions held against float64, ${failures.length} failed`,
    ...failures.slice(0, 10).map((failure) => `  ${failure}`),
    `largest error ${(100 * worst).toFixed(0)} % of what rounding explains`,
  ];
}

function peerNotes({ meta, results }: PeerFile): readonly string[] {
  const ceiling = results.find(({ peer }) => peer === 'ceiling');
  return [
    `PyTorch: ${JSON.stringify(meta)}`,
    ...(ceiling?.matmul_tflops
      ? [
          `bf16 product ${ceiling.matmul_tflops.toFixed(0)} TFLOP/s, copy ${ceiling.copy_tb_s?.toFixed(2)} TB/s`,
        ]
      : []),
    ...results
      .filter(({ error }) => error !== undefined && error !== NOT_REACHED)
      .map(({ id, peer, error }) => `${peer} on ${id}: ${error}`),
  ];
}

/** The last line of each name: what was tried again counts as it was then. */
function lastOf<Line>(lines: readonly Line[], nameOf: (line: Line) => string): readonly Line[] {
  return [...new Map(lines.map((line) => [nameOf(line), line])).values()];
}

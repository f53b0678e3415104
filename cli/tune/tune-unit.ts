import type { TunedLayout } from '../../compiler/cost/index.ts';
import { version } from '../../compiler/index.ts';
import type { CompiledUnit, CompileOptions } from '../../compiler/index.ts';
import { layOutTensors } from '../../runtime/launch/tensor-layout.ts';
import type { LaunchRequest } from '../../runtime/launch/launch-request.ts';
import { messageOf } from '../../runtime/node/optional-packages.ts';
import { InputError } from '../failures.ts';
import { launchUnit } from '../launch-unit.ts';
import { chooseRows, pickRows, referenceRows } from '../run/reference-rows.ts';
import { makeTensors } from '../run/tensors.ts';
import type { InputTensors } from '../run/tensors.ts';
import { largestError, toleranceFor } from '../run/tolerance.ts';
import type { Terminal } from '../terminal.ts';
import type { Contender } from './contender.ts';
import { measureInTurns, medianOf } from './measure.ts';
import type { TuneOptions } from './options.ts';
import type { CandidateReport, TuningReport } from './report.ts';
import type { TuningDevice } from './tuning-device.ts';

/** Compiles the attention with changed options, without messages; its errors are thrown. */
export type Recompile = (options: CompileOptions) => CompiledUnit;

/**
 * Measures the candidates of every list that a launch takes its kernels from, one list after the other, each with what
 * won before. Every candidate is held against float64 before it is timed.
 *
 * @throws {InputError} where no candidate of a list can be measured.
 */
export async function tuneUnit(
  base: CompiledUnit,
  recompile: Recompile,
  device: TuningDevice,
  options: TuneOptions,
  terminal: Terminal,
): Promise<TuningReport> {
  const descriptor = (base.cuda ?? base.descriptor)!;
  const unit = launchUnit(base, options, terminal);
  const { batch, nq, nk, arrays } = unit;
  const layouts = layOutTensors(descriptor, { batch, nq, nk });
  const tensors = makeTensors(descriptor, layouts, {}, options.seed);
  const rows = chooseRows(unit, descriptor, options.seed);
  const reference = referenceRows(unit, descriptor, layouts, tensors, rows);
  const tolerance = toleranceFor(descriptor.dtype, reference.out).value;
  const errorOf = ({ out, lse }: Awaited<ReturnType<Contender['run']>>): number =>
    largestError(pickRows({ out, lse }, layouts, rows).out, reference.out);

  const won: TunedLayout[] = [];
  const reports: CandidateReport[] = [];
  const request: LaunchRequest = { batch, nq, nk, layer: options.layer, arrays };
  for (const list of device.listsOf(descriptor, nq)) {
    const candidates = device.candidates(list, Math.max(descriptor.dim, descriptor.dimV), options.candidates);
    const trial = { device, request, tensors, errorOf, tolerance, rounds: options.rounds };
    const measured = await measureList(candidates, (only) => recompile(device.optionsFor(won, only)), trial);
    reports.push(...measured);
    const best = [...measured]
      .filter(({ median_ms: ms }) => ms !== undefined)
      .sort((a, b) => a.median_ms! - b.median_ms!)[0];
    if (!best) {
      const why = measured.map(({ refused }) => refused).join('; ');
      throw new InputError(`no layout of ${list} can be measured on ${device.description}: ${why}`);
    }
    won.push(best.candidate);
  }
  const { name: attention, dim, dimV, dtype } = descriptor;
  return {
    sparsec: version,
    tuning: { attention, dim, dimV, dtype, layouts: won },
    measured: {
      date: new Date().toISOString().slice(0, 10),
      device: device.description,
      ...(device.compiler !== null && { compiler: device.compiler }),
      launch: { batch, heads: descriptor.heads, nq, nk },
      rounds: options.rounds,
      tolerance,
    },
    candidates: reports,
  };
}

interface Trial {
  readonly device: TuningDevice;
  readonly request: LaunchRequest;
  readonly tensors: InputTensors;
  readonly errorOf: (result: Awaited<ReturnType<Contender['run']>>) => number;
  readonly tolerance: number;
  readonly rounds: number;
}

/** Opens every candidate, leaves out those that are wrong or refused, and times the others in turns. */
async function measureList(
  candidates: readonly TunedLayout[],
  compile: (only: TunedLayout) => CompiledUnit,
  { device, request, tensors, errorOf, tolerance, rounds }: Trial,
): Promise<readonly CandidateReport[]> {
  const opened: { readonly contender: Contender; readonly report: CandidateReport }[] = [];
  const reports: CandidateReport[] = [];
  try {
    for (const candidate of candidates) {
      let contender: Contender | null = null;
      try {
        contender = await device.open(compile(candidate), request, tensors);
        const error = errorOf(await contender.run());
        const { kernels, facts } = contender;
        const report: CandidateReport = {
          candidate,
          kernels,
          max_abs_error: error,
          ...(facts && { registers: facts.registers, local_bytes: facts.localBytes }),
          ...(!(error <= tolerance) && { refused: `wrong: off by ${error.toExponential(2)}` }),
        };
        if (error <= tolerance) opened.push({ contender, report });
        else contender.close();
        reports.push(report);
      } catch (error) {
        contender?.close();
        reports.push({ candidate, kernels: [], refused: messageOf(error).split('\n')[0] });
      }
    }
    const times = await measureInTurns(
      opened.map(({ contender }) => contender),
      rounds,
    );
    return reports.map((report) => {
      const of = times[opened.findIndex((entry) => entry.report === report)];
      if (of === undefined) return report;
      return { ...report, median_ms: medianOf(of), min_ms: Math.min(...of), launches: of.length };
    });
  } finally {
    for (const { contender } of opened) contender.close();
  }
}

import type { CandidateRange } from '../../compiler/cost/index.ts';
import type { LaunchOptions, ShapeOptions } from '../options.ts';
import type { PlanOptions } from '../plan-options.ts';

export const tuningDevices = ['auto', 'hardware', 'software', 'cuda'] as const;

/** What the command line says to `tune`. */
export interface TuneOptions extends LaunchOptions, PlanOptions, Omit<ShapeOptions, 'heads'> {
  readonly format: 'text' | 'json';
  readonly device: (typeof tuningDevices)[number];
  readonly batch: number;
  readonly seed: number;
  readonly rounds: number;
  readonly candidates: CandidateRange;
  readonly out?: string;
}

import type { LaunchOptions, ShapeOptions } from '../options.ts';
import type { PlanOptions } from '../plan-options.ts';
import type { TunedOption } from '../tuned-option.ts';
import type { DeviceChoice } from './choose-device.ts';

export type RunFormat = 'text' | 'json';

/** What the command line says to `run`. */
export interface RunOptions extends LaunchOptions, PlanOptions, TunedOption, Omit<ShapeOptions, 'heads'> {
  readonly format: RunFormat;
  readonly device: DeviceChoice;
  readonly batch: number;
  readonly seed: number;
  readonly time?: boolean;
  readonly q?: string;
  readonly k?: string;
  readonly v?: string;
  readonly out?: string;
}

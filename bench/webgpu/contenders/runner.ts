import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import type { Inputs } from '../error-gate.ts';
import type { Job, Scenario } from '../scenarios.ts';

/** An attention that is ready to run: its result is checked once, then it is timed. */
export interface Runner {
  /** Runs once and waits until the device is done. */
  readonly run: () => Promise<void>;
  /** The output of the last run as [n, heads, dim]. */
  readonly read: () => Promise<Float32Array>;
}

export interface Preparation {
  readonly job: Job;
  readonly scenario: Scenario;
  readonly inputs: Inputs;
  /** Of our own jobs. */
  readonly descriptor: AttentionDescriptor | null;
}

/** A library in the page. */
export interface Contender {
  readonly prepare: (preparation: Preparation) => Promise<Runner>;
}

import { SparsecError } from '../errors.ts';

/**
 * What code is made for, by the names of nvcc and NVRTC: `sm_80` is code of one architecture (a cubin), `sm_90a` with
 * what that chip alone has; `compute_80` is PTX, which the driver of any newer device translates.
 */
export interface Architecture {
  readonly kind: 'cubin' | 'ptx';
  /** Compute capability times ten. */
  readonly number: number;
  readonly suffix: '' | 'a' | 'f';
}

/** @throws {SparsecError} for anything but names such as `sm_80`, `sm_90a`, `sm_120`, `compute_80`, from 8.0 on. */
export function parseArchitecture(text: string): Architecture {
  const match = /^(sm|compute)_(\d{2,3})([af]?)$/.exec(text);
  const number = Number(match?.[2]);
  if (!match || number < 80) {
    throw new SparsecError(
      'range',
      'architecture',
      `"${text}" is no architecture that kernels are made for: sm_80, sm_86, sm_89, sm_90a, sm_100, sm_120, …, ` +
        'or compute_80, … for PTX',
    );
  }
  return { kind: match[1] === 'sm' ? 'cubin' : 'ptx', number, suffix: match[3] as Architecture['suffix'] };
}

/** The architecture that serves a device best: 9.0 has instructions that only `sm_90a` reaches. */
export function architectureOf(capability: number): string {
  return capability === 90 ? 'sm_90a' : `sm_${capability}`;
}

/**
 * Whether code runs on a device. A cubin runs within its major version, on what is not older; PTX on everything that is
 * not older; with the suffix `a` both on that chip alone, with `f` within its major version.
 */
export function runsOn(architecture: string, capability: number): boolean {
  const { kind, number, suffix } = parseArchitecture(architecture);
  if (suffix === 'a') return number === capability;
  if (number > capability) return false;
  return (kind === 'ptx' && suffix === '') || Math.floor(number / 10) === Math.floor(capability / 10);
}

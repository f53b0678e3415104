import { DeviceError, type DeviceErrorKind } from '../launch/device-error.ts';

/** A call of the CUDA driver or of NVRTC failed. The message names the call, its argument, the code and what it says. */
export class CudaError extends DeviceError {
  /** The function of the API, without version suffix: `cuModuleLoadData`. */
  readonly call: string;
  /** The CUresult or nvrtcResult. */
  readonly code: number;

  constructor(
    kind: DeviceErrorKind,
    call: string,
    code: number,
    subject: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(kind, subject, message, options);
    this.name = 'CudaError';
    this.call = call;
    this.code = code;
  }
}

/** Image and PTX refused: invalid image, no binary for the GPU, PTX errors, JIT compiler, symbol not found. */
const SHADER = new Set([200, 209, 218, 220, 221, 222, 223, 300, 500]);
/** Errors that leave the context unusable: every launch failure from illegal address to unspecified. */
const LOST = new Set([4, 201, 214, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 720]);

/** The class of a CUresult. */
export function kindOfResult(code: number): DeviceErrorKind {
  if (code === 2) return 'out-of-memory';
  if (SHADER.has(code)) return 'shader';
  return LOST.has(code) ? 'device-lost' : 'validation';
}

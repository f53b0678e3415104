/** The kernels of one candidate on a device, ready to be launched. */
export interface Contender {
  /** The entry points that run, in order. */
  readonly kernels: readonly string[];
  /** Registers and bytes of local memory of the widest kernel, where the device tells. */
  readonly facts: { readonly registers: number; readonly localBytes: number } | null;
  /** One launch; its outputs in the layout of the launch, and its milliseconds on the device. */
  run(): Promise<{
    readonly out: Float64Array;
    readonly lse: Float32Array | undefined;
    readonly milliseconds: number;
  }>;
  /** Milliseconds of a launch on the device; of several one after the other where one is too short to time. */
  time(): Promise<number>;
  close(): void;
}

/** What the command line of the fuzzer says. */
export interface FuzzArguments {
  readonly runs: number;
  readonly seed: number;
  /** The seed of one case; null for a whole run. */
  readonly replay: number | null;
  readonly device: boolean;
  /** One in this many cases is emulated as CUDA; null for none. */
  readonly cudaEvery: number | null;
  readonly format: 'text' | 'json';
}

/** Null where an option is unknown or its value does not fit. */
export function parseOptions(args: readonly string[]): FuzzArguments | null {
  let options: FuzzArguments = {
    ...{ runs: 1000, seed: 1, replay: null },
    ...{ device: true, cudaEvery: null, format: 'text' },
  };
  for (let at = 0; at < args.length; at++) {
    const option = args[at];
    if (option === '--no-device') {
      options = { ...options, device: false };
      continue;
    }
    const value = args[++at];
    const number = Number(value);
    if (option === '--format' && (value === 'text' || value === 'json')) {
      options = { ...options, format: value };
    } else if (!Number.isInteger(number) || number < 0 || value === '') {
      return null;
    } else if (option === '--runs') {
      options = { ...options, runs: number };
    } else if (option === '--seed') {
      options = { ...options, seed: number };
    } else if (option === '--cuda' && number > 0) {
      options = { ...options, cudaEvery: number };
    } else if (option === '--case') {
      options = { ...options, replay: number };
    } else {
      return null;
    }
  }
  return options;
}

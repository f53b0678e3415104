/** What the command line of the examples says. */
export interface ExampleOptions {
  readonly lengths: readonly number[];
  /** A part of the names of the examples to run; null for all. */
  readonly only: string | null;
  readonly seed: number;
  readonly format: 'text' | 'json';
}

const defaults: ExampleOptions = {
  lengths: [1, 2, 63, 64, 65, 257, 1000, 4096],
  only: null,
  seed: 1,
  format: 'text',
};

/** Null where an option is unknown or its value does not fit. */
export function parseOptions(args: readonly string[]): ExampleOptions | null {
  let options = defaults;
  for (let at = 0; at < args.length; at += 2) {
    const [option, value] = [args[at], args[at + 1]];
    if (value === undefined) return null;
    const changed = change(option, value);
    if (changed === null) return null;
    options = { ...options, ...changed };
  }
  return options;
}

function change(option: string, value: string): Partial<ExampleOptions> | null {
  switch (option) {
    case '--lengths': {
      const lengths = value.split(',').map(Number);
      return lengths.every((n) => Number.isInteger(n) && n >= 1) ? { lengths } : null;
    }
    case '--only':
      return { only: value };
    case '--seed':
      return /^\d+$/.test(value) ? { seed: Number(value) } : null;
    case '--format':
      return value === 'text' || value === 'json' ? { format: value } : null;
    default:
      return null;
  }
}

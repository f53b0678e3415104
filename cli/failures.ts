/** Exit codes of every command. */
export const exitCode = { done: 0, input: 1, usage: 2, internal: 3 } as const;

/** The command line itself is wrong: an option, a number, a combination. Exit code 2. */
export class UsageError extends Error {}

/** What the command line names is wrong: a file, an array, a value that the specification refuses. Exit code 1. */
export class InputError extends Error {}

/** Messages were already printed; only the exit code is left to say. */
export class AlreadyReported extends Error {
  constructor(readonly code: number) {
    super('already reported');
  }
}

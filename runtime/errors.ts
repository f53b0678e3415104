/**
 * What is wrong with an argument of a launch.
 * - `missing`, `unknown`: a declared array or parameter was not given, or one was given that is not declared.
 * - `type`, `shape`, `range`: an element, a dimension or a value does not fit its declaration.
 * - `order`: an array that is promised to ascend does not.
 * - `limit`: the value is sound but larger than this implementation supports.
 */
export type SparsecErrorCode = 'missing' | 'unknown' | 'type' | 'shape' | 'range' | 'order' | 'limit';

/** A launch was refused before anything ran. The message names the argument, the limit and the value. */
export class SparsecError extends Error {
  readonly code: SparsecErrorCode;
  /** Name of the array, parameter or size that the message is about. */
  readonly argument: string;

  constructor(code: SparsecErrorCode, argument: string, message: string) {
    super(message);
    this.name = 'SparsecError';
    this.code = code;
    this.argument = argument;
  }
}

import { chapter } from './entry.ts';

/** Codes SA03xx: types, operators, arguments, numbers. */
export const types = chapter({
  'type-mismatch': {
    code: 'SA0301',
    severity: 'error',
    title: 'a value has another type than its place',
    explanation:
      'Integers, real numbers, sets of pairs, ranges, lists and arrays are different things. An integer may stand where a real number is wanted; a real number becomes an integer only through `floor`, `ceil`, `round`, `trunc` or `int`.',
  },
  'wrong-operand': {
    code: 'SA0302',
    severity: 'error',
    title: 'an operator cannot take this operand',
    explanation:
      '`+ * div mod << >>` take numbers, `| & and or !` take sets. `-` takes two numbers or two sets.',
  },
  'not-comparable': {
    code: 'SA0303',
    severity: 'error',
    title: 'two values cannot be compared',
    explanation:
      'Numbers are compared with numbers. Sets can be equal or different (`==`, `!=`), but have no order.',
  },
  'mixed-branches': {
    code: 'SA0304',
    severity: 'error',
    title: 'branches differ in type',
    explanation: 'All branches of an `if`, and all cases of a `by`, are sets, or all are numbers.',
  },
  'not-constant': {
    code: 'SA0305',
    severity: 'error',
    title: 'a value must be known when the file is compiled',
    explanation:
      'Head counts, dimensions, labels of `by`, limits and defaults shape the kernels, so they cannot depend on launch parameters, sizes or indices.',
  },
  'integer-too-large': {
    code: 'SA0306',
    severity: 'error',
    title: 'a constant does not fit in 32 bits',
    explanation:
      'Kernels compute with signed 32-bit integers, and constants are computed when the file is compiled: none may leave -2147483647..2147483647.',
  },
  'not-positive': {
    code: 'SA0307',
    severity: 'error',
    title: 'a divisor, step or size is below 1',
    explanation:
      'Division and modulus are floored and defined for divisors of at least 1. Steps, strides and block sizes divide positions, so they are at least 1 as well.',
  },
  'not-proved-positive': {
    code: 'SA0308',
    severity: 'error',
    title: 'a divisor may be 0 or negative',
    explanation:
      'A divisor must be at least 1 for every launch, and the compiler must be able to see it from the limits of the launch parameters. Give the parameter a range, or write `max(1, …)`.',
  },
  'shift-outside': {
    code: 'SA0309',
    severity: 'error',
    title: 'a shift is not by 0 to 30 bits',
    explanation:
      'Shifts of 32-bit integers by more bits differ between devices. The compiler must be able to see that the amount lies in 0..30.',
  },
  'unknown-argument': {
    code: 'SA0310',
    severity: 'error',
    title: 'a call names an argument that does not exist',
    explanation: 'Arguments are matched by name. The note shows what the pattern, form or function takes.',
  },
  'missing-argument': {
    code: 'SA0311',
    severity: 'error',
    title: 'a call lacks an argument',
    explanation: 'The argument has no default, so that it must be given.',
  },
  'too-many-arguments': {
    code: 'SA0312',
    severity: 'error',
    title: 'a call has too many arguments',
    explanation: 'Arguments without names fill the parameters from the left.',
  },
  'duplicate-argument': {
    code: 'SA0313',
    severity: 'error',
    title: 'an argument is given twice',
    explanation: 'An argument without a name may already have filled the parameter.',
  },
  'not-callable': {
    code: 'SA0314',
    severity: 'error',
    title: 'something that takes no arguments is called',
    explanation:
      'Only patterns, forms and functions take arguments in parentheses. Elements of arrays are read with brackets: `ids[i]`.',
  },
  'block-missing': {
    code: 'SA0315',
    severity: 'error',
    title: 'a form lacks its braces',
    explanation: '`block` and `within` change what i, j and n mean for the set in the braces that follow.',
  },
  'block-not-taken': {
    code: 'SA0316',
    severity: 'error',
    title: 'braces follow something that takes none',
    explanation: 'Only `block` and `within` take a set in braces.',
  },
  'not-indexable': {
    code: 'SA0317',
    severity: 'error',
    title: 'something without elements is indexed',
    explanation: 'Arrays, lists and tables have elements.',
  },
  'wrong-index-count': {
    code: 'SA0318',
    severity: 'error',
    title: 'an array is read with the wrong number of indices',
    explanation:
      'One index is needed for each dimension; only leading `batch`, `heads` and `kv_heads` dimensions may be left out, as the launch grid gives them.',
  },
  'not-a-container': {
    code: 'SA0319',
    severity: 'error',
    title: '`in`, or a set of positions, needs a range or a list',
    explanation:
      'Positions are named by a range `0..<4`, a list `[0, 7, 9]` or a list input. A single number is neither: it could be a count or a position.',
  },
  'parameter-outside': {
    code: 'SA0320',
    severity: 'error',
    title: 'a value lies outside the range of its parameter',
    explanation: 'A parameter that is declared `in a..b` takes values from a to b only.',
  },
  'parameter-not-proved': {
    code: 'SA0321',
    severity: 'warning',
    title: 'a value may lie outside the range of its parameter',
    explanation:
      'The value depends on launch parameters or indices, and the compiler cannot see that it always lies in the range. The mask means what it says all the same.',
  },
  'bad-limits': {
    code: 'SA0322',
    severity: 'error',
    title: 'the limits of a parameter are no range',
    explanation:
      'After `in` comes a range of constants, with its smaller end first. Limits of real numbers include both ends.',
  },
  'table-path': {
    code: 'SA0323',
    severity: 'error',
    title: '`table` lacks its path',
    explanation: 'The path is a text: tables are read when the file is compiled.',
  },
  'missing-table': {
    code: 'SA0324',
    severity: 'error',
    title: 'a table file is not there',
    explanation: 'Paths of tables are relative to the file that names them.',
  },
  'bad-table': {
    code: 'SA0325',
    severity: 'error',
    title: 'a table file holds something else',
    explanation: 'A table is a JSON array of finite numbers, or of arrays of equal length, to any depth.',
  },
  'table-index-outside': {
    code: 'SA0326',
    severity: 'error',
    title: 'an index runs outside a table',
    explanation: 'The index, a head for example, takes values for which the table has no element.',
  },
  'tensor-as-index': {
    code: 'SA0327',
    severity: 'error',
    title: 'a tensor stands where an index is wanted',
    explanation:
      '`q`, `k` and `v` are the tensors of the attention. The positions are `i` for the query and `j` for the key.',
  },
  'undefined-real': {
    code: 'SA0328',
    severity: 'error',
    title: 'a constant real number has no value',
    explanation:
      'A division by 0, the logarithm of 0 or the root of a negative number. Where such an expression depends on a size or an index, the launch that meets it is refused.',
  },
});

import { chapter } from './entry.ts';

/** Codes SA01xx: the text is not a program yet. */
export const syntax = chapter({
  'unexpected-token': {
    code: 'SA0101',
    severity: 'error',
    title: 'something stands where nothing can',
    explanation:
      'A declaration or a member of an attention has ended, and what follows begins no other. Often an operator is missing before it, or a call has white space before its parenthesis: `window (each: 4)` are two expressions.',
  },
  'missing-expression': {
    code: 'SA0102',
    severity: 'error',
    title: 'an expression is missing',
    explanation:
      'After an operator, a comma, `=`, an opening bracket or the name of a field an expression has to follow. The parser skips the rest of the member or declaration and goes on after it, so that other mistakes are reported in the same run.',
  },
  'missing-token': {
    code: 'SA0103',
    severity: 'error',
    title: 'a word or sign is missing',
    explanation:
      'The construct that was begun asks for a certain word or sign at this place: `=` after the head of a pattern, `then` and `else` in an `if`, `:` after the label of a case. The message names it.',
  },
  'unclosed-bracket': {
    code: 'SA0104',
    severity: 'error',
    title: 'a bracket is not closed',
    explanation:
      'An opening `(`, `[` or `{` has no partner before something that cannot stand inside of it. The second label shows the bracket that is still open; the mistake is somewhere between the two.',
  },
  'unmatched-bracket': {
    code: 'SA0105',
    severity: 'error',
    title: 'a bracket closes nothing',
    explanation: 'A closing `)`, `]` or `}` stands where no bracket of its kind is open.',
  },
  'unexpected-end': {
    code: 'SA0106',
    severity: 'error',
    title: 'the file ends too early',
    explanation: 'The last declaration is not complete: the file ends where something has to follow.',
  },
  'reserved-word': {
    code: 'SA0107',
    severity: 'error',
    title: 'a reserved word as a name',
    explanation:
      'A few words cannot name patterns, parameters or inputs, because they begin or join expressions: pattern, attention, use, let, if, then, else, input, launch, by, over, select, return, and, or, not, div, mod, in, true, false. They may name arguments and stand after a dot.',
  },
  'unknown-character': {
    code: 'SA0110',
    severity: 'error',
    title: 'a character that is not part of the language',
    explanation:
      'Outside of strings and comments a file holds ASCII letters, digits, `_`, white space and the signs of the language. The character is left out and parsing goes on.',
  },
  'unterminated-string': {
    code: 'SA0111',
    severity: 'error',
    title: 'a string without its closing quote',
    explanation:
      'A string begins and ends with `"` on one line. The rest of the line was taken as the string.',
  },
  'unknown-escape': {
    code: 'SA0112',
    severity: 'error',
    title: 'an unknown escape in a string',
    explanation:
      'After a backslash one of `"`, `\\`, `n`, `r`, `t`, `b`, `f` or `u` with four hexadecimal digits has to stand. Paths are written with `/` on every system.',
  },
  'malformed-number': {
    code: 'SA0113',
    severity: 'error',
    title: 'letters touch a number',
    explanation:
      'Numbers are decimal, without separators and unit letters: `65536`, `0.125`, `1e-3`. A name begins with a letter or `_`.',
  },
  'integer-beyond-32-bits': {
    code: 'SA0114',
    severity: 'error',
    title: 'an integer beyond 32 bits',
    explanation:
      'Positions, sizes and everything that a mask computes are signed 32-bit integers in the kernels: the largest is 2147483647. Larger values are refused where they are written.',
  },
  'real-too-large': {
    code: 'SA0115',
    severity: 'error',
    title: 'a real beyond what a computer holds',
    explanation: 'Reals are read as float64, whose largest value is about 1.8e308.',
  },
  'foreign-operator': {
    code: 'SA0116',
    severity: 'error',
    title: 'an operator of another language',
    explanation:
      'Sets are joined by `|` and `&`, conditions by `or` and `and` as well, the remainder is `mod` (floored), the quotient `div`. The parser takes the operator for what was meant and goes on.',
  },
  'nesting-too-deep': {
    code: 'SA0120',
    severity: 'error',
    title: 'the nesting is too deep',
    explanation:
      'Brackets, `if`, `select` and prefix operators may stand 100 deep inside one another. It is counted before parsing, so that no input can exhaust the stack. Name parts with `let` or `pattern`.',
  },
  'chain-too-long': {
    code: 'SA0121',
    severity: 'error',
    title: 'too many operators in one expression',
    explanation:
      'One bracket may hold 400 operators. Longer unions of explicit pairs are data: give them as an `input` list or bit mask, or split them into patterns.',
  },
  'chained-range': {
    code: 'SA0122',
    severity: 'error',
    title: 'a range of a range',
    explanation:
      '`a..b..c` has no meaning: a range has two ends. Steps are arguments of the forms (`step: 4`).',
  },
  'unknown-by-axis': {
    code: 'SA0123',
    severity: 'error',
    title: '`by` something that is neither head nor layer',
    explanation:
      '`by head { … }` and `by layer { … }` choose among expressions; nothing else can be chosen by.',
  },
  'repeated-else': {
    code: 'SA0124',
    severity: 'error',
    title: 'two `else` in one `by`',
    explanation: '`else` is what holds for every head or layer that no label names; there is at most one.',
  },
});

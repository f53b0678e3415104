import { chapter } from './entry.ts';

/** Codes SA02xx: names and files. */
export const names = chapter({
  'unknown-name': {
    code: 'SA0201',
    severity: 'error',
    title: 'a name stands for nothing',
    explanation:
      'The name is no index, size, parameter, binding, pattern, form or function that can be seen here. A pattern sees its own parameters and bindings, the patterns and constants of its file, and those of the files that its file uses; it does not see the names of the attention that calls it. Near names are suggested.',
  },
  'duplicate-name': {
    code: 'SA0202',
    severity: 'error',
    title: 'a name is declared twice',
    explanation:
      'Within a file, a pattern or an attention every name stands for one thing. A file that is used brings its names along, so a name may also collide with one of theirs.',
  },
  'shadows-built-in': {
    code: 'SA0203',
    severity: 'error',
    title: 'a declaration hides a name of the language',
    explanation:
      'Indices, sizes, tensors and plain sets (`i`, `j`, `n`, `head`, `full`, `causal` …) cannot be declared again, and patterns cannot take the names of forms and functions: a reader must be able to rely on them. Parameters may be called like a form that takes arguments, as a call is told from a name by its parenthesis.',
  },
  'unused-parameter': {
    code: 'SA0204',
    severity: 'warning',
    title: 'a parameter is never used',
    explanation:
      'The value of the parameter has no effect on the pattern. Often a width was written out where the parameter was meant. A name that begins with an underscore is not reported.',
  },
  'unused-binding': {
    code: 'SA0205',
    severity: 'warning',
    title: 'a binding is never used',
    explanation:
      'A `let`, an input or a launch parameter is declared and nothing reads it. An input that nothing reads still has to be given at launch. A name that begins with an underscore is not reported.',
  },
  'unknown-type': {
    code: 'SA0206',
    severity: 'error',
    title: 'there is no such type',
    explanation:
      'Types are `int`, `real`, `bool`, `set`, `range` and `list`; arrays are `int[…]`, `bits[…]`, `blocks[…]`, `list[…]` and `float[…]`.',
  },
  'recursive-pattern': {
    code: 'SA0207',
    severity: 'error',
    title: 'a pattern calls itself',
    explanation:
      'Patterns are expanded where they are called, so that a pattern which calls itself, directly or through others, has no end.',
  },
  'constant-cycle': {
    code: 'SA0208',
    severity: 'error',
    title: 'a constant is defined by itself',
    explanation: 'The value of a top-level `let` needs its own value.',
  },
  'missing-file': {
    code: 'SA0209',
    severity: 'error',
    title: 'a used file is not there or cannot be read',
    explanation:
      'Paths after `use` are relative to the file that says `use`. The compiler reads files through the function that its caller gives it.',
  },
  'use-cycle': {
    code: 'SA0210',
    severity: 'error',
    title: 'files use each other in a circle',
    explanation: 'A file that is used must be complete by itself. Move what both need into a third file.',
  },
  'unknown-selection': {
    code: 'SA0211',
    severity: 'error',
    title: 'the selected pattern or attention does not exist',
    explanation:
      'The command line or the caller selects an entry by name, and the main file declares none of that name. Patterns of used files cannot be selected; a pattern of the main file can call them.',
  },
  'unknown-setting': {
    code: 'SA0212',
    severity: 'error',
    title: 'a setting sets nothing',
    explanation:
      'Settings replace the parameters of the selected pattern, the defaults of launch parameters and the values of `let` constants. No entry that is compiled has this name.',
  },
  'expansion-too-large': {
    code: 'SA0213',
    severity: 'error',
    title: 'patterns expand without measure',
    explanation:
      'Every call of a pattern is a copy of its body, so that a chain of patterns, each calling the next one twice, doubles with every link. Keep what is used more than once in a `let`. So that the stack holds, expressions stand 500 deep at most, the bodies of called patterns included.',
  },
});

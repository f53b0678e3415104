import { chapter } from './entry.ts';

/** Codes SA04xx: the forms of the language. */
export const forms = chapter({
  'window-needs-convention': {
    code: 'SA0401',
    severity: 'error',
    title: 'a window does not say how its extent is counted',
    explanation:
      'Published windows of width w mean at least six different sets: w keys or w + 1, one side or both, the query included or not. So the language has no bare `window(w)`: `each` is a distance on both sides, `keys` counts the keys that end with the query, `back` and `ahead` are two distances.',
  },
  'keeps-no-key': {
    code: 'SA0402',
    severity: 'warning',
    title: 'a form keeps no key',
    explanation:
      'The extent is such that the form is empty. A row without any key gives output 0 and lse -infinity.',
  },
  'negative-extent': {
    code: 'SA0403',
    severity: 'error',
    title: 'an extent is negative',
    explanation: 'Widths, counts and distances of forms are 0 or more.',
  },
  'empty-range': {
    code: 'SA0404',
    severity: 'warning',
    title: 'a range holds nothing',
    explanation:
      'The end of the range lies before its start, or `..<` leaves out its only value. Ranges count upwards.',
  },
  'columns-outside': {
    code: 'SA0405',
    severity: 'warning',
    title: 'a column number cannot occur',
    explanation: '`columns(every: s, at: …)` numbers the columns of each stretch of s keys 0 to s - 1.',
  },
  'part-expected': {
    code: 'SA0406',
    severity: 'error',
    title: '`within` needs a partition',
    explanation: 'A partition says which positions belong together: `chunk(b)` or `segments(ids)`.',
  },
  'segments-need-sorted': {
    code: 'SA0407',
    severity: 'error',
    title: 'segments of ids that are not sorted',
    explanation:
      'A part is one stretch of equal ids, with a start and an end. Where equal ids are scattered there is no position inside the part; `same(ids)` works for those.',
  },
  'uncovered-labels': {
    code: 'SA0408',
    severity: 'error',
    title: 'a `by` leaves heads or layers without a value',
    explanation:
      'Every head that the attention has must be named by a case or by `else`. The number of layers is not part of a specification, so that `by layer` always needs an `else`.',
  },
  'overlapping-labels': {
    code: 'SA0409',
    severity: 'error',
    title: 'two cases of a `by` name the same head or layer',
    explanation: 'Cases have no order, so that each head or layer is named once.',
  },
  'label-outside': {
    code: 'SA0410',
    severity: 'warning',
    title: 'a case of `by head` names a head that does not exist',
    explanation: 'The attention has fewer heads.',
  },
  'stride-beyond-kernel': {
    code: 'SA0411',
    severity: 'error',
    title: 'the stride of a neighborhood is beyond its kernel size',
    explanation:
      'NATTEN asks for 1 <= stride <= kernel size: the queries of a group share the window of their leader, and in a longer group some would not see themselves.',
  },
  'random-in-part': {
    code: 'SA0412',
    severity: 'error',
    title: '`random` stands inside `within`',
    explanation:
      'Random lists are drawn once a plan is made, for a number of keys that is the same for all rows. In parts of different lengths it is not.',
  },
  'random-not-fixed': {
    code: 'SA0413',
    severity: 'error',
    title: '`random` depends on a row, a head or an array',
    explanation: 'The number of keys a row and the seed are the same for all rows, heads and batch entries.',
  },
});
